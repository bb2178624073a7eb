"""An operator closes a transaction whose stop will never come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector.csms.events import TransactionEnded
from connector.csms.times import iso
from connector.errors import StoreError
from connector.store.records import (
    CLOSED_BY_OPERATOR,
    TransactionRecord,
    TransactionStart,
)
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness, settle

Start = Callable[..., Any]


async def close(system: Harness, key: str) -> TransactionRecord | None:
    transactions = system.central.blocks.transactions
    found = await transactions.closing.close(system.central.stations, key)
    await settle()
    return found


def key_of(system: Harness) -> str:
    running = system.station().transaction("1")
    assert running is not None
    return running.key


async def test_one_that_runs_ends_now_with_what_was_measured(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    await system.advance(60)
    system.hear(TransactionEnded)

    record = await close(system, key_of(system))

    assert record is not None
    assert (record.reason, record.meter_stop_wh) == (CLOSED_BY_OPERATOR, 1400.0)
    assert record.stop_ms == START_MS + 60_000
    assert system.station().transaction("1") is None
    assert system.newest("transaction_active") is False
    assert system.newest("stop_reason") == CLOSED_BY_OPERATOR
    assert system.newest("session_energy") == 400.0
    [event] = system.events
    assert isinstance(event, TransactionEnded)
    assert (event.transaction, event.energy_wh) == (record, 400.0)


async def test_its_energy_is_kept_with_it(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    key = key_of(system)

    await close(system, key)
    await system.advance(1)

    record = await system.store.transaction(key)
    assert record is not None
    assert record.energy_wh == 400.0


async def test_one_of_a_station_without_a_link_ended_with_its_last_values(
    system: Harness,
) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await system.advance(30)
    await end.meter({"value": "1400"}, transaction=number)
    await end.leave()
    await system.advance(86_400)

    record = await close(system, key_of(system))

    assert record is not None
    assert record.stop_ms == START_MS + 30_000


async def test_a_stop_that_comes_later_counts(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    key = key_of(system)
    await close(system, key)

    await end.stop(number, meter=1750, reason="EVDisconnected")
    await system.advance(1)

    record = await system.store.transaction(key)
    assert record is not None
    assert (record.reason, record.meter_stop_wh) == ("EVDisconnected", 1750.0)
    assert record.energy_wh == 750.0
    assert system.newest("session_energy") == 750.0


async def test_one_that_is_closed_stays_as_it_is(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start())["transactionId"]
    key = key_of(system)
    await end.stop(number, meter=1750)
    before = await system.store.transaction(key)
    system.hear(TransactionEnded)

    assert await close(system, key) == before
    assert system.events == []


async def test_there_is_none_with_another_key(system: Harness) -> None:
    assert await close(system, "nothing") is None


async def test_one_of_a_station_that_is_forgotten_is_closed(system: Harness) -> None:
    start = TransactionStart("gone", "1", "card", START_MS, 1000.0)
    kept = await system.store.start_transaction(start)

    record = await close(system, kept.key)

    expected = replace(
        kept, stop_ms=START_MS, meter_stop_wh=1000.0, reason=CLOSED_BY_OPERATOR
    )
    assert record == expected


async def test_one_that_is_not_shown_ends_without_touching_what_is(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.start()
    running = system.station().transaction("1")
    stale = await system.store.start_transaction(
        TransactionStart(NAME, "1", "card", START_MS - 86_400_000, 0.0)
    )
    told = len(system.facts)
    system.hear(TransactionEnded)

    await close(system, stale.key)

    assert system.station().transaction("1") == running
    assert len(system.facts) == told
    assert [event.transaction.key for event in system.events] == [stale.key]


async def test_a_stop_that_comes_meanwhile_wins(
    system: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    key = key_of(system)
    stop = system.store.stop_transaction

    async def late(key: str, given: Any) -> TransactionRecord:
        monkeypatch.undo()
        await end.stop(number, meter=1750, reason="Local")
        return await stop(key, given)

    monkeypatch.setattr(system.store, "stop_transaction", late)
    system.hear(TransactionEnded)

    record = await close(system, key)

    assert record is not None
    assert record.reason == "Local"
    assert len(system.events) == 1


async def test_what_cannot_be_kept_changes_nothing(system: Harness) -> None:
    end = await system.connect()
    await end.start()
    key = key_of(system)
    system.store.is_failing = True

    with pytest.raises(StoreError):
        await close(system, key)

    system.store.is_failing = False
    assert key_of(system) == key
    assert system.newest("transaction_active") is True


async def test_energies_are_kept_when_the_store_works_again(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    key = key_of(system)
    await end.stop(number, meter=1750)
    system.store.is_failing = True
    await system.advance(1)
    system.store.is_failing = False

    await system.advance(30)

    record = await system.store.transaction(key)
    assert record is not None
    assert record.energy_wh == 750.0


async def test_energies_are_kept_at_the_end(start: Start) -> None:
    system = await start()
    end = await system.connect()
    number = (await end.start(meter=1000, timestamp=iso(START_MS)))["transactionId"]
    key = key_of(system)
    await end.stop(number, meter=1750)

    await system.close()

    record = await system.store.transaction(key)
    assert record is not None
    assert record.energy_wh == 750.0
