"""What a composite schedule says is what is offered then."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.station.demo.core import Model, StationCore
from connector.station.demo.vehicle import Vehicle
from connector.tests.station.wire import NOON_S, profile

NOON_MS = round(NOON_S * 1000)
SPAN_S = 400


def charging_core(*wheres: int, phases: int = 3, started_ms: int = NOON_MS) -> Any:
    """Two connectors, with a transaction at those that are named."""
    core = StationCore(Model("A", connectors=2), source=random.Random(1))
    for where in wheres:
        core.plug(where, Vehicle(50_000.0, 0.2, 22_000.0, phases=phases), started_ms)
        assert core.authorize(where, "CARD", started_ms)
    return core


def offered(core: StationCore, where: int, offset_s: float) -> float:
    core.offer_anew(NOON_MS + round(offset_s * 1000))
    return core.evses[where].offered_w


def said(periods: Any, offset_s: float) -> float:
    return [p["limit"] for p in periods if p["startPeriod"] <= offset_s][-1]


SECONDS = st.integers(0, SPAN_S)


@st.composite
def profiles(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    purpose = draw(
        st.sampled_from(["TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"])
    )
    where = {"TxProfile": 1, "ChargePointMaxProfile": 0}.get(
        purpose, draw(st.integers(0, 1))
    )
    kinds = ["Absolute", "Recurring", "Relative"]
    kind = draw(st.sampled_from(kinds[:2] if where == 0 else kinds))
    unit = draw(st.sampled_from("AW"))
    top = 32 if unit == "A" else 22_080
    starts = draw(st.lists(st.integers(1, SPAN_S), max_size=4, unique=True))
    limits = [
        (start, float(draw(st.integers(0, top))), draw(st.integers(1, 3)))
        for start in (0, *sorted(starts))
    ]
    more: dict[str, Any] = {"recurrencyKind": "Daily"} if kind == "Recurring" else {}
    wire = profile(
        *limits,
        number=draw(st.integers(1, 9)),
        level=draw(st.integers(0, 3)),
        purpose=purpose,
        kind=kind,
        unit=unit,
        start_s=draw(st.integers(-SPAN_S, SPAN_S)),
        duration_s=draw(st.none() | st.integers(1, SPAN_S)),
        **more,
    )
    return where, wire


@settings(deadline=None)
@given(
    st.lists(profiles(), max_size=6),
    st.sampled_from([1, 3]),
    st.booleans(),
    st.integers(0, SPAN_S),
    st.lists(SECONDS, min_size=1, max_size=5),
)
def test_composite_schedule_is_what_is_offered_at_every_sampled_time(
    installed: list[tuple[int, dict[str, Any]]],
    phases: int,
    is_shared: bool,
    started_before_s: int,
    samples: list[int],
) -> None:
    wheres = (1, 2) if is_shared else (1,)
    started_ms = NOON_MS - started_before_s * 1000
    core = charging_core(*wheres, phases=phases, started_ms=started_ms)
    for where, wire in installed:
        assert core.install(where, wire, NOON_MS)
    periods = core.composite(1, SPAN_S + 1, "W", NOON_MS)
    for offset_s in samples:
        assert said(periods, offset_s) == pytest.approx(
            offered(core, 1, offset_s), abs=0.051
        )


@settings(deadline=None)
@given(st.integers(0, 999), st.integers(0, 999))
def test_periods_start_at_0_and_go_on_in_whole_seconds(
    started_ms: int, asked_ms: int
) -> None:
    core = charging_core(1, started_ms=NOON_MS + started_ms)
    wire = profile((0, 5000.0), (2, 6000.0), kind="Relative", purpose="TxProfile")
    assert core.install(1, wire, NOON_MS + 1000)
    periods = core.composite(1, 10, "W", NOON_MS + 1000 + asked_ms)
    starts = [period["startPeriod"] for period in periods]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert [period["limit"] for period in periods] == [5000.0, 6000.0]


def test_a_composite_schedule_has_no_period_that_changes_nothing() -> None:
    core = charging_core(1)
    core.install(1, profile((0, 5000.0), (10, 5000.0), (20, 6000.0)), NOON_MS)
    assert core.composite(1, 60, "W", NOON_MS) == [
        {"startPeriod": 0, "limit": 5000.0},
        {"startPeriod": 20, "limit": 6000.0},
    ]


def test_amperes_of_a_composite_schedule_are_per_phase() -> None:
    core = charging_core(1)
    core.install(1, profile((0, 6900.0)), NOON_MS)
    assert core.composite(1, 60, "A", NOON_MS) == [{"startPeriod": 0, "limit": 10.0}]


def test_an_idle_connector_is_told_what_a_vehicle_would_get_now() -> None:
    core = charging_core(2)
    core.install(0, profile((0, 8000.0), purpose="ChargePointMaxProfile"), NOON_MS)
    assert core.composite(1, 60, "W", NOON_MS) == [{"startPeriod": 0, "limit": 4000.0}]


def test_the_composite_schedule_of_the_station_is_its_maximum() -> None:
    core = charging_core(1, 2)
    assert core.composite(0, 60, "W", NOON_MS)[0]["limit"] == 2 * 22_080.0
    core.install(0, profile((0, 8000.0), purpose="ChargePointMaxProfile"), NOON_MS)
    assert core.composite(0, 60, "W", NOON_MS)[0]["limit"] == 8000.0
