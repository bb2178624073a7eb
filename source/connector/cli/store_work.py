"""What `ocpp-connector store` does with a store itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from connector.cli.direct import Place
from connector.csms import times
from connector.errors import StoreError
from connector.main import __version__
from connector.store import open_store
from connector.store.backends import backend_of
from connector.store.backup import FOLDER, back_up, path_of
from connector.store.copying import count_rows
from connector.store.reads import Reads, open_reads
from connector.store.restore import restore
from connector.store.schema import HEAD, revision
from connector.store.status import status

Json = dict[str, Any]
T = TypeVar("T")


def shown(url: str) -> Json:
    """How a store is.

    Raises:
        StoreError: it cannot be read.
    """
    backend, parsed = backend_of(url)
    found = asdict(asyncio.run(_read(url, status)))
    found = {"location": backend.shown(parsed)} | found
    for name in ("oldest_transaction", "oldest_history"):
        time_ms = found.pop(f"{name}_ms")
        found[name] = None if time_ms is None else times.iso(time_ms)
    return found


def backed_up(place: Place, output: Path | None) -> Json:
    """Make a backup; a connector may run meanwhile.

    Raises:
        StoreError: it cannot be made.
    """
    now = datetime.now(UTC)
    folder = place.data_dir / FOLDER if place.data_dir is not None else Path()
    made = back_up(
        place.url,
        output or path_of(folder, now),
        data_dir=place.data_dir,
        version=__version__,
        now=now,
    )
    found = asdict(made)
    return {"file": str(found.pop("path"))} | found


def restored(place: Place, file: Path, *, force: bool) -> Json:
    """Put a backup in its place.

    Raises:
        StoreError: it cannot be; the store is as it was.
    """
    found = restore(file, place.url, data_dir=place.data_dir, force=force)
    return asdict(found) | {"aside": [str(path) for path in found.aside]}


def migrated(url: str) -> Json:
    """Bring it to the newest schema.

    Raises:
        StoreError: it cannot be.
    """
    backend, parsed = backend_of(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if is_file and not Path(parsed.database or "").is_file():
        raise StoreError(f"{backend.shown(parsed)}: there is no such file")
    before = asyncio.run(_revision(backend.make_engine(parsed)))
    if before is None:
        raise StoreError(f"{backend.shown(parsed)}: this is no store of a connector")
    asyncio.run(_open(url))
    return {"before": before, "schema": HEAD}


async def _revision(engine: Engine) -> str | None:
    reads = Reads(engine)
    try:
        return await reads.read(revision)
    finally:
        await reads.close()


async def _open(url: str) -> None:
    store = open_store(url)
    await store.open()
    await store.close()


def checked(url: str) -> Json:
    """Look all of it through.

    Raises:
        StoreError: something is wrong with it; the text says what.
    """
    rows = asyncio.run(_read(url, _look_through))
    return {"ok": True, "schema": HEAD, "rows": sum(rows.values())}


def _look_through(connection: Connection) -> dict[str, int]:
    if connection.engine.url.get_backend_name() == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars()
        wrong = [text for text in found if text != "ok"]
        if wrong:
            raise StoreError("it is damaged: " + "; ".join(wrong))
    return count_rows(connection)


async def _read(url: str, look: Callable[[Connection], T]) -> T:
    async with open_reads(url) as reads:
        return await reads.read(look)
