"""One session at an EVSE: token, transaction, meter, payment, protocol, limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.station.core.limits import TransactionLimit
from connector.station.ports import Reading, Token


@dataclass(frozen=True, slots=True)
class Sample:
    """Values that are kept for the end of a transaction."""

    time_ms: int
    reading: Reading
    measurands: tuple[str, ...]
    context: str


@dataclass(slots=True)
class Session:
    """From the first of vehicle and token to the last of them.

    ``key`` is our own id, which 2.x has as its transactionId; 1.6 gets an id from the
    central system later (``id_16``).
    """

    key: str
    evse: int
    connector: int = 1
    token: Token | None = None
    group: str | None = None
    started_ms: int | None = None
    """When the transaction began; None: it has not."""
    begun_ms: int | None = None
    """The same by the clock of then: what is told of it keeps this time."""
    meter_start_wh: float = 0.0
    id_16: int | None = None
    remote_start_id: int | None = None
    is_remote_told: bool = False
    reservation_id: int | None = None
    is_reservation_told: bool = False
    payment: str = "eim"
    protocol: str | None = None
    is_over: bool = False
    """Who charged may no more, while a stop point may still hold."""
    stopped_reason: str | None = None
    """Why it is over, or cannot go on."""
    is_invalid: bool = False
    """Its token turned out to be invalid, and power is held back."""
    invalid_from_wh: float | None = None
    """Where the meter stood when it did, while some energy is still given."""
    is_exhausted: bool = False
    """It has had all that its limit allows."""
    was_plugged: bool = False
    was_in_bay: bool = False
    has_transferred: bool = False
    resumes: bool = False
    """It ran before a restart, and goes on when the vehicle is found there."""
    sampled_ms: int = 0
    """When its values were told last."""
    kept_ms: int = 0
    """When values were kept for its end last."""
    samples: list[Sample] = field(default_factory=list)
    told: int = 0
    """Events of the transaction so far."""
    told_state: str = ""
    """The charging state that was told last."""
    limits: dict[str, float] = field(default_factory=dict)
    """Upper bounds beside the charging profiles, in W, by who says so: card, cable."""
    limit: TransactionLimit | None = None
    cost: float = 0.0

    @property
    def is_running(self) -> bool:
        """Whether it is a transaction by now."""
        return self.started_ms is not None

    @property
    def is_authorized(self) -> bool:
        """Whether somebody may charge in it (2.x: the point Authorized)."""
        return self.token is not None and not self.is_over

    def is_own(self, token: Token, group: str | None) -> bool:
        """Whether a token is its own: the same one, or of the same group."""
        if self.token is None:
            return False
        same = self.token.id.casefold() == token.id.casefold()
        return same or (group is not None and group == self.group)
