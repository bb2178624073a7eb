"""A file that says how stations are, for whoever looks after their process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.station.driving.fleet import Fleet

logger = logging.getLogger(__name__)

NAME = "station.health"
_EVERY_S = 5.0


@contextlib.asynccontextmanager
async def told(fleet: Fleet, path: Path | None) -> AsyncIterator[None]:
    """Write it as long as this lasts; without a path nothing is."""
    if path is None:
        yield
        return
    writing = asyncio.create_task(_keep(fleet, path), name="health")
    try:
        yield
    finally:
        writing.cancel()
        await asyncio.wait({writing})
        _forget(path)


async def _keep(fleet: Fleet, path: Path) -> None:
    while True:
        clients = [each.station.client for each in fleet.drivers.values()]
        found = {
            "stations": len(clients),
            "connected": sum(each.is_connected for each in clients),
            "accepted": sum(each.is_accepted for each in clients),
        }
        _write(path, json.dumps(found))
        await asyncio.sleep(_EVERY_S)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "ascii")
    except OSError as problem:
        logger.error("%s is not written: %s", path, problem)


def _forget(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
