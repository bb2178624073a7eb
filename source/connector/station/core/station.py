"""The whole station: hardware tells it what is, its client what is wanted.

It decides who may charge and how much, and says what has to be told. Nothing here
waits, nothing knows a message. `StationCore` is what others see; the rooms beside it
do the work.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping

from connector.station.core.client_side import ClientSide
from connector.station.core.events import CoreEvent, SessionEvent
from connector.station.core.evse import Evse
from connector.station.core.hardware_side import HardwareSide
from connector.station.core.reservations import Reservations
from connector.station.core.rooms import build
from connector.station.core.session import Session
from connector.station.core.sessions import switch
from connector.station.core.settings import Variables
from connector.station.core.site import Offers, Site
from connector.station.core.tokens import TokenBook
from connector.station.core.transactions import Transactions
from connector.station.model import StationModel
from connector.station.ports import Hardware

NEVER_MS = 2**63
"""What `step` gives where nothing is due."""


class StationCore(HardwareSide, ClientSide):
    """One station without its connection to a central system.

    It is `ports.Told` to the hardware and `calls.Calls` to the client.
    """

    def __init__(
        self,
        model: StationModel,
        hardware: Hardware,
        variables: Variables,
        offers: Offers,
        *,
        source: random.Random,
        on_events: Callable[[], None] = lambda: None,
    ) -> None:
        evses = {each.number: Evse(each) for each in model.evses}
        tokens, reservations = TokenBook(variables), Reservations(evses)
        values = (model, hardware, variables, offers, source, on_events)
        self.site = Site(*values, evses, tokens, reservations)
        self._rooms = build(self.site)
        self._changes_ms = 0
        """Until then what EVSEs may draw changes by facts alone."""

    # -- time

    def step(self, now_ms: int) -> int:
        """Do what is due; gives when to come again at the latest (epoch ms)."""
        rooms = self._rooms
        if now_ms >= self._changes_ms:
            self.offer_anew(now_ms)
        for evse in self.site.evses.values():
            self._step(evse, now_ms)
        rooms.sampling.tell_aligned(now_ms)
        rooms.telling.settled(now_ms)
        for reservation in self.site.reservations.expired(now_ms):
            rooms.telling.reservation_ended(reservation, "Expired", now_ms)
            rooms.telling.statuses(now_ms)
        return self._next_ms(now_ms)

    def _step(self, evse: Evse, now_ms: int) -> None:
        rooms = self._rooms
        if evse.waits_until_ms is not None and now_ms >= evse.waits_until_ms:
            rooms.sessions.give_up(evse, now_ms)
        if evse.is_running:
            rooms.bounds.check(evse, now_ms)
            rooms.sampling.sample_if_due(evse, now_ms)

    def _next_ms(self, now_ms: int) -> int:
        rooms, offers_ms = self._rooms, self.site.offers.next_change_ms(now_ms)
        self._changes_ms = NEVER_MS if offers_ms is None else offers_ms
        due = [self.site.reservations.due_ms(), offers_ms, rooms.telling.due_ms()]
        due += rooms.sampling.due_ms()
        for evse in self.site.evses.values():
            due.append(evse.waits_until_ms)
            if evse.is_running:
                due.append(rooms.bounds.due_ms(evse, now_ms))
        return max(now_ms + 1, min(filter(None, due), default=NEVER_MS))

    # -- telling

    def emit(self, event: CoreEvent) -> None:
        """Something has to be told."""
        self._rooms.telling.emit(event)

    def take_events(self) -> list[CoreEvent]:
        """What happened since it was asked last, in its order."""
        return self._rooms.telling.take()

    def report(self, action: str, details: dict[str, object], now_ms: int) -> None:
        """Have the client tell something that only it knows how to write."""
        self._rooms.telling.report(action, details, now_ms)

    def forget_told(self, now_ms: int) -> None:
        """Tell every status anew, as after a boot."""
        self._rooms.telling.forget_told(now_ms)

    def status(self, evse: int, connector: int = 0) -> tuple[str, str, str]:
        """Status (1.6), error code and info of a connector; EVSE 0 is the station."""
        word, _, code, info = self._rooms.telling.status(evse, connector)
        return word, code, info

    # -- what others look at

    @property
    def model(self) -> StationModel:
        """What the station is."""
        return self.site.model

    @property
    def hardware(self) -> Hardware:
        """Its hardware."""
        return self.site.hardware

    @property
    def variables(self) -> Variables:
        """Its variables."""
        return self.site.variables

    @property
    def offers(self) -> Offers:
        """Its charging profiles."""
        return self.site.offers

    @property
    def evses(self) -> Mapping[int, Evse]:
        """Its EVSEs by number."""
        return self.site.evses

    @property
    def tokens(self) -> TokenBook:
        """Its local list and cache."""
        return self.site.tokens

    @property
    def reservations(self) -> Reservations:
        """Its reservations."""
        return self.site.reservations

    @property
    def inoperative(self) -> set[int]:
        """Holds 0 where the whole station is switched off."""
        return self.site.inoperative

    @property
    def revision(self) -> int:
        """Counts up with whatever `save` gives."""
        return self.site.revision

    @property
    def on_events(self) -> Callable[[], None]:
        """Called when there is something to take."""
        return self.site.on_events

    @on_events.setter
    def on_events(self, call: Callable[[], None]) -> None:
        self.site.on_events = call

    @property
    def is_online(self) -> bool:
        """Whether a central system listens; see `came_online`, `went_offline`."""
        return self.site.is_online

    @is_online.setter
    def is_online(self, is_online: bool) -> None:
        self.site.is_online = is_online

    @property
    def is_accepted(self) -> bool:
        """Whether a central system has ever accepted this station (2.x, B02)."""
        return self.site.is_accepted

    @is_accepted.setter
    def is_accepted(self, is_accepted: bool) -> None:
        self.site.is_accepted = is_accepted

    def all_running(self) -> Iterable[Session]:
        """The sessions whose transactions run."""
        found = (evse.session for evse in self.site.evses.values())
        return [each for each in found if each is not None and each.is_running]

    def may_start(self, evse: Evse) -> bool:
        """Whether somebody may begin to charge there."""
        return self.site.may_start(evse)

    def allowed(self, evse: int, now_ms: int) -> tuple[float, int | None]:
        """What would be offered at an EVSE now if power flowed: W, and phases.

        The least of profiles, hardware, cards, and the offline limit.
        """
        return self._rooms.sessions.power.bound(self.site.evses[evse], now_ms)

    @property
    def transactions(self) -> Transactions:
        """What begins and ends them."""
        return self._rooms.transactions


__all__ = ["NEVER_MS", "Offers", "SessionEvent", "StationCore", "switch"]
