"""What a process takes over time, and whether that grows."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from connector.tests.faults.memory import open_files, resident_mib

_EACH_S = 1.0
MOST_MIB, MOST_FILES = 8.0, 20
"""More than that from the middle to the end is growth."""
WARMING_MIB, WARM_AFTER_MINUTES = 64.0, 5.0
"""Until then 500 stations still show values that they have not shown before."""


class Watch:
    """Looks at a process every second."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.times_s: list[float] = []
        self.memory_mib: list[float] = []
        self.files: list[float] = []
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        began_s = time.monotonic()
        while True:
            self.times_s.append(time.monotonic() - began_s)
            self.memory_mib.append(resident_mib(self._pid))
            self.files.append(open_files(self._pid))
            await asyncio.sleep(_EACH_S)

    async def stop(self) -> None:
        """Look no more."""
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.result()

    def grown_mib(self) -> float:
        """The last tenth above the middle one."""
        return grown(self.memory_mib)

    def grown_files(self) -> float:
        """The same of file descriptors, by their least: links come and go."""
        return grown(self.files, least=True)

    def slope_mib_per_hour(self) -> float:
        """How memory rises in the second half, by the method of least squares."""
        half = len(self.times_s) // 2
        if len(self.times_s) - half < 2:
            return 0.0
        line = statistics.linear_regression(self.times_s[half:], self.memory_mib[half:])
        return line.slope * 3600


def grown(values: Sequence[float], *, least: bool = False) -> float:
    """How much higher the last tenth is than the one in the middle."""
    part = max(1, len(values) // 10)
    middle = len(values) // 2
    take = min if least else statistics.fmean
    return take(values[-part:]) - take(values[middle : middle + part])
