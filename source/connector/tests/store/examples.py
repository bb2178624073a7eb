"""Records to begin with."""

from __future__ import annotations

from typing import Any

from connector.store.identifiers import ulid
from connector.store.records import (
    ReservationRecord,
    SampleRecord,
    TransactionStart,
    TransactionStop,
)

START = TransactionStart("cs1", "1", "AABBCC", 1_700_000_000_000, 1234.5)
STOP = TransactionStop(1_700_000_600_000, 2234.5, "Local", "ddeeff")


def sample(key: str, time_ms: int) -> SampleRecord:
    return SampleRecord(key, time_ms, {"power": 7400.0, "note": "x", "none": None})


def reservation(
    station: str = "cs1", number: int = 1, **more: Any
) -> ReservationRecord:
    return ReservationRecord(ulid(), number, station, "1", "AABBCC", 2000, 1000, **more)
