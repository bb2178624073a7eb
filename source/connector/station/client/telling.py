"""Sending what waits: one call at a time, by a task that is there only while busy.

The order: a boot that is due, what the central system has asked for, then, once it has
accepted the station, cards, and the rest as it happened. What transactions left behind
while nobody listened is sent in its own order, and news of the moment overtake it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    ConnectorError,
    TransportError,
)
from connector.ocppj.frames import Json
from connector.sessions.engine import Session
from connector.station.client.clock import pause
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
Job = Coroutine[Any, Any, None]


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
        self._session: Session | None = None
        self._version: Version | None = None
        self._task: asyncio.Task[None] | None = None
        self._name = ""
        self._fresh_from = 0
        self._held_until_s = 0.0
        self._answers_before = 0
        self.due: list[Callable[[], Message]] = []
        """Boot or heartbeat: what goes before everything else."""

    # -- links

    def begin(self, session: Session, version: Version) -> None:
        """There is somebody to tell."""
        self._session, self._version = session, version
        self._name = f"{session.identity} tells"

    def allow(self, order: int) -> None:
        """Tell everything; what happened before ``order`` is old."""
        self.is_allowed = True
        self._fresh_from = order
        self.wake()

    async def end(self) -> None:
        """The link has ended."""
        self.is_allowed = False
        self._session = self._version = None
        self.due.clear()
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
            # One that had not begun has not said so itself.
            self._task = None
        for card in self.lanes.forget():
            self._client.nobody_answers(card)

    # -- the task

    def wake(self) -> None:
        """There may be something to send."""
        if self._task is None and self._session is not None and self._waits():
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run(), name=self._name)

    async def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                await job
        except TransportError as problem:
            logger.debug("%s: %s", self._client.identity, problem)
        except Exception:
            logger.exception("%s: while telling", self._client.identity)
            self._client.timers.set("stumbled", _AFTER_A_FAILURE_S, self.wake)
        finally:
            self._task = None
            self._client.fell_silent()

    def _waits(self) -> bool:
        if self.due or self.lanes.is_asked:
            return True
        return self.is_allowed and (self.lanes.waits or self._head() is not None)

    def _head(self) -> Entry | None:
        """What transactions have to tell next, unless it is held back."""
        held_s = self._held_until_s
        if held_s and self._client.clock.monotonic() < held_s:
            return None
        return self.journal.head

    def _next(self) -> Job | None:
        """What is to be sent now."""
        if self._session is None or not self._session.link.is_open:
            return None
        if self.due:
            make = self.due.pop(0)
            return self._send(make())
        message = self.lanes.asked()
        if message is not None:
            return self._send(message)
        return self._next_fact() if self.is_allowed else None

    def _next_fact(self) -> Job | None:
        if self.lanes.urgent is not None:
            card = self.lanes.urgent
            return self._tell(card)
        usual, head = self.lanes.usual, self._head()
        if usual is not None and (head is None or self._overtakes(usual[0], head)):
            event = usual[1]
            return self._tell(event)
        if head is not None:
            return self._tell_kept(head)
        return None

    def _overtakes(self, order: int, head: Entry) -> bool:
        return order < head.order or head.order < self._fresh_from

    # -- sending

    async def call(self, message: Message) -> Json:
        """Send a call; gives its answer.

        Raises:
            As `Session.call_action`.
        """
        session = self._session
        if session is None:
            raise TransportError
        await self._keep_distance()
        self.called_s = self._client.clock.monotonic()
        answer = await session.call_action(
            message.action, message.payload, timeout_s=self._timeout_s()
        )
        self.answers += 1
        return answer

    async def _keep_distance(self) -> None:
        gap_s = self._client.options.quirks.min_gap_ms / 1000
        wait_s = self.called_s + gap_s - self._client.clock.monotonic()
        if gap_s and wait_s > 0:
            await pause(self._client.clock, wait_s)

    def _timeout_s(self) -> float | None:
        client = self._client
        fixed_s = client.options.call_timeout_s
        return fixed_s or client.parts.variables.number(TIMEOUT_S) or None

    async def _send(self, message: Message) -> None:
        """Send a call that is not sent again."""
        try:
            answer = await self.call(message)
        except TransportError:
            raise
        except ConnectorError as problem:
            self._has_failed(message, problem)
        else:
            self._has_answered(message, answer)

    def _has_failed(self, message: Message, problem: ConnectorError) -> None:
        if isinstance(problem, CallErrorReceived):
            self.answers += 1
        logger.warning("%s: %s: %s", self._client.identity, message.action, problem)
        if message.failed is not None:
            self._guarded(message.failed, problem)

    def _has_answered(self, message: Message, answer: Json) -> None:
        if message.took is not None:
            self._guarded(message.took, answer)

    def _guarded(self, told: Callable[..., object], value: object) -> None:
        """What an answer leads to may fail; the station goes on."""
        try:
            if told(value) is UNCHANGED:
                return
        except Exception:
            logger.exception("%s: after an answer", self._client.identity)
        self._client.touch()

    async def _tell(self, event: CoreEvent | Message) -> None:
        """Send what is forgotten if it fails."""
        for message in self._written(event):
            await self._send(message)
        self.lanes.is_told(event)

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

    async def _tell_kept(self, entry: Entry) -> None:
        """Send an event until it is answered, or is given up."""
        for message in self._written(entry.event):
            try:
                answer = await self.call(message)
            except TransportError:
                raise
            except ConnectorError as problem:
                if self._holds(entry, problem):
                    return
                self._has_failed(message, problem)
            else:
                self._has_answered(message, answer)
        self.journal.done(entry)

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
