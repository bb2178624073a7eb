"""One station at its central system: its core told to OCPP, and OCPP to its core.

Nothing of it runs while nothing happens: facts wake a task that sends, time is one
timer at the moment the core has asked for.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from connector.errors import StationNotConnected
from connector.ocppj.frames import Json
from connector.sessions.engine import Observer, Session
from connector.station.client.backoff import Backoff
from connector.station.client.booting import HEARTBEAT_INTERVAL_S, Booting
from connector.station.client.connecting import PING_INTERVAL_S, Connecting
from connector.station.client.credentials import Credentials
from connector.station.client.dialing import Dial, dial
from connector.station.client.journal import NAME, Journal
from connector.station.client.kept import is_kept
from connector.station.client.messages import Message, Version
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.client.parts import Counting, StationParts, Timed
from connector.station.client.recovery import recover
from connector.station.client.security_events import SecurityEvents
from connector.station.client.state import State
from connector.station.client.telling import Telling
from connector.station.client.timers import Timers
from connector.station.core.events import (
    AuthorizeWanted,
    CoreEvent,
    Reported,
    ResetDue,
)

if TYPE_CHECKING:
    from connector.station.client.v2.desk import Desk

logger = logging.getLogger(__name__)

_AFTER_A_FAILURE_S, _ANSWERED_WITHIN_S = 1.0, 0.2
DataTransfer = Callable[[str, Any], Json]
"""Takes messageId and data, gives the payload of the answer."""


class Client:
    """The OCPP client of a station; `run` it, and tell its core what happens."""

    def __init__(
        self,
        parts: StationParts,
        options: ClientOptions,
        *,
        source: random.Random,
        dial: Dial = dial,
        observer: Observer | None = None,
    ) -> None:
        self.parts = parts
        self.options = options
        self.source = source
        self.observer = observer
        self.core = parts.core
        self.clock = parts.clock
        self.identity = parts.core.model.identity
        self.timers = Timers(self.clock)
        path = parts.folder / NAME if parts.folder else None
        journal = Journal(
            path, limit=options.queue_limit, is_durable=options.is_durable
        )
        self.telling = Telling(self, journal)
        self.state = State(parts)
        self.booting = Booting(self)
        self.security = SecurityEvents(self)
        self.credentials = Credentials(self)
        backoff = Backoff(parts.variables, source)
        self.connecting = Connecting(self, dial, backoff)
        self.session: Session | None = None
        self.version: Version | None = None
        self.on_state: Callable[[], None] = lambda: None
        """Called when the link, or what the central system thinks of us, changes."""
        self.data_transfers: dict[str, DataTransfer] = {}
        """What answers DataTransfer, by vendorId."""
        self.desk: Desk | None = None
        """What 2.x keeps beside the core, once there is anything (`v2.desk`)."""
        self._order = 0
        self.is_turning = self._was_asked = False
        self._offline_until_s = 0.0
        self._restart: asyncio.Task[None] | None = None
        self._silent: asyncio.Future[None] | None = None
        self.core.on_events = self.touch
        parts.variables.on_change(HEARTBEAT_INTERVAL_S, self.booting.interval_changed)
        parts.variables.on_change(PING_INTERVAL_S, self.connecting.interval_changed)

    # -- what is so

    @property
    def boot_status(self) -> str:
        """What the last boot was answered; empty until there was one."""
        return self.booting.status

    @property
    def is_connected(self) -> bool:
        """Whether there is a link."""
        return self.session is not None

    @property
    def is_accepted(self) -> bool:
        """Whether the central system listens."""
        return self.telling.is_allowed

    @property
    def version_number(self) -> str:
        """The OCPP version that is spoken, as `1.6`; empty where there is no link."""
        return self.session.version if self.session is not None else ""

    @property
    def waiting(self) -> int:
        """Events of transactions that are not answered yet."""
        return self.telling.journal.count_transactions()

    def now_ms(self) -> int:
        """The station's time."""
        return self.clock.now_ms()

    # -- life

    async def run(self) -> None:
        """Be a station until cancelled.

        Raises:
            OSError: its folder cannot be used.
        """
        self._restore()
        self._went_offline()
        self.security.started(self.booting.reason)
        self.parts.maintenance.start()
        self.touch()
        try:
            await self.connecting.keep()
        finally:
            await self.parts.maintenance.stop()
            self.timers.close()
            if self._restart is not None:
                self._restart.cancel()
            self.telling.journal.close()

    def _restore(self) -> None:
        now_ms = self.now_ms()
        self.telling.journal.load()
        open_ = self.telling.journal.open_transactions()
        if isinstance(self.core.hardware, Counting):
            for each in open_:
                self.core.hardware.show_at_least(each.session.evse, each.energy_wh)
        told = [each.time_ms for each in open_]
        self.state.load(now_ms, max(told, default=0))
        for event in recover(self.telling.journal, self.core, now_ms):
            self._sort(event)

    def touch(self) -> None:
        """Something happened, or may have: tell it, and see when to look again."""
        if not self.is_turning:
            self.is_turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def was_asked(self) -> None:
        """A request was served: what it changed is kept, and told."""
        self.state.is_stale = self._was_asked = True
        self.touch()

    def _turn(self) -> None:
        now_ms = self.now_ms()
        wait_s = _AFTER_A_FAILURE_S
        # Whatever is told from here on is taken in this very turn.
        self.is_turning = True
        try:
            if self._was_asked:
                # A variable, a profile: whatever it was, power follows.
                self._was_asked = False
                self.core.offer_anew(now_ms)
            due_ms = self.core.step(now_ms)
            while events := self.core.take_events():
                for event in events:
                    self._sort(event)
            self.state.save(now_ms)
            wait_s = (due_ms - now_ms) / 1000
        except Exception:
            # A mistake of ours must not end the charging of others.
            logger.exception("%s: in its core", self.identity)
        finally:
            self.is_turning = False
            self.timers.set("step", wait_s, self._turn)
        if self._restart is None or self._restart.done():
            self.telling.go_on()
        else:
            # Whoever is about to end the link goes first.
            self.telling.wake()

    def _sort(self, event: CoreEvent) -> None:
        """To where it waits for being told, if it does."""
        self._order += 1
        if self.security.is_unwanted(event):
            return
        if is_kept(event):
            self.telling.journal.put(event, self._order)
        elif isinstance(event, ResetDue):
            self._reset(event)
        elif self.is_accepted or isinstance(event, Reported):
            self.telling.lanes.put(self._order, event)
        elif isinstance(event, AuthorizeWanted):
            self.nobody_answers(event)

    def nobody_answers(self, wanted: AuthorizeWanted) -> None:
        """A card that no central system judges."""
        self.core.unanswered(wanted.evse, wanted.token, self.now_ms())

    def time_moved(self, by_ms: int) -> None:
        """The clock was set."""
        logger.info("%s: the clock was set by %d ms", self.identity, by_ms)
        self.security.time_moved(by_ms)
        if isinstance(self.core.hardware, Timed):
            self.core.hardware.time_moved(by_ms)
        self.core.time_moved(by_ms)
        self.parts.profiles.time_moved(by_ms)
        self.core.offer_anew(self.now_ms())
        self.touch()

    # -- links

    def link_opened(self, session: Session, version: Version) -> None:
        """There is a link, and nobody has accepted us on it yet."""
        self.session, self.version = session, version
        self.telling.begin(session, version)
        self.booting.link_opened()
        self.on_state()

    async def link_ended(self) -> None:
        """There is none any more."""
        self.booting.link_ended()
        self.session = self.version = None
        self._went_offline()
        self.telling.end()
        self.touch()
        self.on_state()

    def was_accepted(self, *, has_booted: bool) -> None:
        """The central system listens."""
        self.connecting.prove()
        if self.telling.is_allowed:
            return
        now_ms = self.now_ms()
        if has_booted:
            self.telling.lanes.forget_statuses()
            self.core.forget_told(now_ms)
        self._order += 1
        self.telling.allow(self._order)
        self.parts.profiles.link_changed(now_ms, is_online=True)
        self.core.came_online(now_ms)
        if self.version is not None:
            self.version.accepted(self, has_booted=has_booted)
        if has_booted:
            self.parts.maintenance.booted()
        self.touch()
        self.on_state()

    def was_refused(self) -> None:
        """Pending, or rejected."""
        if self.telling.is_allowed:
            self.telling.is_allowed = False
            self._went_offline()
        self.on_state()

    def _went_offline(self) -> None:
        now_ms = self.now_ms()
        self.parts.profiles.link_changed(now_ms, is_online=False)
        self.core.went_offline(now_ms)

    def offline_for_s(self) -> float:
        """How long somebody wants there to be no link."""
        return self._offline_until_s - self.clock.monotonic()

    # -- for handlers and writers

    def say(self, message: Message) -> bool:
        """Send what was just asked for, also while a boot is pending.

        It is forgotten with the link. False where too much waits already.
        """
        found = self.telling.lanes.ask(message)
        self.telling.wake()
        return found

    def tell(self, message: Message) -> None:
        """Send something of our own, when its turn comes and somebody listens."""
        self._order += 1
        self.telling.lanes.put(self._order, message)
        self.telling.wake()

    async def ask(self, action: str, payload: Json) -> Json:
        """Send a call at once and wait for its answer; not for handlers.

        Raises:
            StationNotConnected: there is no link.
            ConnectorError: as `Session.call_action`.
        """
        if self.session is None:
            raise StationNotConnected(self.identity)
        self.telling.called_s = self.clock.monotonic()
        return await self.session.call_action(action, payload)

    def boot_now(self) -> None:
        """BootNotification was asked for (TriggerMessage)."""
        self.booting.triggered()

    def beat_now(self) -> None:
        """Heartbeat was asked for."""
        self.say(self.booting.heartbeat())

    def use(self, endpoint: Endpoint) -> None:
        """Connect there, once what waits is told; back where that does not work."""
        self.connecting.use(endpoint)
        # What asked for it is to be answered first.
        self.timers.set("use", _ANSWERED_WITHIN_S, self._reconnect_anew)

    def _reconnect_anew(self) -> None:
        self.reconnect("the way to it has changed")

    # -- ends and beginnings

    def reconnect(self, reason: str, *, after_s: float = 0.0) -> None:
        """End the link, and open another after a time."""
        self._offline_until_s = self.clock.monotonic() + after_s
        self._later(self.connecting.close(reason))

    def _reset(self, due: ResetDue) -> None:
        """The core wants hardware to start anew (Reset)."""
        if due.evse:
            self._later(self._reset_evse(due))
        else:
            self.reboot("RemoteReset", is_hard=due.is_hard)

    async def _reset_evse(self, due: ResetDue) -> None:
        await self.core.hardware.reset(due.evse, is_hard=due.is_hard)
        self.core.reset_done(due.evse, self.now_ms())
        self.touch()

    def reboot(self, reason: str, *, is_hard: bool) -> None:
        """Start anew; ``reason`` is a BootReasonEnum of 2.x.

        A soft one first tells all that there is to tell: nothing of before the reboot
        comes after it, or a second time.
        """
        self._later(self._reboot(reason, is_hard=is_hard))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        if self._restart is None or self._restart.done():
            self._restart = asyncio.get_running_loop().create_task(work)
        else:
            work.close()

    async def _reboot(self, reason: str, *, is_hard: bool) -> None:
        if not is_hard:
            await self._all_told(self.options.reset_within_s)
        await self.core.hardware.reset(0, is_hard=is_hard)
        self.booting.again(reason)
        self.security.started(reason)
        await self.connecting.close("reset")
        self.core.reset_done(0, self.now_ms())
        self.touch()

    async def _all_told(self, within_s: float) -> None:
        """Wait until nothing waits any more, if anybody listens."""
        if not (self.is_accepted and self._has_to_tell):
            return
        self._silent = asyncio.get_running_loop().create_future()
        self.timers.set("told", within_s, self._stop_waiting)
        try:
            await self._silent
        finally:
            self._silent = None
            self.timers.cancel("told")

    def fell_silent(self) -> None:
        """All that could be sent was sent."""
        if self._silent is not None and not (self.is_accepted and self._has_to_tell):
            self._stop_waiting()

    @property
    def _has_to_tell(self) -> bool:
        return len(self.telling.journal) > 0 or self.telling.lanes.waits

    def _stop_waiting(self) -> None:
        if self._silent is not None and not self._silent.done():
            self._silent.set_result(None)
