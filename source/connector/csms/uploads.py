"""One file on its way from a station to disk, in pieces and within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from io import FileIO
from itertools import count
from pathlib import Path
from typing import NamedTuple

from connector.errors import ConnectorError
from connector.ocppj.escaping import file_name

_WRITTEN_AT_ONCE = 256 * 1024
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100
_UNNAMED = "file"
_PART = ".{}.part"


class UploadRefused(ConnectorError):
    """A file is not taken; ``status`` is what HTTP calls it (RFC 9110, section 15)."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class Content(NamedTuple):
    """What was uploaded, without keeping it: how much, and the SHA-256 of it."""

    size: int
    digest: str


class Upload:
    """A part file beside the place where it will be kept.

    ``kept`` is what is there already: it may only come once more, and is not stored.

    The methods that touch the disk are for threads; they exclude each other, for one
    may still run when its caller was cancelled.
    """

    def __init__(
        self, folder: Path, station: str, most_bytes: int, kept: Content | None = None
    ) -> None:
        self.station = station
        self.kept = kept
        self.is_outdated = False
        """The station has begun anew: this one leads nowhere."""
        self.received = 0
        self._folder = folder / file_name(station)
        self._part = self._folder / _PART.format(secrets.token_hex(8))
        self._most_bytes = most_bytes
        self._waiting = bytearray()
        self._file: FileIO | None = None
        self._disk = threading.Lock()
        self._digest = hashlib.sha256()

    def check_size(self, size: int) -> None:
        """Refuse what would be too large.

        Raises:
            UploadRefused: it is.
        """
        if self.kept is not None and size > self.kept.size:
            raise _already_spent()
        if self._most_bytes and size > self._most_bytes:
            raise UploadRefused(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"more than the {self._most_bytes} bytes of MAX_UPLOAD_BYTES",
            )

    def open(self) -> None:
        """Make the part file.

        Raises:
            OSError: it cannot be made.
        """
        if self.kept is not None:
            return
        with self._disk:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self._part, "x")

    async def write(self, data: bytes) -> None:
        """Take the next piece.

        Raises:
            UploadRefused: it is too large, or the station has begun anew.
            OSError: it cannot be written.
        """
        if self.is_outdated:
            raise UploadRefused(HTTPStatus.CONFLICT, "a newer upload has begun")
        self.check_size(self.received + len(data))
        self.received += len(data)
        self._waiting += data
        if len(self._waiting) >= _WRITTEN_AT_ONCE:
            await asyncio.to_thread(self._flush)

    def _flush(self) -> None:
        with self._disk:
            self._write_waiting()

    def _write_waiting(self) -> None:
        waiting, self._waiting = memoryview(bytes(self._waiting)), bytearray()
        self._digest.update(waiting)
        while waiting and self._file is not None:
            waiting = waiting[self._file.write(waiting) :]

    def content(self) -> Content:
        """What has come until now."""
        with self._disk:
            self._write_waiting()
            return Content(self.received, self._digest.hexdigest())

    def check_repeated(self) -> None:
        """Refuse what is not the same as what is there.

        Raises:
            UploadRefused: it is not.
        """
        if self.content() != self.kept:
            raise _already_spent()

    def keep(self, name: str, now_ms: int) -> Path:
        """Give the file its name for good; ``name`` is what the station calls it.

        Raises:
            OSError: it cannot be kept.
        """
        with self._disk:
            self._write_waiting()
            if self._file is not None:
                os.fsync(self._file.fileno())
            path = _reserve(self._folder, _stamp(now_ms), safe_name(name))
            return self._part.replace(path)

    def close(self) -> None:
        """Remove what was not kept.

        Raises:
            OSError: it cannot be removed.
        """
        with self._disk:
            if self._file is None:
                return
            self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)


def _already_spent() -> UploadRefused:
    reason = "another file has been taken under this name"
    return UploadRefused(HTTPStatus.NOT_FOUND, reason)


def safe_name(text: str) -> str:
    """A plain file name, as near as may be to what somebody else calls it."""
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    return _UNSAFE.sub("_", last)[-_LONGEST_NAME:].lstrip("._-") or _UNNAMED


def _stamp(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")


def _reserve(folder: Path, stamp: str, name: str) -> Path:
    """An empty file of a name that nobody had."""
    for number in count(1):
        path = folder / (
            f"{stamp}-{name}" if number == 1 else f"{stamp}-{number}-{name}"
        )
        with contextlib.suppress(FileExistsError):
            path.touch(exist_ok=False)
            return path
    raise AssertionError


def remove_remains(folder: Path) -> None:
    """Remove the part files that an earlier process left behind."""
    for path in folder.glob(f"*/{_PART.format('*')}"):
        path.unlink(missing_ok=True)
