"""What the core does for its OCPP client (`calls.Calls` says what each is for)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector.station.core import settings as names
from connector.station.core.calls import Answer, Calls
from connector.station.core.evse import Evse, RemoteStart
from connector.station.core.limits import TransactionLimit
from connector.station.core.reservations import Reservation, ReserveStatus
from connector.station.core.rooms import Rooms
from connector.station.core.session import Session
from connector.station.core.shifting import shift
from connector.station.core.tokens import Entry, ListStatus, Verdict
from connector.station.ports import Token

_TRIGGERED = "Trigger"


class ClientSide(Calls):
    """Requests of a central system; the rooms do the work."""

    _rooms: Rooms

    # -- the link

    def came_online(self, now_ms: int) -> None:
        """A central system has accepted this station, and listens."""
        self._rooms.site.is_online = self._rooms.site.is_accepted = True
        self._rooms.telling.came_online(now_ms)
        self.offer_anew(now_ms)

    def went_offline(self, now_ms: int) -> None:
        """Nobody listens; the offline limit holds at once."""
        self._rooms.site.is_online = False
        self._rooms.telling.went_offline(now_ms)
        self.offer_anew(now_ms)

    def follow_16(self, *, is_so: bool) -> None:
        """Whether the rules of 1.6 hold for what is kept for a transaction's end."""
        self._rooms.transactions.is_for_16 = is_so

    def time_moved(self, by_ms: int) -> None:
        """The clock was set, by so much; call `step` then."""
        shift(self._rooms, by_ms)

    # -- who may charge

    def authorized(self, evse: int, token: Token, verdict: Verdict, now_ms: int) -> str:
        """The answer to `AuthorizeWanted`: ``Started``, ``Stopped``, .. or why not."""
        self._learn(token, verdict, now_ms)
        return self._rooms.admission.follow(
            self._rooms.site.evses[evse], token, verdict, now_ms
        )

    def unanswered(self, evse: int, token: Token, now_ms: int) -> str:
        """`AuthorizeWanted` found nobody to answer: judged as when offline."""
        verdict = self._rooms.site.tokens.decide(token, now_ms, is_online=False)
        verdict = verdict or Verdict("Unknown")
        return self._rooms.admission.follow(
            self._rooms.site.evses[evse], token, verdict, now_ms
        )

    def judged(
        self, session: Session, token: Token | None, verdict: Verdict, now_ms: int
    ) -> None:
        """What an answer to a transaction's message says of a token."""
        token = token or session.token
        if token is None:
            return
        self._learn(token, verdict, now_ms)
        if session.token == token:
            self._rooms.admission.judged(session, verdict, now_ms)

    def _learn(self, token: Token, verdict: Verdict, now_ms: int) -> None:
        self._rooms.site.tokens.learn(token, verdict, now_ms)
        self._rooms.site.revision += 1

    def deauthorized(self, session: Session, now_ms: int) -> None:
        """The token of what already runs is not accepted."""
        self._rooms.admission.deauthorized(session, now_ms)

    def clear_cache(self) -> Answer:
        """ClearCache; Rejected where there is none."""
        self._rooms.site.revision += 1
        is_done = self._rooms.site.tokens.clear_cache()
        return Answer("Accepted") if is_done else Answer("Rejected", "NotEnabled")

    def update_list(
        self, version: int, entries: Iterable[Entry], *, is_full: bool
    ) -> ListStatus:
        """SendLocalList."""
        self._rooms.site.revision += 1
        return self._rooms.site.tokens.update(version, entries, is_full=is_full)

    def list_version(self) -> int:
        """GetLocalListVersion; 0 where the list is empty, -1 where there is none."""
        return self._rooms.site.tokens.listed_version()

    # -- remote control

    def remote_start(
        self,
        token: Token,
        now_ms: int,
        *,
        evse: int | None = None,
        connector: int | None = None,
        group: str | None = None,
        remote_start_id: int | None = None,
        install: Callable[[Evse], bool] | None = None,
    ) -> Answer:
        """Remote/RequestStartTransaction; without an EVSE one is chosen."""
        wanted = RemoteStart(token, group, remote_start_id)
        return self._rooms.remote.start(wanted, now_ms, evse, connector, install)

    def remote_stop(
        self, now_ms: int, *, key: str | None = None, id_16: int | None = None
    ) -> Answer:
        """Remote/RequestStopTransaction, by our key or by 1.6's number."""
        return self._rooms.remote.stop(self.running(key, id_16), now_ms)

    async def unlock(
        self, evse: int, connector: int, now_ms: int, *, ends_transaction: bool
    ) -> Answer:
        """UnlockConnector."""
        return await self._rooms.remote.unlock(
            evse, connector, now_ms, ends_transaction=ends_transaction
        )

    # -- availability and reservations

    def change_availability(
        self,
        evse: int,
        connector: int,
        now_ms: int,
        *,
        is_operative: bool,
        includes_parts: bool = False,
    ) -> Answer:
        """Accepted, Scheduled (after what runs) or Rejected (no such place)."""
        return self._rooms.availability.change(
            evse,
            connector,
            now_ms,
            is_operative=is_operative,
            includes_parts=includes_parts,
        )

    def reserve(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        """ReserveNow; the same id again replaces."""
        variables = self._rooms.site.variables
        is_off = names.is_off(variables, names.HAS_RESERVATIONS)
        if is_off or (not wanted.evse and names.is_off(variables, names.RESERVES_ANY)):
            return "Rejected"
        self._rooms.site.revision += 1
        status = self._rooms.site.reservations.reserve(wanted, now_ms)
        self._rooms.telling.statuses(now_ms)
        return status

    def cancel_reservation(self, id_: int, now_ms: int) -> Answer:
        """CancelReservation; Rejected where there is none."""
        self._rooms.site.revision += 1
        if self._rooms.site.reservations.cancel(id_) is None:
            return Answer("Rejected", "NotFound")
        self._rooms.telling.statuses(now_ms)
        return Answer("Accepted")

    # -- telling on demand

    def tell_status(self, evse: int, connector: int, now_ms: int) -> bool:
        """Tell a status that did not change; False: no such place."""
        chosen = self._rooms.chosen(evse)
        most = max((len(each.model.connectors) for each in chosen), default=0)
        if not 0 <= connector <= most:
            return False
        if not evse:
            self._rooms.telling.tell(0, 0, now_ms, is_asked=True)
        for each in chosen:
            all_ = range(1, len(each.model.connectors) + 1)
            for number in (connector,) if connector else all_:
                self._rooms.telling.tell(each.number, number, now_ms, is_asked=True)
        return bool(chosen)

    def tell_values(self, evse: int, now_ms: int, *, name: str = "") -> bool:
        """MeterValues with the measurands of a variable; False: no such place."""
        chosen = self._rooms.chosen(evse)
        for each in chosen:
            name = name or names.ALIGNED_MEASURANDS
            self._rooms.sampling.measure(each.number, _TRIGGERED, now_ms, name)
        return bool(chosen)

    def tell_transactions(self, evse: int, now_ms: int) -> bool:
        """A TransactionEvent Updated of what runs there; False: nothing does."""
        running = [each for each in self._rooms.chosen(evse) if each.is_running]
        for each in running:
            self._rooms.sampling.sample(each, _TRIGGERED, _TRIGGERED, now_ms)
        return bool(running)

    # -- limits of a transaction

    def limit_transaction(
        self, key: str, limit: TransactionLimit | None, now_ms: int
    ) -> bool:
        """It may take no more than this (2.1, E16); False: no such transaction."""
        evse = self.running(key)
        if evse is not None:
            self._rooms.bounds.set_limit(evse, limit, now_ms)
        return evse is not None

    def cost_updated(self, key: str, total: float, now_ms: int) -> bool:
        """What a transaction has cost by now; False: no such transaction."""
        evse = self.running(key)
        if evse is None or evse.session is None:
            return False
        evse.session.cost = total
        self._rooms.bounds.check(evse, now_ms)
        return True

    def running(self, key: str | None = None, id_16: int | None = None) -> Evse | None:
        """Where a transaction runs, by our key or by the number that 1.6 gave it."""
        for evse in self._rooms.site.evses.values():
            session = evse.session
            if session is None or not session.is_running:
                continue
            if session.key == key or (id_16 is not None and session.id_16 == id_16):
                return evse
        return None

    # -- resets and restarts

    def reset(
        self,
        evse: int,
        now_ms: int,
        *,
        is_hard: bool = False,
        on_idle: bool = False,
        resumes: bool = False,
        reason: str = "ImmediateReset",
    ) -> Answer:
        """Accepted, Scheduled, or Rejected (no such EVSE); `ResetDue` follows."""
        return self._rooms.availability.reset(
            evse,
            now_ms,
            is_hard=is_hard,
            on_idle=on_idle,
            resumes=resumes,
            reason=reason,
        )

    def reset_done(self, evse: int, now_ms: int) -> None:
        """The hardware has started anew (0: the station's): it is of use again."""
        self._rooms.availability.reset_done(evse, now_ms)

    def save(self, now_ms: int) -> dict[str, Any]:
        """What has to survive a restart, ready for JSON."""
        return self._rooms.kept.save(now_ms)

    def restore(
        self, kept: Mapping[str, Any], now_ms: int, *, reason: str = "PowerLoss"
    ) -> None:
        """What was saved, before anything else is told; rubbish in it is dropped."""
        self._rooms.kept.restore(kept, now_ms, reason=reason)

    # -- what else clients and commands do

    def stop(
        self,
        evse: Evse,
        trigger: str,
        reason: str,
        now_ms: int,
        token: Token | None = None,
    ) -> None:
        """Who charges, or somebody for them, stops it; the vehicle may stay."""
        self._rooms.sessions.stop(evse, trigger, reason, now_ms, token)

    def end_all(
        self, reason: str, now_ms: int, evse: int = 0, trigger: str = "ResetCommand"
    ) -> None:
        """End what runs, at one EVSE or all, whatever its stop points are."""
        self._rooms.sessions.end_all(reason, now_ms, evse, trigger)

    def offer_anew(self, now_ms: int) -> None:
        """Profiles, or the link, have changed: what is offered follows at once."""
        for evse in self._rooms.sessions.power.less_first(now_ms):
            self._rooms.sessions.settle(evse, now_ms)

    def sample(self, evse: Evse, trigger: str, context: str, now_ms: int) -> None:
        """Tell the values of what runs at an EVSE."""
        self._rooms.sampling.sample(evse, trigger, context, now_ms)

    def measure(self, evse: int, context: str, now_ms: int, name: str = "") -> None:
        """Tell the values of an EVSE, or the main meter, where nothing runs."""
        self._rooms.sampling.measure(evse, context, now_ms, name)
