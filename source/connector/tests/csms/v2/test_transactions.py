"""Transactions of 2.x: TransactionEvents in every order."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest

from connector.tests.csms.conftest import settle

REGISTER = "Energy.Active.Import.Register"


def wh(value: float, context: str | None = None) -> dict[str, Any]:
    sample: dict[str, Any] = {"value": value}
    if context:
        sample["context"] = context
    return sample


def watts(value: float) -> dict[str, Any]:
    return {"value": value, "measurand": "Power.Active.Import"}


async def test_a_session_is_told_and_kept(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.status("Occupied")

    begun = await station.event("Started", 0, wh(1000), token="card", state="Charging")
    await system.advance(60)
    await station.event("Updated", 1, wh(1200), watts(11000), state="Charging")
    await system.advance(60)
    await station.event(
        "Ended", 2, wh(1500, "Transaction.End"), reason="EVDisconnected"
    )

    assert begun["idTokenInfo"] == {"status": "Accepted"}
    [record] = system.store.transaction_records
    assert (record.ocpp_id, record.where, record.id_token) == ("tx-1", "1", "card")
    assert (record.meter_start_wh, record.meter_stop_wh) == (1000, 1500)
    assert (record.reason, record.token_type) == ("EVDisconnected", "ISO14443")
    assert system.told("session_energy") == [0, 0, 200, 500]
    assert system.told("transaction_active") == [True, False]
    assert system.newest("transaction_id") == "tx-1"
    assert system.newest("id_token") == "card"
    assert system.newest("Power.Active.Import") == 0
    assert orjson.loads(system.newest("last_transaction", "0"))["energy"] == 500


async def test_the_charging_state_refines_the_status(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.status("Available")
    await station.status("Occupied")
    await station.event("Started", 0, state="EVConnected")
    for number, state in enumerate(("Charging", "SuspendedEV", "SuspendedEVSE"), 1):
        await station.event("Updated", number, state=state)
    await station.event("Ended", 4)
    await station.status("Available")

    assert system.told("status") == [
        "Available",
        "Preparing",
        "Preparing",
        "Preparing",
        "Charging",
        "SuspendedEV",
        "SuspendedEVSE",
        "Finishing",
        "Available",
    ]
    assert system.told("plugged")[-1] is False
    assert system.told("charging").count(True) == 1


async def test_a_repeated_event_is_answered_and_counted_once(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    first = await station.event("Started", 0, wh(1000), token="card")
    await station.event("Updated", 1, wh(1100))
    told = len(system.facts)

    again = await station.event("Started", 0, wh(1000), token="card")
    await station.event("Updated", 1, wh(1100))

    assert again == first
    assert len(system.facts) == told
    assert len(system.store.transaction_records) == 1


async def test_an_update_before_its_start_runs_and_learns_the_start(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.event("Updated", 1, wh(1100), state="Charging")
    await station.event("Started", 0, wh(1000), token="card", ago_s=60)
    await station.event("Updated", 2, wh(1300))
    await station.event("Ended", 3, wh(1500))

    [record] = system.store.transaction_records
    assert (record.id_token, record.meter_start_wh) == ("card", 1000)
    assert record.start_ms == system.clock.now_ms() - 60_000
    assert system.newest("session_energy") == 500
    assert system.newest("id_token") == "card"


async def test_an_end_without_a_start_is_kept_and_closed(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.event("Ended", 5, wh(1500), reason="PowerLoss")

    [record] = system.store.transaction_records
    assert not record.is_open
    assert record.reason == "PowerLoss"
    assert system.newest("transaction_active") is False


async def test_missing_events_are_logged_once(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0)

    with caplog.at_level(logging.WARNING):
        await station.event("Updated", 3)
        await station.event("Updated", 4)
        await station.event("Updated", 2)

    assert [r.getMessage() for r in caplog.records] == [
        "CP-7: transaction tx-1: 2 events before number 3 have not come"
    ]


async def test_a_late_event_does_not_overwrite_a_newer_value(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, wh(1000))
    await station.event("Updated", 2, watts(5000))

    await station.event("Updated", 1, watts(3000), ago_s=30)

    late = system.fact("Power.Active.Import")
    assert late.queued


async def test_several_evses_charge_at_once_and_survive_a_reconnect(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, wh(1000), tx="a", evse=1)
    await station.event("Started", 0, wh(7000), tx="b", evse=2)
    await station.leave()
    station = await system.connect_2(boots=True)

    await station.event("Updated", 1, wh(1100), tx="a", evse=None)
    await station.event("Ended", 1, wh(7700), tx="b", evse=None)

    assert system.newest("session_energy", "1") == 100
    assert system.newest("session_energy", "2") == 700
    assert system.newest("transaction_active", "1") is True
    assert system.newest("transaction_active", "2") is False


async def test_a_restart_goes_on_with_what_was_open(start2: Any) -> None:
    before = await start2()
    station = await before.connect_2(boots=True)
    await station.event("Started", 0, wh(1000), token="card")
    await station.event("Updated", 1, wh(1200))

    after = await start2(before.store)
    station = await after.connect_2(boots=True)
    await station.event("Ended", 2, wh(1600))

    [record] = after.store.transaction_records
    assert record.meter_stop_wh == 1600
    assert after.newest("session_energy") == 600


async def test_a_store_that_fails_makes_the_station_keep_its_event(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    system.store.is_failing = True

    code = await station.refused(
        "TransactionEvent",
        eventType="Started",
        timestamp=station.time(),
        triggerReason="CablePluggedIn",
        seqNo=0,
        transactionInfo={"transactionId": "tx"},
        evse={"id": 1},
    )
    system.store.is_failing = False
    await station.event("Started", 0, tx="tx")

    assert code == "InternalError"
    assert len(system.store.transaction_records) == 1


async def test_a_token_that_comes_later_is_that_of_the_transaction(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, wh(1000))

    answer = await station.event("Updated", 1, token="card")

    assert answer == {"idTokenInfo": {"status": "Accepted"}}
    assert system.newest("id_token") == "card"
    [record] = system.store.transaction_records
    assert record.id_token == "card"


async def test_events_of_a_station_that_waits_are_refused(start2: Any) -> None:
    system = await start2(stations={})
    station = await system.connect_2("NEW")
    await station.boot()

    code = await station.refused(
        "TransactionEvent",
        eventType="Started",
        timestamp=station.time(),
        triggerReason="CablePluggedIn",
        seqNo=0,
        transactionInfo={"transactionId": "tx"},
        evse={"id": 1},
    )
    verdict = await station.say("Authorize", idToken={"idToken": "a", "type": "Local"})

    assert code == "SecurityError"
    assert verdict == {"idTokenInfo": {"status": "Invalid"}}
    await settle()
    assert system.store.transaction_records == []
