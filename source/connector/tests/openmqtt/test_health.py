"""What the health message says of stations: rates, and no more than is bearable."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from connector.csms.options import StationOptions
from connector.csms.station import Station
from connector.openmqtt.health import MOST_STATIONS, StationHealth
from connector.sessions.tally import Tally

NOW_MS = 1_769_860_800_000


class Site:
    """Stations with counts that a test sets, and a clock that it turns."""

    def __init__(self) -> None:
        self.stations: dict[str, Station] = {}
        self.tally = Tally()
        self.at_s = 1000.0
        self.health = StationHealth(
            self.stations, self.tally, lambda: self.at_s, lambda: NOW_MS
        )

    def add(self, identity: str, heard: int = 0, *, is_adopted: bool = True) -> Any:
        registration = "accepted" if is_adopted else "pending"
        station = Station(identity, StationOptions(), registration=registration)
        self.stations[identity] = station
        self.connect(station, heard)
        return station

    def connect(self, station: Any, heard: int = 0) -> None:
        link = SimpleNamespace(last_received_s=0.0)
        station.session = SimpleNamespace(heard=heard, refused=0, link=link)

    def after(self, seconds: float) -> dict[str, Any]:
        self.at_s += seconds
        return self.health.message()


def test_rates_are_of_the_time_between_two_looks() -> None:
    site = Site()
    station = site.add("CP", heard=10)
    site.after(30)
    station.session.heard += 20
    site.tally.received["MeterValues"] += 20

    found = site.after(30)

    assert found["by_station"]["CP"]["messages_per_min"] == 40
    assert found["by_station"]["CP"]["messages"] == 30
    assert found["messages_per_min"] == 40
    assert site.after(30)["messages_per_min"] == 0


def test_a_new_link_begins_its_count_anew() -> None:
    site = Site()
    station = site.add("CP", heard=1000)
    site.after(30)
    site.connect(station, heard=5)
    station.reconnects = 1

    found = site.after(30)["by_station"]["CP"]

    assert (found["messages_per_min"], found["reconnects"]) == (10, 1)


def test_a_look_that_follows_at_once_repeats_the_rates() -> None:
    site = Site()
    station = site.add("CP")
    site.after(30)
    station.session.heard += 30
    site.after(30)

    assert site.after(0.1)["by_station"]["CP"]["messages_per_min"] == 60


def test_errors_of_a_station_are_told_and_who_is_away_is_there() -> None:
    site = Site()
    site.add("BAD").session.refused = 3
    away = site.add("AWAY")
    away.session = None
    away.seen_ms = NOW_MS

    found = site.after(30)["by_station"]

    assert found["BAD"]["errors"] == 3
    assert found["AWAY"] == {
        "connected": False,
        "messages_per_min": 0.0,
        "messages": 0,
        "errors": 0,
        "reconnects": 0,
        "last_seen": "2026-01-31T12:00:00Z",
    }


def test_whoever_waits_for_adoption_is_not_in_it() -> None:
    site = Site()
    site.add("STRANGER", is_adopted=False)

    assert site.after(30)["by_station"] == {}


def test_of_very_many_stations_the_busiest_are_told() -> None:
    site = Site()
    for number in range(MOST_STATIONS + 7):
        site.add(f"CP{number}")
    site.stations["CP506"].session.heard = 100  # type: ignore[union-attr]

    found = site.after(30)

    assert len(found["by_station"]) == MOST_STATIONS
    assert found["stations_left_out"] == 7
    assert "CP506" in found["by_station"]
