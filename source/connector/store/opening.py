"""How a database is opened: waited for, looked at, and its schema made current."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import URL, Connection

from connector.errors import StoreError
from connector.store.backends import A_DATABASE, Backend, backend_of
from connector.store.failures import NotYet
from connector.store.groups import Groups
from connector.store.schema import migrate

logger = logging.getLogger(__name__)

_AGAIN_S = 1.0


async def open_groups(text: str) -> Groups:
    """The database at a URL, with the newest schema.

    Raises:
        StoreError: it cannot be used; the text tells which one it is, and why.
    """
    try:
        backend, url = backend_of(text)
    except StoreError as problem:
        raise StoreError(f"{problem}; expected {A_DATABASE}") from None
    groups = Groups(backend.make_engine(url))
    try:
        await _reach(groups, backend, url)
        await groups.run(lambda connection: _migrate(connection, backend))
    except BaseException as problem:
        await groups.close()
        if isinstance(problem, StoreError):
            raise StoreError(f"{backend.shown(url)}: {problem}") from None
        raise
    return groups


def _migrate(connection: Connection, backend: Backend) -> None:
    migrate(connection, backend.alone)


async def done_before(stop: asyncio.Event, opening: Coroutine[Any, Any, None]) -> bool:
    """Whether it came to its end; given up where ``stop`` is set meanwhile."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(opening, name="open the store")
    stopping = loop.create_task(stop.wait(), name="stop")
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        await task
        return True
    task.cancel()
    await asyncio.wait({task})
    return False


async def _reach(groups: Groups, backend: Backend, url: URL) -> None:
    """Try again for a while where nothing answers: it may start together with us."""
    loop = asyncio.get_running_loop()
    within_s = backend.ANSWERS_WITHIN_S
    deadline_s = loop.time() + within_s
    is_told = False
    while True:
        try:
            return await groups.in_thread(backend.reach, groups.engine)
        except NotYet as problem:
            if loop.time() >= deadline_s:
                raise StoreError(f"{problem} (for {within_s:g} s)") from None
            if not is_told:
                is_told = True
                text = "%s cannot be used yet, trying for %g s: %s"
                logger.warning(text, backend.shown(url), within_s, problem)
        await asyncio.sleep(_AGAIN_S)
