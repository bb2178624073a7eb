"""A charging station as plain frames over a real socket, after OCPP-J alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]
Responder = Callable[[Json], Json | None]


def now(ahead_s: float = 0) -> str:
    """A timestamp as stations send it; of some, the clock is ahead."""
    time = datetime.now(UTC) + timedelta(seconds=ahead_s)
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class RawStation:
    """One station; ``answers`` answers calls, ``received`` keeps them."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.answers: dict[str, Responder] = {}
        self.received: list[tuple[str, Json]] = []
        self.changed = asyncio.Condition()
        self._ids = count(1)
        self._pending: dict[str, asyncio.Future[list[Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, port: int, identity: str, *, subprotocols: tuple[str, ...] = ("ocpp1.6",)
    ) -> RawStation:
        """Connect as ``identity``."""
        url = f"ws://127.0.0.1:{port}/ocpp/{identity}"
        return cls(
            await connect(url, subprotocols=list(subprotocols), compression=None)
        )

    async def close(self) -> None:
        """Leave."""
        await self.websocket.close()
        await self._reader

    async def call(self, action: str, payload: Json | None = None) -> Json:
        """Send a call and give its result; a CALLERROR is an AssertionError."""
        answer = await self.exchange(action, payload or {})
        assert answer[0] == 3, answer
        result: Json = answer[2]
        return result

    async def exchange(self, action: str, payload: Json) -> list[Any]:
        """Send a call and give the whole frame that answers it."""
        unique_id = str(next(self._ids))
        future = asyncio.get_running_loop().create_future()
        self._pending[unique_id] = future
        await self.websocket.send(json.dumps([2, unique_id, action, payload]))
        return await asyncio.wait_for(future, 10)

    async def boot(self) -> Json:
        """Say who we are."""
        return await self.call(
            "BootNotification",
            {"chargePointVendor": "ACME", "chargePointModel": "Wallbox 11"},
        )

    async def status(self, status: str, connector: int = 1) -> Json:
        """Say how a connector is."""
        return await self.call(
            "StatusNotification",
            {"connectorId": connector, "errorCode": "NoError", "status": status},
        )

    async def start(self, tag: str = "TAG1", meter_wh: int = 0) -> int:
        """Start a transaction on connector 1; gives its id."""
        answer = await self.call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": tag,
                "meterStart": meter_wh,
                "timestamp": now(),
            },
        )
        assert answer["idTagInfo"]["status"] == "Accepted"
        return int(answer["transactionId"])

    async def meter(
        self,
        samples: list[Json],
        *,
        transaction_id: int | None = None,
        ahead_s: float = 0,
    ) -> Json:
        """Send one meter value with these samples, sampled now."""
        payload: Json = {
            "connectorId": 1,
            "meterValue": [{"timestamp": now(ahead_s), "sampledValue": samples}],
        }
        if transaction_id is not None:
            payload["transactionId"] = transaction_id
        return await self.call("MeterValues", payload)

    async def until_received(
        self, action: str, test: Callable[[Json], bool] = lambda _: True
    ) -> Json:
        """The first call of ``action`` that passes ``test``, past or to come."""

        def find() -> Json | None:
            return next((p for a, p in self.received if a == action and test(p)), None)

        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: find() is not None)
        found = find()
        assert found is not None
        return found

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self.websocket:
                frame = json.loads(text)
                if frame[0] == 2:
                    await self._answer(*frame[1:])
                else:
                    self._answered(frame)

    def _answered(self, frame: list[Any]) -> None:
        """An error may answer what was sent without waiting for its answer."""
        future = self._pending.pop(frame[1], None)
        if future is not None:
            future.set_result(frame)

    async def _answer(self, unique_id: str, action: str, payload: Json) -> None:
        responder = self.answers.get(action, lambda _: {"status": "Accepted"})
        if action == "GetConfiguration" and action not in self.answers:
            responder = lambda _: {"configurationKey": []}  # noqa: E731
        answer = responder(payload)
        if answer is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.websocket.send(json.dumps([3, unique_id, answer]))
        async with self.changed:
            self.received.append((action, payload))
            self.changed.notify_all()
