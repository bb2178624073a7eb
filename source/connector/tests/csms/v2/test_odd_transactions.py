"""Transactions of 2.x that are told in odd ways."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest

from connector.csms.events import TransactionEnded
from connector.csms.facts import Datum
from connector.tests.csms.v2.test_transactions import watts, wh


async def three_evses(start2: Any) -> tuple[Any, Any]:
    system = await start2()
    station = await system.connect_2(boots=True)
    for evse in (1, 2, 3):
        await station.status("Available", evse=evse)
    return system, station


async def test_who_is_authorised_first_is_nowhere_until_an_evse_is_named(
    start2: Any,
) -> None:
    system, station = await three_evses(start2)
    system.hear(TransactionEnded)
    await station.event("Started", 0, wh(100), tx="m1", evse=1)

    await station.event("Started", 0, tx="m2", evse=None, token="card")
    assert system.newest("transaction_id", "1") == "m1"
    await station.event("Updated", 1, wh(7000), tx="m2", evse=2, state="Charging")

    assert system.events == []
    assert system.newest("transaction_id", "2") == "m2"
    assert system.newest("id_token", "2") == "card"
    assert system.newest("status", "2") == "Charging"
    kept = {r.ocpp_id: r.where for r in system.store.transaction_records}
    assert kept == {"m1": "1", "m2": "2"}


async def test_at_a_station_with_one_evse_it_is_there(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.event("Started", 0, tx="m1", evse=None)

    assert system.newest("transaction_id", "1") == "m1"


async def test_it_moves_where_it_was_thought_to_be_elsewhere(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, tx="m1", evse=None)

    await station.event("Updated", 1, tx="m1", evse=2)

    assert system.newest("transaction_active", "1") is False
    assert system.newest("transaction_id", "1") is None
    assert system.newest("transaction_active", "2") is True


async def test_an_end_at_no_evse_is_kept_and_told(start2: Any) -> None:
    system, station = await three_evses(start2)
    await station.event("Started", 0, tx="m", evse=None)

    await station.event("Ended", 1, tx="m", evse=None, reason="Timeout")

    assert orjson.loads(system.newest("last_transaction", "0"))["reason"] == "Timeout"
    assert system.told("transaction_active", "0") == []


@pytest.mark.parametrize(
    ("state", "status"), [(None, "Finishing"), ("Idle", "Available")]
)
async def test_a_station_that_says_no_status_is_not_charging_after_an_end(
    start2: Any, state: str | None, status: str
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, state="Charging")

    await station.event("Ended", 1, state=state)

    assert system.newest("status") == status
    assert system.newest("charging") is False


async def test_what_was_kept_offline_changes_nothing_that_holds_now(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.status("Available")
    told = len(system.told("status"))

    await station.event(
        "Started", 0, wh(100), ago_s=900, offline=True, state="Charging"
    )
    await station.event("Updated", 1, wh(400), ago_s=800, offline=True)
    await station.event("Ended", 2, wh(600), ago_s=700, offline=True)

    assert len(system.told("status")) == told
    assert True not in system.told("transaction_active")
    assert orjson.loads(system.newest("last_transaction", "0"))["energy"] == 500
    [record] = system.store.transaction_records
    assert (record.meter_start_wh, record.meter_stop_wh) == (100, 600)


async def test_a_whole_transaction_that_was_kept_offline_is_the_last_one_if_it_is(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, wh(100), tx="seen", ago_s=900, token="card")
    await station.event("Ended", 1, wh(300), tx="seen", ago_s=800)

    for tx, ago_s, register in (("older", 1900, 5), ("newer", 600, 700)):
        more = {"tx": tx, "offline": True}
        await station.event("Started", 0, wh(register), ago_s=ago_s, token=tx, **more)
        stop = wh(register + 50)
        await station.event("Ended", 1, stop, ago_s=ago_s - 100, **more)

    assert "older" not in system.told("transaction_id")
    assert system.newest("transaction_id") == "newer"
    assert system.newest("id_token") == "newer"
    assert system.newest("session_energy") == 50
    assert system.newest("transaction_active") is False
    ends = [orjson.loads(t)["id"] for t in system.told("last_transaction", "0")]
    assert ends == ["seen", "older", "newer"]


async def test_what_began_offline_runs_with_its_first_live_event(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Started", 0, wh(100), ago_s=900, offline=True, token="card")

    await station.event("Updated", 1, wh(700), state="Charging")

    assert system.newest("transaction_active") is True
    assert system.newest("session_energy") == 600
    assert system.newest("status") == "Charging"


async def test_energy_is_unknown_without_a_start_and_corrected_by_a_late_one(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.event("Ended", 2, wh(9000))
    before = orjson.loads(system.newest("last_transaction", "0"))
    first = system.newest("session_energy")

    await station.event("Started", 0, wh(5000), ago_s=1800, offline=True)

    after = orjson.loads(system.newest("last_transaction", "0"))
    assert (before["energy"], first) == (None, None)
    assert (after["energy"], after["meter_start"]) == (4000, 5000)
    assert system.newest("session_energy") == 4000


@pytest.mark.parametrize("own", ["Faulted", "Unavailable"])
async def test_what_is_said_of_the_evse_itself_counts(start2: Any, own: str) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    await station.status("Available", connector=1)

    await station.status(own, connector=0)
    assert system.newest("status") == own
    await station.status("Available", connector=1)

    assert system.newest("status") == "Available"


async def test_events_with_one_number_are_all_heard_and_warned_of_once(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)
    with caplog.at_level(logging.WARNING):
        await station.event("Started", 0, wh(100))
        for minute in (1, 2):
            await system.advance(60)
            await station.event("Updated", 0, wh(100 + minute), watts(minute))

    assert system.newest("session_energy") == 2
    warnings = [
        r.getMessage() for r in caplog.records if "one number" in r.getMessage()
    ]
    assert len(warnings) == 1


async def test_power_of_before_our_restart_ends_with_the_transaction(
    start2: Any,
) -> None:
    before = await start2()
    station = await before.connect_2(boots=True)
    await station.event("Started", 0, watts(6000), state="Charging")

    after = await start2(before.store)
    power = Datum("1", "Power.Active.Import")
    after.central.blocks.metering.restore(after.station(), [power])
    station = await after.connect_2(boots=True)
    await station.event("Ended", 1, state="Idle")

    assert after.newest("Power.Active.Import") == 0
