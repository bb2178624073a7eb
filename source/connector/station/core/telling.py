"""What happened, in its order, until it is taken; and which statuses are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.station.core import settings as names
from connector.station.core.events import CoreEvent, Reported, StatusChanged
from connector.station.core.evse import HARMLESS, NO_ERROR, Evse
from connector.station.core.reservations import EndStatus, Reservation
from connector.station.core.site import Site

_Told = tuple[str, str, str, str]
"""Status in both vocabularies, error code, info."""


@dataclass(slots=True)
class Telling:
    """Events that wait, and the statuses that were told."""

    site: Site
    _events: list[CoreEvent] = field(default_factory=list)
    _told: dict[tuple[int, int], _Told] = field(default_factory=dict)
    _settling: dict[tuple[int, int], tuple[_Told, int]] = field(default_factory=dict)
    """Statuses that have to last before they are told, and since when they do."""
    _offline_since_ms: int | None = None

    def emit(self, event: CoreEvent) -> None:
        """Something has to be told."""
        self._events.append(event)
        if len(self._events) == 1:
            self.site.on_events()

    def take(self) -> list[CoreEvent]:
        """What happened since it was asked last, in its order."""
        events, self._events = self._events, []
        return events

    def report(self, action: str, details: Mapping[str, object], now_ms: int) -> None:
        """Have the client tell something that only it knows how to write."""
        self.emit(Reported(action, details, now_ms))

    def reservation_ended(
        self, reservation: Reservation, status: EndStatus, now_ms: int
    ) -> None:
        """ReservationStatusUpdate of 2.x; 1.6 sees it by the connector's status."""
        self.site.revision += 1
        details = {"reservationId": reservation.id, "reservationUpdateStatus": status}
        self.report("ReservationStatusUpdate", details, now_ms)

    # -- statuses

    def status(self, evse: int, connector: int) -> _Told:
        """As it is; EVSE 0 is the station."""
        if evse == 0:
            return self._station_status()
        found = self.site.evses[evse]
        connector = connector or found.connector
        code, info = found.error(connector)
        return found.status(connector), found.status_2(connector), code, info

    def _station_status(self) -> _Told:
        code, info = self.site.error or (NO_ERROR, "")
        word = "Unavailable" if self.site.inoperative else "Available"
        if code != NO_ERROR and code not in HARMLESS:
            word = "Faulted"
        return word, word, code, info

    def statuses_of(self, evse: Evse, now_ms: int) -> None:
        """Tell what changed at an EVSE."""
        for connector in range(1, len(evse.model.connectors) + 1):
            self.tell(evse.number, connector, now_ms)

    def statuses(self, now_ms: int) -> None:
        """Tell all that changed."""
        for evse in self.site.evses.values():
            self.statuses_of(evse, now_ms)
        self.tell(0, 0, now_ms)

    def tell(
        self, evse: int, connector: int, now_ms: int, *, is_asked: bool = False
    ) -> None:
        """Tell a status if it is news, or was asked for; while offline it waits."""
        status = self.status(evse, connector)
        before = self._told.get((evse, connector))
        if self.site.is_offline() or (before == status and not is_asked):
            if self._settling:
                self._settling.pop((evse, connector), None)
            return
        if not is_asked and before is not None:
            if not self._has_lasted((evse, connector), status, now_ms):
                return
        self._settling.pop((evse, connector), None)
        self._told[evse, connector] = status
        word, word_2, code, info = status
        is_for_16 = (
            is_asked
            or before is None
            or (before[0], *before[2:])
            != (
                word,
                code,
                info,
            )
        )
        is_for_2 = is_asked or before is None or before[1] != word_2
        if is_for_16 or is_for_2:
            values = (word, code, now_ms, info, word_2, is_for_16, is_for_2)
            self.emit(StatusChanged(evse, connector, *values))

    def _has_lasted(self, place: tuple[int, int], status: _Told, now_ms: int) -> bool:
        """Whether it is stable (1.6, 4.9 and MinimumStatusDuration; 2.x likewise)."""
        least_ms = self._least_ms()
        if not least_ms:
            return True
        found, since_ms = self._settling.get(place, (status, now_ms))
        if found != status or since_ms > now_ms:
            since_ms = now_ms
        self._settling[place] = status, since_ms
        return now_ms - since_ms >= least_ms

    def _least_ms(self) -> int:
        return round(self.site.variables.number(names.LEAST_STATUS_S) * 1000)

    def settled(self, now_ms: int) -> None:
        """Tell what has lasted long enough by now."""
        for evse, connector in tuple(self._settling):
            self.tell(evse, connector, now_ms)

    def due_ms(self) -> int | None:
        """When something will have."""
        if not self._settling:
            return None
        return min(since for _, since in self._settling.values()) + self._least_ms()

    def forget_told(self, now_ms: int) -> None:
        """Tell every status anew, as after a boot."""
        self._told.clear()
        self.statuses(now_ms)

    # -- the link

    def went_offline(self, now_ms: int) -> None:
        """From now on statuses wait."""
        if self._offline_since_ms is None:
            self._offline_since_ms = now_ms

    def time_moved(self, by_ms: int) -> None:
        """The clock was set."""
        for place, (status, since_ms) in self._settling.items():
            self._settling[place] = status, since_ms + by_ms
        if self._offline_since_ms is not None:
            self._offline_since_ms += by_ms

    def came_online(self, now_ms: int) -> None:
        """Tell what changed, or all after a long time (2.x part 2, B04)."""
        since_ms, self._offline_since_ms = self._offline_since_ms, None
        threshold_ms = self.site.variables.number(names.OFFLINE_THRESHOLD_S) * 1000
        if since_ms is not None and threshold_ms and now_ms - since_ms > threshold_ms:
            self._told.clear()
        self.statuses(now_ms)
