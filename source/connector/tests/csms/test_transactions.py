"""Transactions: kept before they are acknowledged, closed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from connector.csms.events import TransactionEnded, TransactionStarted
from connector.csms.facts import Weight
from connector.csms.station import MAX_PLACES
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness
from connector.tests.csms.memory_store import MemoryStore

POWER = "Power.Active.Import"
Start = Callable[..., Any]


async def test_a_start_is_kept_answered_and_shown(system: Harness) -> None:
    system.hear(TransactionStarted)
    end = await system.connect()
    answer = await end.start(meter=1000, ago_s=5)
    (record,) = system.store.transaction_records
    assert answer == {
        "transactionId": int(record.ocpp_id),
        "idTagInfo": {"status": "Accepted"},
    }
    assert (record.where, record.id_token) == ("1", "card")
    assert (record.start_ms, record.meter_start_wh) == (START_MS - 5000, 1000.0)
    assert system.newest("transaction_id") == record.ocpp_id
    assert system.newest("transaction_active") is True
    assert system.newest("id_token") == "card"
    assert system.newest("session_start") == "2026-01-31T11:59:55Z"
    assert system.newest("session_energy") == 0.0
    assert system.fact("transaction_id").weight is Weight.TRANSACTION
    assert [type(event) for event in system.events] == [TransactionStarted]


async def test_the_same_start_again_gets_the_same_id(system: Harness) -> None:
    system.hear(TransactionStarted)
    end = await system.connect()
    first = await end.start(ago_s=5)
    assert await end.start(ago_s=5) == first
    await end.leave()
    end = await system.connect()
    assert await end.start(ago_s=5) == first
    assert len(system.store.transaction_records) == 1
    assert len(system.events) == 1


@pytest.mark.parametrize("time", ["noon", "1970-01-01T00:00:00Z"])
async def test_the_same_start_again_without_a_usable_time_gets_the_same_id(
    system: Harness, time: str
) -> None:
    end = await system.connect()
    first = await end.start(timestamp=time) if time != "noon" else await odd(end, time)
    await system.advance(60)
    again = await end.start(timestamp=time) if time != "noon" else await odd(end, time)
    assert again == first
    assert len(system.store.transaction_records) == 1
    assert system.store.transaction_records[0].start_ms == START_MS


async def odd(end: Any, time: str) -> Any:
    payload = {"connectorId": 1, "idTag": "card", "meterStart": 0, "timestamp": time}
    return await end.say_raw("StartTransaction", payload)


async def test_a_refused_token_still_has_its_transaction_kept(start: Start) -> None:
    system = await start(unknown_tokens="reject")
    end = await system.connect()
    answer = await end.start()
    assert answer["idTagInfo"] == {"status": "Invalid"}
    assert len(system.store.transaction_records) == 1


async def test_a_stop_closes_and_is_shown(system: Harness) -> None:
    system.hear(TransactionEnded)
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await system.advance(600)
    answer = await end.stop(number, meter=3500, idTag="card", reason="EVDisconnected")
    assert answer == {"idTagInfo": {"status": "Accepted"}}
    (record,) = system.store.transaction_records
    assert (record.meter_stop_wh, record.reason) == (3500.0, "EVDisconnected")
    assert system.newest("transaction_active") is False
    assert system.newest("transaction_id") == str(number)
    assert system.newest("stop_reason") == "EVDisconnected"
    assert system.newest("session_energy") == 2500.0
    assert system.newest("session_seconds") == 600
    (event,) = system.events
    assert isinstance(event, TransactionEnded)
    assert event.energy_wh == 2500.0


async def test_the_last_transaction_is_told_as_json(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.stop(number, meter=3500)
    assert orjson.loads(str(system.newest("last_transaction", "0"))) == {
        "id": str(number),
        "where": "1",
        "token": "card",
        "start": "2026-01-31T12:00:00Z",
        "stop": "2026-01-31T12:00:00Z",
        "meter_start": 1000.0,
        "meter_stop": 3500.0,
        "energy": 2500.0,
        "reason": "Local",
    }


async def test_a_stop_without_a_token_gets_no_token_info(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start())["transactionId"]
    assert await end.stop(number) == {}


async def test_a_second_stop_is_accepted_and_changes_nothing(system: Harness) -> None:
    system.hear(TransactionEnded)
    end = await system.connect()
    number = (await end.start())["transactionId"]
    await end.stop(number, meter=3500)
    await end.stop(number, meter=9999)
    assert system.store.transaction_records[0].meter_stop_wh == 3500.0
    assert len(system.events) == 1


async def test_a_stop_of_an_unknown_transaction_is_accepted_and_logged(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()
    assert await end.stop(77, idTag="card") == {"idTagInfo": {"status": "Accepted"}}
    assert "unknown transaction 77" in caplog.text
    assert system.store.transaction_records == []


async def test_closing_values_of_an_unknown_transaction_do_not_revive_it(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.status("Charging")
    await end.stop(77)
    await end.meter({"value": "9", "measurand": POWER}, transaction=77)
    assert system.store.transaction_records == []
    assert system.told("transaction_active") == []


async def test_another_stations_transaction_is_not_stopped(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start())["transactionId"]
    system.central.stations["CP-8"] = system.central.registry.meet("CP-8")
    await system.central.adopt("CP-8")
    other = await system.connect("CP-8")
    await other.stop(number)
    assert system.store.transaction_records[0].is_open


async def test_values_that_come_with_the_stop_are_kept_and_show_no_power(
    system: Harness,
) -> None:
    end = await system.connect()
    number = (await end.start())["transactionId"]
    samples = [
        {"value": "9000", "measurand": POWER, "context": "Transaction.End"},
        {"value": "3.5", "unit": "kWh", "context": "Transaction.End"},
        {"value": "OCMF", "format": "SignedData"},
    ]
    data = [{"timestamp": end.time(), "sampledValue": samples}]
    await end.stop(number, meter=3500, transactionData=data)
    register = "Energy.Active.Import.Register"
    assert system.newest(register) == 3500.0
    assert system.told(POWER) == []
    kept = system.store.sample_records[-1].values
    assert kept[POWER] == 9000.0
    assert f"{register}__signed" in kept


async def test_the_start_that_comes_with_the_stop_counts_where_none_was_seen(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.status("Charging")
    await end.meter({"value": "5000"}, transaction=77)
    begin = {"value": "4000", "context": "Transaction.Begin"}
    data = [{"timestamp": end.time(), "sampledValue": [begin]}]
    await end.stop(77, meter=6000, transactionData=data)
    assert system.newest("session_energy") == 2000.0


async def test_available_without_a_stop_clears(system: Harness) -> None:
    system.hear(TransactionEnded)
    end = await system.connect()
    await end.status("Charging")
    number = (await end.start())["transactionId"]
    await end.meter({"value": "9", "measurand": POWER}, transaction=number)
    await end.status("Available")
    assert system.newest("transaction_active") is False
    assert system.newest(POWER) == 0.0
    assert len(system.events) == 1
    await end.meter({"value": "9", "measurand": POWER}, transaction=number)
    assert system.newest("transaction_active") is False
    assert system.newest(POWER) == 0.0


async def test_a_stop_that_comes_after_available_still_closes(system: Harness) -> None:
    end = await system.connect()
    await end.status("Charging")
    number = (await end.start(meter=1000))["transactionId"]
    await end.status("Available")
    await end.stop(number, meter=1700)
    assert not system.store.transaction_records[0].is_open
    assert system.newest("session_energy") == 700.0


async def test_a_late_stop_leaves_a_newer_transaction_alone(system: Harness) -> None:
    end = await system.connect()
    first = (await end.start(meter=1000, ago_s=9))["transactionId"]
    second = (await end.start(meter=2000))["transactionId"]
    await end.stop(first, meter=1900)
    assert system.newest("transaction_id") == str(second)
    assert system.newest("transaction_active") is True
    last = orjson.loads(str(system.newest("last_transaction", "0")))
    assert (last["id"], last["energy"]) == (str(first), 900.0)


@pytest.mark.parametrize("connector", [MAX_PLACES + 1, 100_000, -1])
async def test_a_transaction_beyond_the_places_is_answered_and_never_a_key(
    start: Start, connector: int
) -> None:
    system = await start()
    end = await system.connect()
    number = (await end.start(connector=connector))["transactionId"]
    assert await end.meter({"value": "1"}, connector=connector) == {}
    restarted = await start(system.store)
    assert list(restarted.station().connectors) == []
    assert await end.stop(number) == {}
    assert {datum.where for datum in system.data() | restarted.data()} == {"0"}


# -- offline


async def test_what_was_queued_offline_feeds_the_transaction_with_its_own_times(
    system: Harness,
) -> None:
    end = await system.connect()
    number = (await end.start(meter=1000, ago_s=7200))["transactionId"]
    await end.meter({"value": "1500"}, transaction=number, ago_s=5400)
    await end.stop(number, meter=3000, ago_s=3600)
    (record,) = system.store.transaction_records
    assert record.start_ms == START_MS - 7_200_000
    assert record.stop_ms == START_MS - 3_600_000
    (sample,) = system.store.sample_records
    assert sample.time_ms == START_MS - 5_400_000
    for name, ago_s in (
        ("session_start", 7200),
        ("Energy.Active.Import.Register", 5400),
        ("stop_reason", 3600),
    ):
        facts = system.fact(name)
        assert facts.queued
        assert facts.time_ms == START_MS - ago_s * 1000
    assert system.newest("session_energy") == 2000.0
    assert system.newest("session_seconds") == 3600


async def test_power_of_an_offline_transaction_does_not_stay(system: Harness) -> None:
    end = await system.connect()
    number = (await end.start(ago_s=7200))["transactionId"]
    await end.meter({"value": "9", "measurand": POWER}, transaction=number, ago_s=5400)
    await end.stop(number, ago_s=3600)
    assert system.told(POWER) == [9.0, 0.0]


async def test_the_stop_of_an_older_transaction_leaves_the_power_of_the_running_one(
    system: Harness,
) -> None:
    end = await system.connect()
    older = (await end.start(ago_s=100))["transactionId"]
    newer = (await end.start())["transactionId"]
    await end.status("Charging")
    await end.meter({"value": "7000", "measurand": POWER}, transaction=newer)
    await end.stop(older, ago_s=50)
    assert system.told(POWER) == [7000.0]


# -- a store that fails


async def test_what_cannot_be_kept_is_refused_and_nothing_else_suffers(
    system: Harness,
) -> None:
    end = await system.connect()
    number = (await end.start())["transactionId"]
    system.store.is_failing = True
    assert await end.refused("StartTransaction", **start_of(end, 2)) == "InternalError"
    assert await end.refused("StopTransaction", **stop_of(end, number)) == (
        "InternalError"
    )
    await end.status("Charging")
    assert "currentTime" in await end.say("Heartbeat")
    assert await end.say("Authorize", idTag="card")
    assert await end.meter({"value": "1500"}, transaction=number) == {}
    assert await end.meter({"value": "1600"}, transaction=99) == {}
    assert system.newest("transaction_active") is True
    system.store.is_failing = False
    await end.say("StopTransaction", **stop_of(end, number))
    assert system.newest("transaction_active") is False


async def test_values_that_cannot_be_kept_do_not_hold_up_a_stop(
    start: Start,
) -> None:
    store = _NoSamples()
    system = await start(store)
    end = await system.connect()
    number = (await end.start())["transactionId"]
    data = [{"timestamp": end.time(), "sampledValue": [{"value": "1500"}]}]
    await end.stop(number, transactionData=data)
    assert system.newest("transaction_active") is False


class _NoSamples(MemoryStore):
    def add_samples(self, samples: Any) -> None:
        self.is_failing = True
        try:
            super().add_samples(samples)
        finally:
            self.is_failing = False


def start_of(end: Any, connector: int) -> dict[str, Any]:
    return {
        "connectorId": connector,
        "idTag": "card",
        "meterStart": 0,
        "timestamp": end.time(),
    }


def stop_of(end: Any, number: int) -> dict[str, Any]:
    return {"transactionId": number, "meterStop": 2000, "timestamp": end.time()}
