"""Limits and composite schedules are what a slow and obvious reading says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.tests.station.charging import oracle
from connector.tests.station.charging.desk import Desk, at, iso, profile

SPAN_S = 400
OFFSETS = st.integers(-SPAN_S, SPAN_S)
PLACES = {
    "TxProfile": [1],
    "TxDefaultProfile": [0, 1],
    "ChargingStationMaxProfile": [0],
    "ChargingStationExternalConstraints": [0, 1],
}


@st.composite
def installs(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    purpose = draw(st.sampled_from(sorted(PLACES)))
    evse = draw(st.sampled_from(PLACES[purpose]))
    kinds = ["Absolute", "Recurring", "Relative"]
    kind = draw(st.sampled_from(kinds[: 2 if evse == 0 and "Tx" not in purpose else 3]))
    unit = draw(st.sampled_from("AW"))
    top = 40 if unit == "A" else 27_600
    starts = [0, *sorted(draw(st.sets(st.integers(1, SPAN_S), max_size=4)))]
    rows = [
        (start, float(draw(st.integers(0, top))), draw(st.integers(1, 3)))
        for start in starts
    ]
    more: dict[str, Any] = {}
    if kind == "Recurring":
        more["recurrencyKind"] = draw(st.sampled_from(["Daily", "Weekly"]))
    if draw(st.booleans()):
        more["validFrom"] = iso(draw(OFFSETS))
    if draw(st.booleans()):
        more["validTo"] = iso(SPAN_S + draw(OFFSETS))
    duration = draw(st.none() | st.integers(1, SPAN_S))
    return evse, profile(
        *rows,
        purpose=purpose,
        kind=kind,
        unit=unit,
        level=draw(st.integers(0, 3)),
        number=draw(st.integers(1, 99)),
        start_s=draw(OFFSETS | st.integers(-90_000, -86_000)),
        timing={} if duration is None else {"duration": duration},
        **more,
    )


def desk_with(
    wishes: list[tuple[int, dict[str, Any]]], since_s: float
) -> tuple[Desk, list[tuple[int, dict[str, Any]]]]:
    """What of the wishes was installed, as it then stands."""
    desk = Desk(most=99)
    key = desk.charge(since_s=since_s)
    standing: dict[int, tuple[int, dict[str, Any]]] = {}
    for evse, wire in wishes:
        if wire["chargingProfilePurpose"] == "TxProfile":
            wire["transactionId"] = key
        is_external = "External" in wire["chargingProfilePurpose"]
        source = "EMS" if is_external else "CSO"
        if desk.set(evse, wire, now_s=-SPAN_S, source=source).is_accepted:
            standing[wire["id"]] = evse, wire
    return desk, list(standing.values())


@settings(deadline=None, max_examples=150)
@given(
    st.lists(installs(), max_size=8),
    st.integers(-SPAN_S, 0),
    st.lists(st.integers(0, SPAN_S), min_size=1, max_size=12),
)
def test_limits_are_what_the_oracle_says_whatever_was_asked_before(
    wishes: list[tuple[int, dict[str, Any]]], since_s: int, times: list[int]
) -> None:
    desk, standing = desk_with(wishes, since_s)

    for time in times:
        expected = oracle.limit_w(standing, time, since_s)
        assert desk.limit(now_s=time) == pytest.approx(expected)


@settings(deadline=None, max_examples=150)
@given(st.lists(installs(), max_size=8), st.integers(-SPAN_S, 0))
def test_the_composite_schedule_is_what_the_oracle_says_every_second(
    wishes: list[tuple[int, dict[str, Any]]], since_s: int
) -> None:
    desk, standing = desk_with(wishes, since_s)

    rows = desk.schedule(SPAN_S)

    said = dict(rows)
    limit = -1.0
    for second in range(SPAN_S):
        limit = said.get(second, limit)
        expected = oracle.limit_w(standing, second, since_s)
        assert limit <= expected + 1e-6
        assert limit == pytest.approx(expected, abs=0.1001)
    starts = [start for start, _ in rows]
    assert starts[0] == 0
    assert starts == sorted(set(starts))


@settings(deadline=None, max_examples=100)
@given(st.lists(installs(), max_size=8), st.integers(-SPAN_S, 0))
def test_nothing_changes_before_it_was_said_to(
    wishes: list[tuple[int, dict[str, Any]]], since_s: int
) -> None:
    desk, standing = desk_with(wishes, since_s)
    limit = desk.limit(now_s=0)
    change_ms = desk.profiles.next_change_ms(at(0))

    for second in range(SPAN_S):
        if change_ms is not None and at(second) >= change_ms:
            break
        assert oracle.limit_w(standing, second, since_s) == pytest.approx(limit)
