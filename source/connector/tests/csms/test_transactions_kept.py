"""Transactions that nobody started here, or that were open when we stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.events import TransactionStarted
from connector.csms.facts import Datum
from connector.datapoints.sensors import Sensors
from connector.store.database import open_store
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
Start = Callable[..., Any]


async def test_an_open_transaction_runs_on_after_a_restart(start: Start) -> None:
    before = await start()
    end = await before.connect()
    number = (await end.start(meter=1000))["transactionId"]
    system = await start(before.store)
    running = system.station().transaction("1")
    assert running is not None
    assert running.ocpp_id == str(number)
    end = await system.connect()
    await end.meter({"value": "1400"}, transaction=number)
    assert system.newest("session_energy") == 400.0
    await end.stop(number, meter=1500)
    assert system.newest("session_energy") == 500.0
    assert system.newest("transaction_active") is False


@pytest.mark.parametrize("ago_s", [0, 5, 1800])
async def test_an_end_of_while_we_were_away_is_shown(
    start: Start, ago_s: float
) -> None:
    before = await start()
    end = await before.connect()
    number = (await end.start(meter=1000, ago_s=3600))["transactionId"]
    system = await start(before.store)
    end = await system.connect()
    await end.stop(number, meter=1500, ago_s=ago_s)
    sensors = Sensors()
    for facts in system.facts:
        sensors.take(facts, system.clock.now_ms())
    shown = {
        name: sensors.station(NAME).declare(Datum("1", name)).value
        for name in ("transaction_active", "session_energy", "transaction_id")
    }
    assert shown == {
        "transaction_active": False,
        "session_energy": 500.0,
        "transaction_id": str(number),
    }


async def test_an_open_transaction_is_over_when_the_connector_is_free(
    start: Start,
) -> None:
    before = await start()
    end = await before.connect()
    await end.start()
    system = await start(before.store)
    end = await system.connect()
    await end.status("Available")
    assert system.station().transaction("1") is None
    assert system.newest("transaction_active") is False


@pytest.mark.parametrize("readings", [("5000000", "5000700"), ("0", "700")])
async def test_the_energy_of_a_start_at_0_survives_a_restart(
    start: Start, readings: tuple[str, str]
) -> None:
    before = await start()
    end = await before.connect()
    number = (await end.start(meter=0))["transactionId"]
    for reading in readings:
        await before.advance(60)
        await end.meter({"value": reading}, transaction=number)
    assert before.newest("session_energy") == 700.0
    system = await start(before.store)
    await system.advance(180)
    end = await system.connect()
    last = int(readings[1]) + 50
    await end.meter({"value": str(last)}, transaction=number)
    assert system.newest("session_energy") == 750.0


async def test_the_energy_of_an_adopted_transaction_survives_a_restart(
    start: Start,
) -> None:
    before = await start()
    end = await before.connect()
    await end.status("Charging")
    for reading in ("5000", "5000", "5700"):
        await end.meter({"value": reading}, transaction=77)
        await before.advance(60)
    system = await start(before.store)
    end = await system.connect()
    await end.meter({"value": "5800"}, transaction=77)
    assert system.newest("session_energy") == 800.0


async def test_a_transaction_that_goes_on_after_all_has_the_energy_of_all_of_it(
    system: Harness,
) -> None:
    end = await system.connect(boots=True)
    begun = await end.start(meter=5000)
    await end.meter({"value": "5700"}, transaction=begun["transactionId"])
    await end.status("Available")
    await end.status("Charging")
    await system.advance(60)

    await end.meter({"value": "5800"}, transaction=begun["transactionId"])

    assert system.newest("transaction_active") is True
    assert system.newest("session_energy") == 800.0
    assert system.newest("session_seconds") == 60


@pytest.mark.parametrize("status", [None, "Charging", "SuspendedEV", "SuspendedEVSE"])
async def test_a_transaction_that_runs_unknown_to_us_is_adopted(
    system: Harness, status: str | None
) -> None:
    system.hear(TransactionStarted)
    end = await system.connect()
    if status is not None:
        await end.status(status)
    await end.meter({"value": "5000"}, transaction=77)
    await end.meter({"value": "5300"}, transaction=77)
    (record,) = system.store.transaction_records
    assert (record.ocpp_id, record.meter_start_wh) == ("77", None)
    assert system.newest("transaction_id") == "77"
    assert system.newest("transaction_active") is True
    assert system.newest("id_token") is None
    assert len(system.events) == 1
    assert len(system.store.sample_records) == 2
    await end.stop(77, meter=5500)
    assert not system.store.transaction_records[0].is_open


async def test_each_value_of_an_adopted_transaction_is_kept_with_its_own_time(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.say(
        "MeterValues",
        connectorId=1,
        transactionId=77,
        meterValue=[
            {"timestamp": end.time(ago_s=ago_s), "sampledValue": [{"value": "1"}]}
            for ago_s in (600, 300)
        ],
    )
    times = [sample.time_ms for sample in system.store.sample_records]
    assert times == [START_MS - 600_000, START_MS - 300_000]


@pytest.mark.parametrize("status", ["Available", "Finishing", "Reserved", "Faulted"])
async def test_nothing_is_adopted_where_nothing_charges(
    system: Harness, status: str
) -> None:
    end = await system.connect()
    await end.status(status)
    await end.meter({"value": "5000"}, transaction=77)
    assert system.store.transaction_records == []
    assert system.newest(ENERGY) == 5000.0


@pytest.mark.parametrize("transaction", [0, -1])
async def test_an_id_that_stands_for_none_is_not_adopted(
    system: Harness, transaction: int
) -> None:
    end = await system.connect()
    await end.status("Charging")
    assert await end.meter({"value": "5000"}, transaction=transaction) == {}
    assert system.store.transaction_records == []
    assert system.newest(ENERGY) == 5000.0


async def test_a_transaction_that_charges_again_after_available_is_taken_up_again(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.status("Charging")
    number = (await end.start())["transactionId"]
    await end.status("Available")
    await end.status("Charging")
    await end.meter({"value": "7000", "measurand": POWER}, transaction=number)
    await end.meter({"value": "7100", "measurand": POWER}, transaction=number)
    assert system.newest("transaction_active") is True
    assert system.newest(POWER) == 7100.0


async def test_a_stopped_transaction_is_not_taken_up_after_a_restart(
    start: Start,
) -> None:
    before = await start()
    end = await before.connect()
    number = (await end.start())["transactionId"]
    await end.stop(number)
    system = await start(before.store)
    end = await system.connect()
    await end.status("Charging")
    await end.meter({"value": "5000"}, transaction=number)
    assert system.told("transaction_active") == []


async def test_ids_come_from_the_store_and_go_on_after_a_restart(
    start: Start, tmp_path: Any
) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    first = await _with_file(start, url)
    end = await first.connect()
    numbers = [(await end.start(ago_s=n))["transactionId"] for n in (3, 2)]
    await first.central.stop()
    await first.store.close()
    second = await _with_file(start, url)
    end = await second.connect()
    numbers.append((await end.start(ago_s=1))["transactionId"])
    assert len(set(numbers)) == 3
    assert all(0 < number < 2**31 for number in numbers)
    again = second.station(NAME).transaction("1")
    assert again is not None
    await second.central.stop()
    await second.store.close()


async def _with_file(start: Start, url: str) -> Harness:
    store = open_store(url)
    await store.open()
    found: Harness = await start(store)
    return found
