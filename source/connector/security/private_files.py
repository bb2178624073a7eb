"""Files for us alone, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

READABLE = 0o644
"""For what is no secret: others (a proxy, another service) may read it."""


def write_new(path: Path, text: bytes) -> None:
    """Write a file; one that came first stays."""
    part = _part(path, text)
    try:
        _put(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_over(path: Path, text: bytes, mode: int | None = None) -> None:
    """Write a file in the place of an older one; whoever reads it sees one of both."""
    part = _part(path, text)
    try:
        if mode is not None:
            part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _part(path: Path, text: bytes) -> Path:
    """A file beside, readable for us alone, that is on the disk."""
    handle, name = tempfile.mkstemp(".part", f".{path.name}.", path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _put(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
    except OSError:
        # A file system without links.
        part.rename(path)
