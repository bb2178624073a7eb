"""Finding, clearing, reporting; wire forms are those of the schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ocppj.schemas import schemas
from connector.station.charging import Criteria, wire16
from connector.station.charging.criteria import of_clear, of_clear_16, of_get
from connector.station.charging.reports import composite_2, composite_16, reports
from connector.tests.station.charging.desk import (
    AC,
    V2G,
    Desk,
    at,
    iso,
    profile,
    profile16,
)

MAX = "ChargingStationMaxProfile"
EXTERNAL = "ChargingStationExternalConstraints"
ROW = (0, 6000.0)


def full_desk() -> Desk:
    desk = Desk(AC, AC)
    key = desk.charge(1)
    desk.set(0, profile(ROW, number=1, purpose=MAX))
    desk.set(0, profile(ROW, number=2, level=1))
    desk.set(1, profile(ROW, number=3, level=2))
    desk.set(2, profile(ROW, number=4, level=2))
    desk.set(1, profile(ROW, number=5, level=2, purpose="TxProfile", transactionId=key))
    desk.set(0, profile(ROW, number=-6, purpose=EXTERNAL), source="EMS")
    desk.set(2, profile(ROW, number=7, purpose="LocalGeneration"))
    return desk


def ids(desk: Desk) -> list[int]:
    return [found.id for found in desk.profiles.find(Criteria())]


GETS = [
    ({"chargingProfile": {}}, [1, 2, 3, 4, 5, -6, 7]),
    ({"evseId": 0, "chargingProfile": {}}, [1, 2, -6]),
    ({"evseId": 1, "chargingProfile": {}}, [3, 5]),
    ({"chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}}, [2, 3, 4]),
    ({"chargingProfile": {"stackLevel": 2}}, [3, 4, 5]),
    ({"chargingProfile": {"chargingProfileId": [5, 1, 99]}}, [1, 5]),
    ({"chargingProfile": {"chargingLimitSource": ["EMS", "SO"]}}, [-6]),
    ({"evseId": 1, "chargingProfile": {"stackLevel": 1}}, []),
]


@pytest.mark.parametrize(("payload", "expected"), GETS)
def test_profiles_are_found_by_criteria(
    payload: dict[str, Any], expected: list[int]
) -> None:
    found = full_desk().profiles.find(of_get({"requestId": 1, **payload}))

    assert [each.id for each in found] == expected


CLEARS = [
    ({}, [1, 2, 3, 4, 5, 7]),
    ({"chargingProfileId": 3}, [3]),
    ({"chargingProfileId": 3, "chargingProfileCriteria": {"evseId": 0}}, [3]),
    ({"chargingProfileId": 99}, []),
    ({"chargingProfileId": -6}, []),
    ({"chargingProfileCriteria": {"evseId": 0}}, [1, 2]),
    ({"chargingProfileCriteria": {"evseId": 1, "stackLevel": 2}}, [3, 5]),
    ({"chargingProfileCriteria": {"chargingProfilePurpose": MAX}}, [1]),
    ({"chargingProfileCriteria": {"chargingProfilePurpose": EXTERNAL}}, []),
]


@pytest.mark.parametrize(("payload", "expected"), CLEARS)
def test_profiles_are_cleared_by_criteria_but_not_external_ones(
    payload: dict[str, Any], expected: list[int]
) -> None:
    desk = full_desk()
    before = ids(desk)

    assert desk.profiles.clear(of_clear(payload)) == expected
    assert ids(desk) == [each for each in before if each not in expected]


CLEARS_16: list[tuple[dict[str, Any], int | None, list[int]]] = [
    ({}, None, [1, 2, 3]),
    ({"id": 2}, None, [2]),
    ({"id": 2, "connectorId": 0}, 0, [2]),
    ({"connectorId": 0}, 0, [1, 2]),
    ({"chargingProfilePurpose": "ChargePointMaxProfile"}, None, [1]),
    ({"stackLevel": 1}, None, [2, 3]),
    ({"connectorId": 1, "stackLevel": 1}, 1, [3]),
]


@pytest.mark.parametrize(("payload", "evse", "expected"), CLEARS_16)
def test_profiles_are_cleared_by_the_criteria_of_1_6(
    payload: dict[str, Any], evse: int | None, expected: list[int]
) -> None:
    desk = Desk()
    desk.set(0, profile16(ROW, number=1, purpose="ChargePointMaxProfile"))
    desk.set(0, profile16(ROW, number=2, level=1))
    desk.set(1, profile16(ROW, number=3, level=1))

    assert desk.profiles.clear(of_clear_16(payload, evse)) == expected


def test_a_limit_is_another_at_once_when_a_profile_is_cleared() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile(ROW))
    assert desk.limit() == 6000

    desk.profiles.clear(Criteria(ids=(1,)))

    assert desk.limit() == AC.max_power_w


def test_others_clear_what_is_theirs() -> None:
    desk = full_desk()

    assert desk.profiles.clear(Criteria(ids=(-6,)), source="EMS") == [-6]


# -- reports


def valid(version: str, action: str, payload: dict[str, Any]) -> bool:
    schema = schemas(version, formats="times").request(action)
    assert [str(misfit) for misfit in schema.misfits(payload)] == []
    return True


def test_reports_are_by_evse_and_source_and_the_last_says_so() -> None:
    desk = full_desk()
    told = reports(9, desk.profiles.find(Criteria()), "2.1")

    assert all(valid("2.1", "ReportChargingProfiles", each) for each in told)
    shown = [
        (t["evseId"], t["chargingLimitSource"], [p["id"] for p in t["chargingProfile"]])
        for t in told
    ]
    assert shown == [
        (0, "CSO", [1, 2]),
        (1, "CSO", [3, 5]),
        (2, "CSO", [4, 7]),
        (0, "EMS", [-6]),
    ]
    assert [each["tbc"] for each in told] == [True, True, True, False]


def test_what_2_0_1_has_no_words_for_is_not_told_in_it() -> None:
    desk = Desk(V2G)
    desk.set(
        1, profile(ROW, number=1, maxOfflineDuration=5, timing={"useLocalTime": False})
    )
    desk.set(1, profile(ROW, number=2, level=1, kind="Dynamic"))
    desk.set(1, profile(ROW, number=3, purpose="PriorityCharging"))
    everything = desk.profiles.find(Criteria())

    (told,) = reports(9, everything, "2.0.1")

    assert valid("2.0.1", "ReportChargingProfiles", told)
    assert [each["id"] for each in told["chargingProfile"]] == [1]


def test_a_profile_of_1_6_is_told_in_the_words_of_2() -> None:
    desk = Desk()
    wire = profile16(ROW, kind="Relative", purpose="TxProfile")
    key = desk.charge()
    desk.set(1, wire)

    (told,) = reports(9, desk.profiles.find(Criteria()), "2.0.1")

    assert valid("2.0.1", "ReportChargingProfiles", told)
    assert told["chargingProfile"][0]["transactionId"] == key


# -- composite schedules


@pytest.mark.parametrize("unit", ["A", "W"])
@pytest.mark.parametrize("evse", [0, 1])
def test_composite_schedules_fit_the_schemas(evse: int, unit: str) -> None:
    desk = Desk(AC, AC)
    desk.set(1, profile((0, 8.1), (7, 6.3, 1), (9, 16.0, 2), unit="A"))
    found = desk.profiles.composite(evse, 60, unit, at(0.25))
    assert found is not None

    answer = composite_16(found, evse)
    assert (
        schemas("1.6", formats="times")
        .response("GetCompositeSchedule")
        .is_valid(answer)
    )
    for version in ("2.0.1", "2.1"):
        checked = schemas(version, formats="times").response("GetCompositeSchedule")
        assert checked.is_valid(composite_2(found, version))


def test_a_composite_schedule_of_2_1_says_what_it_shall_do() -> None:
    desk = Desk(V2G)
    desk.charge()
    wire = profile((0, 8000.0), (10, 5000.0))
    first = wire["chargingSchedule"][0]["chargingSchedulePeriod"][0]
    first.update(
        operationMode="CentralSetpoint", setpoint=-3000.0, dischargeLimit=-2000.0
    )
    assert desk.set(1, wire).is_accepted

    found = desk.profiles.composite(1, 60, "W", at(0))

    assert found is not None
    assert composite_2(found, "2.1")["schedule"]["chargingSchedulePeriod"] == [
        {
            "startPeriod": 0,
            "limit": 0.0,
            "numberPhases": 3,
            "operationMode": "CentralSetpoint",
            "setpoint": -3000.0,
            "dischargeLimit": -2000.0,
        },
        {"startPeriod": 10, "limit": 5000.0, "numberPhases": 3},
    ]


def test_the_start_of_a_composite_schedule_is_now() -> None:
    found = Desk().profiles.composite(1, 60, "W", at(0.25))
    assert found is not None

    answer = composite_16(found, 3)

    assert answer["connectorId"] == 3
    assert answer["scheduleStart"] == "2026-06-01T12:00:00.250Z"
    assert answer["chargingSchedule"]["duration"] == 60


# -- round trips


OPTIONAL_16 = st.fixed_dictionaries(
    {},
    optional={
        "validFrom": st.just(iso(-5)),
        "validTo": st.just(iso(500)),
    },
)
PERIODS = st.lists(
    st.tuples(st.integers(0, 400).map(float), st.integers(1, 3)), min_size=1, max_size=5
)


@given(
    PERIODS,
    OPTIONAL_16,
    st.sampled_from(["Absolute", "Recurring", "Relative"]),
    st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile"]),
    st.sampled_from("AW"),
    st.none() | st.integers(0, 900),
    st.none() | st.integers(0, 99).map(float),
)
def test_profiles_of_1_6_come_back_as_they_came(
    rows: list[tuple[float, int]],
    more: dict[str, Any],
    kind: str,
    purpose: str,
    unit: str,
    duration: int | None,
    least: float | None,
) -> None:
    numbered = [(second * 10, *row) for second, row in enumerate(rows)]
    members = {"duration": duration, "minChargingRate": least}
    timing = {name: value for name, value in members.items() if value is not None}
    if kind == "Recurring":
        more = {**more, "recurrencyKind": "Weekly"}
    if kind == "Relative" and purpose == "ChargePointMaxProfile":
        kind = "Absolute"
    wire = profile16(
        *numbered, kind=kind, purpose=purpose, unit=unit, timing=timing, **more
    )
    assert valid(
        "1.6", "SetChargingProfile", {"connectorId": 0, "csChargingProfiles": wire}
    )
    desk = Desk()
    assert desk.set(0, wire).is_accepted

    (found,) = desk.profiles.find(Criteria())

    assert wire16.from_2(found.wire) == wire
    (told,) = reports(1, [found], "2.0.1")
    assert valid("2.0.1", "ReportChargingProfiles", told)


@given(
    PERIODS,
    OPTIONAL_16,
    st.sampled_from(["Absolute", "Recurring", "Relative"]),
    st.sampled_from(["2.0.1", "2.1"]),
    st.dictionaries(st.sampled_from(["vendorId", "x"]), st.text(max_size=5)),
)
def test_profiles_of_2_come_back_as_they_came_even_after_a_reboot(
    rows: list[tuple[float, int]],
    more: dict[str, Any],
    kind: str,
    version: str,
    custom: dict[str, str],
) -> None:
    numbered = [(second * 10, *row) for second, row in enumerate(rows)]
    if kind == "Recurring":
        more = {**more, "recurrencyKind": "Daily"}
    more = {**more, "customData": {"vendorId": "v", **custom}}
    wire = profile(*numbered, kind=kind, **more)
    request = {"evseId": 1, "chargingProfile": wire}
    assert valid(version, "SetChargingProfile", request)
    desk, reborn = Desk(), Desk()
    assert desk.set(1, wire, version=version).is_accepted

    saved = json.loads(json.dumps(desk.profiles.save()))
    assert reborn.profiles.restore(saved, at(9)) == []

    for each in (desk, reborn):
        (told,) = reports(1, each.profiles.find(Criteria()), version)
        assert valid(version, "ReportChargingProfiles", told)
        assert told["chargingProfile"] == [wire]
