"""Our calls to the peer: one in flight, the others in order, none for ever.

OCPP-J, section 4.1.1: no further call before the last one is answered or timed out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    OutboxFull,
    RemoteProtocolError,
)
from connector.ocppj.frames import CallError, CallResult, Json
from connector.sessions.deadline import Deadline

Send = Callable[[str], Awaitable[None]]


class Outbox:
    """Sends calls through ``send``; at most ``limit`` wait for their turn."""

    __slots__ = (
        "_answer",
        "_closed",
        "_deadline",
        "_is_busy",
        "_limit",
        "_send",
        "_unique_id",
        "_waiting",
    )

    def __init__(self, send: Send, limit: int) -> None:
        self._send = send
        self._limit = limit
        self._is_busy = False
        self._waiting: deque[asyncio.Future[None]] | None = None
        self._unique_id = ""
        self._answer: asyncio.Future[CallResult | CallError] | None = None
        self._deadline: Deadline | None = None
        self._closed: LinkClosed | None = None

    async def call(
        self,
        unique_id: str,
        action: str,
        text: str,
        timeout_s: float,
        *,
        turn_within_s: float | None = None,
        when_due: Callable[[], object] | None = None,
        when_answered: Callable[[float], None] | None = None,
    ) -> Json:
        """Send a call in its turn; gives the payload of the answer.

        ``turn_within_s`` is how long it may wait to be sent, else ``timeout_s``;
        ``when_due`` is called just before it is, and may raise instead;
        ``when_answered`` with the seconds until the answer.

        Raises:
            LinkClosed: before or while waiting.
            OutboxFull: too many wait already.
            CommandTimeout: not sent, or not answered, within ``timeout_s``.
            CallErrorReceived: the peer answered with an error.
            RemoteProtocolError: the peer answered with something that is no answer.
        """
        await self._take_turn(action, turn_within_s or timeout_s)
        try:
            if when_due is not None:
                when_due()
            began_s = monotonic()
            answer = await self._exchange(unique_id, action, text, timeout_s)
            if when_answered is not None:
                when_answered(monotonic() - began_s)
        finally:
            self._answer = self._deadline = None
            self._pass_turn()
        if isinstance(answer, CallError):
            raise CallErrorReceived(answer.code, answer.description, answer.details)
        return answer.payload

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting or ())

    async def _exchange(
        self, unique_id: str, action: str, text: str, timeout_s: float
    ) -> CallResult | CallError:
        self._check_open()
        self._unique_id = unique_id
        self._answer = asyncio.get_running_loop().create_future()
        try:
            with Deadline(timeout_s) as self._deadline:
                await self._send(text)
                return await self._answer
        except TimeoutError:
            self._check_open()
            raise CommandTimeout(action, timeout_s, sent=True) from None

    async def _take_turn(self, action: str, timeout_s: float) -> None:
        self._check_open()
        if not self._is_busy:
            self._is_busy = True
            return
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= self._limit:
            raise OutboxFull(self._limit)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(timeout_s):
                await turn
        except BaseException as problem:
            self._give_up(turn)
            if isinstance(problem, TimeoutError):
                raise CommandTimeout(action, timeout_s, sent=False) from None
            raise

    def _check_open(self) -> None:
        if self._closed is not None:
            raise LinkClosed(self._closed.code, self._closed.reason)

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        """Leave the row; a turn that was given in the same moment goes on."""
        if self._waiting is not None and turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self._pass_turn()

    def _pass_turn(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._waiting = None
        self._is_busy = False

    def take(self, frame: CallResult | CallError) -> bool:
        """Hand an answer to whoever waits for it; False when nobody does."""
        answer = self._answer
        if answer is None or answer.done() or frame.unique_id != self._unique_id:
            return False
        answer.set_result(frame)
        return True

    def fail(self, unique_id: str, problem: RemoteProtocolError) -> None:
        """End the call of this id: it was answered with something that is no answer."""
        answer = self._answer
        if answer is not None and not answer.done() and unique_id == self._unique_id:
            answer.set_exception(problem)

    def close(self, reason: LinkClosed) -> None:
        """End every call, now and from now on."""
        self._closed = reason
        waiting, self._waiting = self._waiting or (), None
        for turn in waiting:
            if not turn.done():
                turn.set_exception(LinkClosed(reason.code, reason.reason))
        if self._deadline is not None:
            # Not an exception for the answer: the call may still be being sent.
            self._deadline.end()
