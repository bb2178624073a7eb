"""The `seqNo` of TransactionEvents: which came, which are missing (2.x part 2, E)."""

from __future__ import annotations

_MOST_MISSING = 1000
_MOST_TIMES = 8


class Sequence:
    """The numbers of one transaction that were heard."""

    __slots__ = ("_missing", "_newest", "_times")

    def __init__(self) -> None:
        self._newest = -1
        self._missing: set[int] = set()
        self._times: dict[int, str] = {}
        """Of the newest numbers: when their events happened."""

    def is_known(self, seq_no: int) -> bool:
        """Whether this event was heard before."""
        return seq_no <= self._newest and seq_no not in self._missing

    def is_late(self, seq_no: int) -> bool:
        """Whether a newer one was heard before."""
        return seq_no < self._newest

    def is_other(self, seq_no: int, time: str) -> bool:
        """Whether the event of a known number is another than before."""
        known = self._times.get(seq_no)
        if known is None or known == time:
            return False
        self._times[seq_no] = time
        return True

    def note(self, seq_no: int, time: str = "") -> int:
        """Hear one; gives how many are missing before it that were not before."""
        self._times[seq_no] = time
        if len(self._times) > _MOST_TIMES:
            del self._times[next(iter(self._times))]
        if seq_no <= self._newest:
            self._missing.discard(seq_no)
            return 0
        is_first = self._newest < 0
        count = seq_no - self._newest - 1
        self._missing.update(range(seq_no - min(count, _MOST_MISSING), seq_no))
        while len(self._missing) > _MOST_MISSING:
            self._missing.remove(min(self._missing))
        self._newest = seq_no
        # What came before our own start is not missing, though it may still come.
        return 0 if is_first else count
