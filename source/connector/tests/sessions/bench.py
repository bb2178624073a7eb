"""A session on one end of a link in memory, the test on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import Call, Json
from connector.sessions import v16, v21, v201
from connector.sessions.engine import Session, SessionOptions
from connector.sessions.handlers import Handler
from connector.sessions.memory import link_pair
from connector.tests.ocppj.examples import request

CLASSES: dict[str, Any] = {
    "1.6": v16.ChargePoint,
    "2.0.1": v201.ChargePoint,
    "2.1": v21.ChargePoint,
}
VERSIONS = tuple(CLASSES)
DEADLINE_S = 5.0
BOOT: Json = {"chargePointVendor": "V", "chargePointModel": "M"}
NOW: Json = {"currentTime": "2026-01-31T12:00:00Z"}
STATUS: Json = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


class Watcher:
    """Keeps what an observer is told."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, str]] = []
        self.warnings: list[tuple[str, str]] = []
        self.answers: list[tuple[str, Json, Json]] = []

    def frame(self, session: Session, direction: str, text: str) -> None:
        self.frames.append((direction, text))

    def answered(
        self, session: Session, action: str, payload: Json, answer: Json
    ) -> None:
        self.answers.append((action, payload, answer))

    def warned(self, session: Session, kind: str, text: str) -> None:
        self.warnings.append((kind, text))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.warnings]


class Bench:
    """Speaks raw texts with a session that runs."""

    def __init__(
        self,
        handlers: Mapping[str, Handler] | None = None,
        *,
        version: str = "1.6",
        make: Callable[..., Any] | None = None,
        limit: int = 100,
        **options: Any,
    ) -> None:
        pair = link_pair(limit=limit)
        self.peer = pair.client
        self.watcher = Watcher()
        self.version = version
        self.dialect = DIALECTS[version]
        self.session = (make or CLASSES[version])(
            "cs1",
            pair.server,
            owner=self,
            handlers=handlers or {},
            options=SessionOptions(**options),
            observer=self.watcher,
        )
        self.task = asyncio.create_task(self.session.start())
        self.count = 0

    async def __aenter__(self) -> Bench:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def end(self) -> None:
        await self.peer.close(1001, "end of test")
        async with asyncio.timeout(DEADLINE_S):
            await self.task

    async def send(self, text: str | bytes) -> None:
        async with asyncio.timeout(DEADLINE_S):
            await self.peer.send(text)

    async def recv(self) -> Any:
        """The next frame that the session sent."""
        async with asyncio.timeout(DEADLINE_S):
            return orjson.loads(await self.peer.recv())

    async def ask(self, action: str, payload: Json, unique_id: str = "") -> Any:
        """Send a call and give the next frame."""
        self.count += 1
        unique_id = unique_id or f"ask-{self.count}"
        await self.send(frame(unique_id, action, payload))
        return await self.recv()

    async def is_alive(self) -> bool:
        """Whether an unknown action is answered as ever."""
        answer = await self.ask("NoSuchAction", {})
        return answer[:3] == [4, f"ask-{self.count}", "NotImplemented"]


def status(version: str) -> Json:
    """A StatusNotification of a version."""
    return request(version, "StatusNotification")


def soft(version: str) -> Json:
    """A Reset of a version."""
    return {"type": "Soft" if version == "1.6" else "OnIdle"}


def frame(unique_id: str, action: str, payload: object) -> str:
    return orjson.dumps([2, unique_id, action, payload]).decode()


def now(owner: object, call: Call) -> Json:
    return NOW


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
