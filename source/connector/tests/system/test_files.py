"""Logs and firmware over a real socket: the station goes where it was told."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
ROOT = "ocpp/stations/CP1/0"


async def until(listener: Listener, topic: str, test: Callable[[Any], bool]) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


async def fetch(url: str, data: bytes | None = None) -> bytes:
    """GET, or PUT where there is something to put; as a station's own client does."""
    method = "GET" if data is None else "PUT"
    request = urllib.request.Request(url, data, method=method)

    def exchange() -> bytes:
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: bytes = answer.read()
            return found

    return await asyncio.to_thread(exchange)


async def test_a_log_goes_where_the_station_was_told_and_its_path_is_shown(
    run: Run, listener: Listener, tmp_path: Path
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    await asyncio.to_thread(connector.until_healthy)
    station = await RawStation.open(connector.ocpp_port, "CP1")
    station.answers["GetDiagnostics"] = lambda _: {"fileName": "diag.zip"}
    await station.boot()

    listener.publish(f"{ROOT}/get_log/set", None)
    asked = await station.until_received("GetDiagnostics")
    result = await until(listener, f"{ROOT}/get_log/result", bool)
    await station.call("DiagnosticsStatusNotification", {"status": "Uploading"})
    await fetch(asked["location"] + "diag.zip", b"log" * 100_000)
    path = await until(listener, f"{ROOT}/log_file", bool)
    await station.call("DiagnosticsStatusNotification", {"status": "Uploaded"})

    assert (result["outcome"], result["detail"]) == ("accepted", "diag.zip")
    assert path.startswith("uploads/CP1/")
    assert path.endswith("-diag.zip")
    assert (tmp_path / path).read_bytes() == b"log" * 100_000
    await until(listener, f"{ROOT}/log_status", lambda v: v == "Uploaded")
    assert asked["location"].split("/")[4] not in connector.log()
    await station.close()


async def test_a_name_holds_over_our_restart(
    run: Run, listener: Listener, tmp_path: Path
) -> None:
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware/fw.bin").write_bytes(b"firmware")
    connector = run(UNKNOWN_STATIONS="accept")
    await asyncio.to_thread(connector.until_healthy)
    station = await RawStation.open(connector.ocpp_port, "CP1")
    station.answers["UpdateFirmware"] = lambda _: {}
    await station.boot()
    listener.publish(f"{ROOT}/update_firmware/set", {"file": "fw.bin"})
    asked = await station.until_received("UpdateFirmware")
    await until(listener, f"{ROOT}/update_firmware/result", bool)

    assert connector.stop() == 0
    connector.start()
    await asyncio.to_thread(connector.until_healthy)

    assert asked["location"].endswith("/fw.bin")
    assert await fetch(asked["location"]) == b"firmware"
