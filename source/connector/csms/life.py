"""Signs of life in the store: the next start knows how long nobody was there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connector.csms.clock import Clock, Timer
from connector.errors import StoreError
from connector.store import life_statements
from connector.store.archive import Archive
from connector.store.life_statements import ABSENT_AFTER_MS, SIGN_EVERY_MS

logger = logging.getLogger(__name__)

_SURE_AFTER_S = 3600.0
"""A clock that was behind at the start has been set by then."""


class Life:
    """Gives one at the start, then every half minute, and at an orderly end.

    While the store cannot be written it goes on living: the next sign vouches for all
    of that time. A clock that jumps ahead passes over a time in which nobody lived.

    Args:
        on_break: hears that the history broke off, and nothing told before counts.
    """

    def __init__(
        self,
        archive: Callable[[], Archive],
        clock: Clock,
        on_break: Callable[[], None],
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._on_break = on_break
        self._since_ms = self._now_ms = 0
        self._started_s = clock.monotonic()
        self._was_set = False
        self._timer: Timer | None = None
        self._signing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Live; where nobody did before, the history breaks off."""
        self._since_ms = self._now_ms = self._clock.now_ms()
        self._started_s = self._clock.monotonic()
        await self._sign()
        self._set_timer()

    async def stop(self) -> None:
        """Give the last sign."""
        if self._timer is None:
            return
        self._timer.cancel()
        if self._signing is not None:
            await asyncio.wait({self._signing})
        self._look()
        await self._sign()

    def _set_timer(self) -> None:
        every_s = SIGN_EVERY_MS / 1000
        self._timer = self._clock.call_later(every_s, self._go_on)

    def _go_on(self) -> None:
        self._look()
        if self._signing is None or self._signing.done():
            loop = asyncio.get_running_loop()
            self._signing = loop.create_task(self._sign(), name="sign of life")
        self._set_timer()

    def _look(self) -> None:
        """Whether the clock was set, or stood still with the machine."""
        now_ms = self._clock.now_ms()
        if abs(now_ms - self._now_ms) > ABSENT_AFTER_MS:
            self._since_ms, self._was_set = now_ms, True
        self._now_ms = now_ms

    async def _sign(self) -> None:
        is_sure = self._clock.monotonic() - self._started_s >= _SURE_AFTER_S
        try:
            found = await self._archive().write(
                life_statements.live,
                self._since_ms,
                self._now_ms,
                is_sure or self._was_set,
            )
        except StoreError as problem:
            logger.log(problem.level, "the store has no sign of life: %s", problem)
            return
        if found is not None:
            self._on_break()
