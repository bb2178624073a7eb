"""Reservations: who an EVSE, or any of them, is kept free for, and until when.

1.6, sections 5.13 and 5.3; 2.x part 2, block H.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from connector.station.core.evse import NO_ERROR, Evse
from connector.station.ports import Token

ReserveStatus = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
EndStatus = Literal["Expired", "Removed", "Used", "Cancelled", "Replaced"]


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


@dataclass(slots=True)
class Reservations:
    """Those in force, by id."""

    evses: Mapping[int, Evse]
    _open: dict[int, Reservation] = field(default_factory=dict)

    def __iter__(self) -> object:
        return iter(tuple(self._open.values()))

    def reserve(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        """Keep an EVSE free; the same id again replaces what it was."""
        before = self._open.pop(wanted.id, None)
        status = self._why_not(wanted, now_ms)
        if status == "Accepted":
            self._open[wanted.id] = wanted
        elif before is not None:
            self._open[before.id] = before
        self._mark()
        return status

    def _why_not(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        chosen = self._candidates(wanted)
        if wanted.expiry_ms <= now_ms or not chosen:
            return "Rejected"
        states: list[ReserveStatus] = [_state(evse) for evse in chosen]
        # As many EVSEs have to be free as are promised already, and one more.
        promised = 0 if wanted.evse else sum(not r.evse for r in self._open.values())
        if states.count("Accepted") > promised:
            return "Accepted"
        for status in ("Occupied", "Unavailable", "Faulted"):
            if status in states:
                return status
        return "Occupied"

    def _candidates(self, wanted: Reservation) -> list[Evse]:
        if wanted.evse:
            found = self.evses.get(wanted.evse)
            return [] if found is None else [found]
        kind = wanted.connector_type
        return [
            evse
            for evse in self.evses.values()
            if kind is None or kind in evse.model.connectors
        ]

    def cancel(self, id_: int) -> Reservation | None:
        """End one by its id; None where there is none."""
        found = self._open.pop(id_, None)
        self._mark()
        return found

    def expired(self, now_ms: int) -> list[Reservation]:
        """Take out those whose time is over."""
        over = [r for r in self._open.values() if r.expiry_ms <= now_ms]
        for reservation in over:
            del self._open[reservation.id]
        if over:
            self._mark()
        return over

    def due_ms(self) -> int | None:
        """When the next one expires."""
        return min((r.expiry_ms for r in self._open.values()), default=None)

    def of(
        self, evse: int, token: Token, group: str | None
    ) -> tuple[bool, Reservation | None]:
        """Whether a token may charge at an EVSE, and the reservation it uses then."""
        mine = [r for r in self._open.values() if r.is_for(token, group)]
        own = next((r for r in mine if r.evse in (evse, 0)), None)
        if own is not None:
            return True, own
        if any(r.evse == evse for r in self._open.values()):
            return False, None
        floating = sum(not r.evse for r in self._open.values())
        free = sum(_state(e) == "Accepted" for e in self.evses.values())
        return free > floating or not floating, None

    def _mark(self) -> None:
        """An EVSE shows that it is reserved; one for any shows where no other is."""
        by_evse = {r.evse: r.id for r in self._open.values() if r.evse}
        for number, evse in self.evses.items():
            evse.reservation_id = by_evse.get(number)
        free = [e for e in self.evses.values() if _state(e) == "Accepted"]
        floating = [r for r in self._open.values() if not r.evse]
        if floating and len(free) <= len(floating):
            for evse, reservation in zip(free, floating, strict=False):
                evse.reservation_id = reservation.id


def _state(evse: Evse) -> ReserveStatus:
    """What a reservation for an EVSE would be answered."""
    if evse.error(0)[0] != NO_ERROR:
        return "Faulted"
    if not evse.is_operative():
        return "Unavailable"
    is_used = evse.is_plugged or evse.is_running or evse.awaited is not None
    return "Occupied" if is_used or evse.reservation_id is not None else "Accepted"
