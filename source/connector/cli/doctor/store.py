"""The store: which one, its schema, whether it can be written, and how much room."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.cli.problems import CommandFailed
from connector.errors import StoreError
from connector.settings.model import Settings

AREA = Area("store")
_LITTLE_BYTES, _NOTHING_BYTES = 1 << 30, 64 << 20
_ROOM = "make room, or set RETENTION_DAYS so that what is old is removed"
_OLDER = "the next start brings it to this version's; make a backup before that"
_NEWER = "run the version that made it, or restore a backup of before"
_HELD = (
    "another program holds it: end it (a second connector? a tool that looks into the "
    "database?), and type this again"
)
_SERVER = "start the server, or correct STORE_URL; stations keep what they would tell"
_LOCKED = "database is locked"
"""As SQLite says it."""
_CHECK = "`ocpp-connector store check` looks it through; a backup brings it back"


def look(scene: Scene) -> Iterator[Finding]:
    """Through the connector that runs, else the store itself."""
    if scene.about is not None and scene.client is not None:
        yield from _of_connector(scene.client)
    elif scene.settings is not None:
        yield from _folder(scene.settings)
        yield from _itself(scene.settings)


def _of_connector(client: Any) -> Iterator[Finding]:
    from connector.cli.client import path_of  # noqa: PLC0415

    try:
        found = client.get(path_of("store"))
    except CommandFailed as problem:
        yield AREA.bad("connector", problem.reason, _CHECK)
        return
    if found["writable"]:
        yield AREA.ok(found["location"], f"{found['backend']}, can be written")
    else:
        text = "what it was last asked to keep it could not"
        yield AREA.bad(found["location"], text, "the connector's log says why")
    yield from _kept(found)


def _kept(found: dict[str, Any]) -> Iterator[Finding]:
    from connector.store.schema import HEAD  # noqa: PLC0415

    schema, rows = found["schema"], sum(found["rows"].values())
    if schema == HEAD:
        yield AREA.ok("schema", f"{schema}, {rows} rows")
    elif schema is None or schema < HEAD:
        yield AREA.ok("schema", f"{schema}: the next start brings it to {HEAD}")
    else:
        yield AREA.bad("schema", f"{schema} is newer than {HEAD}", _NEWER)
    if found["free_bytes"] is not None:
        yield room(found["free_bytes"], found["bytes"])


def room(free: int, taken: int | None) -> Finding:
    """The verdict on what a disk has left (bytes)."""
    text = f"{_shown(free)} left on its disk"
    text += "" if taken is None else f", it takes {_shown(taken)}"
    if free < _NOTHING_BYTES:
        return AREA.bad("disk", text, _ROOM)
    if free < _LITTLE_BYTES:
        return AREA.warn("disk", text, _ROOM)
    return AREA.ok("disk", text)


def _shown(size: int) -> str:
    number, units = float(size), ["B", "kB", "MB", "GB"]
    while number >= 1000 and len(units) > 1:
        number /= 1000
        units.pop(0)
    return f"{number:.3g} {units[0]}" if number < 1000 else f"{number:.0f} {units[0]}"


def _folder(settings: Settings) -> Iterator[Finding]:
    """`DATA_DIR`, where secrets and backups are even where the store is a server."""
    folder = settings.data_dir
    if not folder.exists():
        yield from _to_be_made(folder)
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        advice = f"let the user who runs the connector write to {folder.absolute()}"
        yield AREA.bad("DATA_DIR", f"{folder}: {problem.strerror}", advice)
        return
    yield AREA.ok("DATA_DIR", f"{folder.absolute()} can be written")


def _to_be_made(folder: Path) -> Iterator[Finding]:
    above = next(each for each in folder.absolute().parents if each.exists())
    if os.access(above, os.W_OK | os.X_OK):
        yield AREA.ok("DATA_DIR", f"{folder.absolute()} is made by the first start")
    else:
        advice = f"make {folder.absolute()}, and let the connector's user write to it"
        yield AREA.bad("DATA_DIR", f"cannot be made: {above} is not ours", advice)


def _itself(settings: Settings) -> Iterator[Finding]:
    from connector.cli.store_work import shown  # noqa: PLC0415

    file = settings.data_dir / "connector.sqlite"
    if settings.store_url is None and not file.exists():
        yield AREA.ok("file", f"{file} is made by the first start")
        free_in = next(p for p in file.absolute().parents if p.exists())
        yield room(shutil.disk_usage(free_in).free, None)
        return
    try:
        found = shown(settings.database_url)
    except StoreError as problem:
        yield _unreadable(
            "file" if settings.store_url is None else "STORE_URL", problem
        )
        return
    yield AREA.ok(found["location"], f"{found['backend']}, can be read")
    if settings.store_url is None and not os.access(file, os.W_OK):
        advice = f"let the user who runs the connector write to {file}"
        yield AREA.bad(str(file), "may not be written by this user", advice)
    yield from _kept(found)


def _unreadable(name: str, problem: StoreError) -> Finding:
    from connector.store.failures import OtherSchema  # noqa: PLC0415

    text = str(problem)
    if isinstance(problem, OtherSchema):
        if problem.is_newer:
            return AREA.bad(name, text, _NEWER)
        return AREA.warn(name, text, _OLDER)
    if _LOCKED in text:
        return AREA.bad(name, text, _HELD)
    if name == "STORE_URL":
        return AREA.bad(name, text, _SERVER)
    return AREA.bad(name, text, _CHECK)
