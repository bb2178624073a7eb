"""Charging profiles of 1.6: ids, stack levels, kinds, starts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.options import ProfileOptions
from connector.datapoints.limits.dialects import DIALECTS
from connector.datapoints.limits.plans import Plan, smaller
from connector.datapoints.limits.profiles import (
    MAX,
    TX,
    TX_DEFAULT,
    Carrier,
    Situation,
    raw_plan,
    whole,
)
from connector.ocppj.rules import rules
from connector.tests.clock import START_MS

DEFAULT_1 = Carrier(TX_DEFAULT, "1")
TX_1 = Carrier(TX, "1")
STATION = Carrier(MAX, "0")
FLAT = Plan("W", ((0, 4140.0),))
STEPS = Plan("A", ((0, 16.0), (600, 10.0)), START_MS + 5000)


def made(
    carrier: Carrier = DEFAULT_1, plan: Plan = FLAT, **situation: Any
) -> dict[str, Any]:
    dialect = DIALECTS["1.6"]
    found = dialect.profile(carrier, plan, Situation(START_MS, **situation))
    request = dialect.request(carrier.where, found)
    rules("1.6").check_call("SetChargingProfile", request)
    return found


def levels(most: int) -> dict[str, str | None]:
    return {DIALECTS["1.6"].keys.stack_level: str(most)}


def test_ids_are_fixed_for_purpose_and_place_and_below_2_to_the_31() -> None:
    ids = [Carrier(p, str(w)).profile_id for p in (MAX, TX, TX_DEFAULT) for w in range(99)]  # fmt: skip
    assert len(set(ids)) == len(ids)
    assert all(0 < number < 2**31 for number in ids)
    assert made()["chargingProfileId"] == made()["chargingProfileId"]


def test_one_limit_for_a_session_is_relative_and_has_no_start() -> None:
    assert made() == {
        "chargingProfileId": DEFAULT_1.profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 4140.0}],
        },
    }


def test_a_tx_profile_names_its_transaction_and_others_do_not() -> None:
    assert made(TX_1, transaction_id="7")["transactionId"] == 7
    assert made(TX_1)["chargingProfileKind"] == "Relative"
    assert "transactionId" not in made(DEFAULT_1, transaction_id="7")


@pytest.mark.parametrize(
    ("carrier", "plan", "situation"),
    [
        (STATION, FLAT, {}),
        (DEFAULT_1, STEPS, {}),
        (TX_1, FLAT, {"duration_s": 60}),
        (DEFAULT_1, FLAT, {"options": ProfileOptions(kind="Absolute")}),
    ],
)
def test_what_has_a_start_is_absolute(
    carrier: Carrier, plan: Plan, situation: dict[str, Any]
) -> None:
    found = made(carrier, plan, **situation)
    assert found["chargingProfileKind"] == "Absolute"
    assert "startSchedule" in found["chargingSchedule"]


def test_an_absolute_start_is_a_minute_before_now() -> None:
    schedule = made(STATION)["chargingSchedule"]
    assert schedule["startSchedule"] == "2026-01-31T11:59:00Z"
    assert "duration" not in schedule


def test_an_asked_start_is_a_minute_early_and_all_else_as_much_later() -> None:
    schedule = made(plan=STEPS)["chargingSchedule"]
    assert schedule["startSchedule"] == "2026-01-31T11:59:05Z"
    starts = [p["startPeriod"] for p in schedule["chargingSchedulePeriod"]]
    assert starts == [0, 660]


def test_a_station_with_a_wrong_clock_is_told_its_own_time() -> None:
    schedule = made(STATION, clock_error_ms=-3_600_000)["chargingSchedule"]
    assert schedule["startSchedule"] == "2026-01-31T10:59:00Z"


@pytest.mark.parametrize("started_before_s", [0, 3600])
def test_a_duration_counts_from_now(started_before_s: int) -> None:
    plan = Plan("A", ((0, 16.0), (60, 10.0)), START_MS - 1000 * started_before_s)
    schedule = made(TX_1, plan, duration_s=600)["chargingSchedule"]
    assert schedule["duration"] == 600 + 60 + started_before_s


def test_a_duration_of_what_is_far_away_is_not_negative() -> None:
    plan = Plan("A", ((0, 16.0),), START_MS + 86_400_000)
    assert made(TX_1, plan, duration_s=600)["chargingSchedule"]["duration"] == 1


@pytest.mark.parametrize(
    ("carrier", "most", "expected"),
    [(TX_1, 8, 8), (STATION, 8, 8), (DEFAULT_1, 8, 7), (DEFAULT_1, 0, 0), (TX_1, 0, 0)],
)
def test_stack_levels_are_the_highest_and_one_less_for_the_default(
    carrier: Carrier, most: int, expected: int
) -> None:
    assert made(carrier, configuration=levels(most))["stackLevel"] == expected


def test_an_option_chooses_the_stack_level() -> None:
    options = ProfileOptions(stack_level=0)
    assert made(TX_1, configuration=levels(8), options=options)["stackLevel"] == 0


@pytest.mark.parametrize(
    ("text", "expected"), [("8", 8), (" 8 ", 8), ("", 0), ("many", 0), (None, 0)]
)
def test_the_highest_stack_level_unknown_is_0(text: str | None, expected: int) -> None:
    assert whole({"level": text}, "level") == expected
    assert whole({}, "level") == 0


def test_the_number_of_phases_is_said_only_where_it_was_chosen() -> None:
    [period] = made(plan=Plan("A", ((0, 6.0),), phases=1))["chargingSchedule"][
        "chargingSchedulePeriod"
    ]
    assert period["numberPhases"] == 1


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(1, 10**6), min_size=1, max_size=5, unique=True),
)
def test_periods_begin_when_they_were_asked_to(
    start_ms: int, offsets: list[int]
) -> None:
    periods = tuple((offset, 10.0) for offset in [0, *sorted(offsets)])
    plan = Plan("A", periods, START_MS + start_ms)
    schedule = made(plan=plan)["chargingSchedule"]
    starts = [p["startPeriod"] for p in schedule["chargingSchedulePeriod"]]
    assert starts[0] == 0
    shifts = {s - o for s, (o, _) in zip(starts[1:], periods[1:], strict=True)}
    [shift] = shifts
    assert 60 <= shift <= 61


# -- plans


def test_a_plan_holds_its_last_limit_for_ever_and_nothing_before_its_start() -> None:
    plan = Plan("W", ((0, 7000.0), (60, 3000.0)), START_MS)
    assert plan.at(START_MS - 1) is None
    assert plan.at(START_MS) == 7000
    assert plan.at(START_MS + 60_000) == plan.at(START_MS + 10**9) == 3000
    assert plan.next_change_ms(START_MS) == START_MS + 60_000
    assert plan.next_change_ms(START_MS + 60_000) is None


def test_the_other_unit_is_null_where_nobody_knows_it_but_0_is_0() -> None:
    assert Plan("W", ((0, 4140.0),)).amperes(0) is None
    assert Plan("W", ((0, 0.0),)).amperes(0) == 0
    assert Plan("A", ((0, 6.0),), watts_per_ampere=690).watts(0) == 4140


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Plan("W", ((0, 5.0),)), Plan("W", ((0, 6.0),)), True),
        (Plan("W", ((0, 6.0),)), Plan("W", ((0, 6.0),)), False),
        (Plan("W", ((0, 6.0),)), None, True),
        (Plan("A", ((0, 6.0),)), Plan("W", ((0, 7000.0),)), True),
        (Plan("A", ((0, 16.0),)), Plan("W", ((0, 7000.0),)), False),
        (Plan("W", ((0, 5.0),), START_MS + 1), None, False),
    ],
)
def test_what_is_lower_now(one: Plan, other: Plan | None, expected: bool) -> None:
    assert one.is_lower_than(other, START_MS) is expected


def test_the_smaller_of_two_limits_changes_with_both() -> None:
    steps = Plan("W", ((0, 9000.0), (60, 3000.0)), START_MS)
    flat = Plan("W", ((0, 5000.0),))
    both = smaller(steps, flat, START_MS + 1000)
    assert both is not None
    assert both == smaller(flat, steps, START_MS + 1000)
    assert [both.at(START_MS + s * 1000) for s in (0, 59, 60)] == [5000, 5000, 3000]
    assert smaller(flat, None, 0) == smaller(None, flat, 0) == flat
    assert smaller(None, None, 0) is None


def test_until_a_later_schedule_begins_the_limit_for_ever_holds() -> None:
    later = Plan("W", ((0, 3000.0),), START_MS + 3_600_000)
    flat = Plan("W", ((0, 5000.0),))
    both = smaller(flat, later, START_MS)
    assert both is not None
    assert both.at(START_MS) == 5000
    assert both.at(START_MS + 3_600_000) == 3000
    assert smaller(flat, later, START_MS + 60_000) == both


@given(
    st.lists(st.tuples(st.integers(1, 900), st.floats(0, 100)), max_size=4),
    st.lists(st.tuples(st.integers(1, 900), st.floats(0, 100)), max_size=4),
    st.integers(-600, 600),
    st.integers(0, 2000),
)
def test_the_smaller_is_the_smaller_at_any_time(
    one: list[Any], other: list[Any], start_s: int, at_s: int
) -> None:
    first = Plan("A", _rising(one), START_MS)
    second = Plan("A", _rising(other), START_MS + start_s * 1000)
    both = smaller(first, second, START_MS)
    assert both is not None
    time_ms = START_MS + 1000 * at_s
    limits = [x for x in (first.at(time_ms), second.at(time_ms)) if x is not None]
    assert both.at(time_ms) == min(limits)


def _rising(periods: list[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return ((0, 50.0), *sorted(dict(periods).items()))


def test_a_written_profile_is_read_as_far_as_it_can_be() -> None:
    raw = {
        "chargingSchedule": {
            "startSchedule": "2026-01-31T12:00:00",
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 10},
                {"startPeriod": 60, "limit": 8},
            ],
        }
    }
    plan = raw_plan(raw, 690.0)
    assert plan.amperes(START_MS) == 10
    assert plan.amperes(START_MS + 60_000) == 8
    raw["chargingSchedule"]["startSchedule"] = "yesterday"
    assert raw_plan(raw, None).amperes(START_MS) == 10
