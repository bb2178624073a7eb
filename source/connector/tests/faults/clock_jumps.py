"""A process whose clock jumps, while its monotonic one goes on (see `jumping`)."""

from __future__ import annotations

import struct
from pathlib import Path


class JumpingClock:
    """``environment`` is for the process; its time is ours until it is set."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "clock-offset").open("w+b", buffering=0)
        self.set(0)
        self.environment = {
            "PYTHONPATH": str(Path(__file__).parent / "jumping"),
            "CLOCK_OFFSET": self._file.name,
        }

    def set(self, offset_s: float) -> None:
        """Its clock is ahead of ours by so much from now on."""
        # In place and in one write: the process has this file in its memory.
        self._file.seek(0)
        self._file.write(struct.pack("d", offset_s))

    def close(self) -> None:
        """The process keeps the time that it had last."""
        self._file.close()
