"""Sending what waits: one call at a time, each answer brings the next.

The order: a boot that is due, what the central system has asked for, then, once it has
accepted the station, cards, and the rest as it happened. What transactions left behind
while nobody listened is sent in its own order, and news of the moment overtake it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    ConnectorError,
    LocalProtocolError,
    TransportError,
)
from connector.ocppj.frames import Json
from connector.sessions.engine import Session
from connector.station.client.journal import Entry, Journal
from connector.station.client.lanes import Lanes
from connector.station.client.messages import UNCHANGED, Message, Version
from connector.station.core.events import CoreEvent, Reported

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

ATTEMPTS = "OCPPCommCtrlr/MessageAttempts"
ATTEMPT_INTERVAL_S = "OCPPCommCtrlr/MessageAttemptInterval"
TIMEOUT_S = "OCPPCommCtrlr/MessageTimeout#Default"
OF_TRANSACTIONS = "#TransactionEvent"
"""The instance of these variables that 1.6 has as TransactionMessage.. keys."""
_ATTEMPTS, _ATTEMPT_INTERVAL_S = 3, 60.0
_AFTER_A_FAILURE_S = 1.0
_USUAL_TIMEOUT_S = 30.0
_ANSWER, _GAP = "answer", "gap"
"""Timers."""
Told = Entry | CoreEvent | Message
"""What belongs to transactions, what is forgotten if it fails, a call of our own."""
Heard = Callable[[Json | ConnectorError], None]
"""Is told what became of a call."""


class Telling:
    """The sending half of a client, on one link after another."""

    def __init__(self, client: Client, journal: Journal) -> None:
        self._client = client
        self.journal = journal
        self.lanes = Lanes()
        self.is_allowed = False
        """The central system has accepted the station."""
        self.called_s = 0.0
        """When a call went out last; of the monotonic clock."""
        self.answers = 0
        """Calls that were answered, in whatever way."""
        self.due: list[Callable[[], Message]] = []
        """Boot or heartbeat: what goes before everything else."""
        self._session: Session | None = None
        self._version: Version | None = None
        self._told: Told | None = None
        """What is being told; its messages are those that are still to be sent."""
        self._messages: Iterator[Message] = iter(())
        self._posted: Message | None = None
        """What was sent, and is waited for."""
        self._late: tuple[Message, Entry] | None = None
        """What nobody answered in time, as long as it was not sent again."""
        self._is_busy = self._is_waking = False
        self._fresh_from = 0
        self._held_until_s = 0.0
        self._answers_before = 0

    # -- links

    def begin(self, session: Session, version: Version) -> None:
        """There is somebody to tell."""
        self._session, self._version = session, version

    def allow(self, order: int) -> None:
        """Tell everything; what happened before ``order`` is old."""
        self.is_allowed = True
        self._fresh_from = order
        self.wake()

    def end(self) -> None:
        """The link has ended."""
        self.is_allowed = self._is_busy = False
        self._session = self._version = self._told = self._late = None
        self._messages = iter(())
        self.due.clear()
        self._client.timers.cancel(_ANSWER, _GAP)
        for card in self.lanes.forget():
            self._client.nobody_answers(card)

    # -- one after another

    def wake(self) -> None:
        """There may be something to send, once what is being done now is done.

        A request is answered before what it asks for is sent.
        """
        if self._session is not None and not self._is_busy and not self._is_waking:
            self._is_waking = True
            asyncio.get_running_loop().call_soon(self._wake)

    def _wake(self) -> None:
        self._is_waking = False
        self.go_on()

    def go_on(self) -> None:
        """Send what is next, unless an answer is waited for."""
        try:
            while not self._is_busy and self._step():
                pass
        except Exception:
            logger.exception("%s: while telling", self._client.identity)
            self._is_busy, self._told, self._messages = False, None, iter(())
            self._client.timers.set("stumbled", _AFTER_A_FAILURE_S, self.wake)
        if not self._is_busy:
            self._client.fell_silent()

    def _step(self) -> bool:
        """The next message of what is being told, or the next to tell; False: none."""
        if self._session is None or not self._session.link.is_open:
            return False
        message = next(self._messages, None)
        while message is None:
            self._is_over()
            if not self._choose():
                return False
            message = next(self._messages, None)
        self._send(message)
        return True

    def _choose(self) -> bool:
        """Begin with what is to be told now."""
        if self.due:
            make = self.due.pop(0)
            self._messages = iter((make(),))
            return True
        message = self.lanes.asked()
        if message is not None:
            self._messages = iter((message,))
            return True
        self._told = self._next_fact() if self.is_allowed else None
        if self._told is None:
            return False
        told = self._told
        event = told.event if isinstance(told, Entry) else told
        if isinstance(told, Entry):
            self._late = None
        self._messages = iter(self._written(event))
        return True

    def _is_over(self) -> None:
        told, self._told = self._told, None
        if isinstance(told, Entry):
            self.journal.done(told)
        elif told is not None:
            self.lanes.is_told(told)

    def _head(self) -> Entry | None:
        """What transactions have to tell next, unless it is held back."""
        held_s = self._held_until_s
        if held_s and self._client.clock.monotonic() < held_s:
            return None
        return self.journal.head

    def _next_fact(self) -> Told | None:
        if self.lanes.urgent is not None:
            return self.lanes.urgent
        usual, head = self.lanes.usual, self._head()
        if usual is not None and (head is None or self._overtakes(usual[0], head)):
            return usual[1]
        return head

    def _overtakes(self, order: int, head: Entry) -> bool:
        return order < head.order or head.order < self._fresh_from

    # -- sending

    def _send(self, message: Message) -> None:
        """Send a call; at the distance from the last one that somebody wants."""
        self._is_busy = True
        gap_s = self._client.options.quirks.min_gap_ms / 1000
        wait_s = self.called_s + gap_s - self._client.clock.monotonic()
        if gap_s and wait_s > 0:
            self._client.timers.set(_GAP, wait_s, partial(self._send_late, message))
        else:
            self._post(message)

    def _send_late(self, message: Message) -> None:
        self._post(message)
        self.go_on()

    def _post(self, message: Message) -> None:
        client, session = self._client, self._session
        if session is None:
            return
        self.called_s = client.clock.monotonic()
        self._posted = message
        timeout_s = self._timeout_s()
        action = message.action
        too_late = partial(self._give_up, session, action, timeout_s)
        client.timers.set(_ANSWER, timeout_s, too_late)
        told = partial(self._hear, session, message)
        try:
            session.post_action(action, message.payload, told)
        except LocalProtocolError:
            self._post_fitted(session, message, told)
        except ConnectorError as problem:
            self._take(message, problem)

    def _post_fitted(self, session: Session, message: Message, told: Heard) -> None:
        """Once more, in the words that the version has: whoever writes has them all."""
        version = self._version
        assert version is not None  # noqa: S101
        try:
            payload = version.fit(message.action, message.payload)
            session.post_action(message.action, payload, told)
        except ConnectorError as problem:
            self._take(message, problem)

    def _timeout_s(self) -> float:
        client = self._client
        fixed_s = client.options.call_timeout_s
        return fixed_s or client.parts.variables.number(TIMEOUT_S) or _USUAL_TIMEOUT_S

    @staticmethod
    def _give_up(session: Session, action: str, timeout_s: float) -> None:
        session.give_up(CommandTimeout(action, timeout_s, sent=True))

    def _hear(
        self, session: Session, message: Message, outcome: Json | ConnectorError
    ) -> None:
        """What became of a call; then the next one follows."""
        if session is not self._session:
            return
        if message is self._posted:
            self._take(message, outcome)
            self.go_on()
        elif self._late is not None and message is self._late[0]:
            self._take_late(*self._late, outcome)

    def _take_late(
        self, message: Message, entry: Entry, outcome: Json | ConnectorError
    ) -> None:
        """It was answered after all: sent again, it would have happened twice."""
        if not isinstance(outcome, dict):
            return
        self._late = None
        self.answers += 1
        if message.took is not None:
            self._guarded(message.took, outcome)
        self.journal.done(entry)
        self._held_until_s = 0.0
        self._client.timers.cancel("retry")
        self.wake()

    def _take(self, message: Message, outcome: Json | ConnectorError) -> None:
        self._client.timers.cancel(_ANSWER)
        self._posted, self._is_busy = None, False
        if isinstance(outcome, dict):
            self.answers += 1
            if message.took is not None:
                self._guarded(message.took, outcome)
        elif isinstance(outcome, TransportError):
            logger.debug("%s: %s", self._client.identity, outcome)
            self._session = None
        elif isinstance(self._told, Entry) and self._holds(self._told, outcome):
            if isinstance(outcome, CommandTimeout):
                self._late = message, self._told
            self._told, self._messages = None, iter(())
        else:
            self._has_failed(message, outcome)

    def _has_failed(self, message: Message, problem: ConnectorError) -> None:
        if isinstance(problem, CallErrorReceived):
            self.answers += 1
        logger.warning("%s: %s: %s", self._client.identity, message.action, problem)
        self._client.security.answer_failed(message.action, problem)
        if message.failed is not None:
            self._guarded(message.failed, problem)

    def _guarded(self, told: Callable[..., object], value: object) -> None:
        """What an answer leads to may fail; the station goes on."""
        try:
            if told(value) is UNCHANGED:
                return
        except Exception:
            logger.exception("%s: after an answer", self._client.identity)
        self._client.touch()

    def _written(self, event: CoreEvent | Message) -> Sequence[Message]:
        if isinstance(event, Message):
            return (event,)
        version = self._version
        assert version is not None  # noqa: S101
        try:
            return version.write(self._client, event)
        except Exception:
            # A fact that cannot be written must not keep the others from being told.
            logger.exception("%s: %s", self._client.identity, type(event).__name__)
            return ()

    # -- what belongs to transactions

    def _holds(self, entry: Entry, problem: ConnectorError) -> bool:
        """Whether to try again, later (1.6, TransactionMessageAttempts; 2.x E13).

        An answer that fits no schema is one all the same: it is not asked for twice.
        A time without an answer counts only where others were answered meanwhile: who
        answers nothing at all has not refused anything.
        """
        if not isinstance(problem, CallErrorReceived | CommandTimeout):
            return False
        is_refusal = isinstance(problem, CallErrorReceived)
        if is_refusal and isinstance(entry.event, Reported):
            # Who does not take reports (security is an extension of 1.6) has answered.
            return False
        if is_refusal or self.answers != self._answers_before:
            entry.attempts += 1
        self.answers += is_refusal
        self._answers_before = self.answers
        if entry.attempts >= self._number(ATTEMPTS, _ATTEMPTS):
            return False
        logger.warning("%s: %s, trying again", self._client.identity, problem)
        each_s = self._number(ATTEMPT_INTERVAL_S, _ATTEMPT_INTERVAL_S)
        self.hold(each_s * max(1, entry.attempts))
        return True

    def _number(self, name: str, usual: float) -> float:
        variables = self._client.parts.variables
        return variables.number(name + OF_TRANSACTIONS) or usual

    def hold(self, delay_s: float) -> None:
        """Send nothing of transactions for so long."""
        self._held_until_s = self._client.clock.monotonic() + delay_s
        self._client.timers.set("retry", delay_s, self.wake)
