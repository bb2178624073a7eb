"""A clock that jumps: imported by every Python that has this folder on PYTHONPATH.

Whoever asks for the time of day is told another one, by as much as the file named in
CLOCK_OFFSET says at that moment (a double, in seconds); the monotonic clock, on which
timers run, goes on. So it is with a machine whose clock is set.
"""

from __future__ import annotations

import datetime as datetimes
import mmap
import os
import struct
import time
from pathlib import Path

with Path(os.environ["CLOCK_OFFSET"]).open("rb") as file:
    _memory = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
_true_ns, _true_datetime = time.time_ns, datetimes.datetime


def _offset_s() -> float:
    (found,) = struct.unpack("d", _memory[:8])
    return float(found)


def _time_ns() -> int:
    return _true_ns() + round(_offset_s() * 1e9)


def _time() -> float:
    return _time_ns() / 1e9


class _AnyDatetime(type(_true_datetime)):  # type: ignore[misc]
    """So that true ones are instances, too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _true_datetime)


class _Datetime(_true_datetime, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: datetimes.tzinfo | None = None) -> datetimes.datetime:  # type: ignore[override]
        return _true_datetime.fromtimestamp(_time(), tz)


time.time, time.time_ns = _time, _time_ns
datetimes.datetime = _Datetime  # type: ignore[misc]
