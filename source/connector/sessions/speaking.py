"""What a session says: calls of our own, and what an observer is told."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from itertools import count
from typing import Any, ClassVar

from connector.errors import (
    CallErrorReceived,
    ConnectorError,
    LinkClosed,
    RemoteProtocolError,
)
from connector.ocppj.frames import (
    CallError,
    CallResult,
    CallResultError,
    Json,
    encode_call,
    encode_error,
    encode_send,
)
from connector.ocppj.known_secrets import KnownSecrets
from connector.ocppj.names import names
from connector.ocppj.redaction import blank, blank_text, redact
from connector.ocppj.rules import rules
from connector.sessions import library
from connector.sessions.frame_log import OUT
from connector.sessions.link import Link
from connector.sessions.options import Observer, SessionOptions
from connector.sessions.outbox import Outbox, Outcome

logger = logging.getLogger(__name__)

_OURS = secrets.token_hex(8)
_numbers = count(1)


def _new_id() -> str:
    """One that no other process, session or call has; 36 characters are the most."""
    return f"{_OURS}-{next(_numbers):x}"


class Speaking:
    """The part of a session that sends."""

    _ocpp_version: ClassVar[str]
    _call_result: ClassVar[Any]
    owner: Any

    def __init__(
        self,
        identity: str,
        link: Link,
        options: SessionOptions,
        observer: Observer | None,
    ) -> None:
        self.id = identity
        self._connection = link
        self._options = options
        self._observer = observer
        self._rules = rules(
            self._ocpp_version, strict=options.strict, is_station=options.is_station
        )
        self._outbox = Outbox(
            self._send, options.outbox_limit, self._put, options.frames
        )
        self._secrets = options.secrets or KnownSecrets()
        """Those that were sent, in sessions before this one, too."""
        self._frames = options.frames
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
    def waiting_calls(self) -> int:
        """How many calls of ours wait for their turn."""
        return self._outbox.waiting

    @property
    def link(self) -> Link:
        """The way to the peer."""
        return self._connection

    def check(self, action: str, payload: Json) -> None:
        """Whether a call could go out as it is, where several belong together.

        Raises:
            LocalProtocolError: it does not fit (UnsupportedAction: no such action).
        """
        self._rules.check_call(action, payload)
        encode_call("", action, payload)

    async def call_action(
        self,
        action: str,
        payload: Json,
        *,
        timeout_s: float | None = None,
        turn_within_s: float | None = None,
        when_due: Callable[[], object] | None = None,
    ) -> Json:
        """Send a call with wire names; gives the payload of the answer.

        ``turn_within_s`` and ``when_due`` are as in `Outbox.call`.

        Raises:
            LocalProtocolError: it does not fit (UnsupportedAction: no such action).
            LinkClosed, OutboxFull, CommandTimeout, CallErrorReceived: see `Outbox`.
            RemoteProtocolError: the answer does not fit.
        """
        unique_id, text = self._written(action, payload)
        timeout_s = timeout_s or self._options.call_timeout_s
        # What a station tells holds none, and it tells a thousand times as much.
        has_secrets = not self._options.is_station and self._secrets.note(payload)
        tally = self._options.tally
        try:
            answer = await self._outbox.call(
                unique_id,
                action,
                text,
                timeout_s,
                turn_within_s=turn_within_s,
                when_due=when_due,
                when_answered=None if tally is None else tally.answered,
            )
        except CallErrorReceived as problem:
            raise self._shown(problem) from None
        if has_secrets:
            answer = self._without_secrets(answer)
        return self._taken(unique_id, action, payload, answer)

    def post_action(
        self, action: str, payload: Json, told: Callable[[Json | ConnectorError], None]
    ) -> None:
        """Send a call of a station without waiting for its answer, one at a time.

        ``told`` is called once, with the answer or with what `call_action` would raise;
        it must not raise. The time it takes is for others to bound: see `give_up`; an
        answer after that is told as well.

        Raises:
            LocalProtocolError: it does not fit (UnsupportedAction: no such action).
            LinkClosed, OutboxFull: see `Outbox`.
        """
        unique_id, text = self._written(action, payload)

        def take(outcome: Outcome) -> None:
            try:
                became = self._became(unique_id, action, payload, outcome)
            except Exception:
                logger.exception("%s: the answer to %s", self.id, action)
                became = RemoteProtocolError(self._rules.dialect.internal)
            told(became)

        self._outbox.post(unique_id, text, take)

    def give_up(self, problem: ConnectorError) -> None:
        """Wait no more for what was posted."""
        self._outbox.give_up(problem)

    def _written(self, action: str, payload: Json) -> tuple[str, str]:
        self._rules.check_call(action, payload)
        unique_id = _new_id()
        text = encode_call(unique_id, action, payload)
        if self._options.tally is not None:
            self._options.tally.sent[action] += 1
        return unique_id, text

    def _became(
        self, unique_id: str, action: str, payload: Json, outcome: Outcome
    ) -> Json | ConnectorError:
        if isinstance(outcome, CallResult):
            try:
                return self._taken(unique_id, action, payload, outcome.payload)
            except RemoteProtocolError as problem:
                return problem
        if isinstance(outcome, CallError):
            code, text, details = outcome.code, outcome.description, outcome.details
            return self._shown(CallErrorReceived(code, text, details))
        return outcome

    def _taken(self, unique_id: str, action: str, payload: Json, answer: Json) -> Json:
        """The answer to a call, as far as it fits."""
        try:
            answer = self._rules.check_answer(action, answer)
        except RemoteProtocolError as problem:
            self._refuse_answer(unique_id, problem)
            raise
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
        wire = names(self.version, action, is_response=False).to_wire(payload)
        answer = await self.call_action(action, wire, timeout_s=timeout_s)
        result_class = getattr(self._call_result, action)
        return library.result(self.version, action, answer, result_class)

    async def send_unconfirmed(self, action: str, payload: Json) -> None:
        """Send what nobody answers (2.1); it is lost where the link is.

        Raises:
            LocalProtocolError: it does not fit (UnsupportedAction: no such action).
            LinkClosed: it cannot be sent.
        """
        self._rules.check_send(action, payload)
        if self._options.tally is not None:
            self._options.tally.sent[action] += 1
        await self._send(encode_send(_new_id(), action, payload))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the conversation."""
        await self._connection.close(code, reason)

    def _refuse_answer(self, unique_id: str, problem: RemoteProtocolError) -> None:
        """Tell the peer of an answer that does not fit (OCPP-J 2.1, section 4.2.4)."""
        if not self._rules.dialect.has_send:
            return
        error = CallResultError(unique_id, problem.code, problem.description)
        try:
            self._put(encode_error(error))
        except LinkClosed:
            logger.debug("%s: gone before it heard %s", self.id, problem)

    async def _send(self, text: str) -> None:
        if self._frames is not None:
            self._frames.add(self.id, OUT, text, self._secrets.texts)
        if self._is_watched:
            self._watch("out", text)
        try:
            await self._connection.send(text)
        except LinkClosed as closed:
            raise self._ended(closed) from None

    def _put(self, text: str) -> None:
        if self._is_watched:
            self._watch("out", text)
        self._connection.put(text)

    def _without_secrets(self, value: Any) -> Any:
        """What was heard, without the secrets that were sent before."""
        return self._secrets.hide(value) if self._secrets.texts else value

    def _ended(self, closed: LinkClosed) -> LinkClosed:
        """The end of the link as it may be told to anybody."""
        reason = blank_text(self._without_secrets(closed.reason))
        return LinkClosed(closed.code, reason)

    def _shown(self, problem: CallErrorReceived) -> CallErrorReceived:
        """An error of the peer as it may be told to anybody."""
        text = blank_text(self._without_secrets(problem.description))
        details = blank(self._without_secrets(problem.details))
        return CallErrorReceived(self._without_secrets(problem.code), text, details)

    def _watch(self, direction: str, text: str) -> None:
        if self._secrets.texts:
            text = self._secrets.hide_in_frame(text)
        if self._observer is not None and self._options.shows_frames:
            self._observer.frame(self, direction, text)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug("%s: %s %s", self.id, direction, redact(text))

    def _warn(self, kind: str, text: str) -> None:
        text = self._without_secrets(text)
        if self._observer is not None:
            self._observer.warned(self, kind, text)
        else:
            logger.debug("%s: %s", self.id, text)
