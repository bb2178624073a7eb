"""What a vehicle may draw: the least of all that bound it, and the contactor."""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.core.evse import Evse
from connector.station.core.site import Site
from connector.station.ports import Locking


@dataclass(slots=True)
class Power:
    """Offers to the hardware of EVSEs what holds for them."""

    site: Site

    def offer(self, evse: Evse, now_ms: int, *, may_flow: bool) -> None:
        """Offer what holds now; the contactor never switches under load."""
        limit_w, phases = self.bound(evse, now_ms) if may_flow else (0.0, None)
        if may_flow:
            self._close(evse, is_closed=True)
        if (limit_w, phases) != (evse.offered_w, evse.phases):
            evse.offered_w, evse.phases = limit_w, phases
            self.site.hardware.offer(evse.number, limit_w, phases)
        if not may_flow:
            self._close(evse, is_closed=False)

    def less_first(self, now_ms: int) -> list[Evse]:
        """All EVSEs in the order in which they may be offered what holds now.

        Who gets less comes first: together they never get more than there is.
        """
        evses = list(self.site.evses.values())
        if len(evses) > 1:
            evses.sort(key=lambda evse: self._rise(evse, now_ms))
        return evses

    def _rise(self, evse: Evse, now_ms: int) -> float:
        if not evse.takes_power:
            return -evse.offered_w
        return self.bound(evse, now_ms)[0] - evse.offered_w

    def _close(self, evse: Evse, *, is_closed: bool) -> None:
        if evse.is_closed is not is_closed:
            evse.is_closed = is_closed
            if is_closed:
                self.lock(evse, is_locked=True)
            self.site.hardware.contactor(evse.number, is_closed=is_closed)

    def lock(self, evse: Evse, *, is_locked: bool) -> None:
        """Hold the cable, or let it go."""
        hardware = self.site.hardware
        if evse.is_locked is not is_locked and isinstance(hardware, Locking):
            evse.is_locked = is_locked
            hardware.lock(evse.number, evse.connector, is_locked=is_locked)
        if not is_locked:
            evse.locked_for = None

    def bound(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        """The least of profiles, hardware, what cards say, and the offline limit."""
        limit_w, phases = self.site.offers.limit_w(evse, now_ms)
        rating = evse.model.rating
        bounds = [limit_w, rating.max_power_w]
        if evse.session is not None:
            bounds += evse.session.limits.values()
        offline_w = self.site.model.offline_limit_w
        if self.site.is_offline() and offline_w is not None:
            bounds.append(offline_w)
        least_w = min(bounds)
        if 0 < least_w < evse.least_w(phases):
            # A vehicle would draw its least current, which is more than is allowed.
            least_w = 0.0
        return max(least_w, -rating.max_discharge_w), phases
