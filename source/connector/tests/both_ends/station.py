"""A station behaviour that agrees to everything, behind a real socket."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import cache
from itertools import count
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from connector.ocppj.behaviours import ChargingStation, handle
from connector.ocppj.behaviours.behaviour import method_name
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas
from connector.ocppj.typed import kind_of
from connector.tests.ocppj.examples import Size, request, response

Json = dict[str, Any]

DEADLINE_S = 10.0
_AGREED = ("Accepted", "Unlocked", "Unpublished")
_STATUSES = ("status", "attributeStatus")
_REPORTED_BY = {
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "GetDisplayMessages": "NotifyDisplayMessages",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDERControl": "ReportDERControl",
    "CustomerInformation": "NotifyCustomerInformation",
}
"""Whoever agrees to the one sends the other."""
_WHOLE = {"seqNo": 0, "tbc": False}


@cache
def agreement(version: str, action: str, size: Size) -> Json:
    """A valid answer to an action that says yes wherever it can."""
    is_valid = schemas(version).response(action).is_valid
    made = response(version, action, size)
    for part in _parts(made):
        for name in _STATUSES:
            usual = part.get(name)
            for status in _AGREED if name in part else ():
                part[name] = status
                if is_valid(made):
                    break
                part[name] = usual
    assert is_valid(made)
    return made


def _parts(value: Any) -> list[Json]:
    """All objects in a payload."""
    if isinstance(value, list):
        return [part for item in value for part in _parts(item)]
    if not isinstance(value, dict):
        return []
    return [value, *(part for item in value.values() for part in _parts(item))]


def behaviour(version: str, size: Size) -> ChargingStation:
    """A station that has a method for every action of its version."""

    def agrees(self: Any, message: Any) -> Json:
        version, action, _ = kind_of(message)
        self.asked.append(action)
        return agreement(version, action, self.size)

    methods: Json = {method_name(action): agrees for action in ROUTES[version].down}
    members = {"ocpp_version": version, "size": size, "asked": [], **methods}
    made: ChargingStation = type("Agreeable", (ChargingStation,), members)()
    return made


class StationEnd:
    """Says what a test wants, and answers by its behaviour."""

    def __init__(self, websocket: ClientConnection, version: str) -> None:
        self._websocket = websocket
        self._ids = count(1)
        self._pending: dict[str, asyncio.Future[list[Any]]] = {}
        self.version = version
        self.behaviour: Any = behaviour(version, "minimal")
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def dial(cls, port: int, identity: str, version: str) -> StationEnd:
        """Connect; nothing is said yet."""
        websocket = await connect(
            f"ws://127.0.0.1:{port}/{identity}",
            subprotocols=[Subprotocol(f"ocpp{version}")],
            compression=None,
            ping_interval=None,
        )
        return cls(websocket, version)

    async def boot(self) -> None:
        """Say who it is."""
        answer = await self.say(
            "BootNotification", request(self.version, "BootNotification")
        )
        assert answer[2]["status"] == "Accepted", answer

    async def say(self, action: str, payload: Json) -> list[Any]:
        """Send a call; the frame that answers it."""
        unique_id = str(next(self._ids))
        found = self._pending[unique_id] = asyncio.get_running_loop().create_future()
        await self._send([2, unique_id, action, payload])
        async with asyncio.timeout(DEADLINE_S):
            return await found

    async def tell(self, action: str, payload: Json) -> None:
        """Send what nobody answers."""
        await self._send([6, str(next(self._ids)), action, payload])

    async def is_alive(self) -> bool:
        """Whether a heartbeat is answered."""
        answer = await self.say("Heartbeat", {})
        return answer[0] == 3

    async def close(self) -> None:
        await self._websocket.close()
        await self._reader

    async def _send(self, frame: list[Any]) -> None:
        await self._websocket.send(orjson.dumps(frame).decode())

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._websocket:
                frame = orjson.loads(text)
                if frame[0] == 2:
                    await self._answer(frame)
                elif frame[0] in (3, 4):
                    self._pending.pop(frame[1]).set_result(frame)
                else:
                    raise AssertionError(frame)

    async def _answer(self, frame: list[Any]) -> None:
        answer = handle(self.behaviour, frame)
        assert answer is not None
        await self._send(answer)
        _, _, action, payload = frame
        report = _REPORTED_BY.get(action)
        if report is not None and "requestId" in payload:
            await self._report(report, payload["requestId"])

    async def _report(self, action: str, request_id: int) -> None:
        """One part that is the whole; its answer is of no interest."""
        made = request(self.version, action)
        made |= {name: v for name, v in _WHOLE.items() if _has(self, action, name)}
        made["requestId"] = request_id
        unique_id = str(next(self._ids))
        self._pending[unique_id] = asyncio.get_running_loop().create_future()
        await self._send([2, unique_id, action, made])


def _has(end: StationEnd, action: str, name: str) -> bool:
    document = schemas(end.version).request(action).document
    return name in document["properties"]
