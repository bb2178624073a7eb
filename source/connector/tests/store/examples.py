"""Records to begin with."""

from __future__ import annotations

from connector.store.records import SampleRecord, TransactionStart, TransactionStop

START = TransactionStart("cs1", "1", "AABBCC", 1_700_000_000_000, 1234.5)
STOP = TransactionStop(1_700_000_600_000, 2234.5, "Local", "ddeeff")


def sample(key: str, time_ms: int) -> SampleRecord:
    return SampleRecord(key, time_ms, {"power": 7400.0, "note": "x", "none": None})
