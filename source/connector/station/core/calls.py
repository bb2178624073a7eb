"""What the core does for its OCPP client: the requests of a central system.

`StationCore` is one. Nothing here raises for an id that does not exist: the answer says
so. Times are epoch milliseconds; statuses and reasons are the words of 2.x, where 1.6
has the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connector.station.core.evse import Evse
from connector.station.core.limits import TransactionLimit
from connector.station.core.reservations import Reservation, ReserveStatus
from connector.station.core.session import Session
from connector.station.core.tokens import Entry, ListStatus, Verdict
from connector.station.ports import Token


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and where it is no, a reasonCode of 2.x and words to it."""

    status: str
    reason_code: str = ""
    info: str = ""
    evse: int = 0
    """Remote start: where it was accepted for."""
    transaction: str | None = None
    """Remote start: our key of a transaction that runs already (2.x, F01)."""

    @property
    def is_accepted(self) -> bool:
        """Whether it was done, or will be."""
        return self.status in ("Accepted", "Scheduled")


class Calls(Protocol):
    """The methods of `StationCore` that clients call, beside those of `ports.Told`."""

    @property
    def revision(self) -> int:
        """Counts up with whatever `save` gives."""

    # -- the link

    def came_online(self, now_ms: int) -> None:
        """A central system has accepted this station, and listens.

        Statuses that changed meanwhile are told now; all of them after a time longer
        than OfflineThreshold (2.x part 2, B04). The offline limit holds no more.
        """

    def went_offline(self, now_ms: int) -> None:
        """Nobody listens.

        Tokens are judged here, the offline limit holds, statuses are not told, and
        what belongs to transactions is marked.
        """

    # -- who may charge

    def authorized(self, evse: int, token: Token, verdict: Verdict, now_ms: int) -> str:
        """The answer to `AuthorizeWanted`; it is cached, and followed.

        ``Started``, ``Stopped``, ``Waiting`` for a vehicle, or why not.
        """

    def unanswered(self, evse: int, token: Token, now_ms: int) -> str:
        """`AuthorizeWanted` found nobody to answer: judged as when offline."""

    def judged(
        self, session: Session, token: Token | None, verdict: Verdict, now_ms: int
    ) -> None:
        """What StartTransaction.conf or a TransactionEventResponse says of a token.

        It is cached; the group becomes the session's; who is not accepted is dealt
        with as by `deauthorized`. Without a token: the session's.
        """

    def deauthorized(self, session: Session, now_ms: int) -> None:
        """The token of what already runs is not accepted.

        Ended, paused, or paused after MaxEnergyOnInvalidId (1.6,
        StopTransactionOnInvalidId; 2.x part 2, E05).
        """

    def clear_cache(self) -> Answer:
        """ClearCache; Rejected where there is none."""

    def update_list(
        self, version: int, entries: Iterable[Entry], *, is_full: bool
    ) -> ListStatus:
        """SendLocalList."""

    def list_version(self) -> int:
        """GetLocalListVersion; 0 where the list is empty, -1 where there is none."""

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
        """Remote/RequestStartTransaction; without an EVSE one is chosen.

        ``install`` is called with the EVSE before anything flows, to set the charging
        profile that came along; False refuses the start. Where AuthorizeRemoteStart
        says so the token is judged first, as one that was presented; it may come out
        as `AuthorizeWanted`.
        """

    def remote_stop(
        self, now_ms: int, *, key: str | None = None, id_16: int | None = None
    ) -> Answer:
        """Remote/RequestStopTransaction, by our key or by 1.6's number."""

    async def unlock(
        self, evse: int, connector: int, now_ms: int, *, ends_transaction: bool
    ) -> Answer:
        """UnlockConnector; ``ends_transaction`` as in 1.6, in 2.x it is refused then.

        Unlocked, UnlockFailed, OngoingAuthorizedTransaction, UnknownConnector, or
        NotSupported where the hardware says so.
        """

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
        """Accepted, Scheduled (after what runs) or Rejected (no such place).

        EVSE 0 is the station, connector 0 the EVSE. Parts keep what they were set to
        themselves (2.x, G03), save with ``includes_parts`` (1.6, connector 0).
        """

    def reserve(self, wanted: Reservation, now_ms: int) -> ReserveStatus:
        """ReserveNow; the same id again replaces."""

    def cancel_reservation(self, id_: int, now_ms: int) -> Answer:
        """CancelReservation; Rejected where there is none."""

    # -- telling on demand (TriggerMessage)

    def tell_status(self, evse: int, connector: int, now_ms: int) -> bool:
        """Tell a status that did not change; 0 means all below, False: no such place.

        In 2.x EVSE 0 are all connectors; 1.6 has the station's beside them.
        """

    def tell_values(self, evse: int, now_ms: int, *, name: str = "") -> bool:
        """MeterValues with the measurands of a variable; EVSE 0 are all EVSEs.

        False: no such place. Without a name: AlignedDataMeasurands (2.x, F06).
        """

    def tell_transactions(self, evse: int, now_ms: int) -> bool:
        """A TransactionEvent Updated of what runs there (0: anywhere).

        False: nothing does.
        """

    # -- limits of a transaction (2.1)

    def limit_transaction(
        self, key: str, limit: TransactionLimit | None, now_ms: int
    ) -> bool:
        """It may take no more than this (2.1, E16); False: no such transaction."""

    def cost_updated(self, key: str, total: float, now_ms: int) -> bool:
        """What a transaction has cost by now; False: no such transaction."""

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
        """Accepted, Scheduled, or Rejected (no such EVSE).

        What runs is ended for ``reason`` (1.6: SoftReset, HardReset), waited for with
        ``on_idle`` (nobody new may begin then), or kept with ``resumes`` (2.1). A
        `ResetDue` event says when the client may do it.
        """

    def reset_done(self, evse: int, now_ms: int) -> None:
        """The hardware has started anew (0: the station's): it is of use again."""

    def save(self, now_ms: int) -> dict[str, Any]:
        """What has to survive a restart, ready for JSON."""

    def restore(
        self, kept: Mapping[str, Any], now_ms: int, *, reason: str = "PowerLoss"
    ) -> None:
        """What was saved, before anything else is told; rubbish in it is dropped.

        What ran is resumed within TxResumptionTimeout seconds (2.1, E17), else ended
        for ``reason``.
        """
