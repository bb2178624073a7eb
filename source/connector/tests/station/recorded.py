"""Recordings in few words, and a central system that plays its part by a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from connector.errors import LinkClosed
from connector.sessions.memory import MemoryLink, link_pair
from connector.sessions.recordings import CSMS, STATION, Recording, parse
from connector.station.replay import ReplayOptions, replay
from connector.station.replay_result import ReplayResult

Json = dict[str, Any]
Responder = Callable[[Json], Any]
STARTED = "2026-01-31T12:00:00Z"
STARTED_MS = 1_769_860_800_000
QUICK = ReplayOptions(answer_timeout_s=0.05, patience_s=0.05, linger_s=0.0)


async def settle() -> None:
    """Let everything happen that needs no time."""
    for _ in range(60):
        await asyncio.sleep(0)


def frame(t: float, sender: str, parts: Any) -> Json:
    return {"t": t, "from": sender, "frame": parts}


def said(t: float, number: str, action: str, **payload: Any) -> Json:
    return frame(t, STATION, [2, number, action, payload])


def answered(t: float, number: str, **payload: Any) -> Json:
    return frame(t, CSMS, [3, number, payload])


def asked(t: float, number: str, action: str, **payload: Any) -> Json:
    return frame(t, CSMS, [2, number, action, payload])


def replied(t: float, number: str, **payload: Any) -> Json:
    return frame(t, STATION, [3, number, payload])


def recording(*lines: Json, subprotocol: str | None = "ocpp1.6") -> Recording:
    header = {
        "format": 1,
        "station": "CP 7",
        "started": STARTED,
        "subprotocol": subprotocol,
    }
    return parse([orjson.dumps(line) + b"\n" for line in (header, *lines)])


class Central:
    """The other end: answers calls, and says what it has to say in between."""

    def __init__(self, **answers: Responder | Json | None) -> None:
        pair = link_pair()
        self.link: MemoryLink = pair.server
        self.client: MemoryLink = pair.client
        self.heard: list[Any] = []
        self.answers = answers
        self.calls: list[tuple[str, str, Json]] = []
        """(after which action, action, payload) of calls of its own."""

    async def serve(self) -> None:
        with suppress(LinkClosed):
            while True:
                await self._hear(await self.link.recv())

    async def _hear(self, text: str | bytes) -> None:
        try:
            parts = orjson.loads(text)
        except orjson.JSONDecodeError:
            parts = text
        self.heard.append(parts)
        match parts:
            case [2, unique_id, action, payload]:
                await self._answer(unique_id, action, payload)
            case [2, unique_id, *_]:
                await self.send([4, unique_id, "FormationViolation", "", {}])

    async def _answer(self, unique_id: str, action: str, payload: Json) -> None:
        answer = self.answers.get(action, {})
        if callable(answer):
            answer = answer(payload)
        if isinstance(answer, str):
            await self.send([4, unique_id, answer, "", {}])
        elif answer is not None:
            await self.send([3, unique_id, answer])
        for after, name, call in self.calls:
            if after == action:
                await self.send([2, f"c-{name}", name, call])

    async def send(self, parts: Any) -> None:
        await self.link.send(orjson.dumps(parts).decode())

    @property
    def said(self) -> list[Any]:
        """Calls of the station: action and payload."""
        return [tuple(parts[2:]) for parts in self.heard if parts[0] == 2]

    @property
    def replies(self) -> list[Any]:
        """Answers of the station to us."""
        return [parts for parts in self.heard if parts[0] in (3, 4)]


async def played(
    central: Central,
    *lines: Json,
    options: ReplayOptions = QUICK,
    now_ms: int = STARTED_MS,
    **more: Any,
) -> ReplayResult:
    """Replay lines to a central system until it ends."""
    serving = asyncio.create_task(central.serve())
    async with asyncio.timeout(10):
        result = await replay(
            recording(*lines),
            central.client,
            options=options,
            now_ms=lambda: now_ms,
            **more,
        )
        await serving
    return result
