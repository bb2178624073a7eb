"""Quirks of charging profiles: units, purposes, kinds, wear, and what 0 means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import LimitOptions, ProfileOptions, StationOptions
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    PowerLimit,
    Schedule,
)
from connector.errors import CallErrorReceived
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness
from connector.tests.datapoints.limits.bench import ACCEPTED, REJECTED, Bench
from connector.tests.quirks.bench import Desk, charging, shown

Json = dict[str, Any]
Start = Callable[..., Any]
TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
UNITS_KEY = "ChargingScheduleAllowedChargingRateUnit"


def bench(units: str | None = None, connectors: int = 1, **options: Any) -> Bench:
    found = Bench(station_options=StationOptions(**options), connectors=connectors)
    if units is not None:
        found.station.configuration[UNITS_KEY] = units
    return found


def sent(found: Bench) -> tuple[str, float]:
    """The unit and the first limit that went out last."""
    schedule = found.station.sent()[-1]["csChargingProfiles"]["chargingSchedule"]
    limit = schedule["chargingSchedulePeriod"][0]["limit"]
    return schedule["chargingRateUnit"], limit


def refusing(*purposes: str, no: Any = REJECTED) -> Callable[[Json], Any]:
    return lambda payload: (
        no
        if payload["csChargingProfiles"]["chargingProfilePurpose"] in purposes
        else ACCEPTED
    )


# -- 31, 32: units


@pytest.mark.parametrize(
    "words",
    ["Power", "W", "power", " W ", "Watt", "[Power]", '"Power"', "W;", "Power,"],
)
async def test_a_station_that_takes_watts_only(words: str) -> None:
    """Row 31: ChargingScheduleAllowedChargingRateUnit: W-only chargers (Huawei)."""
    found = bench(words)
    await found.write(CurrentLimit(16))
    assert sent(found) == ("W", 3680.0)


@pytest.mark.parametrize(
    "words", ["Current", "A", "current", " A ", "Ampere", "Amps", "(A)", "A;"]
)
async def test_a_station_that_takes_amperes_only(words: str) -> None:
    """Row 31: ChargingScheduleAllowedChargingRateUnit `Current`,`Power`,`A`,`W`,`;`."""
    found = bench(words)
    await found.write(PowerLimit(11040))
    assert sent(found) == ("A", 16.0)


@pytest.mark.parametrize(
    "words", ["Current,Power", "A;W", "Power Current", "A/W", "", "nonsense", None]
)
async def test_a_station_that_takes_both_or_does_not_say(words: str | None) -> None:
    """Row 31: ChargingScheduleAllowedChargingRateUnit `Current`,`Power`,`A`,`W`,`;`."""
    found = bench(words)
    await found.write(PowerLimit(4140))
    assert sent(found) == ("W", 4140.0)
    await found.pass_time(10)
    await found.write(CurrentLimit(10))
    assert sent(found) == ("A", 10.0)


@pytest.mark.parametrize(
    ("phases", "voltage", "amperes", "watts"),
    [
        (1, None, 32.0, 3680.0),
        (3, None, 10.6, 11040.0),
        (None, None, 10.6, 3680.0),
        (1, 240.0, 30.6, 3840.0),
        (3, 240.0, 10.2, 11520.0),
    ],
)
async def test_amperes_and_watts_need_phases_and_voltage(
    phases: Any, voltage: float | None, amperes: float, watts: float
) -> None:
    """Row 32: A↔W conversion needs phases + voltage; evcc's 1p bug class."""
    options = {"phases": phases} | ({"voltage": voltage} if voltage else {})
    found = bench("A", **options)
    await found.write(PowerLimit(7360))
    assert sent(found) == ("A", amperes)
    found = bench("W", **options)
    await found.write(CurrentLimit(16))
    assert sent(found) == ("W", watts)


# -- 33: the chain of purposes


@pytest.mark.parametrize(
    "no",
    [REJECTED, {"status": "NotSupported"}, CallErrorReceived("NotImplemented")],
)
async def test_where_the_max_profile_is_rejected_connectors_take_their_share(
    no: Any,
) -> None:
    """Row 33: ChargePointMaxProfile rejected (automatic fallback)."""
    found = bench(connectors=2)
    found.station.script["SetChargingProfile"] = refusing(MAX, no=no)
    outcome = await found.write(PowerLimit(8000), "0")
    assert outcome.outcome == "accepted"
    assert found.station.limits_sent() == [
        (MAX, 0, 8000),
        (TX_DEFAULT, 1, 4000),
        (TX_DEFAULT, 2, 4000),
    ]


async def test_a_tx_profile_has_the_id_of_the_transaction() -> None:
    """Row 33: TxProfile needs tx id; TxDefault ignored mid-session."""
    found = bench()
    await found.write(PowerLimit(4140))
    assert found.station.limits_sent() == [(TX_DEFAULT, 1, 4140)]
    await found.start(ocpp_id="77")
    profile = found.station.sent()[-1]["csChargingProfiles"]
    assert (profile["chargingProfilePurpose"], profile["transactionId"]) == (TX, 77)
    assert found.values["1", "power_limit"] == 4140


async def test_where_tx_default_is_ignored_the_running_session_is_limited() -> None:
    """Row 33: TxDefault ignored mid-session."""
    found = bench()
    await found.start()
    await found.write(PowerLimit(4140))
    assert found.station.limits_sent()[0] == (TX, 1, 4140)


@pytest.mark.parametrize(("refused", "used"), [(TX, TX_DEFAULT), (TX_DEFAULT, TX)])
async def test_what_is_refused_falls_back_and_is_remembered(
    refused: str, used: str
) -> None:
    """Row 33: per-charger mode with automatic fallback."""
    found = bench()
    found.station.script["SetChargingProfile"] = refusing(refused)
    await found.start()
    assert (await found.write(PowerLimit(4140))).outcome == "accepted"
    found.station.calls.clear()
    assert (await found.write(PowerLimit(3000))).outcome == "accepted"
    assert found.station.limits_sent() == [(used, 1, 3000)]


@pytest.mark.parametrize("purpose", [TX_DEFAULT, MAX])
async def test_a_purpose_may_be_set_for_a_station(purpose: Any) -> None:
    """Row 33: per-charger mode."""
    found = bench(profile=ProfileOptions(purpose=purpose))
    await found.start()
    await found.write(PowerLimit(4140))
    assert {name for name, _, _ in found.station.limits_sent()} == {purpose}


# -- 34: wear


async def test_a_control_loop_hardly_writes_what_is_kept_in_flash() -> None:
    """Row 34: Max profile written to flash: frequent writes wear hardware."""
    found = bench()
    await found.start()
    tasks = []
    for turn in range(60):
        tasks.append(found.begin(PowerLimit(11000 if turn % 2 else 5000)))
        await found.pass_time(10)
    outcomes = [str((await task).outcome) for task in tasks]
    assert outcomes == ["accepted"] * 60
    purposes = [purpose for purpose, _, _ in found.station.limits_sent()]
    assert purposes.count(TX) == 60
    assert purposes.count(TX_DEFAULT) <= 5
    assert purposes.count(MAX) == 0


async def test_writes_to_the_station_as_a_whole_are_limited_in_rate() -> None:
    """Row 34: Max profile written to flash: frequent writes wear hardware."""
    found = Bench(LimitOptions(min_interval_s=60))
    tasks = []
    for turn in range(60):
        tasks.append(found.begin(PowerLimit(5000 + turn), "0"))
        await found.pass_time(1)
    await found.pass_time(60)
    outcomes = [str((await task).outcome) for task in tasks]
    assert len(found.station.limits_sent()) == 2
    assert outcomes.count("superseded") == 58
    assert found.station.limits_sent()[-1] == (MAX, 0, 5059)


# -- 36: kinds and starts


@pytest.mark.parametrize("kind", [None, "Relative", "Absolute"])
async def test_the_kind_is_an_option_and_a_start_lies_in_the_past(kind: Any) -> None:
    """Row 36: Relative vs Absolute kind (Wallbox); startSchedule must lie in the past."""
    found = bench(profile=ProfileOptions(kind=kind))
    await found.write(PowerLimit(4140))
    profile = found.station.sent()[-1]["csChargingProfiles"]
    assert profile["chargingProfileKind"] == (kind or "Relative")
    start = profile["chargingSchedule"].get("startSchedule")
    assert start == ("2026-01-31T11:59:00Z" if kind == "Absolute" else None)


async def test_a_schedule_that_begins_now_starts_a_minute_ago() -> None:
    """Row 36: startSchedule must lie in the past (now-1 min)."""
    found = bench()
    await found.write(Schedule(START_MS, "W", ((0, 4140.0), (600, 8000.0))))
    schedule = found.station.sent()[-1]["csChargingProfiles"]["chargingSchedule"]
    assert schedule["startSchedule"] == "2026-01-31T11:59:00Z"
    starts = [p["startPeriod"] for p in schedule["chargingSchedulePeriod"]]
    assert starts == [0, 660]


# -- 37: precision and 0


@pytest.mark.parametrize(
    ("asked", "limit"),
    [(10.25, 10.2), (10.19, 10.1), (6.0, 6.0), (5.99, 0.0), (3, 0.0), (0, 0.0)],
)
async def test_limits_have_a_tenth_and_too_little_is_a_pause(
    asked: float, limit: float
) -> None:
    """Row 37: limit precision; 0 A = pause vs refused; < 6 A."""
    found = bench()
    outcome = await found.write(CurrentLimit(asked))
    assert outcome.outcome == "accepted"
    assert sent(found) == ("A", limit)
    assert found.values["1", "current_limit"] == limit
    is_paused = 0 < asked < 6
    assert outcome.detail == ("below minimum: paused" if is_paused else "")


def no_zero(payload: Json) -> Json:
    profile = payload["csChargingProfiles"]["chargingSchedule"]
    return ACCEPTED if profile["chargingSchedulePeriod"][0]["limit"] else REJECTED


@pytest.mark.parametrize(
    ("zero", "outcome", "stops"), [("profile", "rejected", 0), ("stop", "accepted", 1)]
)
async def test_a_station_that_refuses_0(zero: Any, outcome: str, stops: int) -> None:
    """Row 37: 0 A = pause vs refused."""
    found = bench(zero=zero)
    found.station.script["SetChargingProfile"] = no_zero
    await found.start()
    assert (await found.write(CurrentLimit(0))).outcome == outcome
    assert len(found.station.sent("RemoteStopTransaction")) == stops


# -- 51: pause and stop


async def test_a_pause_keeps_the_transaction_and_a_stop_ends_it(
    system: Harness,
) -> None:
    """Row 51: Finishing state refuses RemoteStart; pause by 0 A instead."""
    end, number = await charging(system)
    end.answers |= {
        "SetChargingProfile": {"status": "Accepted"},
        "ClearChargingProfile": {"status": "Accepted"},
        "RemoteStopTransaction": {"status": "Accepted"},
    }
    end.session.handlers = dict.fromkeys(
        end.answers, next(iter(end.session.handlers.values()))
    )
    desk = Desk(system)
    assert (await desk.run("enabled", False)).outcome == "accepted"
    profiles = [p["csChargingProfiles"] for p in end.asked("SetChargingProfile")]
    schedule = profiles[0]["chargingSchedule"]["chargingSchedulePeriod"]
    assert (profiles[0]["transactionId"], schedule[0]["limit"]) == (number, 0)
    assert end.asked("RemoteStopTransaction") == []
    assert shown(system)["1__transaction_active"] is True
    assert (await desk.run("enabled", True)).outcome == "accepted"
    assert (await desk.run("charge", False)).outcome == "accepted"
    assert end.asked("RemoteStopTransaction") == [{"transactionId": number}]
    await desk.limits.stop()


async def test_a_start_that_is_refused_while_finishing_says_so(
    system: Harness,
) -> None:
    """Row 51: Finishing state refuses RemoteStart."""
    end = await system.connect(RemoteStartTransaction={"status": "Rejected"})
    await end.status("Finishing")
    desk = Desk(system)
    outcome = await desk.run("charge", True)
    assert (outcome.outcome, outcome.detail) == ("rejected", "Rejected")
    await desk.limits.stop()


async def test_a_paused_connector_needs_no_start_to_go_on() -> None:
    """Row 51: pause by 0 A instead (and resume)."""
    found = bench()
    await found.write(PowerLimit(4140))
    await found.start()
    assert (await found.write(Enabled(False))).outcome == "accepted"
    assert found.values["1", "power_limit"] == 0
    assert found.values["1", "power_limit_asked"] == 4140
    resume = found.begin(Enabled(True))
    await found.pass_time(10)
    assert (await resume).outcome == "accepted"
    assert found.station.limits_sent()[-1][2] == 4140
    assert found.station.sent("RemoteStartTransaction") == []
