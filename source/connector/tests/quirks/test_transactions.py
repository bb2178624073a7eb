"""Quirks of transactions: ids, closing values, messages that come too late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.events import TransactionEnded
from connector.store.database import open_store
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness, settle
from connector.tests.quirks.bench import (
    ENERGY,
    POWER,
    charging,
    last_transaction,
    offline_start,
    power,
    sample,
    shown,
)

Start = Callable[..., Any]


# -- 9: values that stay


@pytest.mark.parametrize(
    "status", ["SuspendedEV", "SuspendedEVSE", "Finishing", "Available", "Faulted"]
)
async def test_power_and_current_do_not_stay_after_a_status(
    system: Harness, status: str
) -> None:
    """Row 9: values stay at last power after stop/suspend."""
    end, number = await charging(system)
    await end.meter(sample("16", "Current.Import", phase="L1"), transaction=number)
    await end.status(status)
    values = shown(system)
    assert values[f"1__{POWER}"] == 0.0
    assert values["1__Current.Import"] == 0.0
    assert values["1__Current.Import__L1"] == 0.0


async def test_power_does_not_stay_after_a_stop(system: Harness) -> None:
    """Row 9: values stay at last power after stop/suspend."""
    end, number = await charging(system)
    await end.stop(number)
    assert shown(system)[f"1__{POWER}"] == 0.0


# -- 10: closing values


async def test_closing_values_do_not_revive_a_transaction(system: Harness) -> None:
    """Row 10: closing MeterValues arrive after StopTransaction (Ocular)."""
    end, number = await charging(system)
    await end.stop(number, meter=3000)
    await end.meter(power("9000"), sample("3000"), transaction=number)
    values = shown(system)
    assert values["1__transaction_active"] is False
    assert values[f"1__{POWER}"] == 0.0
    assert values[f"1__{ENERGY}"] == 3000.0
    assert len(system.store.transaction_records) == 1


@pytest.mark.parametrize("has_stopped", [True, False])
async def test_closing_values_do_not_revive_it_after_our_restart_either(
    start: Start, has_stopped: bool
) -> None:
    """Row 10: closing MeterValues arrive after StopTransaction (Ocular)."""
    before = await start()
    end, number = await charging(before)
    await (end.stop(number) if has_stopped else end.status("Available"))
    system = await start(before.store)
    end = await system.connect()
    await end.meter(power("9000"), sample("3000"), transaction=number)
    values = shown(system)
    assert f"1__{POWER}" not in values
    assert values[f"1__{ENERGY}"] == 3000.0
    assert "1__transaction_active" not in values
    assert len(system.store.transaction_records) == 1


# -- 11: unknown ids


@pytest.mark.parametrize("status", ["Charging", "SuspendedEV", "SuspendedEVSE"])
async def test_a_transaction_that_nobody_knows_is_adopted(
    system: Harness, status: str
) -> None:
    """Row 11: transaction id unknown after our restart."""
    end = await system.connect()
    await end.status(status)
    await end.meter(sample("5000"), transaction=77)
    await end.meter(sample("5300"), transaction=77)
    values = shown(system)
    assert values["1__transaction_id"] == "77"
    assert values["1__transaction_active"] is True
    assert values["1__session_energy"] == 300.0


async def test_a_known_transaction_goes_on_after_our_restart(start: Start) -> None:
    """Row 11: transaction id unknown after our restart."""
    before = await start()
    _, number = await charging(before)
    system = await start(before.store)
    assert shown(system)["1__transaction_id"] == str(number)
    assert shown(system)["1__transaction_active"] is True


# -- 12: ids


async def test_ids_do_not_repeat_across_our_restarts(
    start: Start, tmp_path: Any
) -> None:
    """Row 12: tx ids must not repeat across restarts."""
    numbers = []
    for ago_s in (300, 200, 100):
        store = open_store(f"sqlite:///{tmp_path}/kept.db")
        await store.open()
        system = await start(store)
        end = await system.connect()
        number = (await end.start(ago_s=ago_s))["transactionId"]
        await end.stop(number, ago_s=ago_s - 50)
        numbers.append(number)
        await system.close()
        await store.close()
    assert len(set(numbers)) == 3
    assert all(0 < number < 2**31 for number in numbers)


# -- 14: unknown stops


@pytest.mark.parametrize("status", ["Charging", "Available"])
async def test_a_stop_of_an_unknown_transaction_is_accepted(
    system: Harness, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 14: StopTransaction for unknown id."""
    end = await system.connect()
    await end.status(status)
    assert await end.stop(77, idTag="card") == {"idTagInfo": {"status": "Accepted"}}
    assert "unknown transaction 77" in caplog.text
    await end.meter(power("9000"), transaction=77)
    assert "1__transaction_active" not in shown(system)


# -- 15: what was queued


async def test_queued_messages_never_overwrite_newer_values(system: Harness) -> None:
    """Row 15: offline/queued messages with old timestamps."""
    end, number = await charging(system)
    await end.meter(sample("80", "SoC", unit="Percent"))
    await end.meter(sample("20", "SoC", unit="Percent"), transaction=number, ago_s=7200)
    assert shown(system)["1__SoC"] == 80.0
    kept = system.store.sample_records[-1]
    assert (kept.time_ms, kept.values["SoC"]) == (START_MS - 7_200_000, 20.0)


async def test_a_queued_start_does_not_take_the_place_of_what_runs(
    system: Harness,
) -> None:
    """Row 15: offline/queued messages with old timestamps."""
    end, number = await charging(system)
    answer = await end.say("StartTransaction", **offline_start(end, connector=1))
    assert shown(system)["1__transaction_id"] == str(number)
    assert shown(system)["1__transaction_active"] is True
    system.hear(TransactionEnded)
    await end.stop(answer["transactionId"], meter=900, ago_s=3600)
    assert shown(system)["1__transaction_id"] == str(number)
    assert shown(system)["1__transaction_active"] is True
    assert shown(system)[f"1__{POWER}"] == 11000.0
    assert (last_transaction(system)["energy"], len(system.events)) == (400.0, 1)


async def test_a_queued_stop_leaves_the_newer_transaction_that_ended_before_it(
    system: Harness,
) -> None:
    """Row 15: offline/queued messages with old timestamps."""
    end, number = await charging(system)
    answer = await end.say("StartTransaction", **offline_start(end, connector=1))
    await end.stop(number, meter=3000)
    await end.stop(answer["transactionId"], meter=900, ago_s=3600)
    assert shown(system)["1__transaction_id"] == str(number)
    assert shown(system)["1__session_energy"] == 2000.0


async def test_buckets_of_one_message_are_taken_in_the_order_of_their_times(
    system: Harness,
) -> None:
    """Row 15: offline/queued messages with old timestamps (sort buckets)."""
    end = await system.connect()
    await end.say(
        "MeterValues",
        connectorId=1,
        meterValue=[
            {"timestamp": end.time(ago_s), "sampledValue": [power(value)]}
            for ago_s, value in ((10, "3"), (30, "1"), (20, "2"))
        ],
    )
    assert system.told(POWER) == [1.0, 2.0, 3.0]
    assert shown(system)[f"1__{POWER}"] == 3.0


async def test_a_queued_start_beside_what_ended_is_not_taken_up_after_our_restart(
    start: Start,
) -> None:
    """Row 15: offline/queued messages with old timestamps (no stop among them)."""
    before = await start()
    end, number = await charging(before)
    await end.say("StartTransaction", **offline_start(end, connector=1))
    await end.stop(number, meter=3000)
    system = await start(before.store)
    await settle()
    assert "1__transaction_active" not in shown(system)
    assert system.store.transaction_records[1].is_presumed


# -- 48


@pytest.mark.parametrize("extra", ["", "\x00", "7F"])
async def test_our_own_tag_is_never_so_long_that_a_station_reads_over_its_end(
    system: Harness, extra: str
) -> None:
    """Row 48: id tag over-read when exactly 20 chars."""
    tag = system.central._context.options.remote_id_token
    assert len(tag) <= 16
    end = await system.connect()
    payload = {
        "connectorId": 1,
        "idTag": "A" * 20 + extra,
        "meterStart": 0,
        "timestamp": end.time(),
    }
    async with asyncio.timeout(10):
        answer = await end.say_raw("StartTransaction", payload)
    assert answer["idTagInfo"] == {"status": "Accepted"}
    assert shown(system)["1__transaction_active"] is True
