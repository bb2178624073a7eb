"""Our calls to the peer: one in flight, the others in order, none for ever.

OCPP-J, section 4.1.1: no further call before the last one is answered or timed out.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from time import monotonic

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    ConnectorError,
    LinkClosed,
    OutboxFull,
    RemoteProtocolError,
)
from connector.ocppj.frames import CallError, CallResult, Json
from connector.sessions.deadline import Deadline
from connector.sessions.frame_log import FrameLog

_GIVEN_UP_KEPT = 8
Send = Callable[[str], Awaitable[None]]
Put = Callable[[str], None]
Outcome = CallResult | CallError | ConnectorError
"""What became of a call: an answer, or why there is none."""
Told = Callable[[Outcome], None]


def _nowhere(_text: str) -> None:
    raise LinkClosed


class Outbox:
    """Sends calls through ``send``; at most ``limit`` wait for their turn.

    There are two ways to call: `call` is waited for, `post` calls back, for a tenth of
    the cost, and goes out through ``put`` without waiting for a slow peer.
    """

    __slots__ = (
        "_answer",
        "_closed",
        "_deadline",
        "_frames",
        "_gave_up",
        "_is_busy",
        "_late",
        "_limit",
        "_posted",
        "_put",
        "_send",
        "_told",
        "_unique_id",
        "_waiting",
    )

    def __init__(
        self,
        send: Send,
        limit: int,
        put: Put = _nowhere,
        frames: FrameLog | None = None,
    ) -> None:
        self._send = send
        self._put = put
        self._limit = limit
        self._posted: tuple[asyncio.Future[None], Told] | None = None
        """What was posted and waits for its turn."""
        self._told: Told | None = None
        """Who is to know what becomes of what was posted and sent."""
        self._late: tuple[str, Told] | None = None
        """The last that was given up, and who may hear of its answer all the same."""
        self._is_busy = False
        self._waiting: deque[asyncio.Future[None]] | None = None
        self._unique_id = ""
        self._answer: asyncio.Future[CallResult | CallError] | None = None
        self._deadline: Deadline | None = None
        self._closed: LinkClosed | None = None
        self._gave_up: deque[str] | None = None
        """The last ones that were not answered in time."""
        self._frames = frames
        """Where it is noted what was not answered."""

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

    # -- without waiting

    def post(self, unique_id: str, text: str, told: Told) -> None:
        """Send a call in its turn, which may be at once; one at a time.

        ``told`` is called once, with what became of it; it must not raise. Nothing ends
        the wait but an answer, the end of the link, and `give_up`. Where an answer
        comes after that, it is called a second time (of the last that was given up).

        Raises:
            LinkClosed: it ended before.
            OutboxFull: too many wait already.
        """
        self._check_open()
        if self._told is not None or self._posted is not None:
            raise RuntimeError("one call at a time can be posted")
        if not self._is_busy:
            self._is_busy = True
            self._put_out(unique_id, text, told)
            return
        turn = self._queue()
        self._posted = turn, told
        turn.add_done_callback(partial(self._put_in_turn, unique_id, text))

    def _put_out(self, unique_id: str, text: str, told: Told) -> None:
        try:
            self._check_open()
            self._put(text)
        except BaseException:
            self._pass_turn()
            raise
        self._unique_id, self._told = unique_id, told

    def _put_in_turn(
        self, unique_id: str, text: str, turn: asyncio.Future[None]
    ) -> None:
        if self._posted is None or self._posted[0] is not turn:
            return  # it was given up, and the turn was passed on
        told, self._posted = self._posted[1], None
        try:
            turn.result()
            self._put_out(unique_id, text, told)
        except ConnectorError as problem:
            told(problem)

    def give_up(self, problem: ConnectorError) -> None:
        """Wait no more for what was posted; nothing where it is over."""
        posted, self._posted = self._posted, None
        if posted is not None:
            turn, told = posted
            self._leave(turn)
            told(problem)
        elif self._told is not None:
            self._late = self._unique_id, self._told
            self._tell(problem)

    def _tell(self, outcome: Outcome) -> None:
        told, self._told = self._told, None
        self._pass_turn()
        if told is not None:
            told(outcome)

    # -- both

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
        number = 0 if self._frames is None else self._frames.end
        try:
            with Deadline(timeout_s) as self._deadline:
                await self._send(text)
                return await self._answer
        except TimeoutError:
            self._note_unanswered(unique_id, number, timeout_s)
            self._check_open()
            raise CommandTimeout(action, timeout_s, sent=True) from None

    def _note_unanswered(self, unique_id: str, number: int, timeout_s: float) -> None:
        if self._gave_up is None:
            self._gave_up = deque(maxlen=_GIVEN_UP_KEPT)
        self._gave_up.append(unique_id)
        if self._frames is not None:
            is_over = self._closed is not None
            limit = (
                "before the connection ended" if is_over else f"within {timeout_s:g} s"
            )
            self._frames.note(number, f"not answered {limit}")

    def is_late(self, unique_id: str) -> bool:
        """Whether it is the id of a call that was waited for until its time was up."""
        return unique_id in (self._gave_up or ())

    async def _take_turn(self, action: str, timeout_s: float) -> None:
        self._check_open()
        if not self._is_busy:
            self._is_busy = True
            return
        turn = self._queue()
        try:
            async with asyncio.timeout(timeout_s):
                await turn
        except BaseException as problem:
            self._leave(turn)
            if isinstance(problem, TimeoutError):
                raise CommandTimeout(action, timeout_s, sent=False) from None
            raise

    def _queue(self) -> asyncio.Future[None]:
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= self._limit:
            raise OutboxFull(self._limit)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        return turn

    def _check_open(self) -> None:
        if self._closed is not None:
            raise LinkClosed(self._closed.code, self._closed.reason)

    def _leave(self, turn: asyncio.Future[None]) -> None:
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
        if self._late is not None and frame.unique_id == self._late[0]:
            told, self._late = self._late[1], None
            told(frame)
            return True
        if frame.unique_id != self._unique_id:
            return False
        if self._told is not None:
            self._tell(frame)
            return True
        answer = self._answer
        if answer is None or answer.done():
            return False
        answer.set_result(frame)
        return True

    def fail(self, unique_id: str, problem: RemoteProtocolError) -> None:
        """End the call of this id: it was answered with something that is no answer."""
        if unique_id != self._unique_id:
            return
        answer = self._answer
        if self._told is not None:
            self._tell(problem)
        elif answer is not None and not answer.done():
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
        if self._told is not None:
            self._tell(LinkClosed(reason.code, reason.reason))
