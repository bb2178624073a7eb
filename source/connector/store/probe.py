"""Whether the database works is found out before a station needs it.

A server may go while nobody writes; and where a write has failed, the next one may be
hours away, and `/health` would tell of an outage that is over.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Connection, text

from connector.errors import StoreError
from connector.store.groups import Groups

logger = logging.getLogger(__name__)

EVERY_S = 10.0
# A row that nobody else waits for.
_TOUCH = text("UPDATE alembic_version SET version_num = version_num")


class Probe:
    """Writes something that changes nothing, now and then.

    Args:
        groups: where it goes as any other write.
        always: also while all is well; else only to see that an outage is over.
    """

    def __init__(self, groups: Groups, *, always: bool) -> None:
        self._groups = groups
        self._always = always
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(), name="probe of the store")

    async def stop(self) -> None:
        """Try no more."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if not self._always and self._groups.is_writable:
                continue
            try:
                await self._groups.run(_touch)
            except StoreError as problem:
                logger.debug("the store was tried: %s", problem)


def _touch(connection: Connection) -> None:
    connection.execute(_TOUCH)
