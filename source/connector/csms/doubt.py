"""Whether a transaction still runs is not known since its station restarted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Doubt:
    """Of the transaction ``key`` since a boot; ``status`` as it was told before that.

    ``is_told``: the station has said what does not go with it.
    """

    key: str
    since_ms: int
    status: str | None
    is_told: bool = False
