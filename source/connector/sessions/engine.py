"""The session engine: a conversation in OCPP-J with one peer.

Placed before the `ocpp` library's ChargePoint it replaces its receive loop, its waiting
for answers and its key conversion; types, schemas, `@on` and `@after` stay the
library's. One reader takes frames in; calls are handled strictly in order; a handler
that has to wait is waited for by a worker, so that the reader goes on and handlers can
call the peer themselves.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import logging
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from connector.errors import LinkClosed, RemoteProtocolError
from connector.ocppj.frames import (
    Call,
    CallError,
    Json,
    MalformedFrame,
    decode,
    encode_call,
    encode_error,
    encode_result,
)
from connector.ocppj.names import names
from connector.ocppj.redaction import excerpt, redact
from connector.ocppj.rules import rules
from connector.sessions import library
from connector.sessions.handlers import Answer, Handler
from connector.sessions.link import Link
from connector.sessions.outbox import Outbox
from connector.sessions.pace import Pace
from connector.sessions.repeats import Repeats

logger = logging.getLogger(__name__)

_HANDLERS_END_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Bounds and manners of a session; a rate of 0 is none."""

    call_timeout_s: float = 30.0
    strict: bool = False
    inbox_limit: int = 64
    outbox_limit: int = 50
    max_frames_per_s: float = 0.0
    is_station: bool = False
    shows_frames: bool = False
    """Whether the observer hears of every frame."""


class _Repeated(str):
    """The text that answered a call before; a handler cannot give one."""

    __slots__ = ()


_READY = frozenset({dict, Answer, CallError, _Repeated})
"""The types of results that need no waiting."""
_NO_HANDLERS: Mapping[str, Handler] = MappingProxyType({})


class Observer(Protocol):
    """Somebody who watches sessions."""

    def frame(self, session: Session, direction: str, text: str) -> None:
        """A frame came in or went out."""

    def answered(
        self, session: Session, action: str, payload: Json, answer: Json
    ) -> None:
        """A call of ours was answered, as the version's schemas want it."""

    def warned(self, session: Session, kind: str, text: str) -> None:
        """The peer did something that is tolerated, or dropped."""


class Session:
    """One conversation; mix it in before a ChargePoint of the library."""

    _ocpp_version: ClassVar[str]
    _call_result: ClassVar[Any]

    def __init__(
        self,
        identity: str,
        link: Link,
        *,
        owner: Any = None,
        handlers: Mapping[str, Handler] = _NO_HANDLERS,
        options: SessionOptions = SessionOptions(),
        observer: Observer | None = None,
    ) -> None:
        # The library's __init__ would make a lock, a queue and a route map for every
        # connection, none of which is used here.
        self.id = identity
        self.owner = owner
        self._connection = link
        self.handlers = handlers
        self._options = options
        self._observer = observer
        self._rules = rules(
            self._ocpp_version, strict=options.strict, is_station=options.is_station
        )
        self._outbox = Outbox(self._send, options.outbox_limit)
        self._repeats = Repeats()
        self._pace = (
            Pace(options.max_frames_per_s) if options.max_frames_per_s else None
        )
        self._inbox: deque[Call] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._is_watched = options.shows_frames or logger.isEnabledFor(logging.DEBUG)

    @property
    def identity(self) -> str:
        """Whose session it is."""
        return self.id

    @property
    def version(self) -> str:
        """The OCPP version that is spoken."""
        return self._ocpp_version

    @property
    def link(self) -> Link:
        """The way to the peer."""
        return self._connection

    # -- reading

    async def start(self) -> None:
        """Listen until the link ends; then every call of ours has ended, too."""
        reason = LinkClosed()
        try:
            while True:
                await self._hear(await self._connection.recv())
        except LinkClosed as closed:
            reason = closed
        finally:
            self._outbox.close(reason)
            await self._finish()

    async def _hear(self, text: str | bytes) -> None:
        if self._pace is not None:
            delay_s = self._pace.delay_s(asyncio.get_running_loop().time())
            if delay_s:
                await asyncio.sleep(delay_s)
        try:
            frame = decode(text, self._rules.dialect)
        except MalformedFrame as problem:
            await self._answer_malformed(text, problem)
            return
        if self._is_watched:
            self._watch("in", str(text))
        if type(frame) is Call:
            await self._take(frame)
        elif not self._outbox.take(frame):  # type: ignore[arg-type]
            self._warn("unsolicited", "answered something nobody asked (any more)")

    async def _answer_malformed(
        self, text: str | bytes, problem: MalformedFrame
    ) -> None:
        self._warn("malformed", f"sent {problem.reason}: {excerpt(text)}")
        if problem.answers:
            error = RemoteProtocolError(self._rules.dialect.formation, problem.reason)
            self._outbox.fail(problem.answers, error)
        if problem.reply is not None:
            await self._send(encode_error(problem.reply))

    async def _take(self, call: Call) -> None:
        """Handle a call now if nothing is before it, else in its order."""
        if self._worker is not None:
            await self._queue(call)
            return
        result = self._result(call)
        rest = (
            await self._respond(call, result)
            if type(result) in _READY
            else self._settle(call, result)
        )
        if rest is not None:
            self._worker = asyncio.get_running_loop().create_task(
                self._work(rest), name=f"{self.id} handlers"
            )

    async def _queue(self, call: Call) -> None:
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(call)
        while len(self._inbox or ()) >= self._options.inbox_limit:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    async def _work(self, rest: Awaitable[None]) -> None:
        """Wait for a handler, or for what follows it, then take what queued up."""
        try:
            await self._guarded(rest)
            while self._inbox:
                call = self._inbox.popleft()
                self._make_room()
                await self._guarded(self._settle(call, self._result(call)))
        finally:
            self._inbox = None
            self._worker = None
            self._make_room()

    async def _guarded(self, rest: Awaitable[None]) -> None:
        try:
            await rest
        except BaseException as problem:
            _raise_if_fatal(problem)
            logger.exception("%s: a message could not be dealt with", self.id)

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    async def _settle(self, call: Call, result: Any) -> None:
        """Answer a call whose result may have to be waited for."""
        try:
            if inspect.isawaitable(result):
                result = await result
        except BaseException as problem:
            _raise_if_fatal(problem)
            result = self._error(call, problem)
        rest = await self._respond(call, result)
        if rest is not None:
            await rest

    async def _finish(self) -> None:
        """What was heard is handled, even if nobody hears the answers."""
        worker = self._worker
        if worker is None:
            return
        _, late = await asyncio.wait({worker}, timeout=_HANDLERS_END_WITHIN_S)
        for task in late:
            logger.error("%s: a handler did not end in time", self.id)
            task.cancel()

    # -- handling

    def _result(self, call: Call) -> Any:
        """What the handler of a call gives, ready or to be waited for.

        An error stands for a handler that failed, a text for an answer given before.
        """
        try:
            known = self._repeats.find(call)
            if known is not None:
                self._warn("repeated", f"repeated its {call.action}")
                return _Repeated(known)
            for warning in self._rules.take(call):
                self._warn(f"{call.action} {warning}", f"{call.action}: {warning}")
            handler = self.handlers.get(call.action)
            if handler is not None:
                return handler(self.owner, call)
            return self._library_result(call)
        except Exception as problem:
            return self._error(call, problem)

    def _error(self, call: Call, problem: BaseException) -> CallError:
        if isinstance(problem, RemoteProtocolError):
            kind = f"{call.action} {problem.code}"
            self._warn(kind, f"{call.action} was answered with {problem}")
            return CallError(
                call.unique_id, problem.code, problem.description, problem.details
            )
        logger.error("%s: %s failed", self.id, call.action, exc_info=problem)
        return CallError(call.unique_id, self._rules.dialect.internal)

    async def _respond(self, call: Call, result: Any) -> Awaitable[None] | None:
        """Send an answer; gives what is still to be waited for after it."""
        after = None
        if type(result) is Answer:
            result, after = result.payload, result.after
        if type(result) is _Repeated:
            text = str(result)
        else:
            text = self._text(call, result)
            self._repeats.keep(call, text)
        try:
            await self._send(text)
        except LinkClosed:
            # What the station said is true all the same: go on with what follows.
            logger.debug("%s: the answer to %s came too late", self.id, call.action)
        return self._after(call, after) if after is not None else None

    def _after(
        self, call: Call, after: Callable[[], Awaitable[None] | None]
    ) -> Awaitable[None] | None:
        try:
            return after()
        except Exception:
            logger.exception("%s: after %s", self.id, call.action)
            return None

    def _text(self, call: Call, result: Any) -> str:
        try:
            if type(result) is CallError:
                return encode_error(result)
            if self._rules.answer_fits(call.action, result):
                return encode_result(call.unique_id, result)
        except TypeError as problem:
            logger.error("%s: our answer to %s: %s", self.id, call.action, problem)
        else:
            logger.error("%s: our answer to %s does not fit", self.id, call.action)
        return encode_error(CallError(call.unique_id, self._rules.dialect.internal))

    def _library_result(self, call: Call) -> Any:
        route = library.routes_of(self).get(call.action)
        if route is None or route.on is None:
            raise self._rules.unhandled(call.action)
        return self._run_route(call, route)

    async def _run_route(self, call: Call, route: library.Route) -> Json | Answer:
        method = getattr(self, route.on or "")
        found = library.arguments(self.version, call, method)
        result = await library.awaited(method(**found))
        payload = library.payload(self.version, call.action, result)
        if route.after is None:
            return payload  # type: ignore[no-any-return]
        hook = getattr(self, route.after)
        given = library.arguments(self.version, call, hook)
        return Answer(payload, lambda: library.awaited(hook(**given)))

    # -- speaking

    async def call_action(
        self, action: str, payload: Json, *, timeout_s: float | None = None
    ) -> Json:
        """Send a call with wire names; gives the payload of the answer.

        Raises:
            LocalProtocolError: it does not fit (UnsupportedAction: no such action).
            LinkClosed, OutboxFull, CommandTimeout, CallErrorReceived: see `Outbox`.
            RemoteProtocolError: the answer does not fit.
        """
        self._rules.check_call(action, payload)
        unique_id = str(uuid.uuid4())
        text = encode_call(unique_id, action, payload)
        timeout_s = timeout_s or self._options.call_timeout_s
        answer = await self._outbox.call(unique_id, action, text, timeout_s)
        answer = self._rules.check_answer(action, answer)
        if self._observer is not None:
            self._observer.answered(self, action, payload, answer)
        return answer

    async def call(self, payload: Any, *, timeout_s: float | None = None) -> Any:
        """Send a call given as a dataclass of the library; gives its result class.

        Raises:
            As `call_action`; errors are never suppressed.
        """
        action = type(payload).__name__
        self._rules.check_action(action)
        plain = dataclasses.asdict(payload)
        wire = names(self.version, action, is_response=False).to_wire(plain)
        answer = await self.call_action(action, wire, timeout_s=timeout_s)
        result_class = getattr(self._call_result, action)
        return library.result(self.version, action, answer, result_class)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the conversation."""
        await self._connection.close(code, reason)

    async def _send(self, text: str) -> None:
        if self._is_watched:
            self._watch("out", text)
        await self._connection.send(text)

    def _watch(self, direction: str, text: str) -> None:
        if self._observer is not None and self._options.shows_frames:
            self._observer.frame(self, direction, text)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s: %s %s", self.id, direction, redact(text))

    def _warn(self, kind: str, text: str) -> None:
        if self._observer is not None:
            self._observer.warned(self, kind, text)
        else:
            logger.debug("%s: %s", self.id, text)


def _raise_if_fatal(problem: BaseException) -> None:
    """Let pass what ends the worker itself; a handler may wait for what was cancelled.

    Call it while ``problem`` is handled.
    """
    if isinstance(problem, Exception):
        return
    task = asyncio.current_task()
    if not isinstance(problem, asyncio.CancelledError) or (task and task.cancelling()):
        raise problem
