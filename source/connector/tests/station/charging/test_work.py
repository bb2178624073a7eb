"""How much is done for a limit: counted, not timed."""

from __future__ import annotations

import pytest

from connector.station.charging import moment, profiles
from connector.tests.station.charging.desk import AC, Desk, at, profile

MAX = "ChargingStationMaxProfile"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """When everything was looked at."""
    times: list[int] = []

    class Counted(moment.Evaluation):
        def run(self) -> moment.Evaluation:
            times.append(self.now_ms)
            return super().run()

    monkeypatch.setattr(profiles, "Evaluation", Counted)
    return times


def loaded() -> Desk:
    desk = Desk(AC, AC)
    for number in range(20):
        rows = [(period * 600, 5000.0 + 10 * period) for period in range(24)]
        purpose = MAX if number % 4 == 0 else "TxDefaultProfile"
        evse = 0 if purpose == MAX else number % 3
        wire = profile(*rows, purpose=purpose, number=number, level=number % 9 + 1)
        desk.set(evse, wire)
    return desk


def test_what_was_found_out_is_kept_until_the_next_change(
    counted: list[int],
) -> None:
    desk = loaded()
    desk.charge(1)
    desk.charge(2)

    for second in range(600):
        for number in (1, 2):
            desk.limit(number, now_s=second)
        desk.profiles.next_change_ms(at(second))
    assert counted == [at(0)]

    desk.limit(1, now_s=600)
    assert counted == [at(0), at(600)]


def test_it_is_found_out_again_when_something_changed(counted: list[int]) -> None:
    desk = loaded()
    desk.charge(1)
    desk.limit(1)
    desk.charge(2)
    desk.limit(1)
    desk.set(1, profile((0, 1.0), number=99, level=0))
    desk.limit(1)
    # A clock that was set back.
    desk.limit(1, now_s=-5)

    assert counted == [at(0), at(0), at(0), at(-5)]


def test_nothing_is_found_out_where_nothing_charges_or_limits(
    counted: list[int],
) -> None:
    idle, free = loaded(), Desk()
    free.charge()

    assert idle.profiles.next_change_ms(at(0)) is None
    assert free.limit() == AC.max_power_w
    assert counted == []


def test_a_composite_schedule_looks_once_at_each_change(
    counted: list[int],
) -> None:
    desk = loaded()

    rows = desk.schedule(86_400)

    assert len(counted) <= 24 + 1
    assert len(rows) <= len(counted)


@pytest.mark.parametrize(("evses", "most"), [(1, 5001), (50, 501)])
def test_nobody_keeps_a_station_busy_with_one_question(
    counted: list[int], evses: int, most: int
) -> None:
    desk = Desk(*[AC] * evses)
    rows = [(period, 5000.0) for period in range(24)]
    desk.set(0, profile(*rows, kind="Recurring", recurrencyKind="Daily"))

    found = desk.profiles.composite(0, 2**31, "W", at(0))

    assert found is not None
    assert len(counted) <= most
    assert len(found.periods) == 1
    assert 0 < found.duration_s < 2**31
