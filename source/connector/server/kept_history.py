"""Values over time on their way from the flow thread to the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from connector.csms.clock import Clock
from connector.csms.life import Life
from connector.datapoints.history import History
from connector.errors import StoreError
from connector.store.interface import Store
from connector.store.records import HistoryRecord

logger = logging.getLogger(__name__)


class KeptHistory:
    """What is noted is kept, and so is how long somebody was there to note it.

    Args:
        call: has something called on the server's loop.
    """

    def __init__(self, store: Store, clock: Clock, call: Callable[..., Any]) -> None:
        self._store = store
        self._life = Life(lambda: store.archive, clock, self._broke_off)
        self.on_break: Callable[[], None] = lambda: None
        """Hears that what is known has to be noted again."""
        self.noted = History(clock, lambda new: call(self._keep, new))
        """Of the flow thread."""

    async def start(self) -> None:
        """What was told before is not known any more, if that is long ago."""
        await self._life.start()

    async def finish(self) -> None:
        """Keep what was noted last."""
        self._keep(self.noted.take())
        await self._life.stop()

    def _broke_off(self) -> None:
        self.on_break()

    def _keep(self, records: list[HistoryRecord]) -> None:
        try:
            self._store.archive.add_history(records)
        except StoreError as problem:
            logger.debug("%d values are not kept: %s", len(records), problem)
