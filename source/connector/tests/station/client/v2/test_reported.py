"""What a station tells by itself, in the words that a version has."""

from __future__ import annotations

from typing import Any

import pytest

from connector.ocppj.routes import ROUTES
from connector.station.client.v2.external import (
    clear_limit,
    set_limit,
    use_priority,
)
from connector.station.client.v2.vehicles import tell_needs, tell_schedule
from connector.tests.ocppj.examples import request
from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.bench import Json, Place2, profile
from connector.tests.station.client.v2.conftest import Start2

OF_THE_CORE = {
    "Authorize",
    "BootNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
    "TransactionEvent",
}
OF_PROFILES = {"ReportChargingProfiles"}
"""The charging profiles themselves know which of them 2.0.1 has words for."""
REPORTED = sorted(ROUTES["2.1"].up - OF_THE_CORE - OF_PROFILES)


async def tell(place: Place2, action: str, details: Json) -> list[Json]:
    place.central.forget()
    place.core.report(action, details, place.clock.now_ms())
    await settle()
    return place.central.of(action)


@pytest.mark.parametrize("action", REPORTED)
async def test_what_is_reported_is_told_where_the_version_has_it(
    start: Start2, version: str, action: str
) -> None:
    place = await start()
    told = await tell(place, action, request("2.1", action, "full"))

    assert len(told) == (action in ROUTES[version].up)


async def test_a_reservation_that_ends_is_told(start: Start2, version: str) -> None:
    place = await start()
    details = {"reservationId": 4, "reservationUpdateStatus": "NoTransaction"}
    (told,) = await tell(place, "ReservationStatusUpdate", details)
    words = {"2.0.1": "Removed", "2.1": "NoTransaction"}

    assert told["reservationUpdateStatus"] == words[version]


async def test_security_events_have_the_time_of_their_fact(start: Start2) -> None:
    place = await start()
    now = place.central.now()
    (told,) = await tell(place, "SecurityEventNotification", {"type": "TamperDetected"})

    assert told == {"type": "TamperDetected", "timestamp": now}


async def test_security_events_wait_for_the_next_link(start: Start2) -> None:
    place = await start()
    place.central.shut()
    await place.central.drop()
    assert await tell(place, "SecurityEventNotification", {"type": "Reset"}) == []
    place.central.open()
    await place.wait(60, step_s=5)

    assert len(place.central.of("SecurityEventNotification")) == 1


async def test_a_report_that_makes_no_sense_ends_nothing(
    start: Start2, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    assert await tell(place, "NotifyEvent", {"eventData": "rubbish"}) == []
    await place.charge()
    caplog.clear()

    assert place.central.events()


# -- limits from elsewhere


def external(limit: float) -> Json:
    purpose = "ChargingStationExternalConstraints"
    return profile(
        limit, chargingProfilePurpose=purpose, chargingProfileKind="Absolute"
    ) | {"chargingSchedule": [_schedule(limit)]}


def _schedule(limit: float) -> Json:
    return {
        "id": 1,
        "startSchedule": "2026-01-31T00:00:00Z",
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }


async def test_a_limit_of_the_grid_is_kept_and_told(start: Start2) -> None:
    place = await start()
    await place.charge()
    decision = set_limit(place.client, 0, external(5000.0), source="SO")
    await settle()
    assert decision.is_accepted, decision
    assert place.hardware.offers[1] == 5000.0
    (told,) = place.central.of("NotifyChargingLimit")
    assert told["chargingLimit"]["chargingLimitSource"] == "SO"
    assert clear_limit(place.client, 0, source="SO")
    await settle()
    reasons = [each["triggerReason"] for each in place.central.events()]

    assert place.hardware.offers[1] == 22_080.0
    assert len(place.central.of("ClearedChargingLimit")) == 1
    assert reasons.count("ChargingRateChanged") == 2
    assert not clear_limit(place.client, 0, source="SO")


async def test_a_limit_is_told_with_its_schedule_where_that_is_set(
    start: Start2,
) -> None:
    name = "SmartChargingCtrlr/NotifyChargingLimitWithSchedules"
    place = await start(initial={name: "true"})
    set_limit(place.client, 1, external(4000.0), is_grid_critical=True)
    await settle()
    (told,) = place.central.of("NotifyChargingLimit")

    assert told["evseId"] == 1
    assert told["chargingLimit"]["isGridCritical"] is True
    assert told["chargingSchedule"] == [_schedule(4000.0)]


async def test_a_limit_that_makes_no_sense_is_not_told(start: Start2) -> None:
    place = await start()
    decision = set_limit(place.client, 9, external(4000.0))
    await settle()

    assert not decision.is_accepted
    assert place.central.of("NotifyChargingLimit") == []
    with pytest.raises(ValueError, match="CSO"):
        set_limit(place.client, 1, external(1.0), source="CSO")


# -- vehicles


async def test_what_a_vehicle_needs_is_told(start: Start2, version: str) -> None:
    place = await start()
    needs: Json = {
        "requestedEnergyTransfer": "AC_BPT",
        "departureTime": "2026-01-31T15:00:00Z",
        "acChargingParameters": {
            "energyAmount": 20_000.5,
            "evMinCurrent": 6.0,
            "evMaxCurrent": 16.0,
            "evMaxVoltage": 400.0,
        },
        "v2xChargingParameters": {"maxChargePower": 11_000.0},
    }
    tell_needs(place.client, 1, needs, most_tuples=12)
    schedule = _schedule(7000.0)
    tell_schedule(place.client, 1, schedule, base="2026-01-31T12:00:00Z")
    await settle()
    (told,) = place.central.of("NotifyEVChargingNeeds")
    (taken,) = place.central.of("NotifyEVChargingSchedule")
    words = {"2.0.1": "AC_three_phase", "2.1": "AC_BPT"}

    assert told["maxScheduleTuples"] == 12
    assert told["chargingNeeds"]["requestedEnergyTransfer"] == words[version]
    assert taken["chargingSchedule"] == schedule


@pytest.mark.parametrize("version", ["2.1"])
async def test_who_speaks_of_phases_may_be_limited_by_phase(start: Start2) -> None:
    place = await start()
    await place.charge()
    purpose: Json = {"chargingProfilePurpose": "TxProfile", "transactionId": place.key}
    wire = profile(9000.0, **purpose)
    wire["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit_L2"] = 2000.0
    answers = []
    for power in ({}, {"maxChargePower_L2": 3000.0}):
        parameters = {"maxChargePower": 9000.0, **power}
        needs = {
            "requestedEnergyTransfer": "AC_BPT",
            "v2xChargingParameters": parameters,
        }
        tell_needs(place.client, 1, needs)
        answers.append(
            await place.answered("SetChargingProfile", evseId=1, chargingProfile=wire)
        )

    assert [each["status"] for each in answers] == ["Rejected", "Accepted"], answers


# -- dynamic profiles


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_dynamic_profile_asks_for_its_numbers(start: Start2) -> None:
    place = await start()
    await place.charge()
    dynamic: dict[str, Any] = {
        "chargingProfileKind": "Dynamic",
        "dynUpdateInterval": 30,
    }
    await place.answered(
        "SetChargingProfile", evseId=1, chargingProfile=profile(9000.0, **dynamic)
    )
    assert place.hardware.offers[1] == 9000.0
    await place.wait(65, step_s=5)
    asked = place.central.of("PullDynamicScheduleUpdate")

    assert asked == [{"chargingProfileId": 7}] * 2
    assert place.hardware.offers[1] == 5000.0


@pytest.mark.parametrize("version", ["2.1"])
async def test_numbers_that_do_not_come_are_asked_for_at_intervals(
    start: Start2,
) -> None:
    place = await start()
    place.central.answers["PullDynamicScheduleUpdate"] = {"status": "Rejected"}
    dynamic: dict[str, Any] = {
        "chargingProfileKind": "Dynamic",
        "dynUpdateInterval": 30,
    }
    await place.answered(
        "SetChargingProfile", evseId=1, chargingProfile=profile(9000.0, **dynamic)
    )
    await place.wait(125, step_s=5)

    assert len(place.central.of("PullDynamicScheduleUpdate")) == 4


# -- priority


@pytest.mark.parametrize("version", ["2.1"])
async def test_priority_that_a_driver_wants_is_told(start: Start2) -> None:
    place = await start()
    await place.charge()
    key = place.key
    assert use_priority(place.client, key, is_active=True) == "NoProfile"
    for purpose, limit, number in (
        ("TxDefaultProfile", 7000.0, 1),
        ("PriorityCharging", 20_000.0, 2),
    ):
        wire = profile(limit, id=number, chargingProfilePurpose=purpose)
        await place.answered("SetChargingProfile", evseId=1, chargingProfile=wire)
    before = place.hardware.offers[1]
    assert use_priority(place.client, key, is_active=True) == "Accepted"
    await settle()

    assert (before, place.hardware.offers[1]) == (7000.0, 20_000.0)
    assert place.central.of("NotifyPriorityCharging") == [
        {"transactionId": key, "activated": True}
    ]
