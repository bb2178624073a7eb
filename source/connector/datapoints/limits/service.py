"""The limits of all stations: written, coalesced, kept, and set again.

Each write has one outcome. The frame goes out first; what was asked and what was
accepted is on the disk before the outcome is told. Where a station takes its time, what
was asked is there before it answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from connector.csms.clock import Clock
from connector.csms.events import (
    Booted,
    ChargingNeedsTold,
    ConfigurationRead,
    Connected,
    ConnectorsChanged,
    Disconnected,
    EventBus,
    ExternalLimitsChanged,
    PriorityChargingChanged,
    Ready,
    RegistrationChanged,
    TransactionEnded,
    TransactionStarted,
)
from connector.csms.facts import Facts, Scalar
from connector.csms.options import LimitOptions
from connector.csms.station import STATION, Station
from connector.datapoints.limits import contents, dynamic
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo
from connector.datapoints.limits.falling_back import Fallbacks
from connector.datapoints.limits.installed import Trust
from connector.datapoints.limits.keeping import Keeper
from connector.datapoints.limits.profiles import TX, Carrier
from connector.datapoints.limits.requests import LimitRequest, RawProfile
from connector.datapoints.limits.turns import Turns, as_under_way
from connector.datapoints.limits.upkeep import Report, Upkeep
from connector.datapoints.limits.writing import Writing
from connector.datapoints.outcomes import Outcome
from connector.store.interface import LimitStore

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_READY_WITHIN_S = 3.0
_READY = "ready"
_ENDS_WITHIN_S = 1.0


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
        self._clock = clock
        self._books: dict[str, Book] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeper = Keeper(store)
        self._upkeep = Upkeep(
            options,
            clock,
            self._keeper,
            self._spawn,
            publish=publish,
            report=report,
            remember=remember,
        )
        self._fallbacks = Fallbacks(options, clock, self._upkeep, self._spawn)
        self._writing = Writing(clock, self._upkeep, self._fallbacks.watchdog)
        self._turns = Turns(
            options,
            clock,
            has=self._upkeep.applier.has,
            known=self._upkeep.knowing.wait,
            carry_out=self._writing.carry_out,
            spawn=self._spawn,
        )
        self._unsubscribe = self._subscribe(events)

    def _subscribe(self, events: EventBus) -> list[Callable[[], None]]:
        return [
            events.subscribe(Connected, self._on_connected),
            events.subscribe(Disconnected, self._on_disconnected),
            events.subscribe(Booted, self._on_booted),
            events.subscribe(ConfigurationRead, self._on_read),
            events.subscribe(Ready, self._on_ready),
            events.subscribe(ConnectorsChanged, self._on_connectors),
            events.subscribe(TransactionStarted, self._on_started),
            events.subscribe(TransactionEnded, self._on_ended),
            events.subscribe(RegistrationChanged, self._on_registration),
            events.subscribe(ChargingNeedsTold, self._on_needs),
            events.subscribe(ExternalLimitsChanged, self._on_external),
            events.subscribe(PriorityChargingChanged, self._on_priority),
        ]

    # -- life

    async def start(self) -> None:
        """Take up what was kept; it is sent again once its station is ready.

        Raises:
            StoreError: the store cannot be used.
        """
        for book in await self._keeper.load(self._known_book):
            for slot in book.slots.values():
                self._fallbacks.watchdog.arm(book, slot)
            self._upkeep.display.show_all(book)

    async def stop(self) -> None:
        """Nothing happens by itself any more; what runs comes to its end."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        for book in self._books.values():
            for slot in book.slots.values():
                self._turns.give_up(slot)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_ENDS_WITHIN_S)
        for task in tuple(self._tasks):
            task.cancel()
        for book in self._books.values():
            book.cancel_timers()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_logged(work), name="limits")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _book(self, station: Station) -> Book:
        book = self._books.get(station.identity)
        if book is None or book.station is not station:
            if book is not None:
                book.cancel_timers()
            book = self._books[station.identity] = Book(station)
        return book

    def _known_book(self, identity: str) -> Book | None:
        station = self._stations.get(identity)
        return None if station is None else self._book(station)

    # -- commands

    async def write(
        self, station: Station, where: str, request: LimitRequest
    ) -> Outcome:
        """Put a request into the slot of a place; gives its one outcome."""
        book = self._book(station)
        refusal = self._writing.refusal(book, where, request)
        if refusal is not None:
            return refusal
        return await self._turns.take(book, book.slot(where), request)

    def shown(self, station: Station) -> dict[str, dict[str, Scalar]]:
        """The limit sensors as they were shown last, by place and name."""
        book = self._books.get(station.identity)
        if book is None or book.station is not station:
            return {}
        return {
            where: {datum.name: value for datum, value in slot.shown.items()}
            for where, slot in book.slots.items()
            if slot.shown
        }

    def refused(self, station: Station) -> frozenset[str]:
        """The places whose limit was asked last and was not taken by the station."""
        book = self._books.get(station.identity)
        slots = book.slots.items() if book is not None else ()
        return frozenset(where for where, slot in slots if slot.is_refused)

    def touched(self, station: Station) -> None:
        """Somebody else sent a profile: nobody knows what holds."""
        book = self._book(station)
        for held in book.installed.values():
            held.trust = Trust.UNKNOWN
        self._upkeep.display.show(book)

    async def known(self, station: Station, where: str) -> None:
        """Wait until it is known how a limit is said, where a start is to carry one."""
        book = self._book(station)
        slots = [book.slot(place) for place in (where, STATION)]
        if any(slot.is_busy and slot.waiting for slot in slots):
            # What was written before goes out before.
            await asyncio.sleep(0)
        if any(slot.is_busy or book.has_something(slot.where) for slot in slots):
            await self._upkeep.knowing.wait(book)

    def profile_for_start(self, station: Station, where: str) -> Json | None:
        """The profile that a remote start is to carry; None where it takes none."""
        book, now_ms = self._book(station), self._clock.now_ms()
        try:
            with as_under_way(book, now_ms):
                limit = contents.content(book, where, now_ms)
        except CannotDo:
            return None
        if limit is None or limit.raw is not None or book.is_pointless(TX):
            return None
        carrier = Carrier(TX, where)
        situation = self._upkeep.applier.sender.situation(book, carrier, is_new=True)
        return book.dialect.profile(carrier, limit, situation)

    def has_limit(self, station: Station, where: str) -> bool:
        """Whether a TxProfile with a limit of ours is to hold at a place."""
        book = self._book(station)
        try:
            limit = contents.content(book, where, self._clock.now_ms())
        except CannotDo:
            return False
        return limit is not None and not book.is_pointless(TX)

    def schedule_update(self, station: Station, profile_id: int) -> Json | None:
        """The limits that hold now of a profile of ours (2.1); None for another."""
        return dynamic.update_of(self._book(station), profile_id, self._clock.now_ms())

    # -- what happens at stations

    def _on_connected(self, event: Connected) -> None:
        book = self._book(event.station)
        book.has_connected()
        if not event.station.is_adopted:
            return
        self._fallbacks.watchdog.connected(book)
        # What it had in another version is not known to hold.
        self._upkeep.display.show(book)
        # Usually it boots, and is ready before this or configured by then. One that
        # comes back without booting must not run without its limit for so long.
        self._set_ready_timer(book, lambda: self._upkeep.all_again(book))

    def _set_ready_timer(
        self, book: Book, callback: Callable[[], object] | None
    ) -> None:
        before = book.timers.pop(_READY, None)
        if before is not None:
            before.cancel()
        if callback is not None:
            book.timers[_READY] = self._clock.call_later(_READY_WITHIN_S, callback)

    def _on_disconnected(self, event: Disconnected) -> None:
        book = self._books.get(event.station.identity)
        if book is None:
            return
        self._set_ready_timer(book, None)
        self._upkeep.knowing.wake(book)
        for slot in tuple(book.slots.values()):
            self._turns.hurry(book, slot)

    def _on_booted(self, event: Booted) -> None:
        if event.station.is_adopted:
            self._book(event.station).has_booted()

    def _on_read(self, event: ConfigurationRead) -> None:
        if event.station.is_adopted:
            self._upkeep.knowing.was_read(self._book(event.station))

    def _on_ready(self, event: Ready) -> None:
        if not event.station.is_adopted:
            return
        book = self._book(event.station)
        self._upkeep.knowing.is_known(book)
        self._set_ready_timer(book, None)
        self._fallbacks.watchdog.connected(book)
        self._upkeep.display.show_all(book)
        self._upkeep.all_again(book)

    def _on_connectors(self, event: ConnectorsChanged) -> None:
        if not event.station.is_adopted:
            return
        book = self._book(event.station)
        self._upkeep.display.show(book)
        self._fallbacks.watchdog.has_more_connectors(book)
        if book.shares:
            self._again(book, STATION)

    def _on_started(self, event: TransactionStarted) -> None:
        book = self._book(event.station)
        where = event.transaction.where
        if book.has_something(where) or book.shares:
            self._again(book, where)
        if book.shares and book.slot(STATION).owed:
            self._again(book, STATION)

    def _on_ended(self, event: TransactionEnded) -> None:
        book = self._book(event.station)
        where, ocpp_id = event.transaction.where, event.transaction.ocpp_id
        carrier = Carrier(TX, where)
        held = book.installed.get(carrier)
        is_over = held is not None and held.transaction_id == ocpp_id
        if is_over:
            del book.installed[carrier]
            self._forget_profile_of(book, where, ocpp_id)
        if is_over or book.has_something(where) or book.shares:
            self._again(book, where)

    def _forget_profile_of(self, book: Book, where: str, ocpp_id: str) -> None:
        """A complete profile for one transaction is over with it."""
        slot = book.slot(where)
        match slot.goal.value:
            case RawProfile(profile={"transactionId": named}) if str(named) == ocpp_id:
                slot.goal = slot.goal.without_value()

    def _on_needs(self, event: ChargingNeedsTold) -> None:
        """The vehicle waits for a profile that it can follow (2.x, K15)."""
        book = self._book(event.station)
        held = book.installed.get(Carrier(TX, event.where))
        if held is not None:
            held.doubt()
        self._upkeep.display.show(book)
        if book.has_something(event.where) or book.shares:
            self._again(book, event.where)

    def _on_external(self, event: ExternalLimitsChanged) -> None:
        book = self._book(event.station)
        book.slot(STATION)
        self._upkeep.display.changed(book)

    def _on_priority(self, event: PriorityChargingChanged) -> None:
        book = self._book(event.station)
        if event.is_active:
            book.priority.add(event.where)
        else:
            book.priority.discard(event.where)
        self._upkeep.display.changed(book)

    def _again(self, book: Book, where: str) -> None:
        self._spawn(self._upkeep.again(book, book.slot(where)))

    def _on_registration(self, event: RegistrationChanged) -> None:
        if event.station.identity not in self._stations:
            book = self._books.pop(event.station.identity, None)
            if book is not None:
                book.cancel_timers()


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("limits: something failed")
