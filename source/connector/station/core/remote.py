"""What a central system does from afar: start, stop, unlock.

1.6, sections 5.11, 5.12 and 5.18; 2.x part 2, F01 to F05.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.station.core import settings as names
from connector.station.core.admission import STARTED, WAITING, Admission
from connector.station.core.calls import Answer
from connector.station.core.events import AuthorizeWanted
from connector.station.core.evse import Evse, RemoteStart
from connector.station.core.site import Site
from connector.station.core.tokens import ACCEPTED, Verdict

REJECTED = "Rejected"


@dataclass(slots=True)
class Remote:
    """Answers at once; what follows comes as events."""

    site: Site
    admission: Admission

    # -- start

    def start(
        self,
        wanted: RemoteStart,
        now_ms: int,
        evse: int | None,
        connector: int | None,
        install: Callable[[Evse], bool] | None,
    ) -> Answer:
        """Remote/RequestStartTransaction."""
        found = self._place(wanted, evse, connector)
        if isinstance(found, Answer):
            return found
        if install is not None and not install(found):
            return Answer(REJECTED, "InvalidProfile", evse=found.number)
        is_asked = self.site.variables.flag(names.REMOTE_IS_ASKED)
        session = found.session
        # Only what ran before is told in the answer (2.x part 2, F01.FR.13).
        key = session.key if session is not None and session.is_running else None
        status = self._begin(found, wanted, is_asked, now_ms)
        if status == ACCEPTED:
            return Answer(ACCEPTED, evse=found.number, transaction=key)
        self.site.offers.session_ended(found)
        return Answer(REJECTED, "InvalidIdToken", status, found.number)

    def _begin(
        self, evse: Evse, wanted: RemoteStart, is_asked: bool, now_ms: int
    ) -> str:
        verdict: Verdict | None = Verdict(ACCEPTED, wanted.group)
        if is_asked:
            is_online = self.site.is_online
            tokens = self.site.tokens
            verdict = tokens.decide(wanted.token, now_ms, is_online=is_online)
        evse.asked = wanted
        if verdict is None:
            event = AuthorizeWanted(evse.number, wanted.token, now_ms)
            self.admission.telling.emit(event)
            return ACCEPTED
        status = self.admission.follow(evse, wanted.token, verdict, now_ms)
        return ACCEPTED if status in (STARTED, WAITING) else status

    def _place(
        self, wanted: RemoteStart, evse: int | None, connector: int | None
    ) -> Evse | Answer:
        if not evse:
            return self._choose(wanted)
        found = self.site.evses.get(evse)
        if found is None:
            return Answer(REJECTED, "UnknownEvse")
        if connector is not None and not self._is_free(found, connector):
            return Answer(REJECTED, "UnknownConnectorId", evse=evse)
        return self._why_not(found, wanted) or found

    def _is_free(self, evse: Evse, connector: int) -> bool:
        """Whether it exists, and no other connector of the EVSE is used."""
        if not 1 <= connector <= len(evse.model.connectors):
            return False
        if not evse.is_plugged and evse.session is None:
            evse.connector = connector
        return evse.connector == connector

    def _choose(self, wanted: RemoteStart) -> Evse | Answer:
        """Where a vehicle waits, else what is kept for the token, else what is free."""
        evses = [e for e in self.site.evses.values() if not self._why_not(e, wanted)]
        if not evses:
            return Answer(REJECTED, "UnknownEvse", "no EVSE is free")
        return min(evses, key=lambda e: (not e.is_plugged, e.reservation_id is None))

    def _why_not(self, evse: Evse, wanted: RemoteStart) -> Answer | None:
        session = evse.session
        is_taken = session is not None and session.token is not None
        if is_taken:
            return Answer(REJECTED, "TxInProgress", evse=evse.number)
        if not self.site.may_start(evse):
            info = evse.status(evse.connector)
            return Answer(REJECTED, "Unspecified", info, evse.number)
        may, _ = self.site.reservations.of(evse.number, wanted.token, wanted.group)
        if not may and not self.site.variables.flag(names.REMOTE_IS_ASKED):
            return Answer(REJECTED, "Unspecified", "Reserved", evse.number)
        return None

    # -- stop

    def stop(self, evse: Evse | None, now_ms: int) -> Answer:
        """Remote/RequestStopTransaction of what runs at an EVSE."""
        if evse is None or evse.session is None:
            return Answer(REJECTED, "TxNotFound")
        key = evse.session.key
        self.admission.sessions.stop(evse, "RemoteStop", "Remote", now_ms)
        return Answer(ACCEPTED, evse=evse.number, transaction=key)

    # -- unlock

    async def unlock(
        self, evse: int, connector: int, now_ms: int, *, ends_transaction: bool
    ) -> Answer:
        """UnlockConnector; in 2.x who charges there is left in peace (F05)."""
        found = self.site.evses.get(evse)
        if found is None or not 1 <= connector <= len(found.model.connectors):
            return Answer("UnknownConnector", "UnknownConnectorId")
        session = found.session
        is_used = session is not None and session.is_authorized
        if is_used and found.connector == connector and found.is_busy:
            if not ends_transaction:
                return Answer("OngoingAuthorizedTransaction", "TxInProgress")
            sessions = self.admission.sessions
            sessions.stop(found, "UnlockCommand", "UnlockCommand", now_ms)
        status = await self.site.hardware.unlock(evse, connector)
        if status == "Unlocked" and found.connector == connector:
            found.is_locked, found.locked_for = False, None
        return Answer(status)
