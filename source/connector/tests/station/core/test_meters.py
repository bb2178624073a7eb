"""Meter values (2.x block J) and limits of a transaction (2.1, E16)."""

from __future__ import annotations

import pytest

from connector.station.core.events import CoreEvent, Measured, SessionEvent
from connector.station.core.limits import TransactionLimit
from connector.station.core.tokens import Verdict
from connector.station.core.transactions import MOST_SAMPLES
from connector.station.ports import Reading
from connector.tests.station.core.bench import (
    CARD,
    Bench,
    NotedHardware,
    ended,
    of_transactions,
)

YES = Verdict("Accepted")
ENERGY = "Energy.Active.Import.Register"
QUIET = {"SampledDataCtrlr__TxUpdatedInterval": "0"}
ALIGNED = {
    "AlignedDataCtrlr__Interval": "900",
    "AlignedDataCtrlr__Measurands": ENERGY,
    **QUIET,
}


def begin(bench: Bench) -> str:
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    session = bench.core.evses[1].session
    assert session is not None
    bench.told()
    return session.key


def measured(events: list[CoreEvent]) -> list[tuple[int, str]]:
    return [(e.evse, e.context) for e in events if isinstance(e, Measured)]


def test_j01_values_come_on_the_quarter_of_the_hour() -> None:
    bench = Bench(evses=2, **ALIGNED)
    due_ms = bench.wait(0)
    assert due_ms % 900_000 == 0
    begin(bench)
    bench.wait((due_ms - bench.now_ms) / 1000)
    events = bench.told()
    assert of_transactions(events) == [("Updated", "MeterValueClock")]
    assert measured(events) == [(2, "Sample.Clock")]


def test_they_may_be_for_idle_times_alone() -> None:
    bench = Bench(AlignedDataCtrlr__SendDuringIdle="true", **ALIGNED)
    due_ms = bench.wait(0)
    begin(bench)
    bench.wait((due_ms - bench.now_ms) / 1000)
    assert bench.told() == []


def test_values_are_kept_for_the_end() -> None:
    bench = Bench(
        SampledDataCtrlr__TxEndedInterval="60",
        AlignedDataCtrlr__TxEndedInterval="120",
        AlignedDataCtrlr__TxEndedMeasurands=ENERGY,
        **QUIET,
    )
    bench.wait(0)
    begin(bench)
    for _ in range(4):
        bench.wait(60)
    bench.swipe()
    [last] = [e for e in bench.told() if isinstance(e, SessionEvent)]
    contexts = [sample.context for sample in last.samples]
    assert contexts.count("Sample.Periodic") == 4
    assert contexts.count("Sample.Clock") == 2


class Rising(NotedHardware):
    """A meter that shows more whenever it is read."""

    def read(self, evse: int) -> Reading:
        self.energy_wh += 1
        return Reading(self.energy_wh)


@pytest.mark.parametrize("kept_of", ["SampledDataCtrlr__Tx", "AlignedDataCtrlr__Tx"])
def test_what_is_told_and_kept_of_one_moment_is_one_reading(kept_of: str) -> None:
    variables = {
        "SampledDataCtrlr__TxUpdatedInterval": "60",
        "AlignedDataCtrlr__Interval": "60",
        "AlignedDataCtrlr__Measurands": ENERGY,
        f"{kept_of}EndedInterval": "60",
        f"{kept_of}EndedMeasurands": ENERGY,
    }
    bench = Bench(**variables)
    bench.core.site.hardware = bench.core._rooms.transactions.hardware = Rising()
    bench.wait(0)
    begin(bench)
    told: dict[tuple[str, int], float] = {}
    for _ in range(4):
        bench.wait(60)
        for event in bench.told():
            if isinstance(event, SessionEvent) and event.reading is not None:
                told[event.context, event.time_ms] = event.reading.energy_wh
    bench.swipe()
    [last] = [e for e in bench.told() if isinstance(e, SessionEvent)]
    kept = {(s.context, s.time_ms): s.reading.energy_wh for s in last.samples}

    assert len(kept) >= 3
    assert kept.items() <= told.items()


def test_a_long_transaction_keeps_every_second_value() -> None:
    bench = Bench(SampledDataCtrlr__TxEndedInterval="60", **QUIET)
    begin(bench)
    for _ in range(2 * MOST_SAMPLES):
        bench.wait(60)
    bench.swipe()
    [last] = [e for e in bench.told() if isinstance(e, SessionEvent)]
    assert MOST_SAMPLES / 2 <= len(last.samples) <= MOST_SAMPLES
    times = [sample.time_ms for sample in last.samples]
    assert times == sorted(times)


def test_values_and_transactions_are_told_on_demand() -> None:
    bench = Bench(evses=2, AlignedDataCtrlr__Measurands=ENERGY)
    begin(bench)
    assert bench.core.tell_values(0, bench.now_ms)
    assert measured(bench.told()) == [(1, "Trigger"), (2, "Trigger")]
    assert bench.core.tell_transactions(1, bench.now_ms)
    assert of_transactions(bench.told()) == [("Updated", "Trigger")]
    assert not bench.core.tell_transactions(2, bench.now_ms)
    assert not bench.core.tell_values(3, bench.now_ms)


@pytest.mark.parametrize(
    ("limit", "trigger"),
    [
        (TransactionLimit(energy_wh=500), "EnergyLimitReached"),
        (TransactionLimit(time_s=60), "TimeLimitReached"),
        (TransactionLimit(cost=5.0), "CostLimitReached"),
        (TransactionLimit(state_of_charge=0.8), "SoCLimitReached"),
    ],
)
def test_a_limit_that_is_reached_holds_power_back(
    limit: TransactionLimit, trigger: str
) -> None:
    bench = Bench(**QUIET)
    key = begin(bench)
    assert bench.core.limit_transaction(key, limit, bench.now_ms)
    assert of_transactions(bench.told()) == [("Updated", "LimitSet")]
    bench.hardware.energy_wh += 600
    bench.hardware.state_of_charge = 0.9
    bench.core.cost_updated(key, 6.0, bench.now_ms)
    bench.wait(61)
    assert of_transactions(bench.told()) == [("Updated", trigger)]
    assert bench.hardware.offers[1] == 0.0
    bench.core.limit_transaction(key, None, bench.now_ms)
    assert bench.hardware.offers[1] == 22_080.0


def test_a_limit_ends_what_ends_with_the_flow() -> None:
    bench = Bench(TxCtrlr__TxStopPoint="EnergyTransfer")
    key = begin(bench)
    bench.core.limit_transaction(key, TransactionLimit(time_s=60), bench.now_ms)
    bench.wait(60)
    assert ended(bench.told())[1] == "TimeLimitReached"


def test_energy_is_looked_at_when_it_may_be_reached() -> None:
    bench = Bench(**QUIET)
    key = begin(bench)
    limit = TransactionLimit(energy_wh=22_080)
    bench.core.limit_transaction(key, limit, bench.now_ms)
    assert bench.wait(0) == bench.now_ms + 3_600_000


def test_what_does_not_run_has_no_limit() -> None:
    bench = Bench()
    limit = TransactionLimit(cost=1.0)
    assert not bench.core.limit_transaction("nobody's", limit, bench.now_ms)
    assert not bench.core.cost_updated("nobody's", 1.0, bench.now_ms)
