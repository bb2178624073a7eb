"""The actuator keys of the earlier OCPP connector, named in `OCPP_CONFIG`.

``execute_<command>__`` acts on connector 1 of the one connected station,
``execute_<command>__<station>__<where>`` on the one it names; outcomes go to the same
keys with ``result`` (contract: datapoints, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.csms.facts import Scalar
from connector.datapoints import catalogue
from connector.datapoints.keys import SEPARATOR, escape, unescape
from connector.datapoints.sensors import Sensors
from connector.datapoints.values import InvalidValue
from connector.errors import StationNotConnected

PREFIX = "execute_"
_FIRST_CONNECTOR = "1"


@dataclass(frozen=True, slots=True)
class EarlierKey:
    """An actuator key of the earlier connector, read.

    ``station`` is None for the key that names none.
    """

    command: str
    station: str | None
    where: str
    result_key: str


class EarlierKeys:
    """Which of these keys exist, and where a value written to one goes.

    Args:
        config: the object of `OCPP_CONFIG`; its keys name commands, with or without
            ``execute_``; ``{"broadcast": true}`` lets the key without a station act
            on all that are connected.

    Raises:
        ValueError: a key names no command.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._broadcast: dict[str, bool] = {}
        for name, options in config.items():
            command = name.removeprefix(PREFIX).removesuffix(SEPARATOR)
            if command not in catalogue.COMMANDS:
                raise ValueError(f"{name!r} names no command")
            wanted = isinstance(options, Mapping) and options.get("broadcast") is True
            self._broadcast[command] = wanted

    def read(self, key: str) -> EarlierKey | None:
        """What a key means, or None if it is none of these."""
        head, _, rest = key.partition(SEPARATOR)
        command = head.removeprefix(PREFIX)
        if command not in self._broadcast or head == command:
            return None
        root = f"{PREFIX}{command}{SEPARATOR}"
        if not rest:
            return EarlierKey(command, None, _FIRST_CONNECTOR, root + "result")
        station, _, where = rest.rpartition(SEPARATOR)
        result_key = f"{root}{station}{SEPARATOR}{where}{SEPARATOR}result"
        return EarlierKey(command, unescape(station), where, result_key)

    def targets(self, key: EarlierKey, connected: Iterable[str]) -> list[str]:
        """The stations that a value for ``key`` is for.

        Raises:
            StationNotConnected: it names none, and none is connected.
            InvalidValue: it names none, and several are connected.
        """
        if key.station is not None:
            return [key.station]
        found = list(connected)
        if not found:
            raise StationNotConnected("(any)")
        if len(found) == 1 or self._broadcast[key.command]:
            return found
        raise InvalidValue(
            f"{len(found)} stations connected",
            f"the one station that {PREFIX}{key.command}{SEPARATOR} needs",
        )

    def actuators(self, sensors: Sensors) -> dict[str, Scalar]:
        """Every key that can be written, with an example."""
        found: dict[str, Scalar] = {}
        for command in self._broadcast:
            example = catalogue.COMMANDS[command].example
            found[f"{PREFIX}{command}{SEPARATOR}"] = example
            for station, where in self._places(command, sensors):
                found[self._key(command, station, where)] = example
        return found

    def results(self, sensors: Sensors) -> dict[str, Scalar]:
        """Every key that an outcome goes to, with an example."""
        return {
            key.removesuffix(SEPARATOR) + SEPARATOR + "result": (
                catalogue.RESULT_EXAMPLE
            )
            for key in self.actuators(sensors)
        }

    def _places(self, command: str, sensors: Sensors) -> Iterable[tuple[str, str]]:
        for station in sensors:
            for where, name in station.commands():
                if name == command:
                    yield station.station, where

    def _key(self, command: str, station: str, where: str) -> str:
        return SEPARATOR.join((PREFIX + command, escape(station), where))
