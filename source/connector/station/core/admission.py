"""Who may charge: tokens that are presented, judged, admitted, or found invalid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.station.core import settings as names
from connector.station.core.events import AuthorizeWanted
from connector.station.core.evse import Evse, RemoteStart
from connector.station.core.reservations import Reservation
from connector.station.core.session import Session
from connector.station.core.sessions import Sessions
from connector.station.core.site import Site
from connector.station.core.telling import Telling
from connector.station.core.tokens import ACCEPTED, Verdict
from connector.station.ports import Token

OCCUPIED, STARTED, STOPPED, WAITING = "Occupied", "Started", "Stopped", "Waiting"
ELSEWHERE = "NotAtThisLocation"
_MOST_ROAMING = 16
_TAKEN = frozenset({STARTED, STOPPED, WAITING, ACCEPTED})
"""What becomes of a token that is not refused."""


@dataclass(slots=True)
class Admission:
    """Judges tokens with what the station knows, or has them judged."""

    site: Site
    telling: Telling
    sessions: Sessions
    _roaming: list[str] = field(default_factory=list)
    """Tokens that are asked about, and were presented at no EVSE in particular."""

    # -- presented

    def presented(self, token: Token, now_ms: int, evse: int | None) -> None:
        """A card; without an EVSE it is for the one where it makes sense."""
        found = self.site.evses[evse or self._meant(token)]
        known = self.site.tokens.known(token, now_ms)
        if found.locked_for == token:
            self.sessions.power.lock(found, is_locked=False)
        elif known is not None and known.is_accepted and self.site.is_master(known):
            self._master(found if evse else None, token, now_ms)
        elif self._is_stop(found, token, known):
            self.sessions.stop(found, "StopAuthorized", "Local", now_ms, token)
        else:
            self._judge(found, token, now_ms, is_chosen=bool(evse))

    def _judge(self, evse: Evse, token: Token, now_ms: int, *, is_chosen: bool) -> None:
        is_online = self.site.is_online
        verdict = self.site.tokens.decide(token, now_ms, is_online=is_online)
        if verdict is not None:
            self.follow(evse, token, verdict, now_ms)
            return
        if not is_chosen:
            self._roaming = [*self._roaming, token.id][-_MOST_ROAMING:]
        self.telling.emit(AuthorizeWanted(evse.number, token, now_ms))

    def _meant(self, token: Token) -> int:
        """Where its own session is, else where a vehicle waits, else what is free."""
        evses = list(self.site.evses.values())
        tests: tuple[Callable[[Evse], bool], ...] = (
            lambda e: e.session is not None and e.session.is_own(token, None),
            lambda e: e.locked_for == token,
            lambda e: e.is_plugged and not e.is_busy and e.may_begin(),
            lambda e: e.status(e.connector) in ("Available", "Reserved"),
        )
        for test in tests:
            for evse in evses:
                if test(evse):
                    return evse.number
        return evses[0].number

    def _is_stop(self, evse: Evse, token: Token, known: Verdict | None) -> bool:
        """Whether it is the token of who charges, or waits for a vehicle (1.6, B1)."""
        session = evse.session
        if session is None or not session.is_authorized:
            return False
        return session.is_own(token, known.group if known else None)

    def _master(self, evse: Evse | None, token: Token, now_ms: int) -> bool:
        """Stop what runs at an EVSE, or everywhere (2.x part 2, C16)."""
        chosen = [evse] if evse else list(self.site.evses.values())
        running = [each for each in chosen if each.is_running]
        for each in running:
            self.sessions.stop(each, "StopAuthorized", "MasterPass", now_ms, token)
        return bool(running)

    # -- judged

    def follow(self, evse: Evse, token: Token, verdict: Verdict, now_ms: int) -> str:
        """Do what was decided about a token; gives what became of it."""
        outcome = self._follow(evse, token, verdict, now_ms)
        if self.site.on_judged is not None:
            self.site.on_judged(evse.number, token, outcome)
        if outcome not in _TAKEN:
            self._tell_refused(evse.number, token, outcome)
        return outcome

    def _tell_refused(self, evse: int, token: Token, why: str) -> None:
        if self.site.on_refused is not None:
            self.site.on_refused(self.site.model.identity, evse, token, why)

    def _follow(self, evse: Evse, token: Token, verdict: Verdict, now_ms: int) -> str:
        remote = self._take_remote(evse, token)
        is_roaming = token.id in self._roaming
        if is_roaming:
            self._roaming.remove(token.id)
        if verdict.is_accepted and self.site.is_master(verdict) and remote is None:
            place = None if is_roaming else evse
            is_stopped = self._master(place, token, now_ms)
            return STOPPED if is_stopped else verdict.status
        status = self._why_not(evse, token, verdict, remote, now_ms)
        if status is None:
            return self._admit(evse, token, verdict, remote, now_ms)
        if remote is not None and not evse.is_running:
            self.site.offers.session_ended(evse)
        return status

    def _take_remote(self, evse: Evse, token: Token) -> RemoteStart | None:
        remote = evse.asked
        if remote is None or remote.token != token:
            return None
        evse.asked = None
        return remote

    def _why_not(
        self,
        evse: Evse,
        token: Token,
        verdict: Verdict,
        remote: RemoteStart | None,
        now_ms: int,
    ) -> str | None:
        if not verdict.is_accepted or self.site.is_master(verdict):
            return ELSEWHERE if verdict.is_accepted else verdict.status
        if verdict.evses and evse.number not in verdict.evses:
            return ELSEWHERE
        session = evse.session
        if session is not None and session.token is not None:
            if session.is_authorized and remote is None:
                if not session.is_own(token, verdict.group):
                    return OCCUPIED
                self.sessions.stop(evse, "StopAuthorized", "Local", now_ms, token)
                return STOPPED
            if evse.is_busy and not session.is_own(token, verdict.group):
                return OCCUPIED
        may, _ = self.site.reservations.of(evse.number, token, verdict.group)
        if not may:
            return "Reserved"
        return None if self.site.may_start(evse) else evse.status(evse.connector)

    def _admit(
        self,
        evse: Evse,
        token: Token,
        verdict: Verdict,
        remote: RemoteStart | None,
        now_ms: int,
    ) -> str:
        session = self.site.session(evse)
        group = verdict.group or (remote.group if remote else None)
        _, reservation = self.site.reservations.of(evse.number, token, group)
        self._fill(session, token, group, remote, reservation)
        evse.is_spent = False
        if not evse.is_plugged:
            evse.waits_until_ms = now_ms + self.site.connection_timeout_ms()
        trigger = "Authorized" if remote is None else "RemoteStart"
        self.sessions.note(evse, trigger, now_ms, token)
        self.sessions.settle(evse, now_ms)
        return STARTED if evse.is_plugged else WAITING

    def _fill(
        self,
        session: Session,
        token: Token,
        group: str | None,
        remote: RemoteStart | None,
        reservation: Reservation | None,
    ) -> None:
        session.token, session.group = token, group
        session.is_over, session.stopped_reason = False, None
        if remote is not None:
            session.remote_start_id = remote.remote_start_id
            session.is_remote_told = False
        if reservation is not None:
            session.reservation_id = reservation.id
            session.is_reservation_told = False

    # -- found out later

    def judged(self, session: Session, verdict: Verdict, now_ms: int) -> None:
        """What a central system says of the token of what already runs."""
        if not verdict.is_accepted:
            self.deauthorized(session, now_ms, verdict.status)
            return
        session.group = verdict.group or session.group
        evse = self.site.evses[session.evse]
        was_invalid = session.is_invalid or session.invalid_from_wh is not None
        if evse.session is session and was_invalid:
            session.is_invalid, session.invalid_from_wh = False, None
            session.stopped_reason = None
            self.sessions.settle(evse, now_ms, "Authorized")

    def deauthorized(
        self, session: Session, now_ms: int, why: str = "Deauthorized"
    ) -> None:
        """The token of what already runs is not accepted (1.6, 4.8; 2.x E05)."""
        evse = self.site.evses[session.evse]
        if evse.session is not session or not session.is_authorized:
            return
        is_news = not session.is_invalid and session.invalid_from_wh is None
        if is_news and session.token is not None:
            self._tell_refused(evse.number, session.token, why)
        variables = self.site.variables
        if not session.is_running or variables.flag(names.STOP_ON_INVALID):
            self.sessions.stop(evse, "Deauthorized", "DeAuthorized", now_ms)
            return
        if session.is_invalid or session.invalid_from_wh is not None:
            return
        if variables.number(names.MOST_INVALID_WH) > 0:
            reading = self.site.hardware.read(evse.number)
            session.invalid_from_wh = reading.energy_wh
        else:
            session.is_invalid, session.stopped_reason = True, "DeAuthorized"
        self.sessions.transactions.update(evse, "Deauthorized", now_ms)
        self.sessions.settle(evse, now_ms)
