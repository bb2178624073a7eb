"""Events and frames of a connector as it runs: its threads, its sockets, its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
TOKEN = "of-the-events"
WITHIN_S = 20
POWER = {"measurand": "Power.Active.Import", "value": "7400", "unit": "W"}


def client(connector: ConnectorProcess) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{connector.http_port}",
        headers={"Authorization": f"Bearer {TOKEN}"},
        trust_env=False,
    )


class Events:
    """What a stream has told."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self._kind = ""

    async def until(self, kind: str, **members: Any) -> Any:
        """The first event from now on of a kind that has these members."""
        async with asyncio.timeout(WITHIN_S):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name == "event":
                    self._kind = value
                if name == "data" and self._kind == kind:
                    data = json.loads(value)
                    if members.items() <= data.items():
                        return data
        raise AssertionError(f"the stream ended without {kind}")


async def started(run: Run, **settings: str) -> ConnectorProcess:
    connector = run(API_TOKEN=TOKEN, **settings)
    await asyncio.to_thread(connector.until_healthy)
    return connector


async def test_a_station_charges_before_the_eyes_of_a_reader(run: Run) -> None:
    connector = await started(run, STATIONS='{"CP1": {}}')
    async with client(connector) as api, api.stream("GET", "/api/v1/events") as answer:
        events = Events(answer)
        await events.until("hello")
        station = await RawStation.open(connector.ocpp_port, "CP1")
        await station.boot()
        await station.status("Charging")
        await events.until("station", station="CP1", connected=True)
        number = await station.start()
        await events.until("transaction", id=str(number), stop=None)
        await station.meter([POWER], transaction_id=number)
        value = await events.until("datapoint", name="Power.Active.Import")
        coming = asyncio.create_task(
            api.post("/api/v1/stations/CP1/1/power_limit", json={"value": 4140})
        )
        await events.until("outcome", stage="asked")
        await events.until("outcome", stage="sent")
        ended = await events.until("outcome", stage="accepted")
        outcome = (await coming).json()
        await station.meter([POWER | {"value": "4100"}], transaction_id=number)
        seen = await events.until("outcome", stage="in_force")
        await station.close()
        await events.until("station", station="CP1", connected=False)

    assert (value["key"], value["value"]) == ("CP1__1__Power.Active.Import", 7400)
    assert ended["outcome"] == outcome
    assert seen["correlation"] == outcome["correlation"]


async def test_a_station_that_waits_is_told_with_what_it_says_of_itself(
    run: Run,
) -> None:
    connector = await started(run)
    async with client(connector) as api, api.stream("GET", "/api/v1/events") as answer:
        events = Events(answer)
        station = await RawStation.open(connector.ocpp_port, "NEW")
        await station.boot()
        shown: Any = {"boot": {"vendor": None}}
        while shown["boot"]["vendor"] is None:
            shown = await events.until("station", station="NEW")
        await station.close()

    assert shown["registration"] == "Pending"
    assert shown["boot"]["model"] == "Wallbox 11"


async def test_why_a_station_is_refused_is_in_the_frame_log(run: Run) -> None:
    entry = '{"CP1": {"password": "right-right-right"}}'
    connector = await started(run, STATIONS=entry)
    url = f"ws://CP1:wrong-wrong@127.0.0.1:{connector.ocpp_port}/CP1"
    with pytest.raises(InvalidStatus):
        await connect(url, subprotocols=["ocpp1.6"], compression=None)

    async with client(connector) as api:
        answer = await api.get("/api/v1/messages", params={"station": "CP1"})

    [refused] = answer.json()["items"]
    assert refused["kind"] == "REFUSED"
    assert "401" in refused["note"]
    assert "wrong-wrong" not in answer.text
    assert "right-right" not in answer.text


async def test_a_connector_without_a_frame_log_works(run: Run) -> None:
    connector = await started(run, STATIONS='{"CP1": {}}', FRAME_LOG_BYTES="0")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    accepted = await station.boot()
    await station.close()
    async with client(connector) as api:
        answer = await api.get("/api/v1/messages")

    assert accepted["status"] == "Accepted"
    assert answer.status_code == 404


async def test_readers_do_not_hold_up_its_end(run: Run, tmp_path: Path) -> None:
    connector = await started(run)
    async with client(connector) as api, api.stream("GET", "/api/v1/events") as answer:
        await Events(answer).until("hello")
        code = await asyncio.to_thread(connector.stop)

    assert code == 0
    assert "given up" not in connector.log()
    assert "Traceback" not in connector.log()
