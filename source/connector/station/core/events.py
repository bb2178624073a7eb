"""What the core tells its OCPP client, in the words of 2.x (1.6's are fewer).

An event is a fact with its time; what belongs to a transaction is told in order, never
twice, and kept while nobody listens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.core.session import Sample, Session
from connector.station.ports import Reading, Token


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """A connector (EVSE 0: the station) is in another state than last told.

    ``status`` is in the nine words of 1.6, ``status_2`` in the five of 2.x; one may
    have changed without the other, which `is_for_16` and `is_for_2` tell.
    """

    evse: int
    connector: int
    status: str
    error_code: str
    time_ms: int
    info: str = ""
    status_2: str = ""
    is_for_16: bool = True
    is_for_2: bool = True


@dataclass(frozen=True, slots=True)
class AuthorizeWanted:
    """A token was presented that only the central system can judge."""

    evse: int
    token: Token
    time_ms: int


@dataclass(slots=True)
class SessionEvent:
    """Something of a transaction, with what was so at that moment; nobody changes it.

    It is not frozen, as that makes it in three times the time, for every value told.

    ``kind`` is Started, Updated or Ended (2.x eventType), ``trigger`` a
    TriggerReasonEnum of 2.x, ``number`` counts the events of a transaction from 0.
    """

    session: Session
    kind: str
    trigger: str
    time_ms: int
    number: int
    charging_state: str
    context: str = "Sample.Periodic"
    reading: Reading | None = None
    measurands: tuple[str, ...] = ()
    token: Token | None = None
    stopped_reason: str | None = None
    is_offline: bool = False
    remote_start_id: int | None = None
    """In the first event after a remote start (2.x, F02)."""
    reservation_id: int | None = None
    """In the event by which a reservation is used up."""
    samples: tuple[Sample, ...] = ()
    """With Ended: values that were kept for it (1.6 transactionData)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values outside transactions: clock-aligned ones, and those asked for."""

    evse: int
    time_ms: int
    reading: Reading
    measurands: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class Reported:
    """Anything else that a station tells by itself, as an action and its payload.

    FirmwareStatusNotification, LogStatusNotification, NotifyEvent,
    ReservationStatusUpdate, SecurityEventNotification, ..: where 1.6 and 2.x differ
    the client writes it (``details`` are in the words of 2.x).
    """

    action: str
    details: Mapping[str, Any]
    time_ms: int


@dataclass(frozen=True, slots=True)
class ResetDue:
    """The hardware (EVSE 0: the station's) is to start anew, once all was told."""

    evse: int
    is_hard: bool
    time_ms: int


CoreEvent = (
    StatusChanged | AuthorizeWanted | SessionEvent | Measured | Reported | ResetDue
)
