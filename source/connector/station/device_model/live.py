"""Values that follow from what a station does now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.station.core.evse import NO_ERROR, Evse
from connector.station.core.station import StationCore
from connector.station.device_model.names import Place
from connector.station.times import iso

STATES = {
    "Available": "Available",
    "Reserved": "Reserved",
    "Unavailable": "Unavailable",
    "Faulted": "Faulted",
}
"""The nine words of 1.6 in the five of 2.x; the others are Occupied."""


@dataclass(slots=True)
class LiveCore:
    """The values of a station that runs.

    ``counts`` are those that others know: profiles, roots, messages.
    """

    core: StationCore
    now_ms: Callable[[], int]
    counts: dict[str, Callable[[], int]]

    def value(self, what: str, place: Place) -> str:
        """A value; ``what`` is the ``live`` of a row."""
        if what in _LIVE:
            return _LIVE[what](self, place)
        count = self.counts.get(what)
        return str(count() if count is not None else 0)


def _time(live: LiveCore, place: Place) -> str:
    return iso(live.now_ms())


def _state(live: LiveCore, place: Place) -> str:
    found: str = live.core.status(place.evse, place.connector)[0]
    return STATES.get(found, "Occupied")


def _problem(live: LiveCore, place: Place) -> str:
    evses = _evses(live, place)
    is_bad = any(each.error(place.connector)[0] != NO_ERROR for each in evses)
    return "true" if is_bad else "false"


def _power(live: LiveCore, place: Place) -> str:
    core = live.core
    power_w = sum(
        core.hardware.read(each.number).power_w for each in _evses(live, place)
    )
    return f"{power_w:.1f}"


def _current(live: LiveCore, place: Place) -> str:
    currents = live.core.hardware.read(place.evse).currents_a
    return f"{max(currents, default=0.0):.2f}"


def _voltage(live: LiveCore, place: Place) -> str:
    voltages = live.core.hardware.read(place.evse).voltages
    return f"{max(voltages, default=0.0):.1f}"


def _charging(live: LiveCore, place: Place) -> str:
    """For how long the transactions there run, the longest in s."""
    starts = [e.session.started_ms for e in _evses(live, place) if e.session]
    now_ms = live.now_ms()
    return str(max((now_ms - s for s in starts if s is not None), default=0) // 1000)


def _listed(live: LiveCore, place: Place) -> str:
    return str(len(live.core.tokens))


def _is_online(live: LiveCore, place: Place) -> str:
    return str(live.core.is_online).lower()


def _evses(live: LiveCore, place: Place) -> list[Evse]:
    evses = live.core.evses
    return [evses[place.evse]] if place.evse else list(evses.values())


_LIVE: dict[str, Callable[[LiveCore, Place], str]] = {
    "time": _time,
    "state": _state,
    "problem": _problem,
    "power": _power,
    "current": _current,
    "voltage": _voltage,
    "charging": _charging,
    "longest_charging": _charging,
    "listed": _listed,
    "is_online": _is_online,
}
