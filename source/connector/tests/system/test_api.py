"""The HTTP API of a connector as it runs: its token, and a station over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]


def client(connector: ConnectorProcess, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{connector.http_port}",
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    )


def made_up(folder: Path) -> str:
    return (folder / "api.token").read_text().strip()


async def test_the_made_up_token_is_printed_once_and_never_logged(
    run: Run, listener: Listener, tmp_path: Path
) -> None:
    connector = run(DEBUG="TRUE")
    await asyncio.to_thread(connector.until_healthy)
    token = made_up(tmp_path)
    async with client(connector, token) as api:
        assert (await api.get("/api/v1")).status_code == 200
        assert (await api.get("/docs", params={"token": token})).status_code == 303
    connector.stop()
    connector.start()
    await asyncio.to_thread(connector.until_healthy)

    told = [line for line in connector.log().splitlines() if token in line]
    assert [line.split("=")[-1].strip() for line in told] == [token, token]
    assert "/?token=" in told[0], "a link for a browser, then the token by itself"
    assert (tmp_path / "api.token").stat().st_mode & 0o777 == 0o600
    assert not any(token.encode() in payload for _, payload in listener.history)


async def test_a_configured_token_is_the_only_one(run: Run, tmp_path: Path) -> None:
    connector = run(API_TOKEN="of-the-configuration")
    await asyncio.to_thread(connector.until_healthy)

    async with client(connector, "of-the-configuration") as api:
        assert (await api.get("/api/v1")).status_code == 200
    async with client(connector, "another") as api:
        assert (await api.get("/api/v1")).status_code == 401
    assert not (tmp_path / "api.token").exists()
    assert "of-the-configuration" not in connector.log()


async def test_a_station_is_registered_limited_and_seen(
    run: Run, listener: Listener, tmp_path: Path
) -> None:
    connector = run()
    await asyncio.to_thread(connector.until_healthy)
    async with client(connector, made_up(tmp_path)) as api:
        made = await api.put("/api/v1/stations/CP1", json={"name": "North"})
        station = await RawStation.open(connector.ocpp_port, "CP1")
        assert (await station.boot())["status"] == "Accepted"
        await station.status("Available")

        path = "/api/v1/stations/CP1/1/power_limit"
        outcome = (await api.post(path, json={"value": 4140})).json()
        shown = (await api.get("/api/v1/stations/CP1")).json()
        numbers = (await api.get("/metrics")).text
        await station.close()

    assert made.status_code == 201
    assert outcome["outcome"] == "accepted"
    assert shown["connectors"][0]["limit"]["power_limit"] == 4140
    assert "ocpp_stations{" in numbers
    result: dict[str, Any] = await asyncio.to_thread(
        listener.until, "ocpp/stations/CP1/1/power_limit/result"
    )
    assert result == outcome
