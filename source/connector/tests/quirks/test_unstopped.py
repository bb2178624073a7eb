"""Quirks of transactions whose stop does not come, or comes too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.events import TransactionEnded, TransactionStarted
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness, settle
from connector.tests.quirks.bench import (
    charging,
    last_transaction,
    offline_start,
    power,
    sample,
    shown,
)

Start = Callable[..., Any]


# -- 13: no stop


async def test_a_transaction_without_a_stop_is_closed_when_the_connector_is_free(
    system: Harness,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop."""
    system.hear(TransactionEnded)
    end, number = await charging(system, meter=1000)
    await system.advance(600)
    await end.meter(sample("2500"), transaction=number)
    await end.status("Available")
    (record,) = system.store.transaction_records
    assert (record.stop_ms, record.meter_stop_wh) == (START_MS + 600_000, 2500.0)
    assert record.is_presumed
    (event,) = system.events
    assert isinstance(event, TransactionEnded)
    assert (event.transaction, event.energy_wh) == (record, 1500.0)
    values = shown(system)
    assert values["1__transaction_active"] is False
    assert values["1__session_energy"] == 1500.0
    assert values["1__session_seconds"] == 600
    assert values["1__stop_reason"] is None
    assert (last_transaction(system)["energy"], last_transaction(system)["reason"]) == (
        1500.0,
        None,
    )


async def test_a_transaction_is_over_when_the_next_one_starts(system: Harness) -> None:
    """Row 13: stale tx when status becomes Available without Stop (a second start)."""
    system.hear(TransactionStarted, TransactionEnded)
    end, first = await charging(system, meter=1000, ago_s=60)
    await end.meter(sample("1800"), transaction=first)
    second = (await end.start(meter=2000))["transactionId"]
    older, newer = system.store.transaction_records
    assert (older.stop_ms, older.meter_stop_wh) == (newer.start_ms, 1800.0)
    assert newer.is_open
    kinds = [type(event) for event in system.events]
    assert kinds == [TransactionStarted, TransactionEnded, TransactionStarted]
    values = shown(system)
    assert values["1__transaction_id"] == str(second)
    assert values["1__transaction_active"] is True
    assert values["1__session_energy"] == 0.0
    assert last_transaction(system)["id"] == str(first)


async def test_a_stop_that_comes_late_corrects_what_was_kept(system: Harness) -> None:
    """Row 13: stale tx when status becomes Available without Stop (it comes later)."""
    system.hear(TransactionEnded)
    end, number = await charging(system, meter=1000)
    await end.status("Available")
    await system.advance(30)
    assert await end.stop(number, meter=1700, ago_s=20, reason="EVDisconnected") == {}
    (record,) = system.store.transaction_records
    assert (record.meter_stop_wh, record.reason) == (1700.0, "EVDisconnected")
    assert record.stop_ms == START_MS + 10_000
    values = shown(system)
    assert values["1__session_energy"] == 700.0
    assert values["1__stop_reason"] == "EVDisconnected"
    assert last_transaction(system)["energy"] == 700.0
    assert len(system.events) == 1


async def test_a_late_stop_corrects_the_older_of_two_and_leaves_the_newer(
    system: Harness,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop (a second start)."""
    end, first = await charging(system, meter=1000, ago_s=60)
    await end.meter(sample("1800"), transaction=first)
    second = (await end.start(meter=2000))["transactionId"]
    system.hear(TransactionEnded)
    await end.stop(first, meter=1900, ago_s=30)
    assert system.store.transaction_records[0].meter_stop_wh == 1900.0
    assert shown(system)["1__transaction_id"] == str(second)
    assert shown(system)["1__transaction_active"] is True
    assert (last_transaction(system)["id"], last_transaction(system)["energy"]) == (
        str(first),
        900.0,
    )
    assert system.events == []


async def test_a_late_stop_after_our_restart_corrects_by_the_samples_that_are_kept(
    start: Start,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop (it comes later)."""
    before = await start()
    end = await before.connect()
    await end.status("Charging")
    for reading in ("5000", "5600"):
        await end.meter(sample(reading), transaction=77)
    await end.status("Available")
    system = await start(before.store)
    end = await system.connect()
    system.hear(TransactionEnded)
    await end.stop(77, meter=5700)
    assert shown(system)["1__session_energy"] == 700.0
    assert system.events == []


async def test_what_charges_again_after_available_is_open_again(start: Start) -> None:
    """Row 13: stale tx when status becomes Available without Stop (it goes on)."""
    before = await start()
    end, number = await charging(before)
    await end.status("Available")
    await end.status("Charging")
    await end.meter(power("7000"), transaction=number)
    assert before.store.transaction_records[0].is_open
    assert shown(before)["1__transaction_active"] is True
    system = await start(before.store)
    assert shown(system)["1__transaction_active"] is True
    system.hear(TransactionEnded)
    end = await system.connect()
    await end.stop(number, meter=3000)
    assert system.store.transaction_records[0].reason == "Local"
    assert len(system.events) == 1


async def test_an_end_that_cannot_be_kept_is_kept_later(system: Harness) -> None:
    """Row 13: stale tx when status becomes Available without Stop (a full disk)."""
    end, _ = await charging(system)
    system.store.is_failing = True
    await end.status("Available")
    await system.advance(5)
    assert system.store.transaction_records[0].is_open
    system.store.is_failing = False
    await system.advance(5)
    assert system.store.transaction_records[0].is_presumed


async def test_an_end_that_could_not_be_kept_is_kept_at_our_end(
    system: Harness,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop (a full disk)."""
    end, _ = await charging(system)
    system.store.is_failing = True
    await end.status("Available")
    system.store.is_failing = False
    await system.central.stop()
    assert system.store.transaction_records[0].is_presumed


async def test_one_that_charges_again_before_its_end_was_kept_stays_open(
    system: Harness,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop (a full disk)."""
    end, number = await charging(system)
    system.store.is_failing = True
    await end.status("Available")
    system.store.is_failing = False
    await end.status("Charging")
    await end.meter(power("7000"), transaction=number)
    await system.advance(60)
    assert system.store.transaction_records[0].is_open
    assert shown(system)["1__transaction_active"] is True


async def test_of_several_left_open_only_the_newest_goes_on_after_our_restart(
    start: Start,
) -> None:
    """Row 13: stale tx when status becomes Available without Stop (our restart)."""
    before = await start()
    end, number = await charging(before)
    await end.say("StartTransaction", **offline_start(end, connector=1))
    assert [record.is_open for record in before.store.transaction_records] == [
        True,
        True,
    ]
    system = await start(before.store)
    await settle()
    newest, older = system.store.transaction_records
    assert (older.is_presumed, newest.is_open) == (True, True)
    assert shown(system)["1__transaction_id"] == str(number)
