"""How stations are, in numbers, for `N/bridge/health`.

Rates are of the time between two looks; what happened before the first is not known.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.csms.seen import seen_ms
from connector.csms.station import Station
from connector.csms.times import iso
from connector.sessions.tally import Tally

Json = dict[str, Any]

MOST_STATIONS = 500
"""In one message: the busiest. More would be a burden to who reads it."""
_LEAST_S = 5.0
"""Looks that follow sooner give the rates of the one before."""


@dataclass(frozen=True, slots=True)
class Look:
    """What had been counted at a time; ``heard`` by station, with its session."""

    at_s: float
    heard: Mapping[str, tuple[object, int]]
    received: int


class StationHealth:
    """Looks at all stations now and then.

    Args:
        stations: all there are, by identity.
        tally: what all sessions said and heard.
        monotonic: seconds that only rise.
        now_ms: the time (epoch, ms).
    """

    def __init__(
        self,
        stations: Mapping[str, Station],
        tally: Tally,
        monotonic: Callable[[], float],
        now_ms: Callable[[], int],
    ) -> None:
        self._stations = stations
        self._tally = tally
        self._monotonic = monotonic
        self._now_ms = now_ms
        self._before = self._after = self._look()

    def message(self) -> Json:
        """Members of the health message."""
        if self._monotonic() - self._after.at_s >= _LEAST_S:
            self._before, self._after = self._after, self._look()
        rates = self._rates()
        busiest = heapq.nlargest(MOST_STATIONS, self._adopted(), _by_rate(rates))
        return {
            "messages_received": sum(self._tally.received.values()),
            "messages_sent": sum(self._tally.sent.values()),
            "messages_refused": sum(self._tally.refused.values()),
            "messages_per_min": self._per_minute(
                self._after.received - self._before.received
            ),
            "by_station": {
                each.identity: self._shown(each, rates.get(each.identity, 0.0))
                for each in sorted(busiest, key=lambda each: each.identity)
            },
            "stations_left_out": max(0, len(self._adopted()) - MOST_STATIONS),
        }

    def _adopted(self) -> list[Station]:
        """Who waits is told in `N/bridge/pending`, and whoever knocks may wait."""
        return [each for each in self._stations.values() if each.is_adopted]

    def _look(self) -> Look:
        sessions = (
            (each.identity, each.session)
            for each in self._stations.values()
            if each.session is not None and each.is_adopted
        )
        return Look(
            self._monotonic(),
            {identity: (session, session.heard) for identity, session in sessions},
            sum(self._tally.received.values()),
        )

    def _rates(self) -> dict[str, float]:
        """Messages per minute of each station that has a link."""
        found = {}
        for identity, (session, heard) in self._after.heard.items():
            known, before = self._before.heard.get(identity, (None, 0))
            new = heard - before if known is session else heard
            found[identity] = self._per_minute(new)
        return found

    def _per_minute(self, count: int) -> float:
        seconds = self._after.at_s - self._before.at_s
        return round(count * 60 / seconds, 2) if seconds > 0 else 0.0

    def _shown(self, station: Station, rate: float) -> Json:
        session = station.session
        last_ms = seen_ms(station, self._now_ms())
        return {
            "connected": station.is_connected,
            "messages_per_min": rate,
            "messages": session.heard if session is not None else 0,
            "errors": session.refused if session is not None else 0,
            "reconnects": max(0, station.reconnects),
            "last_seen": iso(last_ms) if last_ms else None,
        }


def _by_rate(rates: Mapping[str, float]) -> Callable[[Station], tuple[float, bool]]:
    return lambda station: (rates.get(station.identity, 0.0), station.is_connected)
