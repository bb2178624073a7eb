"""The open tree with Home Assistant's discovery beside it.

Runs on the flow thread, as the tree does. Devices are told when they are new or
changed, and once more soon after; a broker that was away, and a Home Assistant that
was, are told all.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from connector.csms.clock import Clock
from connector.csms.facts import Scalar
from connector.datapoints.sensors import Sensors, StationSensors, Update
from connector.openmqtt.discovery.devices import Devices, Discovered, without
from connector.openmqtt.discovery.inbox import Born, Connected, Found, Inbox, Started
from connector.openmqtt.topics import Topics
from connector.openmqtt.tree import Message, Tree

logger = logging.getLogger(__name__)

_RETAIN = True
_AT_ONCE = 50
"""Stations in one second: Home Assistant makes entities slowly."""
_COMES_BACK_WITHIN_S = 10.0
_NONE = (-1, -1)
"""No revision of the sensors."""
_JITTER_S = (1.0, 10.0)
"""After its birth message Home Assistant hears of everybody; not of all at once."""
_ONCE_MORE_AFTER_S = 20.0
"""Home Assistant may fail to make an entity of one kind while it loads the code of
another: their shared validators are made anew then. And it drops what is new in a
message while it is still busy with one before. Told once more, it makes it."""
_SETTLES_WITHIN_S = 60.0
"""Two connectors with one name throw each other out at the broker, again and again:
neither takes the other's devices away each time it is in."""
_WATCHED = frozenset(
    {"vendor", "model", "serial_number", "firmware_version", "limit_max"}
)
"""Values that stand in a discovery message."""


@dataclass(slots=True)
class _Told:
    """What Home Assistant was told of one station."""

    shape: tuple[object, ...]
    digests: dict[str, bytes] = field(default_factory=dict)
    is_repetition: bool = False
    """What is told next has been told before."""

    def again(self) -> None:
        """Have all of it told."""
        self.shape, self.digests, self.is_repetition = (), {}, True


@dataclass(slots=True)
class _Broker:
    """What is known of the broker since it let us in."""

    asked_s: float
    swept_from_s: float
    """Not before: it is no link that lasts yet."""
    is_probed: bool = False
    is_known: bool = False
    """What it holds of ours has come, or nothing comes."""
    is_swept: bool = False
    """What nobody has any more is removed."""
    found: dict[str, bytes] = field(default_factory=dict)


class DiscoveringTree(Tree):
    """Values, and what they are."""

    def __init__(
        self,
        topics: Topics,
        devices: Devices,
        clock: Clock,
        *,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        super().__init__(topics)
        self._devices = devices
        self._clock = clock
        self._jitter = jitter
        self.inbox = Inbox(devices)
        self._told: dict[str, _Told] = {}
        self._due: dict[str, None] = {}
        self._once_more_s: dict[str, float] = {}
        self._broker: _Broker | None = None
        self._started_turns = 0
        self._is_started = False
        self._again_s: float | None = None
        self._revision = _NONE
        self._has_warned = False

    # -- as the tree is asked

    def messages(
        self, station: StationSensors, updates: Iterable[Update]
    ) -> list[Message]:
        """The values; whether a device changed by them is noted in passing."""
        told = self._told.get(station.station)
        if told is None or told.shape != _shape(station):
            self._due[station.station] = None
            return super().messages(station, updates)
        updates = list(updates)
        if any(datum.name in _WATCHED for datum, _ in updates):
            self._due[station.station] = None
        return super().messages(station, updates)

    def refresh(self, sensors: Sensors) -> list[Message]:
        """Once a second: the tree's values, and devices that changed."""
        found = super().refresh(sensors)
        for note in self.inbox.take():
            match note:
                case Connected():
                    self._begin()
                case Started():
                    self._started_turns = 1
                case Found() if self._broker is not None:
                    self._take(self._broker, note)
                case Born():
                    self._again_s = self._clock.monotonic() + self._jitter(*_JITTER_S)
        return found + self._discover(sensors)

    def clear(self, station: StationSensors) -> list[Message]:
        """Of a station that is forgotten its devices go, before what they show."""
        self._due.pop(station.station, None)
        return self._remove(station.station) + super().clear(station)

    # -- turns

    def _discover(self, sensors: Sensors) -> list[Message]:
        broker = self._broker
        if broker is None:
            return []
        if not broker.is_probed:
            broker.is_probed = True
            return [(self._devices.probe, b"", False)]
        if not broker.is_known and not self._gives_up(broker):
            return []
        found: list[Message] = []
        if not broker.is_swept and self._may_sweep(broker):
            found = self._bury(broker, sensors)
        self._note_changes(sensors)
        return found + self._tell_due(sensors)

    def _begin(self) -> None:
        """The broker may know nothing of us, or more than there is."""
        now_s = self._clock.monotonic()
        settles_s = 0.0 if self._broker is None else _SETTLES_WITHIN_S
        self._broker = _Broker(now_s, now_s + settles_s)
        self._told = {}
        self._once_more_s = {}
        self._revision = _NONE

    def _take(self, broker: _Broker, note: Found) -> None:
        """What is retained comes before what was sent after it was asked for."""
        if note.topic == self._devices.probe:
            if broker.is_probed and not broker.is_known:
                broker.is_known = True
                self.inbox.enough()
        elif not broker.is_known and self._devices.is_ours(note.payload):
            broker.found[note.topic] = note.payload

    def _gives_up(self, broker: _Broker) -> bool:
        if self._clock.monotonic() - broker.asked_s < _COMES_BACK_WITHIN_S:
            return False
        broker.is_known = True
        self.inbox.enough()
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "nothing that is published below %s comes back from the broker, so "
                "Home Assistant may see no station: let the user of the connector "
                "publish and subscribe to %s#, or set HOME_ASSISTANT_PREFIX to what "
                "the broker allows",
                self._devices.root,
                self._devices.root,
            )
        return True

    def _may_sweep(self, broker: _Broker) -> bool:
        is_declared = self._all_are_declared()
        return is_declared and self._clock.monotonic() >= broker.swept_from_s

    def _all_are_declared(self) -> bool:
        """From the second turn on: what was declared before has been taken then."""
        if not self._is_started and self._started_turns:
            self._is_started = self._started_turns > 1
            self._started_turns += 1
        return self._is_started

    # -- telling

    def _note_changes(self, sensors: Sensors) -> None:
        now_s = self._clock.monotonic()
        if self._again_s is not None and now_s >= self._again_s:
            self._again_s = None
            self._once_more_s = dict.fromkeys(self._told, now_s)
        for name in [n for n, at_s in self._once_more_s.items() if now_s >= at_s]:
            del self._once_more_s[name]
            self._told[name].again()
            self._revision = _NONE
        revision = (sensors.revision, sensors.names)
        if self._revision == revision:
            return
        self._revision = revision
        for station in sensors:
            told = self._told.get(station.station)
            if told is None or told.shape != _shape(station):
                self._due[station.station] = None

    def _tell_due(self, sensors: Sensors) -> list[Message]:
        bridge = self._told.setdefault(self._BRIDGE, _Told(()))
        found = (
            [] if bridge.digests else self._tell(self._BRIDGE, [self._devices.bridge()])
        )
        known = {each.station: each for each in sensors} if self._due else {}
        for name in list(self._due)[:_AT_ONCE]:
            del self._due[name]
            if name in known:
                found += self._tell_station(known[name])
        return found

    _BRIDGE = ""
    """No identity is empty."""

    def _tell_station(self, station: StationSensors) -> list[Message]:
        devices = self._devices.of_station(station)
        if not devices:
            return self._remove(station.station)
        told = self._told.get(station.station)
        if told is None:
            told = self._told[station.station] = _Told(())
        told.shape = _shape(station)
        return self._tell(station.station, devices)

    def _tell(self, name: str, devices: list[Discovered]) -> list[Message]:
        found: list[Message] = []
        told = self._told[name]
        held = self._broker.found if self._broker else {}
        for device in devices:
            digest = device.digest
            if told.digests.get(device.topic) == digest:
                continue
            told.digests[device.topic] = digest
            old = held.pop(device.topic, None)
            if old == device.payload:
                continue
            if not told.is_repetition:
                self._once_more_s[name] = self._clock.monotonic() + _ONCE_MORE_AFTER_S
            gone = without(old, device.payload) if old else None
            if gone is not None:
                found.append((device.topic, gone, _RETAIN))
            found.append((device.topic, device.payload, _RETAIN))
        told.is_repetition = False
        return found

    # -- removing

    def _remove(self, station: str) -> list[Message]:
        told = self._told.pop(station, None)
        self._once_more_s.pop(station, None)
        return [(topic, b"", _RETAIN) for topic in told.digests] if told else []

    def _bury(self, broker: _Broker, sensors: Sensors) -> list[Message]:
        """Remove what an earlier run left behind, of stations that nobody knows."""
        broker.is_swept = True
        living = {self._devices.bridge_topic}
        for station in sensors:
            living.update(self._devices.topics_of(station))
        dead = [topic for topic in broker.found if topic not in living]
        for topic in dead:
            del broker.found[topic]
            logger.info("removed %s of an earlier run from Home Assistant", topic)
        return [(topic, b"", _RETAIN) for topic in dead]


def _shape(station: StationSensors) -> tuple[Scalar | tuple[str, ...], ...]:
    """What decides which entities a station has."""
    return (
        len(station),
        station.is_adopted,
        station.is_forgotten,
        station.connectors,
        station.parts,
        station.speaks_2,
        station.name,
    )
