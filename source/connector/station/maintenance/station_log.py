"""A log of a station: lines with their times, bounded, on disk where there is one."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from connector.station.times import epoch_ms, iso

logger = logging.getLogger(__name__)

_LINES_IN_MEMORY = 200
_LONGEST_LINE = 2000


class StationLog:
    """Keeps what was written last, about ``most_bytes``.

    A full file becomes the older of two. What is written before there was need of a
    folder, or without one, is in memory.
    """

    __slots__ = ("_lines", "_most_bytes", "path")

    def __init__(self, path: Path | None, most_bytes: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._lines: deque[str] | None = None

    def write(self, now_ms: int, text: str) -> None:
        """Add a line; one that cannot be written is lost, and that is logged."""
        plain = " ".join(text.split())[:_LONGEST_LINE]
        line = f"{iso(now_ms)} {plain}\n"
        if self.path is None:
            if self._lines is None:
                self._lines = deque(maxlen=_LINES_IN_MEMORY)
            self._lines.append(line)
            return
        try:
            self._append(self.path, line)
        except OSError as problem:
            logger.warning("%s: a line is lost: %s", self.path, problem.strerror)

    def _append(self, path: Path, line: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
            is_full = file.tell() > self._most_bytes // 2
        if is_full:
            path.replace(_older(path))

    def lines(
        self, oldest_ms: int | None = None, latest_ms: int | None = None
    ) -> Iterator[str]:
        """The lines of a period, the oldest first.

        Raises:
            OSError: they cannot be read.
        """
        for line in self._all():
            time_ms = _time_of(line)
            is_late_enough = oldest_ms is None or time_ms >= oldest_ms
            if is_late_enough and (latest_ms is None or time_ms <= latest_ms):
                yield line

    def _all(self) -> Iterator[str]:
        if self.path is None:
            yield from tuple(self._lines or ())
            return
        for path in (_older(self.path), self.path):
            if path.exists():
                with path.open(encoding="utf-8", errors="replace") as file:
                    yield from file


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _time_of(line: str) -> int:
    try:
        return epoch_ms(line.partition(" ")[0])
    except ValueError:
        return 0
