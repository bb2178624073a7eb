"""The way from facts to the broker in numbers, for who watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _none() -> int:
    return 0


@dataclass(frozen=True, slots=True)
class FlowNumbers:
    """Each is asked for when it is needed, on any thread."""

    waiting: Callable[[], int] = _none
    """Facts that are not taken yet."""
    replaced: Callable[[], int] = _none
    """Values for which a newer one came while they waited."""
    published: Callable[[], int] = _none
    """Values that were handed on for publishing."""
    dropped: Callable[[], int] = _none
    """Messages that were never sent: it was away or too slow, or a newer one came."""
    dropped_ms: Callable[[], int | None] = lambda: None
    """When the last of those was."""
    is_connected: Callable[[], bool] = lambda: False
    """The broker answers."""
    since_ms: Callable[[], int | None] = lambda: None
    """When it was reached last."""
    address: str = ""
    """Where it is."""
    name: str = ""
    """The first part of all topics."""
