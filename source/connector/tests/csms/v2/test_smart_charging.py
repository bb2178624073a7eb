"""Smart charging of 2.x: what stations tell, and what they are answered."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from connector.csms.events import (
    ChargingNeedsTold,
    ExternalLimitsChanged,
    PriorityChargingChanged,
)
from connector.csms.options import LimitOptions, StationOptions
from connector.csms.v2.charging_needs import needs_at
from connector.csms.v2.external_limits import external_limits
from connector.datapoints.limits.requests import PowerLimit
from connector.datapoints.limits.service import LimitService
from connector.errors import CallErrorReceived, CommandRejected, ReportIncomplete
from connector.tests.csms.conftest import NAME, settle
from connector.tests.csms.v2.conftest import Harness2
from connector.tests.datapoints.limits.bench import MemoryLimits

Json = dict[str, Any]
VERSIONS = ["2.0.1", "2.1"]
AC = {"energyAmount": 9000, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230}
NEEDS: Json = {
    "evseId": 1,
    "maxScheduleTuples": 12,
    "chargingNeeds": {
        "requestedEnergyTransfer": "AC_three_phase",
        "acChargingParameters": AC,
    },
}
SCHEDULE: Json = {
    "id": 1,
    "chargingRateUnit": "W",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 7000}],
}
PROFILE: Json = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [SCHEDULE],
}
LIMITS: Json = {
    "SetChargingProfile": {"status": "Accepted"},
    "ClearChargingProfile": {"status": "Accepted"},
    "GetCompositeSchedule": {"status": "Rejected"},
}


def json_of(value: Any) -> Any:
    return None if value is None else orjson.loads(value)


# -- needs


@pytest.mark.parametrize("version", VERSIONS)
async def test_needs_are_shown_and_kept_with_their_transaction(
    start2: Any, version: str
) -> None:
    system = await start2()
    system.hear(ChargingNeedsTold)
    station = await system.connect_2(version=version, boots=True)
    await station.event("Started", 0, state="EVConnected")
    answer = await station.say("NotifyEVChargingNeeds", **NEEDS)
    expected = "Accepted" if version == "2.0.1" else "NoChargingProfile"
    assert answer == {"status": expected}
    shown = json_of(system.newest("ev_charging_needs"))
    assert shown == {**NEEDS["chargingNeeds"], "maxScheduleTuples": 12}
    assert [event.where for event in system.events] == ["1"]
    kept = needs_at(system.station(), "1")
    assert kept is not None
    assert (kept.needs, kept.most_periods) == (NEEDS["chargingNeeds"], 12)
    assert needs_at(system.station(), "2") is None

    await station.event("Ended", 1)
    assert needs_at(system.station(), "1") is None
    assert system.station().learned["charging_needs"] == {}


@pytest.mark.parametrize("version", VERSIONS)
async def test_needs_without_a_transaction_are_rejected_and_shown(
    start2: Any, version: str
) -> None:
    system = await start2()
    system.hear(ChargingNeedsTold)
    station = await system.connect_2(version=version, boots=True)
    assert await station.say("NotifyEVChargingNeeds", **NEEDS) == {"status": "Rejected"}
    assert "requestedEnergyTransfer" in str(system.newest("ev_charging_needs"))
    assert system.events == []


async def test_what_is_long_and_limits_nothing_is_not_kept(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.1", boots=True)
    await station.event("Started", 0)
    entry = {"duration": 60, "power": 1}
    offer = {
        "evPowerSchedule": {
            "evPowerScheduleEntries": [entry],
            "timeAnchor": station.time(),
        }
    }
    needs = {**NEEDS["chargingNeeds"], "evEnergyOffer": offer}
    await station.say("NotifyEVChargingNeeds", evseId=1, chargingNeeds=needs)
    assert json_of(system.newest("ev_charging_needs"))["evEnergyOffer"] == offer
    kept = needs_at(system.station(), "1")
    assert kept is not None
    assert kept.needs == NEEDS["chargingNeeds"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_plan_of_the_vehicle_is_accepted_and_shown(
    start2: Any, version: str
) -> None:
    system = await start2()
    station = await system.connect_2(version=version, boots=True)
    plan = {"timeBase": station.time(), "chargingSchedule": SCHEDULE}
    answer = await station.say("NotifyEVChargingSchedule", evseId=1, **plan)
    assert answer == {"status": "Accepted"}
    assert json_of(system.newest("ev_charging_schedule")) == plan


def limits_of(system: Harness2) -> LimitService:
    """The limits, brought together with the central system as the server does."""
    central = system.central
    limits = LimitService(
        central.stations,
        central.events,
        LimitOptions(min_interval_s=0),
        MemoryLimits(),
        system.clock,
        publish=system.facts.append,
        report=lambda *_: None,
        remember=lambda _: None,
    )
    central.blocks.v2.limits.has_limit = limits.has_limit
    central.blocks.v2.limits.schedule_update = limits.schedule_update
    return limits


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_limit_goes_out_as_the_answer_to_needs(
    start2: Any, version: str
) -> None:
    system = await start2()
    limits = limits_of(system)
    station = await system.connect_2(version=version, boots=True, **LIMITS)
    await station.event("Started", 0, tx="8f3c-11", state="EVConnected")
    outcome = await limits.write(system.station(), "1", PowerLimit(22000))
    assert outcome.outcome == "accepted"
    station.calls.clear()

    answer = await station.say("NotifyEVChargingNeeds", **NEEDS)

    assert answer == {"status": "Accepted"}
    [sent] = station.asked("SetChargingProfile")
    profile = sent["chargingProfile"]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["transactionId"] == "8f3c-11"
    [period] = profile["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert period["limit"] == 11040
    assert system.newest("power_limit") == 22000
    assert system.newest("power_limit_effective") == 11040
    await limits.stop()


async def test_a_tx_profile_follows_the_start_of_a_transaction(start2: Any) -> None:
    system = await start2()
    limits = limits_of(system)
    station = await system.connect_2(boots=True, **LIMITS)
    await limits.write(system.station(), "1", PowerLimit(4140))
    await station.event("Started", 0, tx="a-b", token="card")
    last = station.asked("SetChargingProfile")[-1]["chargingProfile"]
    assert (last["chargingProfilePurpose"], last["transactionId"]) == (
        "TxProfile",
        "a-b",
    )
    await limits.stop()


# -- limits of others


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_limit_of_somebody_else_is_shown_until_it_is_over(
    start2: Any, version: str
) -> None:
    system = await start2()
    system.hear(ExternalLimitsChanged)
    station = await system.connect_2(version=version, boots=True)
    limit = {"chargingLimitSource": "EMS", "isGridCritical": True}

    answer = await station.say(
        "NotifyChargingLimit",
        evseId=1,
        chargingLimit=limit,
        chargingSchedule=[SCHEDULE],
    )

    assert answer == {}
    [shown] = json_of(system.newest("external_limit"))
    assert shown["isGridCritical"] is True
    assert shown["chargingSchedule"][0]["chargingRateUnit"] == "W"
    [kept] = external_limits(system.station())["1"]
    assert kept["received_ms"] == system.clock.now_ms()

    await station.say(
        "NotifyChargingLimit", chargingLimit={"chargingLimitSource": "SO"}
    )
    assert json_of(system.newest("external_limit", "0")) == [
        {"chargingLimitSource": "SO", "chargingSchedule": []}
    ]

    assert (
        await station.say("ClearedChargingLimit", evseId=1, chargingLimitSource="EMS")
        == {}
    )
    assert system.newest("external_limit") is None
    await station.say("ClearedChargingLimit", chargingLimitSource="SO")
    assert system.newest("external_limit", "0") is None
    assert external_limits(system.station()) == {}
    assert len(system.events) == 4


async def test_limits_of_others_do_not_fill_the_store(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.1", boots=True)
    periods = [{"startPeriod": n, "limit": 1} for n in range(1024)]
    schedule = {**SCHEDULE, "chargingSchedulePeriod": periods}
    for number in range(20):
        await station.say(
            "NotifyChargingLimit",
            chargingLimit={"chargingLimitSource": f"S{number}"},
            chargingSchedule=[schedule] * 5,
        )
    kept = external_limits(system.station())["0"]
    assert [entry["chargingLimitSource"] for entry in kept][-1] == "S19"
    assert len(kept) == 8
    [first, *_] = kept[0]["chargingSchedule"]
    assert len(kept[0]["chargingSchedule"]) == 3
    assert len(first["chargingSchedulePeriod"]) == 96


async def test_a_limit_of_others_lowers_what_results(start2: Any) -> None:
    system = await start2()
    limits = limits_of(system)
    station = await system.connect_2(boots=True, **LIMITS)
    await limits.write(system.station(), "1", PowerLimit(11000))
    await station.say(
        "NotifyChargingLimit",
        chargingLimit={"chargingLimitSource": "SO"},
        chargingSchedule=[SCHEDULE],
    )
    assert system.newest("power_limit_effective") == 7000
    await station.say("ClearedChargingLimit", chargingLimitSource="SO")
    assert system.newest("power_limit_effective") == 11000
    await limits.stop()


# -- profiles


async def report(station: Any, request_id: int, *profiles: Json, **more: Any) -> None:
    await station.say(
        "ReportChargingProfiles",
        **{
            "requestId": request_id,
            "chargingLimitSource": "CSO",
            "evseId": 1,
            "chargingProfile": list(profiles),
        }
        | more,
    )


@pytest.mark.parametrize("version", VERSIONS)
async def test_profiles_are_reported_in_parts(start2: Any, version: str) -> None:
    system = await start2()
    answers = {"GetChargingProfiles": {"status": "Accepted"}}
    station = await system.connect_2(version=version, boots=True, **answers)
    block = system.central.blocks.v2.charging_profiles
    asking = asyncio.create_task(
        block.get(system.station(), "1", chargingProfilePurpose="TxDefaultProfile")
    )
    await settle()
    [asked] = station.asked("GetChargingProfiles")
    assert asked["evseId"] == 1
    assert asked["chargingProfile"] == {"chargingProfilePurpose": "TxDefaultProfile"}

    await report(station, asked["requestId"], PROFILE, tbc=True)
    assert not asking.done()
    await report(station, asked["requestId"], {**PROFILE, "id": 2}, evseId=0)

    found = await asking
    assert [(p["evseId"], p["id"]) for p in found] == [(1, 1), (0, 2)]
    assert found[0]["chargingLimitSource"] == "CSO"
    assert json_of(system.newest("charging_profiles", "0")) == found


async def test_profiles_that_a_call_asked_for_are_shown(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await report(station, 77, PROFILE, tbc=True)
    await report(station, 77, {**PROFILE, "id": 2})
    await settle()
    found = json_of(system.newest("charging_profiles", "0"))
    assert [profile["id"] for profile in found] == [1, 2]


async def test_reports_that_never_end_do_not_fill_the_memory(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    for number in range(50):
        await report(station, number, PROFILE, tbc=True)
    block = system.central.blocks.v2.charging_profiles
    assert len(block._unasked._reports._waiting) == 8
    await system.advance(60)
    assert len(block._unasked._reports._waiting) == 0
    assert "charging_profiles" not in {datum.name for datum in system.data()}
    assert caplog.text.count("the report is not complete") == 8
    assert caplog.text.count("began more than 8 reports") == 1


@pytest.mark.parametrize(
    ("status", "expected"), [("NoProfiles", []), ("Accepted", None)]
)
async def test_no_profiles_are_none_and_a_report_that_ends_early_is_an_error(
    start2: Any, status: str, expected: list[Json] | None
) -> None:
    system = await start2()
    answers = {"GetChargingProfiles": {"status": status}}
    await system.connect_2(boots=True, **answers)
    block = system.central.blocks.v2.charging_profiles
    asking = asyncio.create_task(block.get(system.station()))
    await settle()
    if expected is None:
        await system.advance(60)
        with pytest.raises(ReportIncomplete):
            await asking
    else:
        assert await asking == expected
    assert len(block._reports._waiting) == 0


async def test_a_status_that_nobody_knows_is_a_rejection(start2: Any) -> None:
    system = await start2()
    await system.connect_2(
        boots=True, **{"GetChargingProfiles": {"status": "Accepted"}}
    )
    station = system.station()

    async def odd(*_: Any) -> Json:
        return {"status": "Perhaps"}

    station.session.call_action = lambda *_, **__: odd()  # type: ignore[method-assign]
    with pytest.raises(CommandRejected):
        await system.central.blocks.v2.charging_profiles.get(station)


# -- priority charging and dynamic schedules


async def test_priority_charging_is_told_until_the_transaction_ends(
    start2: Any,
) -> None:
    system = await start2()
    system.hear(PriorityChargingChanged)
    station = await system.connect_2(version="2.1", boots=True)
    await station.event("Started", 0)
    answer = await station.say(
        "NotifyPriorityCharging", transactionId="tx-1", activated=True
    )
    assert answer == {}
    await station.say("NotifyPriorityCharging", transactionId="else", activated=False)
    assert system.told("priority_charging") == [True]
    await station.event("Ended", 1)
    assert system.told("priority_charging") == [True, False]
    assert [event.is_active for event in system.events] == [True, False]


async def test_priority_charging_that_was_asked_for_is_told_where_it_is_agreed(
    start2: Any,
) -> None:
    system = await start2()
    answers: Json = {"UsePriorityCharging": {"status": "NoProfile"}}
    station = await system.connect_2(version="2.1", boots=True, **answers)
    await station.event("Started", 0)
    wanted = {"transactionId": "tx-1", "activate": True}
    await system.station().call("UsePriorityCharging", wanted)
    assert system.told("priority_charging") == []
    station.answers["UsePriorityCharging"] = {"status": "Accepted"}
    await system.station().call("UsePriorityCharging", wanted)
    await system.station().call("UsePriorityCharging", wanted)
    assert system.told("priority_charging") == [True]


async def test_a_dynamic_schedule_is_pulled_from_our_limit(start2: Any) -> None:
    system = await start2()
    limits = limits_of(system)
    station = await system.connect_2(version="2.1", boots=True, **LIMITS)
    await limits.write(system.station(), "1", PowerLimit(4140))
    [sent] = station.asked("SetChargingProfile")
    number = sent["chargingProfile"]["id"]
    answer = await station.say("PullDynamicScheduleUpdate", chargingProfileId=number)
    assert answer == {"status": "Accepted", "scheduleUpdate": {"limit": 4140}}
    answer = await station.say("PullDynamicScheduleUpdate", chargingProfileId=1)
    assert answer == {"status": "Rejected"}
    await limits.stop()


async def test_without_limits_nothing_is_pulled(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.1", boots=True)
    answer = await station.say("PullDynamicScheduleUpdate", chargingProfileId=1)
    assert answer == {"status": "Rejected"}


async def test_actions_of_2_1_are_unknown_in_2_0_1(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(version="2.0.1", boots=True)
    with pytest.raises(CallErrorReceived, match="NotImplemented"):
        await station.say_raw(
            "NotifyPriorityCharging", {"transactionId": "x", "activated": True}
        )


async def test_a_pending_station_says_nothing_that_is_kept(start2: Any) -> None:
    system = await start2(stations={})
    station = await system.connect_2("CP-8", boots=True)
    for action, payload in (
        ("NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS"}}),
        ("NotifyEVChargingNeeds", NEEDS),
    ):
        code = await station.refused(action, **payload)
        assert code == "SecurityError"
    assert "external_limits" not in system.station("CP-8").learned


async def test_needs_survive_a_restart_of_ours(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0)
    await station.say("NotifyEVChargingNeeds", **NEEDS)
    await system.central.stop()

    again = await start2(system.store, stations={NAME: StationOptions()})
    assert needs_at(again.station(), "1") is not None
