"""A disk that takes nothing: stations are answered and keep what we cannot.

What the connector acknowledges is on the disk; transaction messages are refused with
InternalError until it works again, which needs no restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.store import open_store
from connector.store.records import TransactionRecord
from connector.tests.faults.storage import Disk
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation, now
from connector.tests.system.test_end import ended

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]

POWER = {"measurand": "Power.Active.Import", "unit": "W", "value": "7400"}
REGISTER = {"measurand": "Energy.Active.Import.Register", "unit": "Wh"}
ENOUGH = 3000
"""More starts than fit into what the store has reserved."""


def start_of(meter_wh: int) -> dict[str, Any]:
    return {
        "connectorId": 2,
        "idTag": "TAG2",
        "meterStart": meter_wh,
        "timestamp": "2026-01-01T00:00:00Z",
    }


async def until_refused(station: RawStation) -> tuple[dict[int, int], dict[str, Any]]:
    """Start until the store takes no more: ids by meter start, and what was refused."""
    kept = {}
    for meter_wh in range(1, ENOUGH):
        start = start_of(meter_wh)
        answer = await station.exchange("StartTransaction", start)
        if answer[0] == 4:
            assert answer[2] == "InternalError", answer
            return kept, start
        kept[meter_wh] = answer[2]["transactionId"]
    raise AssertionError("the disk takes everything")


def url_of(folder: Path) -> str:
    [path] = folder.glob("*.sqlite")
    return f"sqlite:///{path}"


async def health(connector: ConnectorProcess) -> dict[str, Any]:
    found: dict[str, Any] = await asyncio.to_thread(connector.health)
    return found


async def kept_by(url: str) -> tuple[list[TransactionRecord], list[float]]:
    """The transactions of a store, and the registers of the first one."""
    store = open_store(url)
    await store.open()
    records = await store.transactions(limit=10 * ENOUGH)
    [first] = [record for record in records if record.where == "1"]
    samples = await store.samples(first.key)
    await store.close()
    values = [s.values.get("Energy.Active.Import.Register") for s in samples]
    return records, [value for value in values if isinstance(value, float)]


async def test_a_disk_that_fails_loses_nothing_that_was_acknowledged(
    run: Run, listener: Listener, disk: Disk
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept",
        MAX_FRAMES_PER_S="0",
        LIMIT_MIN_INTERVAL_S="0",
        DATA_DIR=str(disk.folder),
    )
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    transaction_id = await station.start(meter_wh=1000)
    await station.meter([REGISTER | {"value": "1100"}], transaction_id=transaction_id)

    await asyncio.to_thread(disk.fail, connector.pid)
    kept, refused = await until_refused(station)
    lines = len(connector.log().splitlines())
    stop = {"transactionId": transaction_id, "meterStop": 1300, "timestamp": now()}
    for _ in range(200):
        answer = await station.exchange("StartTransaction", refused)
        assert answer[2] == "InternalError", answer
    assert (await station.exchange("StopTransaction", stop))[2] == "InternalError"
    await everything_else_is_answered(station, transaction_id)
    listener.publish("ocpp/stations/CP1/1/power_limit/set", 5000)
    topic = "ocpp/stations/CP1/1/power_limit/result"
    result = await asyncio.to_thread(listener.until, topic)
    assert result["outcome"] == "accepted", result
    assert result["detail"].startswith("not stored: "), result
    await a_stranger_is_served(connector)
    found = await health(connector)
    assert (found["status"], found["store"]) == ("degraded", "failing")
    assert len(connector.log().splitlines()) - lines < 60

    await asyncio.to_thread(disk.heal, connector.pid)
    answer = await station.exchange("StartTransaction", refused)
    assert answer[0] == 3, answer
    kept[refused["meterStart"]] = answer[2]["transactionId"]
    assert (await station.exchange("StopTransaction", stop))[0] == 3
    assert (await station.exchange("StartTransaction", refused))[2][
        "transactionId"
    ] == answer[2]["transactionId"]
    found = await health(connector)
    assert (found["status"], found["store"]) == ("ok", "ok")
    await station.close()
    connector.stop()

    records, registers = await kept_by(url_of(disk.folder))
    assert {r.meter_start_wh: int(r.ocpp_id) for r in records if r.where == "2"} == kept
    [first] = [record for record in records if record.where == "1"]
    assert (first.ocpp_id, first.meter_stop_wh) == (str(transaction_id), 1300)
    assert {1100.0, 1200.0} <= set(registers)


async def everything_else_is_answered(station: RawStation, transaction_id: int) -> None:
    assert (await station.call("Heartbeat"))["currentTime"]
    assert (await station.boot())["status"] == "Accepted"
    info = (await station.call("Authorize", {"idTag": "T"}))["idTagInfo"]
    assert info["status"] == "Accepted"
    await station.status("Charging")
    await station.meter(
        [POWER, REGISTER | {"value": "1200"}], transaction_id=transaction_id
    )
    await station.call("DataTransfer", {"vendorId": "V"})
    await station.call("FirmwareStatusNotification", {"status": "Idle"})


async def a_stranger_is_served(connector: ConnectorProcess) -> None:
    stranger = await RawStation.open(connector.ocpp_port, "CP2")
    assert (await stranger.boot())["status"] == "Accepted"
    await stranger.status("Available")
    await stranger.close()


@pytest.mark.parametrize("disk", ["full disk", "read-only files"], indirect=True)
def test_a_disk_that_fails_from_the_start_is_named(disk: Disk) -> None:
    disk.fail(0)
    code, output = ended(DATA_DIR=str(disk.folder))
    assert code == 2
    assert "DATA_DIR" in output
    assert str(disk.folder) in output
    assert "Traceback" not in output
