"""Switching places off and on, and starting hardware anew.

1.6, sections 5.2 and 5.14; 2.x part 2, G03, G04, B11 and B12.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.station.core.calls import Answer
from connector.station.core.events import ResetDue
from connector.station.core.evse import RESETTING, STATION, Evse
from connector.station.core.sessions import Sessions, switch
from connector.station.core.site import PendingReset, Site
from connector.station.core.telling import Telling

ACCEPTED, SCHEDULED, REJECTED = "Accepted", "Scheduled", "Rejected"


@dataclass(slots=True)
class Availability:
    """Does it at once where nobody charges, else when that is over."""

    site: Site
    telling: Telling
    sessions: Sessions

    def change(
        self,
        evse: int,
        connector: int,
        now_ms: int,
        *,
        is_operative: bool,
        includes_parts: bool,
    ) -> Answer:
        """ChangeAvailability."""
        if evse == 0:
            return self._change_station(now_ms, is_operative, includes_parts)
        found = self.site.evses.get(evse)
        if found is None:
            return Answer(REJECTED, "UnknownEvse")
        if not 0 <= connector <= len(found.model.connectors):
            return Answer(REJECTED, "UnknownConnectorId")
        is_done = self._switch(found, connector, is_operative)
        self._follow([found], now_ms)
        return Answer(ACCEPTED if is_done else SCHEDULED)

    def _change_station(
        self, now_ms: int, is_operative: bool, includes_parts: bool
    ) -> Answer:
        switch(self.site.inoperative, 0, is_on=is_operative)
        done = []
        for evse in self.site.evses.values():
            done.append(self._switch(evse, STATION, is_operative))
            parts = range(len(evse.model.connectors) + 1) if includes_parts else ()
            # In 1.6 connector 0 stands for the charge point and all its connectors.
            done += [self._switch(evse, part, is_operative) for part in parts]
        self._follow(list(self.site.evses.values()), now_ms)
        return Answer(ACCEPTED if all(done) else SCHEDULED)

    def _switch(self, evse: Evse, key: int, is_operative: bool) -> bool:
        evse.will_change.pop(key, None)
        has_to_wait = evse.is_busy and (key < 1 or key == evse.connector)
        if has_to_wait and not is_operative and key not in evse.inoperative:
            evse.will_change[key] = False
            return False
        switch(evse.inoperative, key, is_on=is_operative)
        return True

    def _follow(self, evses: list[Evse], now_ms: int) -> None:
        self.site.revision += 1
        for evse in evses:
            if evse.awaited is not None and not evse.may_begin():
                self.sessions.stop(evse, "StopAuthorized", "Other", now_ms)
        self.drop_reservations(now_ms)
        for evse in evses:
            self.sessions.settle(evse, now_ms)
        self.telling.statuses(now_ms)

    def drop_reservations(self, now_ms: int) -> None:
        """Those that no EVSE can keep any more are told to be removed."""
        for reservation in self.site.reservations.impossible():
            self.telling.reservation_ended(reservation, "Removed", now_ms)

    # -- resets

    def reset(
        self,
        evse: int,
        now_ms: int,
        *,
        is_hard: bool,
        on_idle: bool,
        resumes: bool,
        reason: str,
    ) -> Answer:
        """Reset, now or when nobody charges any more."""
        if evse and evse not in self.site.evses:
            return Answer(REJECTED, "UnknownEvse")
        chosen = self._chosen(evse)
        if on_idle and any(each.is_busy for each in chosen):
            self.site.reset = PendingReset(evse, is_hard)
            for each in chosen:
                self._switch(each, RESETTING, is_operative=False)
            self._follow(chosen, now_ms)
            return Answer(SCHEDULED)
        self.site.reset = None
        if not resumes:
            self.sessions.end_all(reason, now_ms, evse)
        self.telling.emit(ResetDue(evse, is_hard, now_ms))
        return Answer(ACCEPTED)

    def reset_done(self, evse: int, now_ms: int) -> None:
        """It is of use again."""
        for each in self._chosen(evse):
            each.will_change.pop(RESETTING, None)
            switch(each.inoperative, RESETTING, is_on=True)
            self.sessions.settle(each, now_ms)

    def _chosen(self, evse: int) -> list[Evse]:
        return [e for e in self.site.evses.values() if evse in (0, e.number)]
