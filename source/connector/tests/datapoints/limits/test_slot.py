"""A slot survives the disk as it was."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.datapoints.limits.installed import (
    Installed,
    Trust,
    installed_from_json,
)
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import Carrier
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
    family,
    rivals,
)
from connector.datapoints.limits.slot import Goal, Slot, slot_from_json

LIMIT = st.floats(0, 1e6, allow_nan=False)
UNIT = st.sampled_from(["W", "A"])
PERIODS = st.lists(st.tuples(st.integers(0, 86400), LIMIT), min_size=1).map(tuple)
TIME = st.none() | st.integers(0, 2**41)
VALUE = st.none() | st.one_of(
    st.builds(PowerLimit, st.none() | LIMIT),
    st.builds(CurrentLimit, st.none() | LIMIT),
    st.builds(Schedule, TIME, UNIT, PERIODS),
    st.builds(RawProfile, st.dictionaries(st.text(), st.integers(0, 9))),
)
PLAN = st.builds(
    Plan,
    UNIT,
    PERIODS,
    TIME,
    st.sampled_from([None, 1, 3]),
    st.none() | LIMIT,
    st.none() | st.dictionaries(st.text(), st.integers(0, 9)),
    st.text(max_size=5),
)
SLOT = st.builds(
    Slot,
    st.just("1"),
    st.builds(Goal, VALUE, st.booleans(), st.sampled_from([None, 1, 3])),
    VALUE,
    st.none() | PLAN,
    TIME,
    st.booleans(),
    st.booleans(),
    st.lists(st.sampled_from(["power_limit", "enabled"])).map(tuple),
)


def through_json(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(value))
    return found


@given(SLOT)
def test_a_slot_comes_back_as_it_was_kept(slot: Slot) -> None:
    assert slot_from_json("1", through_json(slot.to_json())) == slot


def test_a_slot_of_before_was_not_refused() -> None:
    state = Slot("1", is_refused=True).to_json()
    del state["is_refused"]
    assert not slot_from_json("1", state).is_refused


@given(PLAN, st.sampled_from(Trust), st.none() | st.integers(1, 99))
def test_a_profile_comes_back_but_is_sent_again(
    plan: Plan, trust: Trust, older_id: int | None
) -> None:
    held = Installed(plan, 5, "7", older_id, 12.5, trust)
    back = installed_from_json(through_json(held.to_json(Carrier("TxProfile", "1"))))
    assert back.plan == plan
    assert (back.profile_id, back.transaction_id) == (5, "7")
    assert back.older_id == older_id
    assert back.trust is (Trust.UNKNOWN if trust is Trust.UNKNOWN else Trust.DOUBTFUL)


@pytest.mark.parametrize("state", [{}, {"value": {"kind": "?"}}, {"value": 1}])
def test_what_is_no_slot_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        slot_from_json("1", state)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (PowerLimit(5.0), "value"),
        (CurrentLimit(None), "value"),
        (Schedule(None, "W", ((0, 1.0),)), "value"),
        (RawProfile({}), "value"),
        (Enabled(False), "enabled"),
        (Phases(1), "phases"),
    ],
)
def test_values_replace_each_other_and_neither_pauses_nor_phases(
    request_: Any, expected: str
) -> None:
    assert family(request_) == expected


def test_an_outcome_is_owed_to_the_last_of_each_family() -> None:
    slot = Slot("1")
    for command in ("power_limit", "enabled", "current_limit", "charging_schedule"):
        slot.owe(command)
    assert slot.owed == ("enabled", "charging_schedule")
    assert rivals("phases") == {"phases"}


def test_a_schedule_without_a_start_begins_when_it_is_noted() -> None:
    goal = Goal().with_request(Schedule(None, "W", ((0, 5.0),)), 1000)
    assert goal.value == Schedule(1000, "W", ((0, 5.0),))


def test_a_release_takes_the_value_and_leaves_the_rest() -> None:
    goal = Goal(PowerLimit(5.0), enabled=False, phases=1)
    released = goal.with_request(CurrentLimit(None), 0)
    assert released == Goal(None, enabled=False, phases=1)
