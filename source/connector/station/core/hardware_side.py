"""What hardware tells the core, and what follows (`ports.Told`)."""

from __future__ import annotations

from connector.station.core.evse import NO_ERROR, STATION, Evse
from connector.station.core.rooms import Rooms
from connector.station.core.sessions import CHANGED
from connector.station.ports import Demand, Needs, Plug, Token, Told

EMERGENCY_STOP = "EmergencyStop"


class HardwareSide(Told):
    """Facts come in; an EVSE that does not exist is a `KeyError`."""

    _rooms: Rooms

    def plugged(self, evse: int, plug: Plug, now_ms: int, connector: int = 1) -> None:
        """The cable at a connector of an EVSE."""
        found = self._rooms.site.evses[evse]
        was_plugged = found.is_plugged
        found.plug = plug
        if found.is_plugged and not was_plugged:
            self._rooms.sessions.arrived(found, connector, now_ms)
        elif was_plugged and not found.is_plugged:
            self._rooms.sessions.left(found, now_ms)
        self._rooms.sessions.settle(found, now_ms)

    def in_bay(self, evse: int, now_ms: int, *, is_occupied: bool) -> None:
        """What a parking bay detector sees."""
        found = self._rooms.site.evses[evse]
        self._rooms.sessions.in_bay(found, now_ms, is_occupied=is_occupied)
        self._rooms.sessions.settle(found, now_ms)

    def demands(self, evse: int, demand: Demand, now_ms: int) -> None:
        """The vehicle takes power, or asks for none."""
        found = self._rooms.site.evses[evse]
        if found.demand is not demand:
            found.demand = demand
            if found.is_plugged:
                self._rooms.sessions.settle(found, now_ms)

    def presented(self, token: Token, now_ms: int, evse: int | None = None) -> None:
        """A card; without an EVSE it is for the one where it makes sense."""
        self._rooms.admission.presented(token, now_ms, evse)

    def fault(
        self,
        evse: int,
        error_code: str,
        now_ms: int,
        info: str = "",
        connector: int = 0,
    ) -> None:
        """Something is broken; what charges there is paused until it heals.

        EVSE 0 is the station, connector 0 the EVSE. An info of `EmergencyStop` ends
        what charges.
        """
        chosen = (
            [self._rooms.site.evses[evse]]
            if evse
            else list(self._rooms.site.evses.values())
        )
        error = None if error_code == NO_ERROR else (error_code, info)
        if not evse:
            self._rooms.site.error = error
        for each in chosen:
            _note_error(each, connector if evse else STATION, error)
            if info == EMERGENCY_STOP and error and each.is_running:
                self._rooms.sessions.end(
                    each, "AbnormalCondition", EMERGENCY_STOP, now_ms
                )
        self._rooms.availability.drop_reservations(now_ms)
        for each in chosen:
            trigger = "AbnormalCondition" if error else CHANGED
            self._rooms.sessions.settle(each, now_ms, trigger)
        self._rooms.telling.statuses(now_ms)

    def departs(self, evse: int, departure_ms: int | None, energy_wh: float) -> None:
        """When the vehicle wants to leave, and what it still wants (0: unknown)."""
        found = self._rooms.site.evses[evse]
        found.departure_ms, found.energy_wanted_wh = departure_ms, energy_wh

    def needs(self, evse: int, needs: Needs, now_ms: int) -> None:
        """What the vehicle says by ISO 15118; told once a transaction runs (K15)."""
        found = self._rooms.site.evses[evse]
        found.departure_ms, found.energy_wanted_wh = needs.departure_ms, needs.energy_wh
        found.needs = needs
        self._rooms.sessions.tell_needs(found, now_ms)


def _note_error(evse: Evse, key: int, error: tuple[str, str] | None) -> None:
    if error is None:
        evse.errors.pop(key, None)
    else:
        evse.errors[key] = error
