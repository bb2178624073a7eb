"""How a session deals with what its peer asks: in order, each call answered once.

A handler that has to wait is waited for by a worker, so that the reader goes on and
handlers can call the peer themselves.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from connector.errors import LinkClosed
from connector.ocppj.earlier_version import EarlierVersion
from connector.ocppj.frames import (
    Call,
    CallError,
    Send,
    encode_error,
    encode_result,
)
from connector.ocppj.refusals import refusal
from connector.sessions import library
from connector.sessions.handlers import Answer, Handler
from connector.sessions.link import Link
from connector.sessions.options import Observer, SessionOptions
from connector.sessions.repeats import Repeats
from connector.sessions.speaking import Speaking
from connector.sessions.tally import OTHER

logger = logging.getLogger(__name__)

NO_HANDLERS: Mapping[str, Handler] = MappingProxyType({})
MISFIT = "does not fit its schema"
_HANDLERS_END_WITHIN_S = 10.0


class _Repeated(str):
    """The text that answered a call before; a handler cannot give one."""

    __slots__ = ()


_READY = frozenset({dict, Answer, CallError, _Repeated, type(None)})
"""The types of results that need no waiting."""


class Handling(Speaking):
    """The part of a session that answers."""

    def __init__(
        self,
        identity: str,
        link: Link,
        *,
        owner: Any,
        handlers: Mapping[str, Handler],
        options: SessionOptions,
        observer: Observer | None,
    ) -> None:
        super().__init__(identity, link, options, observer)
        self.owner = owner
        self.handlers = handlers
        self.heard = 0
        """Calls of the peer on this link."""
        self.refused = 0
        """Those that were answered with an error."""
        self._repeats = Repeats()
        self._inbox: deque[Call] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None

    # -- order

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

    # -- results

    def _result(self, call: Call) -> Any:
        """What the handler of a call gives, ready or to be waited for.

        An error stands for a handler that failed, a text for an answer given before.
        """
        try:
            known = self._repeats.find(call)
            if known is not None:
                self._warn("repeated", f"repeated its {call.action}")
                return _Repeated(known)
            handler = self.handlers.get(call.action)
            self.heard += 1
            tally = self._options.tally
            if tally is not None:
                tally.received[OTHER if handler is None else call.action] += 1
            if warnings := self._rules.take(call):
                self._tolerate(call, warnings)
            if handler is not None:
                return handler(self.owner, call)
            return self._library_result(call)
        except Exception as problem:
            return self._error(call, problem)

    def _tolerate(self, call: Call, warnings: list[str]) -> None:
        for warning in warnings:
            self._warn(f"{call.action} {warning}", f"{call.action}: {warning}")
        self._note_heard(call.unique_id, f"{MISFIT}: {'; '.join(warnings)}")

    def _note_heard(self, unique_id: str, problem: str) -> None:
        """Tell what is wrong with a frame to those who look at frames."""
        if self._frames is not None:
            self._frames.note_heard(self.id, unique_id, problem)

    def _error(self, call: Call, problem: BaseException) -> CallError:
        self.refused += 1
        error = refusal(call.unique_id, problem, self._rules.dialect)
        if error is None:
            logger.error("%s: %s failed", self.id, call.action, exc_info=problem)
            return CallError(call.unique_id, self._rules.dialect.internal)
        if self._options.tally is not None:
            self._options.tally.refused[error.code] += 1
        if isinstance(problem, EarlierVersion):
            self._warn(problem.kind, problem.warning)
        else:
            done = "dropped: it has" if type(call) is Send else "answered with"
            text = f"{call.action} was {done} {error.code}: {error.description}"
            self._warn(f"{call.action} {error.code}", text)
        return error

    def _library_result(self, call: Call) -> Any:
        route = library.routes_of(self).get(call.action)
        if route is None or route.on is None:
            raise self._rules.unhandled(call.action)
        return self._run_route(call, route)

    async def _run_route(self, call: Call, route: library.Route) -> Any:
        method = getattr(self, route.on or "")
        found = library.arguments(self.version, call, method)
        payload = await library.awaited(method(**found))
        if type(call) is not Send:
            payload = library.payload(self.version, call.action, payload)
        if route.after is None:
            return payload
        hook = getattr(self, route.after)
        given = library.arguments(self.version, call, hook)
        return Answer(payload, lambda: library.awaited(hook(**given)))

    # -- answers

    async def _respond(self, call: Call, result: Any) -> Awaitable[None] | None:
        """Send an answer; gives what is still to be waited for after it."""
        after = None
        if type(result) is Answer:
            result, after = result.payload, result.after
        if type(call) is not Send:
            text = self._answer(call, result)
            try:
                await self._send(text)
            except LinkClosed:
                # What the station said is true all the same: go on with what follows.
                logger.debug("%s: the answer to %s was late", self.id, call.action)
        return self._after(call, after) if after is not None else None

    def _answer(self, call: Call, result: Any) -> str:
        if type(result) is _Repeated:
            return str(result)
        text = self._text(call, result)
        self._repeats.keep(call, text)
        return text

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


def _raise_if_fatal(problem: BaseException) -> None:
    """Let pass what ends the worker itself; a handler may wait for what was cancelled.

    Call it while ``problem`` is handled.
    """
    if isinstance(problem, Exception):
        return
    task = asyncio.current_task()
    if not isinstance(problem, asyncio.CancelledError) or (task and task.cancelling()):
        raise problem
