"""People who come, charge and leave."""

from __future__ import annotations

import random

import pytest

from connector.station.demo.core import (
    Model,
    Started,
    StationCore,
    StatusChanged,
    Stopped,
    Swiped,
)
from connector.station.demo.vehicle import Vehicle
from connector.station.demo.visits import Habits, Visits
from connector.tests.clock import START_MS


class Town:
    """A station with one driver; ``answers`` decides what a swipe leads to."""

    def __init__(self) -> None:
        self.core = StationCore(Model("A"), source=random.Random(1))
        self.now_ms = START_MS
        self.refuses_token = self.refuses_start = False
        self.visits = Visits(
            self.core, 1, Habits("CARD"), self._vehicle, random.Random(1)
        )

    @staticmethod
    def _vehicle(source: random.Random) -> Vehicle:
        return Vehicle(1000.0, 0.5, 11_000.0)

    def live(self, seconds: int) -> list[str]:
        """Let time pass; what happened, in short."""
        happened: list[str] = []
        for _ in range(seconds):
            self.now_ms += 1000
            self.visits.step(self.now_ms)
            self.core.step(self.now_ms)
            while events := self.core.take_events():
                for event in events:
                    happened += self._note(event)
        return happened

    def _note(self, event: object) -> list[str]:
        match event:
            case Swiped(where=where, id_tag=id_tag):
                if not self.refuses_token:
                    self.core.authorize(where, id_tag, self.now_ms)
                return ["swiped"]
            case Started():
                if self.refuses_start:
                    self.core.end(1, "DeAuthorized", self.now_ms)
                return ["started"]
            case Stopped(reason=reason):
                return [f"stopped {reason}"]
            case StatusChanged(where=1, status=status):
                return [status]
        return []


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_visit_goes_from_arrival_to_departure_and_begins_anew(town: Town) -> None:
    happened = town.live(400)
    first = happened[: happened.index("Finishing") + 2]
    assert [item for item in first if item != "Preparing"] == [
        "Available",
        "swiped",
        "started",
        "Charging",
        "SuspendedEV",
        "stopped Local",
        "Finishing",
        "Available",
    ]
    assert happened.count("started") == 2


def test_a_driver_leaves_after_the_transaction_was_stopped(town: Town) -> None:
    town.live(20)
    town.core.end(1, "Remote", town.now_ms)
    assert "Available" in town.live(10)
    assert town.core.evses[1].vehicle is None


def test_a_remote_start_calls_a_driver(town: Town) -> None:
    town.live(1)
    town.core.authorize(1, "APP", town.now_ms)
    assert "started" in town.live(1)


def test_after_a_refused_token_the_driver_swipes_again(town: Town) -> None:
    town.refuses_token = True
    assert town.live(60).count("swiped") == 3
    town.refuses_token = False
    assert "started" in town.live(20)


def test_after_a_refused_start_the_driver_leaves_and_comes_again(town: Town) -> None:
    town.refuses_start = True
    happened = town.live(100)
    assert happened.count("started") >= 2
    assert happened.count("Available") >= 2


def test_nobody_comes_while_the_connector_is_out_of_service(town: Town) -> None:
    town.core.set_operative(1, False)
    assert town.live(60) == ["Unavailable"]
    town.core.set_operative(1, True)
    assert "started" in town.live(10)
