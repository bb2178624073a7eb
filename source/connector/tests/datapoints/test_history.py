"""Which values become history."""

from __future__ import annotations

import pytest

from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints import history
from connector.datapoints.history import AGAIN_MS, History
from connector.datapoints.sensors import Sensors
from connector.store.records import HistoryRecord
from connector.tests.clock import START_MS, FakeClock

POWER = Datum("1", "Power.Active.Import")
KEY = "CP__1__Power.Active.Import"


class Plant:
    """Sensors whose values are noted."""

    def __init__(self, *, is_adopted: bool = True) -> None:
        self.clock = FakeClock()
        self.sensors = Sensors()
        self.kept: list[HistoryRecord] = []
        self.history = History(self.clock, self.kept.extend)
        self.sensors.on_taken = self.history.note
        self.sensors.register("CP", is_adopted=is_adopted, connectors=1)

    def tell(
        self,
        value: Scalar,
        datum: Datum = POWER,
        *,
        ago_ms: int = 0,
        queued: bool = False,
    ) -> None:
        now_ms = self.clock.now_ms()
        facts = Facts("CP", now_ms - ago_ms, {datum: value}, queued=queued)
        self.sensors.take(facts, now_ms)

    def tell_each_second(self, *values: Scalar, seconds: float = 1) -> None:
        for value in values:
            self.tell(value)
            self.turn(seconds)

    def turn(self, seconds: float = 1) -> None:
        self.clock.advance(seconds)
        if self.history.is_due():
            self.history.hand_over()

    @property
    def values(self) -> list[Scalar]:
        return [record.value for record in self.kept]


@pytest.fixture
def plant() -> Plant:
    return Plant()


def test_a_value_is_kept_within_a_second(plant: Plant) -> None:
    plant.tell(7400.0)
    plant.turn(0.5)
    assert plant.kept == []

    plant.turn(0.5)

    assert plant.kept == [HistoryRecord(KEY, START_MS, 7400.0)]


def test_what_was_told_before_our_restart_is_not_kept_again(plant: Plant) -> None:
    now_ms = plant.clock.now_ms()
    recalled = Facts("CP", now_ms - 60_000, {POWER: 7400.0}, is_recalled=True)
    plant.sensors.take(recalled, now_ms)
    plant.turn()

    plant.tell_each_second(7500.0)

    assert plant.values == [7500.0]


def test_a_value_that_stays_is_kept_once(plant: Plant) -> None:
    plant.tell_each_second(7400.0, 7400.0, 7400.0, 0.0, 0.0)

    assert plant.values == [7400.0, 0.0]


def test_a_value_that_stays_is_kept_again_as_a_sign_of_life(plant: Plant) -> None:
    plant.tell_each_second(7400.0, 7400.0, 7400.0, seconds=AGAIN_MS / 2000)

    assert plant.values == [7400.0, 7400.0]


def test_the_newest_of_a_second_is_kept(plant: Plant) -> None:
    for value in (1.0, 2.0, 3.0):
        plant.tell(value)
        plant.clock.advance(0.1)
    plant.turn()

    assert plant.kept == [HistoryRecord(KEY, START_MS + 200, 3.0)]


def test_values_that_come_together_with_times_of_their_own_are_all_kept(
    plant: Plant,
) -> None:
    for ago_ms in (3000, 2000, 1000):
        plant.tell(float(ago_ms), ago_ms=ago_ms)
    plant.turn()

    assert plant.values == [3000.0, 2000.0, 1000.0]


def test_what_was_kept_without_a_link_is_history_and_no_news(plant: Plant) -> None:
    plant.tell_each_second(5.0)
    plant.tell(3.0, ago_ms=60_000, queued=True)
    plant.tell_each_second(5.0)

    assert plant.kept == [
        HistoryRecord(KEY, START_MS, 5.0),
        HistoryRecord(KEY, START_MS + 1000 - 60_000, 3.0),
    ]


def test_null_and_text_are_kept(plant: Plant) -> None:
    plant.tell("Charging", Datum("1", "status"))
    plant.tell(None)
    plant.tell(32, Datum("1", "current_limit"))
    plant.turn()

    assert plant.values == ["Charging", None, 32.0]
    assert isinstance(plant.values[2], float)


@pytest.mark.parametrize(
    "datum",
    [
        Datum("0", "last_seen"),
        Datum("1", "Voltage"),
        Datum("1", "power_limit", suffix="result"),
        Datum("1", "Energy.Active.Import.Register", suffix="signed"),
    ],
)
def test_what_nobody_plots_is_not_kept(plant: Plant, datum: Datum) -> None:
    plant.tell("x", datum)
    plant.turn()

    assert plant.kept == []


def test_a_station_that_waits_for_adoption_leaves_no_trace() -> None:
    plant = Plant(is_adopted=False)
    plant.tell(7400.0)
    plant.tell("Available", Datum("1", "status"))
    plant.turn()

    assert plant.kept == []


def test_phases_and_locations_have_keys_of_their_own(plant: Plant) -> None:
    plant.tell(1.0, Datum("1", "Current.Import", phase="L1"))
    plant.tell(2.0, Datum("1", "Current.Import", location="Inlet", phase="L1"))
    plant.turn()

    assert [record.key for record in plant.kept] == [
        "CP__1__Current.Import__L1",
        "CP__1__Current.Import__Inlet__L1",
    ]


def test_a_silent_station_is_forgotten(plant: Plant) -> None:
    plant.tell_each_second(7400.0)
    plant.turn(AGAIN_MS / 1000 + 60)
    plant.sensors.register("CP2", is_adopted=True, connectors=1)
    facts = Facts("CP2", plant.clock.now_ms(), {POWER: 1.0})
    plant.sensors.take(facts, plant.clock.now_ms())
    plant.turn()

    assert list(plant.history._kept) == ["CP2"]


def test_what_is_never_taken_is_bounded(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_MOST", 2)
    for value in (1.0, 2.0, 3.0):
        plant.tell(value, ago_ms=round(-2000 * value))
    plant.turn()

    assert plant.values == [1.0, 2.0]
    assert plant.history.dropped == 1


def test_what_is_known_is_noted_again_where_the_history_broke_off(
    plant: Plant,
) -> None:
    plant.tell(7400.0)
    plant.tell("Charging", Datum("1", "status"))
    plant.tell(None, Datum("1", "SoC"))
    plant.tell(1100.0, Datum("1", "Energy.Active.Import.Register"))
    plant.turn()
    before = len(plant.kept)
    plant.clock.jump(3600)

    plant.history.note_all(plant.sensors)
    plant.turn()

    again = {(each.key, each.time_ms, each.value) for each in plant.kept[before:]}
    now_ms = START_MS + 3_601_000
    assert again == {(KEY, now_ms, 7400.0), ("CP__1__status", now_ms, "Charging")}


def test_what_was_noted_again_is_known_to_be(plant: Plant) -> None:
    plant.sensors.on_taken = None
    plant.tell(7400.0)
    plant.sensors.on_taken = plant.history.note
    plant.history.note_all(plant.sensors)
    plant.turn()

    plant.tell_each_second(7400.0, 7500.0)

    assert plant.values == [7400.0, 7500.0]


def test_of_a_station_that_is_not_adopted_nothing_is_noted_again() -> None:
    plant = Plant(is_adopted=False)
    plant.tell(7400.0)

    plant.history.note_all(plant.sensors)

    assert not plant.history.take()


@pytest.mark.parametrize(
    ("name", "outlasts"),
    [
        ("Power.Active.Import", False),
        ("Current.Offered", False),
        ("SoC", False),
        ("status", False),
        ("power_limit", False),
        ("power_limit_asked", False),
        ("Energy.Active.Import.Register", True),
        ("session_energy", True),
    ],
)
def test_only_the_reading_of_a_meter_holds_while_nobody_is_there(
    name: str, outlasts: bool
) -> None:
    assert history.shape_of(f"CP__1__{name}").outlasts is outlasts


@pytest.mark.parametrize(
    ("name", "is_mean"),
    [
        ("Power.Active.Import", True),
        ("Current.Offered", True),
        ("SoC", True),
        ("power_limit", False),
        ("current_limit", False),
        ("power_limit_asked", False),
        ("current_limit_asked", False),
        ("power_limit_effective", False),
        ("session_energy", False),
    ],
)
def test_there_is_no_mean_of_limits(name: str, is_mean: bool) -> None:
    assert history.shape_of(f"CP__1__{name}").is_mean is is_mean
