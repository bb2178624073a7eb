"""The limits of all stations: written, coalesced, kept, and set again.

Each write has one outcome. The frame goes out first; what was asked and what was
accepted is on the disk before the outcome is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from connector.csms.clock import Clock
from connector.csms.events import (
    Booted,
    Connected,
    ConnectorsChanged,
    Disconnected,
    EventBus,
    Ready,
    RegistrationChanged,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.facts import Facts
from connector.csms.options import LimitOptions
from connector.csms.remote_control import remote_stop
from connector.csms.station import STATION, Station
from connector.datapoints.limits import sensors
from connector.datapoints.limits.applying import Applier
from connector.datapoints.limits.book import Book, CannotDo
from connector.datapoints.limits.composite import CompositeSchedules
from connector.datapoints.limits.keeping import Keeper
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import TX, Carrier, Situation, profile
from connector.datapoints.limits.requests import (
    COMMANDS,
    Enabled,
    LimitRequest,
    Phases,
    RawProfile,
)
from connector.datapoints.limits.sending import UNCHANGED, Effect, Sender, hold_of
from connector.datapoints.limits.slot import Goal, Slot
from connector.datapoints.limits.turns import Turns
from connector.datapoints.limits.watchdog import Watchdog
from connector.datapoints.outcomes import Outcome, OutcomeName, outcome_of
from connector.errors import ConnectorError, LocalProtocolError
from connector.ocppj.rules import rules
from connector.store.interface import LimitStore

Json = dict[str, Any]
Report = Callable[[str, str, str, Outcome], None]
"""Takes station, where, command and an outcome that nobody waits for."""

logger = logging.getLogger(__name__)

PAUSED = "paused"
_NOT_CONNECTED = "not connected: applied when the station is back"
_SETUP_WITHIN_S = 5.0
_SHORTEST_RETRY_S, _LONGEST_RETRY_S = 1.0, 300.0
_NOTHING = Outcome(OutcomeName.ACCEPTED, UNCHANGED)


class LimitService:
    """Writes limits and keeps them (contract: datapoints, section 4)."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        events: EventBus,
        options: LimitOptions,
        store: LimitStore,
        clock: Clock,
        *,
        publish: Callable[[Facts], None],
        report: Report,
        remember: Callable[[Station], None],
    ) -> None:
        self._stations = stations
        self._options = options
        self._clock = clock
        self._publish = publish
        self._report = report
        self._remember = remember
        self._books: dict[str, Book] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sender = Sender(options, clock)
        self._applier = Applier(self._sender, clock)
        self._keeper = Keeper(store)
        self._turns = Turns(options, clock, self._carry_out, self._spawn)
        self._watchdog = Watchdog(
            options,
            clock,
            lambda book, slot: self._spawn(self._fall_back(book, slot)),
        )
        self._composites = CompositeSchedules(clock, self._spawn, self._show)
        self._subscribe(events)

    def _subscribe(self, events: EventBus) -> None:
        events.subscribe(Connected, self._on_connected)
        events.subscribe(Disconnected, self._on_disconnected)
        events.subscribe(Booted, self._on_booted)
        events.subscribe(Ready, self._on_ready)
        events.subscribe(ConnectorsChanged, self._on_connectors)
        events.subscribe(TransactionStarted, self._on_started)
        events.subscribe(TransactionEnded, self._on_ended)
        events.subscribe(RegistrationChanged, self._on_registration)

    # -- life

    async def start(self) -> None:
        """Take up what was kept; it is sent again once its station is ready.

        Raises:
            StoreError: the store cannot be used.
        """
        for record, slot in await self._keeper.load():
            station = self._stations.get(record.station)
            if station is None:
                continue
            book = self._book(station)
            book.slots[record.where] = slot
            book.restore_profiles(record.where, record.state)
            slot.needs_sending = True
            self._show(book, record.where)
            self._watchdog.arm(book, slot)

    async def stop(self) -> None:
        """Nothing happens by itself any more; what runs comes to its end."""
        for book in self._books.values():
            for slot in book.slots.values():
                slot.cancel_timers()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _book(self, station: Station) -> Book:
        book = self._books.get(station.identity)
        if book is None or book.station is not station:
            book = self._books[station.identity] = Book(station)
            book.restore_learned()
        return book

    # -- writing

    async def write(
        self, station: Station, where: str, request: LimitRequest
    ) -> Outcome:
        """Put a request into the slot of a place; gives its one outcome."""
        book = self._book(station)
        slot = book.slot(where)
        now_ms = self._clock.now_ms()
        try:
            _check(where, request)
            goal = slot.goal.with_request(request, now_ms)
            book.check(where, goal, request)
        except CannotDo as problem:
            return Outcome(OutcomeName.UNSUPPORTED, str(problem))
        except LocalProtocolError as problem:
            return outcome_of(problem)
        unchanged = await self._unchanged(book, slot, request, goal)
        if unchanged is not None:
            self._turns.supersede(slot)
            return unchanged
        return await self._turns.take(book, slot, request)

    async def _unchanged(
        self, book: Book, slot: Slot, request: LimitRequest, goal: Goal
    ) -> Outcome | None:
        """Accepted without a word to the station, where it has this already."""
        is_sure = slot.is_known and not slot.is_busy and not slot.needs_sending
        if not (is_sure and book.station.is_connected):
            return None
        if not self._is_held(book, slot, goal):
            return None
        slot.goal = goal
        self._note_write(book, slot, request)
        detail = PAUSED if not goal.enabled else UNCHANGED
        return await self._settled(book, slot, replace(_NOTHING, detail=detail))

    def _is_held(self, book: Book, slot: Slot, goal: Goal) -> bool:
        """Whether the station has all that a goal asks for."""
        before, slot.goal = slot.goal, goal
        try:
            return self._applier.is_held(book, slot.where)
        finally:
            slot.goal = before

    def _note_write(self, book: Book, slot: Slot, request: LimitRequest) -> None:
        slot.written_ms = self._clock.now_ms()
        slot.is_fallback = False
        if not isinstance(request, Enabled | Phases):
            slot.asked = request
        self._watchdog.arm(book, slot)

    async def _carry_out(
        self, book: Book, slot: Slot, request: LimitRequest
    ) -> Outcome:
        """Send what a request asks for, in its turn."""
        before = (slot.goal, slot.asked, slot.written_ms)
        slot.goal = slot.goal.with_request(request, self._clock.now_ms())
        self._note_write(book, slot, request)
        command = COMMANDS[type(request)]
        if not book.station.is_connected:
            return await self._kept_for_later(book, slot, command)
        effect = await self._apply(book, slot, force=not slot.is_known)
        outcome = effect.outcome
        if outcome.outcome is OutcomeName.INVALID:
            slot.goal, slot.asked, slot.written_ms = before
            return outcome
        if outcome.outcome is OutcomeName.DISCONNECTED:
            return await self._kept_for_later(book, slot, command, outcome.detail)
        if outcome.kept:
            slot.owed = command
        elif not (outcome.is_accepted or effect.is_uncertain):
            slot.goal = before[0]
        if not slot.goal.enabled and outcome.is_accepted and request != Enabled(False):
            outcome = replace(outcome, detail=PAUSED)
        return await self._settled(book, slot, outcome)

    async def _kept_for_later(
        self, book: Book, slot: Slot, command: str, detail: str = _NOT_CONNECTED
    ) -> Outcome:
        slot.needs_sending = True
        slot.owed = command
        outcome = Outcome(OutcomeName.DISCONNECTED, detail, kept=True)
        return await self._settled(book, slot, outcome)

    async def _settled(self, book: Book, slot: Slot, outcome: Outcome) -> Outcome:
        """Show how it is now, and keep it before the outcome is told."""
        self._show(book, slot.where)
        problem = await self._keeper.save(book, slot.where)
        if problem is not None:
            text = f"not stored: {problem}"
            detail = f"{outcome.detail}, {text}" if outcome.detail else text
            outcome = replace(outcome, detail=detail)
        return outcome

    # -- sending

    async def _apply(self, book: Book, slot: Slot, *, force: bool = False) -> Effect:
        """Bring a place to its goal, and note what holds now."""
        await self._wait_for_setup(book.station)
        async with book.lock:
            effect = await self._applier.apply(book, slot.where, force=force)
            if effect.is_refusal and slot.where == STATION and book.shares:
                await self._applier.give_up_shares(book)
        effect = await self._stopped_instead(book, slot, effect)
        self._note_effect(book, slot, effect)
        return effect

    def _note_effect(self, book: Book, slot: Slot, effect: Effect) -> None:
        if effect.was_sent:
            slot.sent_s = self._clock.monotonic()
        if effect.is_accepted:
            slot.in_force = effect.plan
            slot.is_known = True
            slot.needs_sending = False
            slot.retries = 0
            self._composites.ask_later(book, slot)
            self._flush_later(book, slot)
        elif effect.is_uncertain:
            slot.is_known = False
            self._retry_later(book, slot)
        elif effect.outcome.kept:
            slot.in_force = None
        book.learn()
        self._remember(book.station)

    async def _wait_for_setup(self, station: Station) -> None:
        """Right after a boot its units and levels are about to be known."""
        if station.setup is not None:
            await asyncio.wait({station.setup}, timeout=_SETUP_WITHIN_S)

    async def _stopped_instead(self, book: Book, slot: Slot, effect: Effect) -> Effect:
        """A station that takes no 0 may be told to stop, where its options allow."""
        running = book.station.transaction(slot.where)
        is_pause = book.wants_pause(slot.where, self._clock.now_ms())
        may_stop = book.station.options.zero == "stop" and running is not None
        if not (effect.is_refusal and is_pause and may_stop) or running is None:
            return effect
        try:
            answer = await remote_stop(book.station, running.ocpp_id)
        except ConnectorError as problem:
            return replace(effect, outcome=outcome_of(problem))
        if answer.get("status") != "Accepted":
            return effect
        outcome = Outcome(
            OutcomeName.ACCEPTED, "stopped: it takes no limit of 0", answer
        )
        return replace(effect, outcome=outcome, is_refusal=False, plan=slot.in_force)

    def _retry_later(self, book: Book, slot: Slot) -> None:
        """Nobody knows what holds: send it again."""
        shortest_s = max(self._options.min_interval_s, _SHORTEST_RETRY_S)
        delay_s = min(shortest_s * 2**slot.retries, _LONGEST_RETRY_S)
        slot.retries += 1
        if slot.retry is not None:
            slot.retry.cancel()
        slot.retry = self._clock.call_later(
            delay_s, lambda: self._spawn(self._again(book, slot))
        )

    def _flush_later(self, book: Book, slot: Slot) -> None:
        """A lasting profile that waited is written when its time has come."""
        due_s = None if slot.where == STATION else self._overdue_s(book, slot)
        if due_s is None:
            return
        if slot.retry is not None:
            slot.retry.cancel()
        slot.retry = self._clock.call_later(
            due_s, lambda: self._spawn(self._again(book, slot, force=False))
        )

    def _overdue_s(self, book: Book, slot: Slot) -> float | None:
        if book.station.transaction(slot.where) is None:
            return None
        try:
            return self._sender.overdue_in_s(book, slot.where)
        except CannotDo:
            return None

    async def _again(self, book: Book, slot: Slot, *, force: bool = True) -> None:
        """Send a limit again without being asked; a no is told."""
        if not book.station.is_connected or slot.is_busy:
            slot.needs_sending = slot.needs_sending or force
            return
        effect = await self._apply(book, slot, force=force)
        outcome = effect.outcome
        command, slot.owed = slot.owed, None
        if outcome.kept or outcome.outcome is OutcomeName.DISCONNECTED:
            slot.owed = command
        elif command is not None:
            self._report(book.station.identity, slot.where, command, outcome)
        elif not outcome.is_accepted:
            self._tell_refusal(book, slot, effect)
        await self._settled(book, slot, outcome)

    def _tell_refusal(self, book: Book, slot: Slot, effect: Effect) -> None:
        identity, outcome = book.station.identity, effect.outcome
        logger.warning(
            "%s: the limit at %s was set again and not accepted: %s %s",
            identity,
            slot.where,
            outcome.outcome,
            outcome.detail,
        )
        if effect.is_refusal:
            slot.in_force = None
        command = COMMANDS[type(slot.asked)] if slot.asked else "power_limit"
        self._report(identity, slot.where, command, outcome)

    # -- what happens at stations

    def _on_connected(self, event: Connected) -> None:
        book = self._book(event.station)
        if book.first_connected_ms is None:
            book.first_connected_ms = self._clock.now_ms()
            self._watchdog.arm_unwritten(book)

    def _on_disconnected(self, event: Disconnected) -> None:
        book = self._book(event.station)
        for slot in book.slots.values():
            self._turns.hurry(book, slot)

    def _on_booted(self, event: Booted) -> None:
        book = self._book(event.station)
        book.forget_refusals()
        for slot in book.slots.values():
            slot.needs_sending = True

    def _on_ready(self, event: Ready) -> None:
        book = self._book(event.station)
        for where in event.station.places:
            self._show(book, where)
        for where in sorted(book.slots):
            slot = book.slots[where]
            if slot.needs_sending and not slot.is_busy and book.has_something(where):
                self._spawn(self._again(book, slot))

    def _on_connectors(self, event: ConnectorsChanged) -> None:
        book = self._book(event.station)
        if book.shares and event.station.is_connected:
            self._spawn(self._again(book, book.slot(STATION), force=False))

    def _on_started(self, event: TransactionStarted) -> None:
        book = self._book(event.station)
        where = event.transaction.where
        if book.has_something(where) or book.shares:
            self._spawn(self._again(book, book.slot(where), force=False))

    def _on_ended(self, event: TransactionEnded) -> None:
        book = self._book(event.station)
        where = event.transaction.where
        book.installed.pop(Carrier(TX, where), None)
        if book.has_something(where) or book.shares:
            self._spawn(self._again(book, book.slot(where), force=False))

    def _on_registration(self, event: RegistrationChanged) -> None:
        identity = event.station.identity
        if identity not in self._stations:
            book = self._books.pop(identity, None)
            for slot in book.slots.values() if book else ():
                slot.cancel_timers()

    def touched(self, station: Station) -> None:
        """Somebody else sent a profile: nobody knows what holds."""
        book = self._book(station)
        for where, slot in book.slots.items():
            slot.is_known = False
            self._show(book, where)

    def profile_for_start(self, station: Station, where: str) -> Json | None:
        """The profile that a remote start is to carry."""
        book = self._book(station)
        try:
            content = book.content(where, self._clock.now_ms())
        except CannotDo:
            return None
        if content is None or content.raw is not None:
            return None
        situation = Situation(
            self._clock.now_ms(),
            station.options.profile,
            book.max_stack_level,
            clock_error_ms=station.clock_error_ms,
        )
        return profile(Carrier(TX, where), content, situation)

    # -- watchdog

    async def _fall_back(self, book: Book, slot: Slot) -> None:
        """Nobody has written for the hold time."""
        slot.goal = replace(slot.goal, value=self._watchdog.value(book), enabled=True)
        slot.is_fallback = True
        logger.warning(
            "%s: no limit was written at %s for %g s: the fallback applies",
            book.station.identity,
            slot.where,
            hold_of(book, self._options),
        )
        if not book.station.is_connected:
            slot.needs_sending = True
            await self._settled(book, slot, _NOTHING)
            return
        await self._again(book, slot, force=False)

    # -- showing

    def _show(self, book: Book, where: str) -> None:
        """Publish the sensors of a place, and again when its schedule goes on."""
        now_ms = self._clock.now_ms()
        found = sensors.values(book, where, now_ms)
        self._publish(Facts(book.station.identity, now_ms, found))
        slot = book.slot(where)
        if slot.change is not None:
            slot.change.cancel()
        due_ms = _next_change_ms(slot.in_force, now_ms)
        if due_ms is not None:
            delay_s = (due_ms - now_ms) / 1000
            slot.change = self._clock.call_later(
                delay_s, lambda: self._show(book, where)
            )


def _next_change_ms(plan: Plan | None, now_ms: int) -> int | None:
    return plan.next_change_ms(now_ms) if plan is not None else None


def _check(where: str, request: LimitRequest) -> None:
    """Refuse what can never be sent before it is noted."""
    if isinstance(request, RawProfile):
        rules("1.6").check_call(
            "SetChargingProfile",
            {"connectorId": int(where), "csChargingProfiles": request.profile},
        )


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("limits: something failed")
