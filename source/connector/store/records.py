"""What is kept: one frozen record per kind, without any word of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Scalar = str | int | float | bool | None
Registration = Literal["pending", "accepted", "rejected"]
ReservationStatus = Literal[
    "Accepted", "Used", "Cancelled", "Expired", "Removed", "Replaced", "NoTransaction"
]


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A station that is known: adopted (``accepted``) or refused for good.

    ``boot`` is its last BootNotification (wire names), ``learned`` what was found out
    about it (which charging profile purposes work, for example). Times are epoch ms.
    ``options``: members of an entry of `STATIONS`, as they were registered at run time;
    ``security``: hashes of its passwords and its security profile, never shown.
    """

    identity: str
    registration: Registration
    connectors: int = 1
    boot: dict[str, Any] = field(default_factory=dict)
    learned: dict[str, Any] = field(default_factory=dict)
    since_ms: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    security: dict[str, Any] = field(default_factory=dict, repr=False)


OF_CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What the operator says about an id token (times: epoch ms).

    ``origin`` is `OF_CONFIGURATION` where `TOKENS` said it: it goes when it is there no
    more.
    """

    id_token: str
    type: str = "any"
    status: str = "Accepted"
    expiry_ms: int | None = None
    group: str | None = None
    note: str | None = None
    origin: str | None = None
    language: str | None = None
    max_active: int | None = None


@dataclass(frozen=True, slots=True)
class SeenToken:
    """An id token that nobody has registered, and where it was presented last."""

    id_token: str
    type: str
    station: str
    where: str
    first_ms: int
    last_ms: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate that our own CA issued; ``serial`` is hexadecimal."""

    serial: str
    common_name: str
    pem: str
    issued_ms: int
    expires_ms: int
    station: str | None = None
    revoked_ms: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryRecord:
    """A value of a datapoint that people plot: a number, or text such as a status."""

    key: str
    time_ms: int
    value: float | str | None


CLOSED_BY_OPERATOR = "ClosedByOperator"
"""The reason of a transaction that nobody stopped, and somebody closed."""


@dataclass(frozen=True, slots=True)
class TransactionStart:
    """What a start brings.

    (station, where, id_token, start_ms, meter_start_wh) tells one from another in 1.6,
    where the central system gives the id, and ``ocpp_id`` is None; in 2.x, where
    ``token_type`` is set, (station, ocpp_id) does. ``meter_start_wh`` is None for a
    transaction that was adopted without having seen its start.
    """

    station: str
    where: str
    id_token: str
    start_ms: int
    meter_start_wh: float | None
    ocpp_id: str | None = None
    reservation_id: int | None = None
    token_type: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionChange:
    """What is learnt of a transaction after it was first heard of; None: nothing."""

    where: str | None = None
    start_ms: int | None = None
    id_token: str | None = None
    token_type: str | None = None
    meter_start_wh: float | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransactionStop:
    """What a stop brings.

    ``reason`` is None where nobody told of it: the transaction can only be over, and a
    stop that comes later corrects what is kept then.
    """

    stop_ms: int
    meter_stop_wh: float | None
    reason: str | None = None
    id_token: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction; ``key`` is ours (a ULID), ``ocpp_id`` the wire's (text).

    ``energy_wh`` is what was told when it ended; None: it is to be computed.
    """

    key: str
    ocpp_id: str
    station: str
    where: str
    id_token: str
    start_ms: int
    meter_start_wh: float | None = None
    stop_ms: int | None = None
    meter_stop_wh: float | None = None
    reason: str | None = None
    stop_token: str | None = None
    reservation_id: int | None = None
    token_type: str | None = None
    energy_wh: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed yet."""
        return self.stop_ms is None

    @property
    def is_presumed(self) -> bool:
        """Whether it was closed without a stop."""
        is_told = self.reason not in (None, CLOSED_BY_OPERATOR)
        return self.stop_ms is not None and not is_told


@dataclass(frozen=True, slots=True)
class TransactionQuery:
    """Which transactions are asked for; None: whatever they have there.

    ``token`` and the parts (of names and tokens) are compared without case,
    ``since_ms`` and ``until_ms`` (before it) with the start; ``before_key`` is the key
    of the last one that was given. ``named_stations`` fit ``station_part`` by what
    people call them, whatever their identities are.
    """

    station: str | None = None
    token: str | None = None
    is_active: bool | None = None
    since_ms: int | None = None
    before_key: str | None = None
    limit: int = 100
    until_ms: int | None = None
    station_part: str | None = None
    token_part: str | None = None
    named_stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """Values of a transaction at one time: datum as text to number or text."""

    transaction_key: str
    time_ms: int
    values: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class ReservationRecord:
    """A reservation that a station accepted; ``key`` is ours (a ULID).

    ``status`` is Accepted while it holds, else how it ended; ``type`` that of the id
    token, ``group`` the parent id tag (1.6) or the group id token.
    """

    key: str
    reservation_id: int
    station: str
    where: str
    id_token: str
    expiry_ms: int
    made_ms: int
    type: str = "any"
    group: str | None = None
    status: ReservationStatus = "Accepted"
    ended_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still holds."""
        return self.ended_ms is None


@dataclass(frozen=True, slots=True)
class LocalListRecord:
    """The local authorization list that a station has, as far as we know.

    ``entries`` are those of its SendLocalList (wire names), None where unknown.
    """

    station: str
    version: int
    entries: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """The slot of one place; ``state`` is the JSON object that `datapoints` keeps."""

    station: str
    where: str
    state: dict[str, Any]
