"""Reservations: who an EVSE, or any of them, is kept free for, and until when.

1.6, sections 5.13 and 5.3; 2.x part 2, block H.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from connector.station.core.evse import Evse
from connector.station.ports import Token

ReserveStatus = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
EndStatus = Literal["Expired", "Removed", "NoTransaction"]


@dataclass(frozen=True, slots=True)
class Reservation:
    """One of them; ``evse`` 0 is any EVSE, ``connector_type`` any of one kind (2.x)."""

    id: int
    evse: int
    token: Token
    expiry_ms: int
    group: str | None = None
    connector_type: str | None = None

    def is_for(self, token: Token, group: str | None) -> bool:
        """Whether a token may use it, by itself or by its group."""
        same = token.id.casefold() == self.token.id.casefold()
        return same or (group is not None and group == self.group)

    def suits(self, evse: Evse) -> bool:
        """Whether it can be kept at an EVSE."""
        if self.evse:
            return evse.number == self.evse
        kind = self.connector_type
        return kind is None or kind in evse.model.connectors


@dataclass(slots=True)
class Reservations:
    """Those in force, by id."""

    evses: Mapping[int, Evse]
    _open: dict[int, Reservation] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Reservation]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    # -- made and ended

    def reserve(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        """Keep an EVSE free; the same id again replaces what it was."""
        before = self._open.pop(wanted.id, None)
        status = self._why_not(wanted, now_ms)
        if status == "Accepted":
            self._open[wanted.id] = wanted
        elif before is not None:
            self._open[before.id] = before
        self.mark()
        return status

    def _why_not(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        chosen = [evse for evse in self.evses.values() if wanted.suits(evse)]
        if wanted.evse and wanted.connector_type and chosen:
            is_there = wanted.connector_type in chosen[0].model.connectors
            chosen = chosen if is_there else []
        if wanted.expiry_ms <= now_ms or not chosen:
            return "Rejected"
        free = [evse for evse in self.evses.values() if _state(evse) == "Accepted"]
        promised = _keepable(self._promised(), free)
        if _find_places([*promised, wanted], free) is not None:
            return "Accepted"
        states = {_state(evse) for evse in chosen}
        statuses: tuple[ReserveStatus, ...] = ("Occupied", "Unavailable", "Faulted")
        if "Accepted" in states:
            return "Occupied"
        return next((status for status in statuses if status in states), "Occupied")

    def cancel(self, id_: int) -> Reservation | None:
        """End one by its id; None where there is none."""
        found = self._open.pop(id_, None)
        if found is not None:
            self.mark()
        return found

    def expired(self, now_ms: int) -> list[Reservation]:
        """Take out those whose time is over."""
        if not self._open:
            return []
        return self._take([r for r in self if r.expiry_ms <= now_ms])

    def impossible(self) -> list[Reservation]:
        """Take out those that no EVSE can keep any more (1.6, 5.13; 2.x H01).

        An EVSE that is occupied now may still be free in time.
        """
        lost = ("Faulted", "Unavailable")
        whole = [e for e in self.evses.values() if _state(e) not in lost]
        kept = {r.id for r in _keepable(list(self), whole)}
        return self._take([r for r in self if r.id not in kept])

    def _take(self, over: list[Reservation]) -> list[Reservation]:
        for reservation in over:
            del self._open[reservation.id]
        if over:
            self.mark()
        return over

    def restore(self, kept: Iterable[Reservation]) -> None:
        """What was kept over a restart."""
        self._open = {reservation.id: reservation for reservation in kept}
        self.mark()

    def due_ms(self) -> int | None:
        """When the next one expires."""
        if not self._open:
            return None
        return min(r.expiry_ms for r in self._open.values())

    # -- who they let pass

    def of(
        self, evse: int, token: Token, group: str | None
    ) -> tuple[bool, Reservation | None]:
        """Whether a token may charge at an EVSE, and the reservation it uses then."""
        place = self.evses[evse]
        mine = [r for r in self if r.is_for(token, group) and r.suits(place)]
        own = max(mine, key=lambda r: bool(r.evse), default=None)
        others = [r for r in self if own is None or r.id != own.id]
        if any(r.evse == evse for r in others):
            return False, None
        return own is not None or self._can_spare(place), own

    def _promised(self) -> list[Reservation]:
        """Those whose holder has not come yet."""
        sessions = (evse.session for evse in self.evses.values())
        here = {each.reservation_id for each in sessions if each is not None}
        return [r for r in self if r.id not in here]

    def _can_spare(self, place: Evse) -> bool:
        """Whether what is promised can still be kept without an EVSE.

        What cannot be kept even with it is no reason to refuse anybody.
        """
        promised = self._promised()
        others = [e for e in self.evses.values() if e is not place]
        free = [evse for evse in others if _state(evse) == "Accepted"]
        kept = _keepable(promised, [*free, place])
        return _find_places(kept, free) is not None

    def mark(self) -> None:
        """An EVSE shows that it is reserved where a stranger could not have it."""
        by_evse = {r.evse: r.id for r in self._open.values() if r.evse}
        floating = [r for r in self._open.values() if not r.evse]
        for number, evse in self.evses.items():
            evse.reservation_id = by_evse.get(number)
        for evse in self.evses.values() if floating else ():
            is_free = evse.reservation_id is None and _state(evse) == "Accepted"
            if is_free and not self._can_spare(evse):
                fits = (r.id for r in floating if r.suits(evse))
                evse.reservation_id = next(fits, None)


def _state(evse: Evse) -> ReserveStatus:
    """What a reservation for an EVSE would be answered, were there no others."""
    places = range(1, len(evse.model.connectors) + 1)
    whole = [place for place in places if not evse.is_faulted(place)]
    if not whole:
        return "Faulted"
    if not any(map(evse.is_operative, whole)):
        return "Unavailable"
    is_used = evse.is_plugged or evse.is_running or evse.awaited is not None
    return "Occupied" if is_used else "Accepted"


def _keepable(promised: list[Reservation], evses: list[Evse]) -> list[Reservation]:
    """As many as can be kept with these EVSEs, the older ones first."""
    kept: list[Reservation] = []
    for each in promised:
        if _find_places([*kept, each], evses) is not None:
            kept.append(each)
    return kept


def _find_places(
    promised: list[Reservation], evses: list[Evse]
) -> dict[int, int] | None:
    """An EVSE of its own for each reservation (its id by number); None: impossible."""
    taken: dict[int, int] = {}
    by_id = {reservation.id: reservation for reservation in promised}

    def place(reservation: Reservation, seen: set[int]) -> bool:
        for evse in evses:
            if evse.number in seen or not reservation.suits(evse):
                continue
            seen.add(evse.number)
            holder = taken.get(evse.number)
            if holder is None or place(by_id[holder], seen):
                taken[evse.number] = reservation.id
                return True
        return False

    return taken if all(place(each, set()) for each in promised) else None
