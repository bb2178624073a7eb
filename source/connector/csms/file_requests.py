"""What requests of files have in common, for logs and for firmware."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a station answered to the action that was chosen, and what to tell of it."""

    action: str
    answer: Json
    detail: str


def waits_s(wanted: Json) -> float:
    """How long a station may go on trying, as it is asked to."""
    retries, interval_s = wanted.get("retries"), wanted.get("retryInterval")
    if isinstance(retries, int) and isinstance(interval_s, int):
        return float(retries * interval_s)
    return 0.0
