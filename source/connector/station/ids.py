"""New ids for transactions: 36 characters, as 2.x has room for."""

from __future__ import annotations

import random
import uuid


def new_key(source: random.Random) -> str:
    """A UUID; from a source that a test or a scenario may have seeded."""
    return str(uuid.UUID(int=source.getrandbits(128), version=4))
