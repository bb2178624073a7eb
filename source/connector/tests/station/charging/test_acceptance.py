"""Which profiles are taken, and what is said of those that are not."""

from __future__ import annotations

from typing import Any

import pytest

from connector.tests.station.charging.desk import (
    AC,
    DC,
    V2G,
    Desk,
    iso,
    profile,
    profile16,
)

MAX = "ChargingStationMaxProfile"
EXTERNAL = "ChargingStationExternalConstraints"
ROW = (0, 6000.0)


def with_period(**members: Any) -> dict[str, Any]:
    wire = profile(ROW)
    wire["chargingSchedule"][0]["chargingSchedulePeriod"][0].update(members)
    return wire


def without_limit(purpose: str = "TxDefaultProfile", **members: Any) -> dict[str, Any]:
    wire = profile(purpose=purpose)
    period = {"startPeriod": 0, **members}
    wire["chargingSchedule"][0]["chargingSchedulePeriod"] = [period]
    return wire


REFUSED_BY_2 = [
    ("no such EVSE", 7, profile(ROW), "UnknownEvse"),
    ("K01.FR.22", 0, profile(ROW, purpose=EXTERNAL), "InvalidProfile"),
    ("maximum of an EVSE", 1, profile(ROW, purpose=MAX), "InvalidValue"),
    ("K01.FR.38", 0, profile(ROW, purpose=MAX, kind="Relative"), "InvalidValue"),
    ("K01.FR.16", 0, profile(ROW, purpose="TxProfile", transactionId="T"), "InvalidValue"),
    ("K01.FR.03", 1, profile(ROW, purpose="TxProfile"), "MissingParam"),
    ("K01.FR.09", 1, profile(ROW, purpose="TxProfile", transactionId="T"), "TxNotFound"),
    ("level too high", 1, profile(ROW, level=10), "InvalidStackLevel"),
    ("level below 0", 1, profile(ROW, level=-1), "InvalidStackLevel"),
    ("K01.FR.31", 1, profile((1, 6000.0)), "InvalidSchedule"),
    ("K01.FR.35", 1, profile(ROW, (9, 1.0), (9, 2.0)), "InvalidSchedule"),
    ("falling starts", 1, profile(ROW, (9, 1.0), (5, 2.0)), "InvalidSchedule"),
    ("start below 0", 1, profile(ROW, (-9, 1.0)), "InvalidSchedule"),
    ("K01.FR.40", 1, profile(ROW, start_s=None), "InvalidSchedule"),
    ("K01.FR.40 recurring", 1, profile(ROW, kind="Recurring", start_s=None, recurrencyKind="Daily"), "InvalidSchedule"),
    ("no recurrencyKind", 1, profile(ROW, kind="Recurring"), "InvalidProfile"),
    ("K01.FR.41", 1, profile(ROW, kind="Relative", timing={"startSchedule": iso(0)}), "InvalidSchedule"),
    ("too many periods", 1, profile(*((s, 1.0) for s in range(25))), "TooManyElements"),
    ("limit below 0", 1, profile((0, -1.0)), "InvalidSchedule"),
    ("limit beyond numbers", 1, profile((0, float("inf"))), "InvalidSchedule"),
    ("duration below 0", 1, profile(ROW, timing={"duration": -1}), "InvalidValue"),
    ("ends before it begins", 1, profile(ROW, validFrom=iso(9), validTo=iso(9)), "InvalidProfile"),
    ("no time", 1, profile(ROW, validFrom="tomorrow"), "InvalidValue"),
    ("a start out of all calendars", 1, profile(ROW, kind="Recurring", recurrencyKind="Daily", start_s=None, timing={"startSchedule": "0001-01-01T00:00:00+14:00"}), "InvalidValue"),
    ("four phases", 1, profile((0, 6000.0, 4)), "InvalidSchedule"),
    ("no phase", 1, profile((0, 6000.0, 0)), "InvalidSchedule"),
    ("K01.FR.19", 1, with_period(phaseToUse=1), "InvalidSchedule"),
    ("K01.FR.20", 1, with_period(phaseToUse=1, numberPhases=1), "InvalidSchedule"),
    ("K01.FR.44", 2, profile((0, 6000.0, 3)), "NoPhaseForDC"),
    ("transactionId of a default", 1, profile(ROW, transactionId="T"), "InvalidProfile"),
    ("K01.FR.70", 1, profile(ROW, purpose="PriorityCharging", timing={"duration": 9}), "InvalidSchedule"),
    ("K01.FR.81", 1, profile(ROW, number=-5), "InvalidProfileId"),
    ("K01.FR.95", 0, profile(ROW, purpose=MAX, timing={"randomizedDelay": 5}), "InvalidSchedule"),
    ("K01.FR.111", 0, without_limit(MAX, setpoint=1.0, operationMode="CentralSetpoint"), "InvalidOperationMode"),
    ("K01.FR.115", 1, with_period(operationMode="CentralFrequency", setpoint=1.0), "InvalidOperationMode"),
    ("a mode that nobody follows", 1, with_period(operationMode="LocalFrequency"), "InvalidOperationMode"),
    ("K01.FR.122", 1, profile(ROW, dynUpdateInterval=5), "InvalidProfile"),
    ("K01.FR.125", 1, profile(ROW, timing={"limitAtSoC": {"soc": 80, "limit": 1.0}}), "InvalidSchedule"),
    ("K01.FR.126", 1, with_period(evseSleep=True), "InvalidSchedule"),
    ("K01.FR.144", 1, with_period(limit_L2=1.0), "PhaseConflict"),
    ("K01.FR.146", 1, without_limit(limit_L2=1.0), "PhaseConflict"),
    ("no limit", 1, without_limit(), "InvalidSchedule"),
    ("no setpoint", 1, with_period(operationMode="CentralSetpoint"), "InvalidSchedule"),
    ("nothing to feed back", 1, with_period(operationMode="CentralSetpoint", setpoint=-1.0), "InvalidSchedule"),
    ("a discharge limit above 0", 1, with_period(dischargeLimit=1.0), "InvalidSchedule"),
    ("dynamic with two periods", 1, profile(ROW, (9, 1.0), kind="Dynamic"), "InvalidSchedule"),
    ("offline for less than no time", 1, profile(ROW, maxOfflineDuration=-1), "InvalidValue"),
    ("no schedule", 1, {**profile(ROW), "chargingSchedule": []}, "InvalidProfile"),
    ("no period", 1, profile(), "InvalidSchedule"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evse", "wire", "reason"),
    [row[1:] for row in REFUSED_BY_2],
    ids=[row[0] for row in REFUSED_BY_2],
)
def test_2_refuses_with_a_reason(evse: int, wire: dict[str, Any], reason: str) -> None:
    desk = Desk(AC, DC, **{"SmartChargingCtrlr/MaxExternalConstraintsId": "0"})

    decision = desk.set(evse, wire)

    assert (decision.status, decision.reason_code) == ("Rejected", reason)
    assert decision.info
    assert len(desk.profiles) == 0


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("SupportedAdditionalPurposes", profile(ROW, purpose="PriorityCharging")),
        ("SupportsFeature#DynamicProfiles", profile(ROW, kind="Dynamic")),
        ("SupportsFeature#UseLocalTime", profile(ROW, timing={"useLocalTime": True})),
        (
            "SupportsFeature#RandomizedDelay",
            profile(ROW, timing={"randomizedDelay": 9}),
        ),
    ],
)
def test_what_the_device_model_does_not_name_is_refused(
    name: str, wire: dict[str, Any]
) -> None:
    assert Desk().set(1, wire).is_accepted

    assert not Desk(**{f"SmartChargingCtrlr/{name}": ""}).set(1, wire).is_accepted


def test_a_unit_that_is_not_offered_is_refused() -> None:
    desk = Desk(**{"SmartChargingCtrlr/RateUnit": "A"})

    assert desk.set(1, profile(ROW)).reason_code == "UnsupportedRateUnit"
    assert desk.set(1, profile(ROW, unit="A")).is_accepted


REFUSED_BY_16 = [
    ("no such connector", 7, profile16(ROW)),
    ("maximum of a connector", 1, profile16(ROW, purpose="ChargePointMaxProfile")),
    ("relative maximum", 0, profile16(ROW, purpose="ChargePointMaxProfile", kind="Relative")),
    ("TxProfile of the station", 0, profile16(ROW, purpose="TxProfile")),
    ("TxProfile without a transaction", 1, profile16(ROW, purpose="TxProfile")),
    ("recurring without a start", 1, profile16(ROW, kind="Recurring", start_s=None, recurrencyKind="Daily")),
    ("recurring without its kind", 1, profile16(ROW, kind="Recurring")),
    ("first period later", 1, profile16((5, 6000.0))),
    ("limit below 0", 1, profile16((0, -1.0))),
    ("level too high", 1, profile16(ROW, level=10)),
    ("too many periods", 1, profile16(*((s, 1.0) for s in range(25)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("evse", "wire"),
    [row[1:] for row in REFUSED_BY_16],
    ids=[row[0] for row in REFUSED_BY_16],
)
def test_1_6_refuses(evse: int, wire: dict[str, Any]) -> None:
    desk = Desk(AC)

    assert desk.set(evse, wire).status == "Rejected"
    assert len(desk.profiles) == 0


def test_a_limit_below_0_is_no_setpoint_in_1_6_even_where_power_can_flow_back() -> None:
    assert not Desk(V2G).set(1, profile16((0, -1.0))).is_accepted


def test_the_same_id_replaces_wherever_it_was() -> None:
    desk = Desk(AC, AC)
    desk.charge(1)
    desk.set(1, profile((0, 6000.0), number=4))

    assert desk.set(2, profile((0, 7000.0), number=4, level=3)).is_accepted

    assert len(desk.profiles) == 1
    assert desk.limit(1) == AC.max_power_w


def test_the_same_place_replaces_in_1_6() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile16((0, 6000.0), number=4))

    assert desk.set(1, profile16((0, 7000.0), number=5)).is_accepted

    assert len(desk.profiles) == 1
    assert desk.limit() == 7000


def test_the_same_level_at_the_same_time_is_refused_in_2() -> None:
    desk = Desk(AC, AC)
    desk.set(1, profile(ROW, number=1, validTo=iso(100)))

    overlapping = profile(ROW, number=2, validFrom=iso(99))
    assert desk.set(1, overlapping).reason_code == "DuplicateProfile"
    assert desk.set(0, overlapping).reason_code == "DuplicateProfile"
    assert desk.set(1, profile(ROW, number=2, validFrom=iso(100))).is_accepted
    assert desk.set(1, profile(ROW, number=3, level=1)).is_accepted
    assert desk.set(2, profile(ROW, number=4)).is_accepted
    assert desk.set(0, profile(ROW, number=5)).reason_code == "DuplicateProfile"
    assert desk.set(0, profile(ROW, number=6, purpose=MAX)).is_accepted


def test_one_level_of_a_transaction_has_one_profile() -> None:
    desk = Desk()
    key = desk.charge()
    desk.set(1, profile(ROW, number=1, purpose="TxProfile", transactionId=key))

    later = profile(ROW, number=2, purpose="TxProfile", transactionId=key)
    assert desk.set(1, later).reason_code == "DuplicateProfile"
    other = profile(ROW, number=3, purpose="TxProfile", transactionId="other")
    assert desk.set(1, other).reason_code == "TxNotFound"


def test_the_transaction_of_1_6_has_a_number_that_may_not_be_known_yet() -> None:
    desk = Desk()
    desk.charge()
    with_id = profile16(ROW, purpose="TxProfile", transactionId=5)

    assert desk.set(1, profile16(ROW, purpose="TxProfile")).is_accepted
    assert not desk.set(1, with_id).is_accepted
    session = desk.evses[1].session
    assert session is not None
    session.id_16 = 5
    assert desk.set(1, with_id).is_accepted


def test_a_profile_that_comes_with_a_start_is_for_the_transaction_that_comes() -> None:
    desk = Desk()
    wire = profile16(ROW, purpose="TxProfile", kind="Relative")

    assert desk.set(1, wire, is_for_start=True).is_accepted
    desk.charge()
    assert desk.limit() == 6000
    desk.leave()
    desk.charge(since_s=5)
    assert desk.limit(now_s=5) == AC.max_power_w


def test_a_start_that_does_not_come_leaves_nothing_behind() -> None:
    desk = Desk()
    desk.set(1, profile16(ROW, purpose="TxProfile"), is_for_start=True)

    desk.profiles.forget_start(1)

    desk.charge()
    assert desk.limit() == AC.max_power_w


def test_the_profile_of_a_later_start_takes_the_place_of_an_earlier_one() -> None:
    desk = Desk()
    first = profile((0, 5000.0), number=1, purpose="TxProfile")
    second = profile(ROW, number=2, purpose="TxProfile")
    desk.set(1, first, is_for_start=True)

    assert desk.set(1, second, is_for_start=True).is_accepted

    desk.charge()
    assert desk.limit() == 6000


def test_only_a_profile_of_a_transaction_comes_with_a_start() -> None:
    desk = Desk()
    with_id = profile(ROW, purpose="TxProfile", transactionId="T")

    assert desk.set(1, profile(ROW), is_for_start=True).reason_code == "InvalidProfile"
    assert desk.set(1, with_id, is_for_start=True).reason_code == "InvalidProfile"


def test_what_another_demands_is_not_replaced_by_a_central_system() -> None:
    desk = Desk()
    desk.set(0, profile(ROW, number=7, purpose=EXTERNAL), source="EMS")

    assert desk.set(1, profile(ROW, number=7)).reason_code == "DuplicateProfile"
    again = profile((0, 1.0), number=7, purpose=EXTERNAL)
    assert desk.set(0, again, source="EMS").is_accepted
    assert len(desk.profiles) == 1


def test_a_station_has_place_for_so_many() -> None:
    desk = Desk(most=2)
    desk.set(1, profile(ROW, number=1, level=1, validTo=iso(10)))
    desk.set(1, profile(ROW, number=2, level=2))

    refused = desk.set(1, profile(ROW, number=3, level=3))
    assert refused.reason_code == "OutOfStorage"
    assert desk.set(1, profile((0, 1.0), number=2, level=4)).is_accepted
    # What can never hold again makes room.
    assert desk.set(1, profile(ROW, number=3, level=3), now_s=10).is_accepted


def test_status_info_is_for_2_x() -> None:
    decision = Desk().set(7, profile(ROW))

    assert decision.status_info == {
        "reasonCode": "UnknownEvse",
        "additionalInfo": "there is no EVSE 7",
    }
    assert Desk().set(1, profile(ROW)).status_info is None


def test_profiles_that_hold_together_use_the_same_phase() -> None:
    desk = Desk(AC, AC, **{"SmartChargingCtrlr/ACPhaseSwitchingSupported": "true"})

    def on_phase(phase: int, number: int, **more: Any) -> dict[str, Any]:
        wire = profile((0, 6000.0, 1), number=number, level=number, **more)
        period = wire["chargingSchedule"][0]["chargingSchedulePeriod"][0]
        period["phaseToUse"] = phase
        return wire

    assert desk.set(1, on_phase(1, 1)).is_accepted
    assert desk.set(1, on_phase(2, 2)).reason_code == "PhaseConflict"
    assert desk.set(0, on_phase(3, 3, purpose=MAX)).reason_code == "PhaseConflict"
    assert desk.set(2, on_phase(2, 4)).is_accepted
    assert desk.set(1, on_phase(2, 1)).is_accepted
