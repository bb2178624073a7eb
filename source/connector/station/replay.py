"""A recorded station, once more: it says what it said, and answers as it answered.

What would this connector do with the log of my charger? `replay` tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson

from connector.errors import LinkClosed
from connector.sessions.link import Link
from connector.sessions.recordings import Command, Recording
from connector.sessions.websocket_client import open_link
from connector.station.replay_answers import Answers, Chosen
from connector.station.replay_result import Exchange, Question, ReplayResult
from connector.station.replay_script import Asked, Said, script
from connector.station.replayed_frames import is_pseudonym, leaves, moved, renamed

Json = dict[str, Any]
Parts = list[Any]
Operator = Callable[[Command], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]

_MOST_ROUNDS = 20
_CLOSES_WITHIN_S = 2.0


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """How fast, and how patiently.

    ``speed`` 1 is that of the recording, 0 as fast as answers allow; then
    ``patience_s`` is how long a recorded call of the central system is waited for, and
    ``linger_s`` how long it has to be quiet at the end.
    """

    speed: float = 0.0
    answer_timeout_s: float = 30.0
    patience_s: float = 1.0
    linger_s: float = 0.5


async def replay(
    recording: Recording,
    to: Link | str,
    *,
    options: ReplayOptions = ReplayOptions(),
    identity: str | None = None,
    operator: Operator | None = None,
    now_ms: Callable[[], int] = _wall_ms,
    sleep: Sleep = asyncio.sleep,
) -> ReplayResult:
    """Be the station of a recording on a link, or at a URL (without its identity).

    ``operator`` is given the commands of a written recording, and waited for.

    Raises:
        LinkRefused: nobody answered at the URL, or the answer was no.
    """
    header = recording.header
    if isinstance(to, str):
        subprotocols = [header.subprotocol] if header.subprotocol else []
        name = quote(identity or header.station, safe="")
        to = await open_link(f"{to.rstrip('/')}/{name}", subprotocols)
    player = _Player(recording, to, options, operator, sleep)
    player.shift_s = _shift_s(recording, options.speed, now_ms())
    return await player.run()


def _shift_s(recording: Recording, speed: float, now_ms: int) -> int:
    """So much later are the times in frames; at the end they are those of the clock.

    Said faster than it was, the beginning lies in the past: times in the future would
    be those of a station whose clock is wrong.
    """
    shift_s = (now_ms - recording.header.started_ms) / 1000
    if speed == 0:
        shift_s -= recording.duration_s
    elif speed > 1:
        shift_s -= recording.duration_s * (1 - 1 / speed)
    return int(shift_s // 1)


class _Player:
    """One replay."""

    def __init__(
        self,
        recording: Recording,
        link: Link,
        options: ReplayOptions,
        operator: Operator | None,
        sleep: Sleep,
    ) -> None:
        self._link = link
        self._options = options
        self._operator = operator
        self._sleep = sleep
        self._script = script(recording)
        self._answers = Answers(self._script.asked)
        self.shift_s = 0
        self._names: dict[int | str, int | str] = {}
        self._pending: defaultdict[str, deque[_Waiting]] = defaultdict(deque)
        self._awaited: list[_Waiting] = []
        self._impatient: set[str] = set()
        self._heard = 0
        self._changed = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()
        self._result = ReplayResult()

    async def run(self) -> ReplayResult:
        """Say all, listen to the end, and leave."""
        listening = asyncio.create_task(self._listen())
        telling = asyncio.create_task(self._tell_while_open())
        try:
            done, _ = await asyncio.wait(
                {listening, telling}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
        finally:
            await self._leave(listening, telling)
        self._result.not_asked = [
            (asked.line, asked.action)
            for asked in self._script.asked
            if not self._answers.was_used(asked)
        ]
        return self._result

    async def _leave(self, *tasks: asyncio.Task[None]) -> None:
        everything = {*tasks, *self._answering}
        for task in everything:
            task.cancel()
        await asyncio.wait(everything)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSES_WITHIN_S):
                await self._link.close(1000, "the replay ended")

    # -- saying

    async def _tell_while_open(self) -> None:
        try:
            await self._tell()
        except LinkClosed as closed:
            self._result.ended = str(closed)

    async def _tell(self) -> None:
        steps, at_s = self._script.steps, 0.0
        self._result.not_sent = sum(isinstance(step, Said) for step in steps)
        for step in steps:
            await self._pass_time(step.t - at_s)
            at_s = max(at_s, step.t)
            match step:
                case Said():
                    await self._say(step)
                case Asked():
                    await self._wait_for_question(step)
                case Command():
                    if self._operator is not None:
                        await self._operator(step)
        await self._wait_for_answers(None)
        await self._pass_time(self._script.duration_s - at_s)
        if not self._options.speed:
            await self._linger()

    async def _pass_time(self, seconds: float) -> None:
        if self._options.speed and seconds > 0:
            await self._sleep(seconds / self._options.speed)

    async def _say(self, said: Said) -> None:
        await self._wait_for_answers(said.position)
        parts = self._now(said.parts) if said.parts is not None else None
        text = orjson.dumps(parts).decode() if parts is not None else said.text
        self._result.not_sent -= 1
        exchange = Exchange(said.line, said.action, parts or text, said.answer)
        self._result.exchanges.append(exchange)
        if text is None:
            return  # a binary message, of which only the size is known
        if said.unique_id is not None:
            waiting = _Waiting(exchange, said.answered_at)
            self._pending[said.unique_id].append(waiting)
            self._awaited.append(waiting)
        await self._link.send(text)

    def _now(self, parts: Parts) -> Parts:
        """A frame of the recording, for now; its id stays."""
        return [*parts[:2], *renamed(moved(parts[2:], self.shift_s), self._names)]

    async def _wait_for_answers(self, before: int | None) -> None:
        """Wait for what the recording has answered before a position, or for all."""
        due = [waiting for waiting in self._awaited if waiting.is_due(before)]
        for waiting in due:
            self._awaited.remove(waiting)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._options.answer_timeout_s):
                    await waiting.answered.wait()

    async def _wait_for_question(self, asked: Asked) -> None:
        """At full speed leave time for what was asked here; once, if it never comes."""
        if self._options.speed or asked.action in self._impatient:
            return
        try:
            async with asyncio.timeout(self._options.patience_s):
                while not self._answers.was_used(asked):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            self._impatient.add(asked.action)

    async def _linger(self) -> None:
        """Stay until nothing comes any more."""
        for _ in range(_MOST_ROUNDS):
            before = self._heard
            await self._sleep(self._options.linger_s)
            if before == self._heard:
                return

    # -- listening

    async def _listen(self) -> None:
        try:
            while True:
                text = await self._link.recv()
                self._heard += 1
                self._hear(orjson.loads(text))
                self._changed.set()
        except LinkClosed as closed:
            self._result.ended = str(closed)

    def _hear(self, parts: Parts) -> None:
        match parts:
            case [2, str() as unique_id, str() as action, dict() as payload]:
                self._answer(unique_id, action, payload)
            case [3 | 4, str() as unique_id, *_]:
                self._take(unique_id, parts)
            case [5 | 6, str(), *_]:
                pass  # 2.1: a CALLRESULTERROR or a SEND wants no answer
            case _:
                self._result.unexpected.append(parts)

    def _take(self, unique_id: str, parts: Parts) -> None:
        waiting = self._pending.get(unique_id)
        if not waiting:
            if unique_id not in self._script.strays:
                self._result.unexpected.append(parts)
            return
        first = waiting.popleft()
        first.exchange.answer = parts
        self._note_id(first.exchange)
        first.answered.set()

    def _note_id(self, exchange: Exchange) -> None:
        """The id of a transaction is another one now (1.6: we give them)."""
        before, now = (
            _transaction_id(exchange.recorded),
            _transaction_id(exchange.answer),
        )
        if before is not None and now is not None:
            self._names[before] = now

    def _note_tokens(self, then: Json, now: Json) -> None:
        """A token that we were given has another name in the recording."""
        given = leaves(now)
        for path, name in leaves(then).items():
            if is_pseudonym(name) and isinstance(given.get(path), str):
                self._names[name] = given[path]

    def _answer(self, unique_id: str, action: str, payload: Json) -> None:
        back = {now: before for before, now in self._names.items()}
        chosen = self._answers.take(action, renamed(payload, back))
        if chosen.asked is not None:
            self._note_tokens(chosen.asked.payload, payload)
        text = self._answer_text(unique_id, chosen)
        self._result.questions.append(Question(action, payload, text, chosen.likeness))
        if text is None:
            return
        delay_s = chosen.reply.delay_s if chosen.reply is not None else 0.0
        task = asyncio.create_task(self._send_later(text, delay_s))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def _answer_text(self, unique_id: str, chosen: Chosen) -> str | None:
        reply = chosen.reply
        if reply is None:
            return None
        if reply.parts is None:
            return reply.text and reply.text.replace(reply.asked_id, unique_id)
        parts = self._now(reply.parts)
        parts[1] = unique_id
        return orjson.dumps(parts).decode()

    async def _send_later(self, text: str, delay_s: float) -> None:
        await self._pass_time(delay_s)
        with contextlib.suppress(LinkClosed):  # whoever asked is gone
            await self._link.send(text)


class _Waiting:
    """A call that is not answered yet; ``answered_at`` is its position then."""

    __slots__ = ("answered", "answered_at", "exchange")

    def __init__(self, exchange: Exchange, answered_at: int | None) -> None:
        self.exchange = exchange
        self.answered_at = answered_at
        self.answered = asyncio.Event()

    def is_due(self, before: int | None) -> bool:
        """Whether the recording has the answer before a position."""
        at = self.answered_at
        return at is not None and (before is None or at < before)


def _transaction_id(answer: Parts | None) -> int | None:
    payload = answer[2] if answer is not None and len(answer) > 2 else None
    found = payload.get("transactionId") if isinstance(payload, dict) else None
    return found if isinstance(found, int) else None
