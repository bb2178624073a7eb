"""How a database is opened: waited for, looked at, and its schema made current."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import URL, Connection

from connector.errors import StoreError
from connector.store.backends import Backend, NotYet, backend_of
from connector.store.groups import Groups
from connector.store.schema import migrate

logger = logging.getLogger(__name__)

_AGAIN_S = 1.0


async def open_groups(text: str) -> Groups:
    """The database at a URL, with the newest schema.

    Raises:
        StoreError: it cannot be used; the text tells which one it is, and why.
    """
    backend, url = backend_of(text)
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
