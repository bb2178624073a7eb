"""Times as BEMCom has them."""

from __future__ import annotations

import time


def timestamp_utc_now() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
