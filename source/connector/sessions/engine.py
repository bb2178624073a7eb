"""The session engine: a conversation in OCPP-J with one peer.

Placed before the `ocpp` library's ChargePoint it replaces its receive loop, its waiting
for answers and its key conversion; types, schemas, `@on` and `@after` stay the
library's. One reader takes frames in (here), calls are answered strictly in order
(`handling`), and calls of our own go out one by one (`speaking`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from connector.errors import LinkClosed, RemoteProtocolError
from connector.ocppj.frames import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    MalformedFrame,
    decode,
    encode_error,
)
from connector.ocppj.redaction import blank_text, excerpt
from connector.sessions.frame_log import IN
from connector.sessions.handlers import Handler
from connector.sessions.handling import MISFIT, NO_HANDLERS, Handling
from connector.sessions.link import Link
from connector.sessions.options import DEFAULTS, SLOWED, Observer, SessionOptions
from connector.sessions.pace import Pace

__all__ = ["Observer", "Session", "SessionOptions"]

_LOOKS_EACH_S = 1.0
_LATE = "came too late: nobody waited for this answer any more"
_UNASKED = "nobody asked this, or it was answered before"
_FRAMES_IN_A_TURN = 16
"""Then the others have theirs: a peer that floods has a thousand in its buffer."""


class Session(Handling):
    """One conversation; mix it in before a ChargePoint of the library."""

    def __init__(
        self,
        identity: str,
        link: Link,
        *,
        owner: Any = None,
        handlers: Mapping[str, Handler] = NO_HANDLERS,
        options: SessionOptions = DEFAULTS,
        observer: Observer | None = None,
    ) -> None:
        # The library's __init__ would make a lock, a queue and a route map for every
        # connection, none of which is used here.
        super().__init__(
            identity,
            link,
            owner=owner,
            handlers=handlers,
            options=options,
            observer=observer,
        )
        rate = options.max_frames_per_s
        self._pace = Pace(rate) if rate else None

    async def start(self) -> None:
        """Listen until the link ends; then every call of ours has ended, too."""
        reason = LinkClosed()
        left = _FRAMES_IN_A_TURN
        if self._frames is not None:
            self._frames.connected(self.id, self._way())
        try:
            while True:
                await self._hear(await self._connection.recv())
                left -= 1
                if not left:
                    left = _FRAMES_IN_A_TURN
                    await asyncio.sleep(0)
        except LinkClosed as closed:
            reason = self._ended(closed)
        finally:
            if self._frames is not None:
                self._frames.disconnected(self.id, reason)
            self._outbox.close(reason)
            await self._finish()

    def _way(self) -> str:
        """How the peer has come."""
        link = self._connection
        return (
            f"ocpp{self.version} from {link.remote_address}, "
            f"security profile {link.security_profile}"
        )

    async def _hear(self, text: str | bytes) -> None:
        if self._pace is not None:
            delay_s = self._pace.delay_s(asyncio.get_running_loop().time())
            if delay_s:
                await self._slow_down(delay_s)
        try:
            frame = decode(text, self._rules.dialect)
        except MalformedFrame as problem:
            await self._answer_malformed(text, problem)
            return
        if self._frames is not None:
            self._frames.add(self.id, IN, str(text), self._secrets.texts)
        if self._is_watched:
            self._watch("in", str(text))
        if isinstance(frame, Call):
            await self._take(frame)
        elif isinstance(frame, CallResultError):
            self._hear_refusal(frame)
        elif not self._outbox.take(frame):
            self._hear_unsolicited(frame)

    def take_answer(self, text: str) -> bool:
        """Take what answers a call that waits; it need not go through `start`.

        Anything else is left alone, and so is every frame where there is a pace.
        """
        if self._pace is not None or not text.startswith("[3,"):
            return False
        try:
            frame = decode(text, self._rules.dialect)
        except MalformedFrame:
            return False
        if type(frame) is not CallResult or not self._outbox.take(frame):
            return False
        if self._frames is not None:
            self._frames.add(self.id, IN, text, self._secrets.texts)
        if self._is_watched:
            self._watch("in", text)
        return True

    async def _slow_down(self, delay_s: float) -> None:
        """Let the peer wait; what is left of one that has gone is taken at once."""
        link = self._connection
        rate = self._options.max_frames_per_s
        self._warn(SLOWED, f"sends more than {rate:g} frames per second: it is slowed")
        while delay_s > 0 and link.is_open:
            link.slowed()
            await asyncio.sleep(min(delay_s, _LOOKS_EACH_S))
            delay_s -= _LOOKS_EACH_S

    def _hear_unsolicited(self, frame: CallResult | CallError) -> None:
        self._warn("unsolicited", "answered something nobody asked (any more)")
        if self._frames is not None:
            is_late = self._outbox.is_late(str(frame.unique_id))
            newest = self._frames.end - 1
            self._frames.note(newest, _LATE if is_late else _UNASKED)

    def _refuse_answer(self, unique_id: str, problem: RemoteProtocolError) -> None:
        self._note_heard(unique_id, f"{MISFIT}: {problem.description}")
        super()._refuse_answer(unique_id, problem)

    def _hear_refusal(self, error: CallResultError) -> None:
        """An answer of ours was not taken: what we told is not known there (2.1)."""
        answer = self._repeats.answer(error.unique_id)
        if answer is None:
            self._warn("unsolicited", "refused an answer that it was not given")
            return
        said = f"{error.code}: {error.description}" if error.description else error.code
        said = blank_text(self._without_secrets(said))
        self._warn(
            f"callresulterror {error.code}",
            f"did not take our answer ({said}): {excerpt(answer)}",
        )

    async def _answer_malformed(
        self, text: str | bytes, problem: MalformedFrame
    ) -> None:
        if self._frames is not None:
            self._frames.malformed(self.id, text, problem.reason, self._secrets.texts)
        shown = excerpt(self._without_secrets(text))
        # A word of its own: it is told though something else was malformed before.
        kind = "malformed binary" if isinstance(text, bytes) else "malformed"
        self._warn(kind, f"sent {problem.reason}: {shown}")
        if problem.answers:
            error = RemoteProtocolError(self._rules.dialect.formation, problem.reason)
            self._outbox.fail(problem.answers, error)
        if problem.reply is not None:
            await self._send(encode_error(problem.reply))
