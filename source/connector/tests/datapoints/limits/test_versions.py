"""A station that speaks another version than before; what 2.x knows beside 1.6."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.events import (
    ChargingNeedsTold,
    ExternalLimitsChanged,
    PriorityChargingChanged,
)
from connector.csms.options import LimitOptions, ProfileOptions, StationOptions
from connector.datapoints.limits.book import LEARNED
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.errors import CallErrorReceived, CommandTimeout
from connector.tests.clock import START_MS
from connector.tests.datapoints.limits import bench as benches
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    Bench,
    MemoryLimits,
    profile_of_16,
    settle,
)

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
Json = dict[str, Any]
AT_ONCE = LimitOptions(min_interval_s=0)


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes benches with a station of a version."""

    def made(version: str = "2.1", **more: Any) -> Bench:
        monkeypatch.setattr(benches, "VERSION", version)
        return Bench(**{"options": AT_ONCE} | more)

    return made


async def speak(bench: Bench, version: str) -> None:
    """The link is lost, and comes back in another version."""
    await bench.lose_link()
    bench.station.spoken = version
    bench.station.calls.clear()
    bench.station.wire.clear()
    await bench.find_link()


# -- versions


@pytest.mark.parametrize(("before", "after"), [("1.6", "2.0.1"), ("2.1", "1.6")])
async def test_limits_are_set_again_in_the_words_of_the_other_version(
    make: Any, before: str, after: str
) -> None:
    bench = make(before)
    await bench.write(PowerLimit(4140))
    await bench.write(PowerLimit(9000), "0")
    shown: list[Any] = []
    bench.station.script["SetChargingProfile"] = lambda _: (
        shown.append(bench.values["1", "power_limit"]) or ACCEPTED
    )
    await speak(bench, after)
    assert bench.station.limits_sent() == [(MAX, 0, 9000), (TX_DEFAULT, 1, 4140)]
    purpose = "ChargingStationMaxProfile" if after != "1.6" else MAX
    assert purpose in str(bench.station.wire[0])
    assert shown[0] is None, "what it has is not known"
    assert bench.values["1", "power_limit"] == 4140


async def test_what_was_refused_in_one_version_is_tried_in_the_other(make: Any) -> None:
    bench = make("1.6", connectors=2)
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED if p["connectorId"] == 0 else ACCEPTED
    )
    await bench.write(PowerLimit(8280), "0")
    assert bench.station.learned[LEARNED]["refused"] == [MAX]
    bench.station.script.clear()
    bench.station.is_up = False
    bench.station.spoken = "2.0.1"
    bench.station.calls.clear()
    await bench.find_link()
    assert (MAX, 0, 8280) in bench.station.limits_sent()


async def test_a_change_is_seen_over_a_restart_of_ours(make: Any) -> None:
    bench = make("1.6", store=MemoryLimits())
    await bench.write(PowerLimit(4140))
    await bench.service.stop()
    bench.station.spoken = "2.0.1"
    bench.service = bench.new_service()
    await bench.service.start()
    bench.station.calls.clear()
    await bench.find_link()
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 4140)]


async def test_of_a_profile_written_for_another_version_the_limit_is_left(
    make: Any,
) -> None:
    bench = make("1.6")
    raw = {
        "chargingProfileId": 5,
        "stackLevel": 3,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    }
    await bench.write(RawProfile(raw))
    await speak(bench, "2.1")
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 10)]
    assert bench.values["1", "current_limit"] == 10
    assert ("ClearChargingProfile", {"id": 5}) in bench.station.calls


async def test_a_profile_of_another_version_is_invalid(make: Any) -> None:
    bench = make("2.0.1")
    outcome = await bench.service.write(
        bench.station, "1", RawProfile({"chargingProfileId": 5})
    )
    assert outcome.outcome == "invalid"
    assert bench.station.calls == []


# -- direct current and phases


async def test_direct_current_has_no_number_of_phases(make: Any) -> None:
    bench = make("2.0.1")
    await bench.write(Phases(1))
    bench.station.learned["is_dc"] = True
    await bench.write(PowerLimit(20000))
    [(_, payload)] = bench.station.wire[-1:]
    [schedule] = payload["chargingProfile"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 20000.0}]
    bench.station.configure("ChargingScheduleAllowedChargingRateUnit", "A")
    assert (await bench.write(PowerLimit(10000))).outcome == "unsupported"


# -- vehicles


def told(
    bench: Bench, where: str = "1", periods: int | None = None, **needs: Any
) -> None:
    """The vehicle tells its needs."""
    running = bench.station.transaction(where)
    bench.station.learned["charging_needs"] = {
        where: {
            "transaction": running.ocpp_id if running else "-",
            "needs": {"requestedEnergyTransfer": "AC_BPT", **needs},
            "most_periods": periods,
        }
    }
    bench.events.emit(ChargingNeedsTold(bench.station, where))


async def test_needs_are_answered_with_a_profile_within_the_limit(make: Any) -> None:
    bench = make("2.0.1")
    await bench.start()
    assert not bench.service.has_limit(bench.station, "1")
    await bench.write(PowerLimit(11000))
    assert bench.service.has_limit(bench.station, "1")
    bench.station.calls.clear()
    ac = {"energyAmount": 1, "evMinCurrent": 6, "evMaxCurrent": 16, "evMaxVoltage": 230}
    told(bench, requestedEnergyTransfer="AC_single_phase", acChargingParameters=ac)
    await settle()
    assert bench.station.limits_sent() == [(TX, 1, 3680)]
    assert bench.values["1", "power_limit"] == 11000
    assert bench.values["1", "power_limit_effective"] == 3680


async def test_needs_without_a_limit_of_ours_send_nothing(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    told(bench)
    await settle()
    assert bench.station.sent() == []


async def test_a_long_schedule_is_told_in_as_many_periods_as_the_vehicle_knows(
    make: Any,
) -> None:
    bench = make("2.0.1")
    await bench.start()
    periods = tuple((600 * n, 16.0 - n) for n in range(6))
    await bench.write(Schedule(None, "A", periods))
    told(bench, periods=2)
    await settle()
    sent = bench.station.sent()[-1]["csChargingProfiles"]
    assert sent["chargingProfilePurpose"] == TX
    found = sent["chargingSchedule"]["chargingSchedulePeriod"]
    assert [period["limit"] for period in found] == [16, 11]


# -- discharging


async def test_a_negative_limit_discharges_where_all_can(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    told(bench)
    outcome = await bench.write(PowerLimit(-5000))
    assert (outcome.outcome, outcome.detail) == ("accepted", "")
    wire = [p["chargingProfile"] for a, p in bench.station.wire if "Set" in a]
    [period] = wire[0]["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert (period["operationMode"], period["setpoint"]) == ("CentralSetpoint", -5000)
    [period] = wire[1]["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert wire[1]["chargingProfilePurpose"] == TX_DEFAULT
    assert period["limit"] == 0, "the next vehicle may be another"
    assert bench.values["1", "power_limit"] == -5000


@pytest.mark.parametrize(
    ("version", "where", "transfer", "configuration", "detail"),
    [
        ("1.6", "1", "AC_BPT", {}, "OCPP 1.6 knows no negative limits"),
        ("2.0.1", "1", "AC_BPT", {}, "OCPP 2.0.1 knows no negative limits"),
        ("2.1", "0", "AC_BPT", {}, "only a connector"),
        ("2.1", "1", "AC_three_phase", {}, "no vehicle here"),
        (
            "2.1",
            "1",
            "DC_BPT",
            {"V2XChargingCtrlr/Enabled": "False"},
            "V2XChargingCtrlr",
        ),
        ("2.1", "1", "DC_BPT", {"V2XChargingCtrlr@1/Available": "false"}, "V2XCharg"),
    ],
)
async def test_a_negative_limit_is_unsupported_where_one_cannot(
    make: Any, version: str, where: str, transfer: str, configuration: Any, detail: str
) -> None:
    bench = make(version)
    await bench.start()
    told(bench, requestedEnergyTransfer=transfer)
    bench.station.configuration |= configuration
    for request in (
        PowerLimit(-5000),
        CurrentLimit(-10),
        Schedule(None, "W", ((0, 4000.0), (60, -1.0))),
    ):
        outcome = await bench.write(request, where)
        assert outcome.outcome == "unsupported"
        assert detail in outcome.detail
    assert bench.station.sent() == []


async def test_a_station_that_takes_no_tx_profile_does_not_discharge(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    told(bench)
    bench.station.script["SetChargingProfile"] = lambda p: (
        REJECTED
        if p["csChargingProfiles"]["chargingProfilePurpose"] == TX
        else ACCEPTED
    )
    outcome = await bench.write(PowerLimit(-5000))
    assert outcome.outcome == "rejected"
    assert bench.values.get(("1", "power_limit")) is None
    assert len(bench.station.sent()) == 1, "nothing else discharges"
    # A refusal to discharge says nothing of TxProfiles.
    assert (await bench.write(PowerLimit(4140))).outcome == "accepted"
    assert bench.station.learned[LEARNED]["refused"] == [TX]
    assert (await bench.write(PowerLimit(-5000))).outcome == "unsupported"


async def test_the_next_vehicle_is_paused_until_it_is_known_to_give_back(
    make: Any,
) -> None:
    bench = make("2.1")
    await bench.start(ocpp_id="7")
    told(bench)
    await bench.write(PowerLimit(-5000))
    await bench.end()
    assert bench.values["1", "power_limit"] == 0
    await bench.start(ocpp_id="8")
    assert bench.values["1", "power_limit"] == 0
    assert bench.values["1", "power_limit_asked"] == -5000
    told(bench)
    await settle()
    assert bench.values["1", "power_limit"] == -5000


async def test_too_little_to_discharge_with_is_a_pause(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    told(bench)
    outcome = await bench.write(CurrentLimit(-3))
    assert (outcome.outcome, outcome.detail) == ("accepted", "below minimum: paused")
    assert bench.values["1", "current_limit"] == 0


# -- dynamic profiles

DYNAMIC = StationOptions(profile=ProfileOptions(kind="Dynamic"), phases=3)


async def test_a_dynamic_profile_is_updated_and_not_sent_again(make: Any) -> None:
    bench = make("2.1", station_options=DYNAMIC)
    await bench.start()
    await bench.write(PowerLimit(11000))
    bench.station.wire.clear()
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, bench.values["1", "power_limit"]) == ("accepted", 4140)
    action, payload = bench.station.wire[0]
    assert action == "UpdateDynamicSchedule"
    assert payload["scheduleUpdate"] == {"limit": 4140}
    assert (await bench.write(PowerLimit(4140))).detail == "unchanged"


@pytest.mark.parametrize("answer", [REJECTED, CallErrorReceived("NotSupported")])
async def test_where_an_update_is_refused_the_profile_is_sent(
    make: Any, answer: Any
) -> None:
    bench = make("2.1", station_options=DYNAMIC)
    await bench.start()
    await bench.write(PowerLimit(11000))
    bench.station.script["UpdateDynamicSchedule"] = lambda _: answer
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, bench.values["1", "power_limit"]) == ("accepted", 4140)
    assert (TX, 1, 4140) in bench.station.limits_sent()


async def test_after_an_update_without_an_answer_nobody_knows(make: Any) -> None:
    bench = make("2.1", station_options=DYNAMIC)
    await bench.start()
    await bench.write(PowerLimit(11000))
    bench.station.script["UpdateDynamicSchedule"] = lambda _: CommandTimeout(
        "UpdateDynamicSchedule", 30, sent=True
    )
    assert (await bench.write(PowerLimit(4140))).outcome == "timeout"
    assert bench.values["1", "power_limit"] is None
    await bench.pass_time(1)
    assert bench.values["1", "power_limit"] == 4140


async def test_a_schedule_or_another_unit_needs_the_whole_profile(make: Any) -> None:
    bench = make("2.1", station_options=DYNAMIC)
    await bench.start()
    await bench.write(PowerLimit(11000))
    await bench.write(CurrentLimit(6))
    await bench.write(Schedule(None, "A", ((0, 16.0), (60, 10.0))))
    assert bench.station.sent("UpdateDynamicSchedule") == []


async def test_a_written_dynamic_profile_is_updated_too(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    raw = {
        "id": 9,
        "stackLevel": 0,
        "chargingProfilePurpose": TX,
        "chargingProfileKind": "Dynamic",
        "transactionId": "7",
        "chargingSchedule": [
            {
                "id": 1,
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [
                    {
                        "startPeriod": 0,
                        "limit": 3000,
                        "limit_L2": 2000,
                        "limit_L3": 1000,
                    }
                ],
            }
        ],
    }
    await bench.write(RawProfile(raw))
    assert bench.values["1", "power_limit"] == 6000
    pulled = bench.service.schedule_update(bench.station, 9)
    assert pulled == {"limit": 3000, "limit_L2": 2000, "limit_L3": 1000}
    await bench.write(PowerLimit(4140))
    assert bench.station.sent("UpdateDynamicSchedule") == [
        {"id": 9, "scheduleUpdate": {"limit": 4140}}
    ]
    assert bench.service.schedule_update(bench.station, 9) == {"limit": 4140}


async def test_only_profiles_of_ours_are_pulled(make: Any) -> None:
    bench = make("2.1", station_options=DYNAMIC)
    await bench.start()
    assert bench.service.schedule_update(bench.station, 1) is None
    await bench.write(PowerLimit(4140))
    number = bench.station.wire[0][1]["chargingProfile"]["id"]
    assert bench.service.schedule_update(bench.station, number) == {"limit": 4140}
    told(bench, v2xChargingParameters={"maxChargePower": 3000})
    await settle()
    assert bench.service.schedule_update(bench.station, number) == {"limit": 3000}
    await bench.end()
    assert bench.service.schedule_update(bench.station, number) is None


# -- what others do


def limited(bench: Bench, where: str, *schedules: Json) -> None:
    """Somebody else limits the station."""
    entry = {
        "chargingLimitSource": "EMS",
        "chargingSchedule": list(schedules),
        "received_ms": bench.clock.now_ms(),
    }
    bench.station.learned["external_limits"] = {where: {"EMS": entry}}
    bench.events.emit(ExternalLimitsChanged(bench.station))


def schedule(*periods: tuple[int, float], unit: str = "W", **more: Any) -> Json:
    found = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    return {"chargingRateUnit": unit, "chargingSchedulePeriod": found, **more}


async def test_limits_of_others_are_in_what_results_while_they_hold(make: Any) -> None:
    bench = make("2.0.1", station_options=StationOptions(phases=3))
    await bench.write(PowerLimit(11000))
    limited(bench, "0", schedule((0, 7000.0), (60, 5000.0), duration=120))
    await settle()
    assert bench.values["1", "power_limit"] == 11000
    assert bench.values["1", "power_limit_effective"] == 7000
    assert bench.values["0", "power_limit_effective"] == 7000
    await bench.pass_time(60)
    assert bench.values["1", "power_limit_effective"] == 5000
    await bench.pass_time(60)
    assert bench.values["1", "power_limit_effective"] == 11000


async def test_a_limit_of_others_may_begin_later_by_the_stations_clock(
    make: Any,
) -> None:
    bench = make("2.0.1", station_options=StationOptions(phases=3))
    bench.station.clock_error_ms = 3_600_000
    await bench.write(PowerLimit(11000))
    start = "2026-01-31T13:01:00Z"
    limited(bench, "1", schedule((0, 10.0), unit="A", startSchedule=start))
    await settle()
    assert bench.clock.now_ms() == START_MS
    assert bench.values["1", "power_limit_effective"] == 11000
    await bench.pass_time(60)
    assert bench.values["1", "power_limit_effective"] == 6900


async def test_priority_charging_overrules_our_limit(make: Any) -> None:
    bench = make("2.1")
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.events.emit(PriorityChargingChanged(bench.station, "1", True))
    await settle()
    assert bench.values["1", "power_limit"] is None
    bench.events.emit(PriorityChargingChanged(bench.station, "1", False))
    await settle()
    assert bench.values["1", "power_limit"] == 4140


async def test_the_composite_schedule_of_2_is_read(make: Any) -> None:
    bench = make("2.1")
    bench.station.script["GetCompositeSchedule"] = lambda _: {
        "status": "Accepted",
        "schedule": {
            "evseId": 1,
            "duration": 60,
            "scheduleStart": "2026-01-31T12:00:00Z",
            **schedule((0, 2000.0)),
        },
    }
    await bench.write(PowerLimit(4140))
    await bench.pass_time(2)
    assert bench.values["1", "power_limit_effective"] == 2000
    assert bench.station.wire[-1] == (
        "GetCompositeSchedule",
        {"evseId": 1, "duration": 60, "chargingRateUnit": "W"},
    )


async def test_a_release_clears_by_the_ids_of_2(make: Any) -> None:
    bench = make("2.0.1")
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.script["ClearChargingProfile"] = lambda _: {"status": "Unknown"}
    assert (await bench.write(PowerLimit(None))).outcome == "accepted"
    sent = [p["chargingProfile"]["id"] for a, p in bench.station.wire if "Set" in a]
    cleared = [p for a, p in bench.station.wire if "Clear" in a]
    assert cleared == [{"chargingProfileId": number} for number in sent]


async def test_a_remote_start_carries_a_tx_profile_without_a_transaction(
    make: Any,
) -> None:
    bench = make("2.1")
    await bench.write(PowerLimit(4140))
    found = bench.service.profile_for_start(bench.station, "1")
    assert found is not None
    assert "transactionId" not in found
    assert found["chargingProfilePurpose"] == TX
    assert profile_of_16(found)["chargingProfileKind"] == "Relative"


async def test_a_profile_of_2_1_may_discharge_in_its_own_words(make: Any) -> None:
    bench = make("2.1")
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint"} | dict.fromkeys(
        ("setpoint", "dischargeLimit"), -1000
    )
    profile = {
        "id": 5,
        "stackLevel": 3,
        "chargingProfilePurpose": TX_DEFAULT,
        "chargingProfileKind": "Relative",
        "chargingSchedule": [
            {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
        ],
    }
    assert (await bench.write(RawProfile(profile))).outcome == "accepted"
