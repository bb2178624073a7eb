"""The file of a backup: a compressed tar archive, readable for its owner alone.

It has a description (``manifest.json``), everything that is in the store as a SQLite
database, whatever the store was, and below ``data/`` the secrets that lie beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from connector.errors import StoreError

FORMAT = 1
DATABASE, MANIFEST, DATA = "connector.sqlite", "manifest.json", "data"
SECRETS = ("api.token", "passwords.key", "pki", "files")
"""Files and folders below ``DATA_DIR`` that belong to what is in the store."""
_CLOSED = ("pki",)
_PUBLIC = (".pem", ".crl")
_OURS_ALONE, _READABLE, _OUR_FOLDER = 0o600, 0o644, 0o700
_LARGEST_MANIFEST = 1_000_000
_PIECE = 1024 * 1024
_LEVEL = 1
"""Rows are text, and shrink well even in a hurry."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup has; ``sha256`` is that of the database."""

    made: str
    version: str
    backend: str
    schema: str
    sha256: str
    rows: dict[str, int] = field(default_factory=dict)
    format: int = FORMAT


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(
    path: Path, manifest: Manifest, database: Path, data_dir: Path | None
) -> None:
    """Make the archive, on the disk when this returns.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OURS_ALONE)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_LEVEL) as tar:
            body = json.dumps(asdict(manifest), indent=2).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(body), _OURS_ALONE
            tar.addfile(info, io.BytesIO(body))
            tar.add(database, DATABASE, filter=_of_nobody)
            for name, secret in _secrets(data_dir):
                tar.add(secret, f"{DATA}/{name}", filter=_of_nobody)
        file.flush()
        os.fsync(file.fileno())


def _secrets(data_dir: Path | None) -> Iterator[tuple[str, Path]]:
    for name in SECRETS if data_dir is not None else ():
        assert data_dir is not None  # noqa: S101
        top = data_dir / name
        inside = sorted(top.rglob("*")) if top.is_dir() else [top]
        for path in inside:
            if path.is_file() and not path.is_symlink() and path.suffix != ".part":
                yield path.relative_to(data_dir).as_posix(), path


def _of_nobody(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without its owner, and with one of two modes."""
    info.mode, info.uid, info.gid = _mode(info), 0, 0
    info.uname = info.gname = ""
    return info


def _mode(info: tarfile.TarInfo) -> int:
    """A certificate or a revocation list may be there for others, a key never is."""
    is_open = PurePosixPath(info.name).suffix in _PUBLIC and info.mode & 0o004
    return _READABLE if is_open else _OURS_ALONE


def read(path: Path, folder: Path) -> Manifest:
    """Take an archive apart into an empty folder, and check what it has.

    Raises:
        StoreError: it is no backup, or not whole.
        OSError: it cannot be read, or the folder not be written.
    """
    try:
        with tarfile.open(path, "r:gz") as tar:
            manifest = _manifest(tar.next(), tar)
            for info in tar:
                if info.name != MANIFEST:
                    _extract(info, tar, folder)
    except (tarfile.TarError, EOFError, zlib.error) as problem:
        raise StoreError(f"this is no whole backup: {problem}") from None
    database = folder / DATABASE
    if not database.is_file() or digest(database) != manifest.sha256:
        raise StoreError("its database is not the one that was backed up")
    return manifest


def _manifest(info: tarfile.TarInfo | None, tar: tarfile.TarFile) -> Manifest:
    file = None
    if info is not None and info.name == MANIFEST and info.size < _LARGEST_MANIFEST:
        file = tar.extractfile(info)
    if file is None:
        raise StoreError("this is no backup: it does not begin with a manifest")
    try:
        members: dict[str, Any] = json.loads(file.read())
        if members["format"] != FORMAT:
            raise StoreError(
                f"a newer version of the connector made it (format {members['format']},"
                f" this version reads {FORMAT})"
            )
        return Manifest(**members)
    except (ValueError, KeyError, TypeError):
        raise StoreError("this is no backup: its manifest cannot be read") from None


def _extract(info: tarfile.TarInfo, tar: tarfile.TarFile, folder: Path) -> None:
    """One file; a name that leads elsewhere, or anything but a file, is refused."""
    name = PurePosixPath(info.name)
    is_secret = name.parts[0] == DATA and name.parts[1:2] and name.parts[1] in SECRETS
    is_plain = ".." not in name.parts and not name.is_absolute() and info.isreg()
    if not (is_plain and (info.name == DATABASE or is_secret)):
        raise StoreError(f"this is no backup of ours: it has {info.name[:100]!r}")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_secret:
        _close_to_others(folder / DATA)
    source = tar.extractfile(info)
    assert source is not None  # noqa: S101
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OURS_ALONE)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, _mode(info))
        shutil.copyfileobj(source, file, _PIECE)
        file.flush()
        os.fsync(file.fileno())


def _close_to_others(data: Path) -> None:
    """As the folders of keys are made."""
    for name in _CLOSED:
        if (data / name).is_dir():
            (data / name).chmod(_OUR_FOLDER)
