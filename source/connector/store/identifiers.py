"""Keys that sort by the time at which they were made (ULID)."""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_RANDOM_BITS = 80
_LATEST_MS = 2**48 - 1


class _Numbers:
    """Numbers of time and chance, each larger than the one before."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        chance = int.from_bytes(os.urandom(_RANDOM_BITS // 8), "big")
        number = time.time_ns() // 1_000_000 << _RANDOM_BITS | chance
        with self._lock:
            # Within one ms, or after the clock was set back, order must hold too.
            self._last = max(number, self._last + 1)
            return self._last


_numbers = _Numbers()


def ulid() -> str:
    """26 characters: 48 bits of time in ms, 80 random ones."""
    return _text(_numbers.next())


def first_ulid(time_ms: int) -> str:
    """The smallest key of those that are made at a time, and later."""
    return _text(min(max(time_ms, 0), _LATEST_MS) << _RANDOM_BITS)


def _text(number: int) -> str:
    digits = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
