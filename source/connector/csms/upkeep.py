"""What grows is kept in bounds, once a day: history is thinned, what is old goes.

All of it in small portions with pauses, so that no station waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connector.csms import old_files
from connector.csms.clock import Clock, Timer
from connector.csms.options import Retention
from connector.csms.times import DAY_MS
from connector.errors import StoreError
from connector.store import thinning
from connector.store.archive import Archive
from connector.store.retention_statements import REMOVALS
from connector.store.thinning import TIERS, Band, Place, ShapeOf, Tier

logger = logging.getLogger(__name__)

_FIRST_AFTER_S = 60.0
"""After a start there is more important work."""
_EVERY_S = 86_400.0
_AGAIN_S = 3600.0
_PAUSE_S = 0.02


class Upkeep:
    """Runs soon after the start, and then daily."""

    def __init__(
        self,
        archive: Callable[[], Archive],
        clock: Clock,
        retention: Retention,
        shape_of: ShapeOf,
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._retention = retention
        self._shape_of = shape_of
        self._timer: Timer | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run from now on."""
        self._timer = self._clock.call_later(_FIRST_AFTER_S, self._begin)

    async def stop(self) -> None:
        """Run no more; a portion that is under way is done."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="upkeep")

    async def _run(self) -> None:
        next_s = _EVERY_S
        try:
            await self.run_once()
        except StoreError as problem:
            logger.log(problem.level, "the store could not be tidied up: %s", problem)
            next_s = _AGAIN_S
        except Exception:
            logger.exception("the store could not be tidied up")
        self._timer = self._clock.call_later(next_s, self._begin)

    async def run_once(self) -> None:
        """Thin the history, and remove what is too old.

        Raises:
            StoreError: the store cannot be written; what was done stays done.
        """
        for tier in TIERS:
            await self._thin(tier)
        if self._retention.days:
            before_ms = self._clock.now_ms() - self._retention.days * DAY_MS
            await self._remove(before_ms)
            await self._remove_files(before_ms)

    async def _thin(self, tier: Tier) -> None:
        archive, now_ms = self._archive(), self._clock.now_ms()
        band: Band | None = await archive.read(thinning.band_of, tier, now_ms)
        if band is None:
            return
        aged = await archive.read(thinning.aged_in, band)
        place: Place | None = Place(0, band.since_ms) if aged else None
        while place is not None:
            place = await archive.write(
                thinning.thin_some, band, aged, place, self._shape_of
            )
            await asyncio.sleep(_PAUSE_S)
        await archive.write(thinning.note_thinned, tier, band)

    async def _remove(self, before_ms: int) -> None:
        archive = self._archive()
        for what, remove in REMOVALS.items():
            total = 0
            while count := await archive.write(remove, before_ms):
                total += count
                await asyncio.sleep(_PAUSE_S)
            self._tell(total, what)

    async def _remove_files(self, before_ms: int) -> None:
        for folder, name, what in (
            (self._retention.uploads, old_files.UPLOAD, "uploads"),
            (self._retention.recordings, old_files.RECORDING, "recordings"),
        ):
            if folder is not None:
                removed = await asyncio.to_thread(
                    old_files.remove_old, folder, name, before_ms
                )
                self._tell(removed, what)

    def _tell(self, count: int, what: str) -> None:
        if count:
            days = self._retention.days
            logger.info("%d %s of more than %d days ago are removed", count, what, days)
