"""Charging profiles of 2.0.1 and 2.1: words, ids, V2X, and the schemas of each version."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.options import ProfileOptions
from connector.csms.v2.smart_charging import clear_request
from connector.datapoints.limits.dialects import DIALECTS
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    MAX,
    TX,
    TX_DEFAULT,
    Carrier,
    Situation,
    limit_of,
    raw_plan,
)
from connector.datapoints.limits.profiles2 import from_16
from connector.datapoints.limits.vehicles import Vehicle
from connector.datapoints.profile_template import DEFAULT_TEMPLATE, ProfileTemplate
from connector.ocppj.rules import rules
from connector.tests.clock import START_MS

FLAT = Plan("W", ((0, 4140.0),))
STEPS = Plan("A", ((0, 16.0), (600, 10.0)), START_MS + 5000)
EXTERNAL_ID = "SmartChargingCtrlr/MaxExternalConstraintsId"
LEVEL = "SmartChargingCtrlr/ProfileStackLevel"
Json = dict[str, Any]


def made(
    carrier: Carrier, plan: Plan = FLAT, version: str = "2.1", **situation: Any
) -> Json:
    dialect = DIALECTS[version]
    found = dialect.profile(carrier, plan, Situation(START_MS, **situation))
    request = dialect.request(carrier.where, found)
    rules(version).check_call("SetChargingProfile", request)
    return found


def test_a_default_profile_is_relative_and_has_one_schedule_with_an_id() -> None:
    carrier = Carrier(TX_DEFAULT, "1")
    assert made(carrier) == {
        "id": carrier.profile_id,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {
                "id": 1,
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 4140.0}],
            }
        ],
    }


def test_a_transaction_is_named_by_its_text() -> None:
    found = made(Carrier(TX, "2"), transaction_id="8f3c-1")
    assert found["transactionId"] == "8f3c-1"
    assert "transactionId" not in made(Carrier(TX, "2"))
    assert "transactionId" not in made(Carrier(TX_DEFAULT, "2"), transaction_id="8")


def test_the_profile_of_the_station_is_a_charging_station_max_profile() -> None:
    found = made(Carrier(MAX, "0"))
    assert found["chargingProfilePurpose"] == "ChargingStationMaxProfile"
    assert found["chargingProfileKind"] == "Absolute"
    assert found["chargingSchedule"][0]["startSchedule"] == "2026-01-31T11:59:00Z"


def test_stack_levels_come_from_the_device_model() -> None:
    known = {LEVEL: "8"}
    assert made(Carrier(TX, "1"), configuration=known)["stackLevel"] == 8
    assert made(Carrier(TX_DEFAULT, "1"), configuration=known)["stackLevel"] == 7


@given(
    st.integers(0, 2**31 - 1),
    st.sampled_from([MAX, TX, TX_DEFAULT]),
    st.integers(0, 64),
)
def test_ids_are_above_those_of_external_constraints_where_there_is_room(
    taken: int, purpose: str, where: int
) -> None:
    known = {EXTERNAL_ID: str(taken)}
    carrier = Carrier(purpose, str(where))
    found = made(carrier, configuration=known)["id"]
    assert 0 < found < 2**31
    assert found > taken or taken > 2**31 - 5000
    others = {
        Carrier(p, str(w)).id_above(taken)
        for p in (MAX, TX, TX_DEFAULT)
        for w in range(65)
    }
    assert len(others) == 3 * 65


def test_what_is_negative_is_followed_and_what_is_not_is_a_limit() -> None:
    plan = Plan("W", ((0, -3000.0), (600, 7000.0)), START_MS)
    [schedule] = made(Carrier(TX, "1"), plan)["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"] == [
        {
            "startPeriod": 0,
            "operationMode": "CentralSetpoint",
            "setpoint": -3000.0,
            "dischargeLimit": -3000.0,
        },
        {"startPeriod": 660, "limit": 7000.0},
    ]


def test_dynamic_is_for_tx_profiles_of_2_1_without_times() -> None:
    dynamic = {"options": ProfileOptions(kind="Dynamic")}
    kinds = [
        made(Carrier(TX, "1"), **dynamic),
        made(Carrier(TX, "1"), version="2.0.1", **dynamic),
        made(Carrier(TX_DEFAULT, "1"), **dynamic),
        made(Carrier(TX, "1"), STEPS, **dynamic),
        made(Carrier(TX, "1"), duration_s=60, **dynamic),
    ]
    assert [found["chargingProfileKind"] for found in kinds] == [
        "Dynamic",
        "Relative",
        "Relative",
        "Absolute",
        "Absolute",
    ]


def test_a_vehicle_is_asked_for_no_more_than_it_can_in_a_tx_profile() -> None:
    vehicle = Vehicle(max_w=3680.0)
    for purpose, limit in ((TX, 3680.0), (TX_DEFAULT, 4140.0)):
        [schedule] = made(Carrier(purpose, "1"), vehicle=vehicle)["chargingSchedule"]
        assert schedule["chargingSchedulePeriod"][0]["limit"] == limit


# -- every plan of every version


PERIODS = st.dictionaries(st.integers(1, 10**6), st.floats(0, 10**6), max_size=6).map(
    lambda found: ((0, 16.0), *sorted(found.items()))
)
PLANS = st.builds(
    Plan,
    st.sampled_from(["W", "A"]),
    PERIODS,
    st.none() | st.integers(START_MS - 10**10, START_MS + 10**10),
    st.sampled_from([None, 1, 3]),
).map(lambda p: p if p.start_ms is not None else Plan(p.unit, p.periods[:1]))
SITUATIONS = st.fixed_dictionaries(
    {
        "options": st.builds(
            ProfileOptions,
            kind=st.sampled_from([None, "Absolute", "Relative", "Dynamic"]),
            stack_level=st.sampled_from([None, 0, 3]),
        ),
        "transaction_id": st.none() | st.integers(1, 10**6).map(str),
        "duration_s": st.none() | st.integers(1, 10**5),
        "clock_error_ms": st.none() | st.integers(-(10**9), 10**9),
        "vehicle": st.none()
        | st.builds(
            Vehicle,
            st.none() | st.floats(0, 10**5),
            st.none() | st.floats(0, 500),
            st.none() | st.integers(1, 4),
        ),
    }
)


@given(
    st.sampled_from(list(DIALECTS)),
    st.sampled_from([Carrier(MAX, "0"), Carrier(TX, "1"), Carrier(TX_DEFAULT, "2")]),
    PLANS,
    SITUATIONS,
)
def test_every_profile_fits_the_schema_of_its_version(
    version: str, carrier: Carrier, plan: Plan, situation: Json
) -> None:
    tenths = tuple((offset, int(limit * 10) / 10) for offset, limit in plan.periods)
    plan = Plan(plan.unit, tenths, plan.start_ms, plan.phases)
    found = made(carrier, plan, version, **situation)
    assert DIALECTS[version].is_own(found)
    assert raw_plan(found, None).unit == plan.unit
    assert DIALECTS[version].raw_carrier(found, carrier.where) == carrier


@given(PLANS.filter(lambda p: p.unit == "W"))
def test_discharging_fits_the_schema_of_2_1(plan: Plan) -> None:
    periods = tuple((offset, -limit) for offset, limit in plan.periods)
    made(Carrier(TX, "1"), Plan("W", periods, plan.start_ms, plan.phases))


# -- profiles that somebody wrote


def test_a_profile_of_1_6_is_one_of_2_with_its_template() -> None:
    found = from_16(ProfileTemplate().with_limit(7000))
    assert found["id"] == DEFAULT_TEMPLATE["chargingProfileId"]
    request = {"evseId": 1, "chargingProfile": found}
    for version in ("2.0.1", "2.1"):
        rules(version).check_call("SetChargingProfile", request)
    assert from_16(found) == found


def test_the_other_words_of_a_profile_of_1_6_change_too() -> None:
    profile = {
        **DEFAULT_TEMPLATE,
        "chargingProfilePurpose": MAX,
        "transactionId": 7,
    }
    found = from_16(profile)
    assert found["chargingProfilePurpose"] == "ChargingStationMaxProfile"
    assert found["transactionId"] == "7"


def test_a_template_of_2_takes_numbers_too() -> None:
    template = from_16(DEFAULT_TEMPLATE)
    found = ProfileTemplate(template).with_limit(5)
    assert limit_of(found["chargingSchedule"][0]["chargingSchedulePeriod"][0], "W") == 5


@pytest.mark.parametrize("schedules", [None, [], ["x"], [{}], {"a": 1}, "text"])
def test_a_template_without_periods_is_refused(schedules: Any) -> None:
    with pytest.raises(ValueError, match="at least one period"):
        ProfileTemplate({"chargingSchedule": schedules})


@pytest.mark.parametrize(
    ("period", "watts", "amperes"),
    [
        ({"limit": 5.0}, 5.0, 5.0),
        ({"limit": 5, "limit_L2": 4, "limit_L3": 3}, 12.0, 5.0),
        ({"limit": 5, "setpoint": 2}, 5.0, 5.0),
        ({"setpoint": -5, "setpoint_L2": -6}, -11.0, -6.0),
        ({"dischargeLimit": -4}, -4.0, -4.0),
        ({"operationMode": "Idle"}, 0.0, 0.0),
        ({"evseSleep": True}, 0.0, 0.0),
        ({"operationMode": "LocalFrequency"}, None, None),
    ],
)
def test_a_period_is_read_over_all_phases(
    period: Json, watts: float | None, amperes: float | None
) -> None:
    assert (limit_of(period, "W"), limit_of(period, "A")) == (watts, amperes)


def test_a_profile_without_a_number_is_no_known_limit() -> None:
    raw = {
        "chargingSchedule": [
            {
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "operationMode": "LocalFrequency"}
                ],
            }
        ]
    }
    plan = raw_plan(raw, None)
    assert (plan.at(0), plan.watts(0), plan.next_change_ms(0)) == (None, None, None)
    assert not plan.is_lower_than(FLAT, 0)


# -- filters


@pytest.mark.parametrize(
    ("where", "given_", "sent"),
    [
        ("1", {}, {"chargingProfileCriteria": {"evseId": 1}}),
        ("0", {"chargingProfileId": 5}, {"chargingProfileId": 5}),
        ("1", {"id": 5}, {"chargingProfileId": 5}),
        (
            "2",
            {"chargingProfilePurpose": "TxProfile", "stackLevel": 3},
            {
                "chargingProfileCriteria": {
                    "evseId": 2,
                    "chargingProfilePurpose": "TxProfile",
                    "stackLevel": 3,
                }
            },
        ),
        (
            "0",
            {"connectorId": 0, "chargingProfilePurpose": "ChargePointMaxProfile"},
            {
                "chargingProfileCriteria": {
                    "evseId": 0,
                    "chargingProfilePurpose": "ChargingStationMaxProfile",
                }
            },
        ),
        (
            "1",
            {"chargingProfileCriteria": {"stackLevel": 1}},
            {"chargingProfileCriteria": {"evseId": 1, "stackLevel": 1}},
        ),
    ],
)
def test_a_filter_is_that_of_its_place_in_the_words_of_2(
    where: str, given_: Json, sent: Json
) -> None:
    assert clear_request(where, given_) == sent
    rules("2.1").check_call("ClearChargingProfile", sent)


@pytest.mark.parametrize("unit", ["W", "A"])
def test_limits_of_each_phase_are_not_converted(unit: str) -> None:
    period = {"startPeriod": 0, "limit": 16, "limit_L2": 10, "limit_L3": 6}
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": [period]}

    plan = raw_plan({"chargingSchedule": [schedule]}, 690.0)

    assert plan.watts_per_ampere is None
    assert plan.periods == ((0, 32.0 if unit == "W" else 16.0),)
