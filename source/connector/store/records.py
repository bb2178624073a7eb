"""What is kept: one frozen record per kind, without any word of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Scalar = str | int | float | bool | None
Registration = Literal["pending", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A station that is known: adopted (``accepted``) or refused for good.

    ``boot`` is its last BootNotification (wire names), ``learned`` what was found out
    about it (which charging profile purposes work, for example). Times are epoch ms.
    """

    identity: str
    registration: Registration
    connectors: int = 1
    boot: dict[str, Any] = field(default_factory=dict)
    learned: dict[str, Any] = field(default_factory=dict)
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What the operator says about an id token (times: epoch ms)."""

    id_token: str
    type: str = "any"
    status: str = "Accepted"
    expiry_ms: int | None = None
    group: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionStart:
    """What a start brings.

    (station, where, id_token, start_ms, meter_start_wh) tells one from another.
    ``ocpp_id`` is None where the central system gives the id (1.6). ``meter_start_wh``
    is None for a transaction that was adopted without having seen its start.
    """

    station: str
    where: str
    id_token: str
    start_ms: int
    meter_start_wh: float | None
    ocpp_id: str | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransactionStop:
    """What a stop brings."""

    stop_ms: int
    meter_stop_wh: float | None
    reason: str | None = None
    id_token: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction; ``key`` is ours (a ULID), ``ocpp_id`` the wire's (text)."""

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

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed yet."""
        return self.stop_ms is None


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """Values of a transaction at one time: datum as text to number or text."""

    transaction_key: str
    time_ms: int
    values: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """The slot of one place; ``state`` is the JSON object that `datapoints` keeps."""

    station: str
    where: str
    state: dict[str, Any]
