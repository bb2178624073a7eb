"""Other quirks: strange messages, wrong clocks, errors that must not get lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from connector.csms.options import StationOptions
from connector.csms.times import iso
from connector.errors import CallErrorReceived
from connector.sessions.memory import MemoryLink, link_pair
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness, settle
from connector.tests.quirks.bench import (
    ENERGY,
    POWER,
    Desk,
    charging,
    meter_raw,
    power,
    sample,
    shown,
)

Json = dict[str, Any]
Start = Callable[..., Any]


class RawStation:
    """A station that sends any text."""

    def __init__(self, link: MemoryLink) -> None:
        self.link = link

    async def send(self, text: str) -> None:
        await self.link.send(text)

    async def hear(self) -> Any:
        """The next frame."""
        async with asyncio.timeout(10):
            return orjson.loads(await self.link.recv())

    async def ask(self, action: str, payload: Any) -> Any:
        """The frame that answers a call, whatever was said before."""
        await self.send(orjson.dumps([2, "asked", action, payload]).decode())
        while True:
            frame = await self.hear()
            if frame[1] == "asked":
                return frame


@asynccontextmanager
async def raw_station(system: Harness) -> AsyncIterator[RawStation]:
    pair = link_pair()
    serving = asyncio.create_task(system.central.serve(pair.server, NAME, "ocpp1.6"))
    yield RawStation(pair.client)
    await pair.client.close()
    async with asyncio.timeout(10):
        await serving


# -- 50: strange messages


STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}


@pytest.mark.parametrize(
    "odd",
    [
        {"info": "null"},
        {"info": None},
        {"info": "x" * 500},
        {"vendorErrorCode": None, "vendorId": "null"},
        {"timestamp": "null"},
        {"timestamp": "2026-01-31 12:00:00"},
        {"errorCode": "NoError "},
        {"errorCode": "0x0000"},
        {"invented": {"by": "Grizzl-E"}},
    ],
)
async def test_a_status_with_odd_members_is_taken(system: Harness, odd: Json) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (Grizzl-E)."""
    async with raw_station(system) as station:
        assert await station.ask("StatusNotification", STATUS | odd) == [3, "asked", {}]
        assert shown(system)["1__status"] == "Charging"


async def test_a_status_that_nobody_knows_is_shown_as_it_is(system: Harness) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (Grizzl-E)."""
    async with raw_station(system) as station:
        await station.ask("StatusNotification", STATUS | {"status": "SuspendedEv"})
        values = shown(system)
        assert values["1__status"] == "SuspendedEv"
        assert (values["1__status_iec"], values["1__charging"]) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        '[2,"1","Heartbeat",{}',
        '[2,"1","StatusNotification",{"info":}]',
        "[2,'1','Heartbeat',{}]",
        '[2,"1","Heartbeat",{},]',
        '[2,"1","Heartbeat",null]',
        '[2,"1","Heartbeat"]',
        '[2,"1","StatusNotification",{"info":"\x01"}]',
        "\ufeff",
    ],
)
async def test_bad_json_ends_nothing(system: Harness, text: str) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (Grizzl-E)."""
    async with raw_station(system) as station:
        await station.send(text)
        assert (await station.ask("Heartbeat", {}))[0] == 3
        assert shown(system)["0__connected"] is True


async def test_a_stop_with_a_reason_that_does_not_exist_is_kept(
    system: Harness,
) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (Grizzl-E)."""
    end, number = await charging(system)
    payload = {
        "transactionId": number,
        "meterStop": 3000,
        "timestamp": end.time(),
        "reason": "Unplugged",
        "transactionData": None,
    }
    assert await end.say_raw("StopTransaction", payload) == {}
    assert shown(system)["1__stop_reason"] == "Unplugged"
    assert system.store.transaction_records[0].meter_stop_wh == 3000.0


async def test_one_who_wants_it_strict_may_have_it_strict(start: Start) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (lenient mode per charger)."""
    options = {NAME: StationOptions(strict_validation=True)}
    system = await start(stations=options)
    async with raw_station(system) as station:
        answer = await station.ask("StatusNotification", STATUS | {"errorCode": "0"})
        assert answer[0] == 4
        assert "1__status" not in shown(system)


@pytest.mark.parametrize(
    "entry",
    [
        {"key": "NumberOfConnectors", "readonly": "true", "value": "2"},
        {"key": "NumberOfConnectors", "readonly": True, "value": 2},
        {"key": "NumberOfConnectors", "value": " 2 "},
    ],
)
async def test_an_answer_with_odd_members_holds_up_no_setup(
    system: Harness, entry: Json
) -> None:
    """Row 50: `info:"null"`, invalid enum, bad JSON (in an answer)."""
    async with raw_station(system) as station:
        boot = {"chargePointVendor": "V", "chargePointModel": "M"}
        await station.send(orjson.dumps([2, "b", "BootNotification", boot]).decode())
        actions = []
        while "ChangeConfiguration" not in actions:
            frame = await station.hear()
            if frame[0] != 2:
                continue
            actions.append(frame[2])
            answer = {"configurationKey": [entry]}
            await station.send(orjson.dumps([3, frame[1], answer]).decode())
        assert actions[0] == "GetConfiguration"


# -- 52: clocks


async def test_our_times_are_utc_with_z_and_whole_seconds(system: Harness) -> None:
    """Row 52: wrong clock at charger (Z, whole seconds)."""
    system.clock.advance(0.789)
    end = await system.connect()
    for answer in (await end.boot(), await end.say("Heartbeat")):
        assert answer["currentTime"] == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    "wrong",
    ["1970-01-01T00:00:07Z", "2036-02-07T06:28:16Z", "2026-01-31T11:00:00+00:00x", ""],
)
async def test_what_a_station_with_a_wrong_clock_says_holds_now(
    system: Harness, wrong: str
) -> None:
    """Row 52: wrong clock at charger."""
    end = await system.connect()
    await meter_raw(end, power("11000"), time=wrong)
    assert system.fact(POWER).time_ms == START_MS
    number = (await end.start(timestamp=iso(0)))["transactionId"]
    await system.advance(60)
    stop = {"transactionId": number, "meterStop": 2000, "timestamp": iso(30_000)}
    await end.say("StopTransaction", **stop)
    values = shown(system)
    assert values["1__session_start"] == "2026-01-31T12:00:00Z"
    assert values["1__session_seconds"] == 60


@pytest.mark.parametrize(
    "time", ["2026-01-31T11:59:50", "2026-01-31T12:59:50+01:00", "20260131T115950Z"]
)
async def test_times_without_a_zone_or_in_another_are_understood(
    system: Harness, time: str
) -> None:
    """Row 52: wrong clock at charger (no zone at all)."""
    end = await system.connect()
    await meter_raw(end, sample("5000"), time=time)
    assert system.fact(ENERGY).time_ms == START_MS - 10_000


# -- 53: errors


async def test_an_error_of_a_station_reaches_whoever_asked(system: Harness) -> None:
    """Row 53: CALLERROR swallowed by the ocpp library."""
    no = CallErrorReceived("NotSupported", "no such thing", {"why": "old"})
    end = await system.connect(UnlockConnector=no)
    with pytest.raises(CallErrorReceived):
        await system.station().call("UnlockConnector", {"connectorId": 1})
    desk = Desk(system)
    outcome = await desk.run("unlock", True)
    assert outcome.outcome == "error"
    assert "NotSupported" in outcome.detail or "InternalError" in outcome.detail
    assert len(end.asked("UnlockConnector")) == 2
    await desk.limits.stop()


async def test_the_code_and_the_text_of_an_error_are_in_the_outcome(
    system: Harness,
) -> None:
    """Row 53: CALLERROR swallowed by the ocpp library."""
    async with raw_station(system) as station:
        await settle()
        desk = Desk(system)
        running = asyncio.create_task(desk.run("unlock", True))
        frame = await station.hear()
        error = [4, frame[1], "NotSupported", "no such thing", {"why": "old"}]
        await station.send(orjson.dumps(error).decode())
        outcome = await running
        assert outcome.outcome == "error"
        assert "NotSupported" in outcome.detail
        assert "no such thing" in outcome.detail
        await desk.limits.stop()
