"""The discovery messages: one per device.

Devices are this bridge, each station, and each of its connectors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.csms.facts import Datum
from connector.datapoints.catalogue import STATION, commands_at
from connector.datapoints.keys import escape
from connector.datapoints.sensors import StationSensors
from connector.openmqtt.discovery.bridge import bridge_components
from connector.openmqtt.discovery.components import Component, Components
from connector.openmqtt.discovery.limits import NumberRange
from connector.openmqtt.discovery.slugs import slug
from connector.openmqtt.topics import Topics

Json = dict[str, Any]

ORIGIN = "OCPP connector"
_LONGEST_TEXT = 255
_BRIDGE = "bridge"
"""No key of a station: those have ``__`` in them."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """A retained message that tells Home Assistant of a device."""

    topic: str
    payload: bytes

    @property
    def digest(self) -> bytes:
        """What tells whether it is another than before."""
        return hashlib.sha256(self.payload).digest()


class Devices:
    """Makes the messages of one connector."""

    def __init__(self, topics: Topics, prefix: str, version: str) -> None:
        self._topics = topics
        self._prefix = prefix
        self._version = version
        self.birth = f"{prefix}/status"
        """Where Home Assistant says that it is there."""
        self.root = f"{prefix}/device/{slug(topics.name)}/"
        """Below it nobody but us publishes; with a slash."""

    def topic(self, key: str) -> str:
        """Where the device with this key is told of."""
        return f"{self.root}{slug(key)}/config"

    @property
    def all_topics(self) -> str:
        """A filter for all of ours, the probe too, and for nobody else's."""
        return f"{self.root}#"

    @property
    def probe(self) -> str:
        """A topic that never holds anything: what is sent there comes back, or not.

        It ends unlike those of devices, so that Home Assistant does not hear of it.
        """
        return f"{self.root}probe"

    def is_ours(self, payload: bytes) -> bool:
        """Whether a message was made by a connector with our name."""
        try:
            found = orjson.loads(payload)
            name = found["origin"]["name"]
            [identifier] = found["device"]["identifiers"]
            owner = identifier.partition("/")[0]
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        return bool(name == ORIGIN and owner == self._topics.name)

    # -- devices

    @property
    def bridge_topic(self) -> str:
        """Where this connector is told of."""
        return self.topic(_BRIDGE)

    def bridge(self) -> Discovered:
        """This connector."""
        device = {
            "identifiers": [self._topics.name],
            "name": self._topics.name,
            "model": "OCPP connector",
            "sw_version": self._version,
        }
        components = bridge_components(self._topics)
        return self._message(_BRIDGE, device, components, [])

    def of_station(self, station: StationSensors) -> list[Discovered]:
        """The station and its connectors; nothing while it is not adopted."""
        places = _places(station).items()
        return [self._place(station, where, datums) for where, datums in places]

    def topics_of(self, station: StationSensors) -> list[str]:
        """Where they are told of, which takes no time to say."""
        return [self.topic(_key(station, where)) for where in _places(station)]

    def _place(
        self, station: StationSensors, where: str, datums: list[Datum]
    ) -> Discovered:
        make = Components(self._topics, station.station)
        commands = frozenset(_commands_at(station, where))
        numbers = NumberRange(_number(station, where, "limit_max"))
        components = [
            *make.of_datums(datums),
            *make.of_commands(where, commands, numbers),
            *make.of_events(where),
        ]
        chain = [self._topics.availability(station.station)]
        device = self._device(station, where)
        return self._message(_key(station, where), device, components, chain)

    def _device(self, station: StationSensors, where: str) -> Json:
        own = self._topics.unique_id(station.station)
        if where != STATION:
            return {
                "identifiers": [f"{own}__{where}"],
                "name": f"{_name(station)} {_place_name(where)}",
                "via_device": own,
            }
        told = {
            "manufacturer": _text(station, "vendor"),
            "model": _text(station, "model"),
            "serial_number": _text(station, "serial_number"),
            "sw_version": _text(station, "firmware_version"),
        }
        known = {name: text for name, text in told.items() if text}
        via = {"via_device": self._topics.name}
        return {"identifiers": [own], "name": _name(station)} | known | via

    def _message(
        self,
        key: str,
        device: Json,
        components: Iterable[Component],
        chain: list[str],
    ) -> Discovered:
        topics = [self._topics.bridge_state, *chain]
        payload = {
            "device": device,
            "origin": {"name": ORIGIN, "sw_version": self._version},
            "availability": [{"topic": topic} for topic in topics],
            "availability_mode": "all",
            "components": dict(components),
        }
        return Discovered(self.topic(key), orjson.dumps(payload))


def without(old: bytes, new: bytes) -> bytes | None:
    """What takes components away that an earlier message had; None: there are none.

    A component that only tells its platform is removed by Home Assistant.
    """
    before = orjson.loads(old).get("components")
    payload = orjson.loads(new)
    now = payload["components"]
    gone = {
        key: {"platform": component["platform"]}
        for key, component in (before if isinstance(before, dict) else {}).items()
        if key not in now and isinstance(component, dict) and "platform" in component
    }
    if not gone:
        return None
    return orjson.dumps(payload | {"components": now | gone})


def _places(station: StationSensors) -> dict[str, list[Datum]]:
    """The station first, then its connectors, with what is known there."""
    if not station.is_adopted or station.is_forgotten:
        return {}
    places: dict[str, list[Datum]] = {where: [] for where in station.places()}
    for datum in station.datums():
        places.setdefault(datum.where, []).append(datum)
    return places


def _key(station: StationSensors, where: str) -> str:
    return f"{escape(station.station)}__{escape(where)}"


def _commands_at(station: StationSensors, where: str) -> Iterable[str]:
    if where not in set(station.places()):
        return ()
    return commands_at(where, speaks_2=station.speaks_2)


def _name(station: StationSensors) -> str:
    """Shown alone: ids are of the identity, which never changes."""
    return station.name[:_LONGEST_TEXT]


def _place_name(where: str) -> str:
    return f"connector {where}"


def _text(station: StationSensors, name: str) -> str:
    value = station.get(Datum(STATION, name))
    found = value.value if value else None
    return found[:_LONGEST_TEXT] if isinstance(found, str) else ""


def _number(station: StationSensors, where: str, name: str) -> float | None:
    value = station.get(Datum(where, name))
    found = value.value if value else None
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return float(found) or None
