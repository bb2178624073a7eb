"""Which profiles carry a limit at a connector, and what happens where one fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import (
    Fallback,
    LimitOptions,
    ProfileOptions,
    StationOptions,
)
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    PowerLimit,
    RawProfile,
)
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    OutboxFull,
    RemoteProtocolError,
)
from connector.tests.datapoints.limits.bench import ACCEPTED, REJECTED, Bench

pytestmark = pytest.mark.usefixtures("version")

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
AT_ONCE = LimitOptions(min_interval_s=0)
TIMEOUT = CommandTimeout("SetChargingProfile", 30, sent=True)
Json = dict[str, Any]


def answer(result: Json | Exception, *purposes: str) -> Callable[[Json], Any]:
    """This for some purposes, yes for the others."""
    return lambda p: (
        result
        if p["csChargingProfiles"]["chargingProfilePurpose"] in purposes
        else ACCEPTED
    )


def only_above_0(payload: Json) -> Json:
    [period] = payload["csChargingProfiles"]["chargingSchedule"][
        "chargingSchedulePeriod"
    ]
    return ACCEPTED if period["limit"] else REJECTED


def raw(purpose: str, **members: Any) -> RawProfile:
    return RawProfile(
        {
            "chargingProfileId": 5,
            "stackLevel": 3,
            "chargingProfilePurpose": purpose,
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 13.0}],
            },
            **members,
        }
    )


@pytest.mark.parametrize(
    "no",
    [REJECTED, {"status": "NotSupported"}, CallErrorReceived("NotImplemented", "x")],
)
async def test_rejected_not_supported_and_callerror_are_refusals(
    no: Json | Exception,
) -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = answer(no, TX)
    await bench.start()
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome == "accepted"
    assert outcome.detail.startswith("TxProfile: ")
    assert bench.station.learned["limits"]["refused"] == [TX]
    bench.station.calls.clear()
    await bench.write(PowerLimit(3000))
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 3000)]


async def test_a_timeout_is_no_refusal() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = answer(TIMEOUT, TX)
    await bench.start()
    assert (await bench.write(PowerLimit(4140))).outcome == "timeout"
    assert bench.station.limits_sent() == [(TX, 1, 4140)]
    assert bench.station.learned["limits"]["refused"] == []
    del bench.station.script["SetChargingProfile"]
    await bench.pass_time(10)
    assert bench.station.limits_sent()[1:] == [(TX, 1, 4140), (TX_DEFAULT, 1, 4140)]
    assert bench.values["1", "power_limit"] == 4140
    assert bench.reports == []


@pytest.mark.parametrize(
    ("problem", "word"),
    [
        (TIMEOUT, "no answer"),
        (OutboxFull(9), "waiting already"),
        (LinkClosed(), "1006"),
    ],
)
async def test_a_default_beside_that_failed_is_a_detail_and_sent_again(
    problem: Exception, word: str
) -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = answer(problem, TX_DEFAULT)
    await bench.start()
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.outcome == "accepted"
    assert word in outcome.detail
    assert bench.values["1", "power_limit"] == 4140
    del bench.station.script["SetChargingProfile"]
    bench.station.calls.clear()
    await bench.pass_time(10)
    assert bench.station.limits_sent() == [(TX_DEFAULT, 1, 4140)]


async def test_all_refused_in_a_transaction_is_rejected_and_not_kept() -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.start()
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.detail) == ("rejected", "Rejected")
    assert (outcome.response, outcome.kept) == (REJECTED, False)
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.sent() == []


async def test_a_refused_value_leaves_the_older_one_in_force() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = only_above_0
    assert (await bench.write(PowerLimit(0))).outcome == "rejected"
    assert bench.station.sent("ClearChargingProfile") == []
    assert bench.values["1", "power_limit"] == 4140
    assert bench.values["1", "power_limit_asked"] == 0


async def test_a_refused_value_is_known_to_be_until_another_one_is_asked() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: REJECTED
    await bench.write(PowerLimit(6000))
    assert bench.service.refused(bench.station) == {"1"}
    del bench.station.script["SetChargingProfile"]
    await bench.boot()
    assert bench.values["1", "power_limit"] == 4140
    assert bench.service.refused(bench.station) == {"1"}
    await bench.write(Enabled(False))
    assert bench.service.refused(bench.station) == {"1"}
    await bench.write(PowerLimit(5000))
    assert bench.service.refused(bench.station) == frozenset()


async def test_an_older_tx_profile_does_not_overrule_the_default_that_was_taken() -> (
    None
):
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(4140))
    older = bench.station.sent()[0]["csChargingProfiles"]["chargingProfileId"]
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX)
    assert (await bench.write(PowerLimit(3000))).outcome == "accepted"
    assert bench.station.sent("ClearChargingProfile") == [{"id": older}]
    assert bench.values["1", "power_limit"] == 3000


async def test_where_the_older_tx_profile_stays_it_is_a_rejection() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX)
    bench.station.script["ClearChargingProfile"] = lambda _: CallErrorReceived("X")
    assert (await bench.write(PowerLimit(3000))).outcome == "rejected"
    assert bench.values["1", "power_limit"] == 4140


async def test_a_refused_0_says_nothing_about_a_purpose() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda p: (
        only_above_0(p)
        if p["csChargingProfiles"]["chargingProfilePurpose"] == TX
        else ACCEPTED
    )
    assert (await bench.write(PowerLimit(0))).outcome == "accepted"
    assert bench.station.learned["limits"]["refused"] == []
    bench.station.calls.clear()
    await bench.write(PowerLimit(5000))
    assert (TX, 1, 5000) in bench.station.limits_sent()


async def test_what_waits_for_a_start_is_told_when_it_applies() -> None:
    bench = Bench(connectors=2)
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX_DEFAULT, MAX)
    await bench.write(CurrentLimit(10))
    assert bench.values["1", "current_limit"] is None
    assert bench.values["1", "current_limit_asked"] == 10
    await bench.start()
    assert bench.values["1", "current_limit"] == 10
    assert [(w, c, o.outcome) for w, c, o in bench.reports] == [
        ("1", "current_limit", "accepted")
    ]
    await bench.end()
    assert bench.values["1", "current_limit"] is None
    await bench.start(ocpp_id="8")
    assert bench.values["1", "current_limit"] == 10
    assert len(bench.reports) == 1


@pytest.mark.parametrize(
    ("purpose", "sent"),
    [
        (TX, [(TX, 1, 4140)]),
        (TX_DEFAULT, [(TX_DEFAULT, 1, 4140)]),
        (MAX, [(MAX, 0, 4140)]),
    ],
)
async def test_an_option_allows_one_purpose_only(purpose: Any, sent: Any) -> None:
    options = StationOptions(profile=ProfileOptions(purpose=purpose))
    bench = Bench(station_options=options)
    await bench.start()
    assert (await bench.write(PowerLimit(4140))).outcome == "accepted"
    assert bench.station.limits_sent() == sent


async def test_an_option_that_rules_out_all_is_a_rejection() -> None:
    options = StationOptions(profile=ProfileOptions(purpose=MAX))
    bench = Bench(station_options=options, connectors=2)
    outcome = await bench.write(PowerLimit(4140))
    assert (outcome.outcome, outcome.kept) == ("rejected", False)
    assert bench.station.calls == []


async def test_the_only_connector_leaves_the_stations_profile_when_it_can() -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX_DEFAULT)
    outcome = await bench.write(PowerLimit(4140))
    assert outcome.detail == f"by {bench.station.word(MAX)}"
    assert bench.values["1", "power_limit"] == 4140
    assert (await bench.write(PowerLimit(4140))).detail == "unchanged"
    await bench.write(PowerLimit(9000), "0")
    assert bench.values["0", "power_limit"] == 4140
    del bench.station.script["SetChargingProfile"]
    bench.station.calls.clear()
    await bench.boot()
    assert bench.station.limits_sent()[-1] == (MAX, 0, 9000)
    assert (TX_DEFAULT, 1, 4140) in bench.station.limits_sent()
    assert bench.values["1", "power_limit"] == 4140
    assert bench.values["0", "power_limit"] == 9000
    assert bench.values["1", "power_limit_effective"] == 4140


async def test_the_only_connectors_release_leaves_the_stations_own_limit() -> None:
    bench = Bench(AT_ONCE)
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX_DEFAULT, TX)
    await bench.write(PowerLimit(4140))
    await bench.write(PowerLimit(9000), "0")
    assert (await bench.write(PowerLimit(None))).outcome == "accepted"
    assert bench.station.limits_sent()[-1] == (MAX, 0, 9000)
    assert (await bench.write(PowerLimit(None), "0")).outcome == "accepted"
    assert len(bench.station.sent("ClearChargingProfile")) == 1
    assert bench.values["0", "power_limit"] is None


# -- complete profiles


async def test_a_complete_profile_and_a_limit_replace_each_other() -> None:
    bench = Bench(AT_ONCE)
    await bench.start()
    await bench.write(CurrentLimit(10))
    ids = [p["csChargingProfiles"]["chargingProfileId"] for p in bench.station.sent()]
    await bench.write(raw(TX_DEFAULT))
    assert {p["id"] for p in bench.station.sent("ClearChargingProfile")} == set(ids)
    assert bench.values["1", "current_limit"] == 13
    bench.station.calls.clear()
    await bench.write(CurrentLimit(10))
    assert {"id": 5} in bench.station.sent("ClearChargingProfile")
    assert bench.values["1", "current_limit"] == 10


async def test_a_profile_that_got_no_answer_is_still_cleared_later() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(raw(TX_DEFAULT))
    bench.station.script["SetChargingProfile"] = lambda _: TIMEOUT
    assert (await bench.write(CurrentLimit(10))).outcome == "timeout"
    del bench.station.script["SetChargingProfile"]
    await bench.pass_time(1)
    assert bench.station.sent("ClearChargingProfile") == [{"id": 5}]
    assert bench.values["1", "current_limit"] == 10


async def test_a_complete_tx_profile_waits_for_a_transaction() -> None:
    bench = Bench()
    outcome = await bench.write(raw(TX))
    assert (outcome.outcome, outcome.kept) == ("rejected", True)
    assert outcome.detail == "applies when a transaction starts"
    assert bench.station.calls == []
    await bench.start()
    assert bench.station.limits_sent() == [(TX, 1, 13)]
    assert bench.reports[-1][1] == "send_charging_profile"


async def test_a_complete_profile_for_one_transaction_ends_with_it() -> None:
    bench = Bench()
    await bench.start(ocpp_id="7")
    await bench.write(raw(TX, transactionId=7))
    assert bench.values["1", "current_limit"] == 13
    await bench.end()
    assert bench.values["1", "current_limit"] is None
    bench.station.calls.clear()
    await bench.start(ocpp_id="8")
    assert bench.station.sent() == []


async def test_the_end_of_an_older_transaction_changes_nothing() -> None:
    bench = Bench()
    older = await bench.start(ocpp_id="7")
    await bench.start(ocpp_id="8")
    await bench.write(CurrentLimit(10))
    bench.station.calls.clear()
    bench.ended(older)
    await bench.pass_time(0)
    assert bench.station.sent() == []
    assert bench.values["1", "current_limit"] == 10


# -- failsafe


FAILSAFE = LimitOptions(
    min_interval_s=0, hold_s=60, fallback=Fallback(6, "A"), failsafe=True
)


async def test_a_failsafe_needs_tx_profiles_else_the_limit_itself_is_set() -> None:
    bench = Bench(FAILSAFE, connectors=2)
    bench.station.script["SetChargingProfile"] = answer(REJECTED, TX)
    await bench.start()
    outcome = await bench.write(CurrentLimit(16))
    assert outcome.outcome == "accepted"
    assert bench.station.limits_sent()[-1] == (TX_DEFAULT, 1, 16)
    assert bench.values["1", "current_limit"] == 16


async def test_with_a_failsafe_an_equal_limit_still_says_what_holds() -> None:
    bench = Bench(FAILSAFE)
    await bench.write(CurrentLimit(16))
    outcome = await bench.write(CurrentLimit(16))
    assert outcome.detail == "unchanged, fallback until a transaction starts"
    assert bench.values["1", "current_limit"] == 6
    assert bench.values["1", "current_limit_asked"] == 16


async def test_without_a_hold_time_or_a_fallback_there_is_no_failsafe() -> None:
    for options in (
        LimitOptions(failsafe=True, hold_s=60),
        LimitOptions(failsafe=True, fallback=Fallback(6, "A")),
    ):
        bench = Bench(options)
        await bench.start()
        await bench.write(CurrentLimit(16))
        schedule = bench.station.sent()[0]["csChargingProfiles"]["chargingSchedule"]
        assert "duration" not in schedule


# -- uncertainty


async def test_a_callerror_leaves_what_held() -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    await bench.write(CurrentLimit(16))
    no = CallErrorReceived("InternalError", "no")
    bench.station.script["SetChargingProfile"] = lambda _: no
    outcome = await bench.write(CurrentLimit(10))
    assert (outcome.outcome, outcome.detail) == ("error", "InternalError: no")
    assert bench.values["1", "current_limit"] == 16


async def test_an_equal_value_after_a_timeout_is_sent() -> None:
    bench = Bench(AT_ONCE)
    await bench.write(CurrentLimit(16))
    bench.station.script["SetChargingProfile"] = lambda _: TIMEOUT
    await bench.write(CurrentLimit(10))
    assert bench.values["1", "current_limit"] is None
    assert bench.values["1", "power_limit_effective"] is None
    del bench.station.script["SetChargingProfile"]
    assert (await bench.write(CurrentLimit(10))).detail == ""
    assert len(bench.station.sent()) == 3


async def test_a_release_that_got_no_answer_is_tried_again() -> None:
    bench = Bench()
    await bench.write(CurrentLimit(16))
    bench.station.script["ClearChargingProfile"] = lambda _: RemoteProtocolError("X")
    assert (await bench.write(CurrentLimit(None))).outcome == "error"
    assert bench.values["1", "current_limit"] is None
    del bench.station.script["ClearChargingProfile"]
    await bench.pass_time(10)
    assert len(bench.station.sent("ClearChargingProfile")) == 2
    await bench.pass_time(3600)
    assert len(bench.station.sent("ClearChargingProfile")) == 2


async def test_a_no_about_a_transaction_that_is_over_says_nothing_of_the_purpose() -> (
    None
):
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()

    def over(payload: Json) -> Json:
        if payload["csChargingProfiles"]["chargingProfilePurpose"] != TX:
            return ACCEPTED
        bench.station.connector("1").transaction = None
        return REJECTED

    bench.station.script["SetChargingProfile"] = over
    await bench.write(PowerLimit(4140))
    bench.station.script["SetChargingProfile"] = lambda _: ACCEPTED
    bench.station.calls.clear()
    await bench.start(ocpp_id="8")
    assert (TX, 1, 4140) in bench.station.limits_sent()


@pytest.mark.parametrize("reason", ["TxNotFound", "InvalidTransactionId"])
async def test_a_transaction_that_a_station_does_not_know_says_nothing_either(
    reason: str,
) -> None:
    bench = Bench(AT_ONCE, connectors=2)
    await bench.start()
    unknown = REJECTED | {"statusInfo": {"reasonCode": reason}}
    bench.station.script["SetChargingProfile"] = answer(unknown, TX)
    await bench.write(PowerLimit(4140))
    assert bench.station.learned["limits"]["refused"] == []
