"""What sessions said and heard, in numbers: one for all sessions of a central system.

A message costs one step of a number that is there already.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

OTHER = "other"
"""An action that nobody handles; stations may call theirs as they like."""
BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Tally:
    """``received`` and ``sent`` by action, ``refused`` by the code of the answer.

    ``answered_within`` counts the answers to our calls by `BUCKETS_S`, the last one
    those that took longer; ``answered_s`` is how long they took together.
    """

    __slots__ = ("answered_s", "answered_within", "received", "refused", "sent")

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.answered_within = [0] * (len(BUCKETS_S) + 1)
        self.answered_s = 0.0

    def answered(self, seconds: float) -> None:
        """A call of ours was answered."""
        self.answered_within[bisect_left(BUCKETS_S, seconds)] += 1
        self.answered_s += seconds
