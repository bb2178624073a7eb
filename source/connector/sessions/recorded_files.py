"""Recordings on the disk, written by a thread of its own.

Items come through a queue; whatever happens to a file ends that file alone.
"""

from __future__ import annotations

import logging
import queue
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO, NamedTuple

from connector.ocppj.known_secrets import KnownSecrets
from connector.ocppj.pseudonyms import Pseudonyms
from connector.ocppj.redaction import blank_text
from connector.sessions.recordings import (
    Header,
    Sender,
    dropped_line,
    end_line,
    frame_line,
    header_line,
)

logger = logging.getLogger(__name__)

_MIB = 1024 * 1024
_MOST_REMEMBERED = 1000
"""Stations whose secrets are known for when they come again."""


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """Where files go, and what they may take.

    ``kept_free_bytes`` of the disk are left to others: the store may be on it, too.
    """

    folder: Path
    version: str = ""
    file_bytes: int = 100 * _MIB
    waiting_bytes: int = 32 * _MIB
    kept_free_bytes: int = 256 * _MIB
    open_files: int = 64


class RecordedFile:
    """What the writer knows of one recording; others read ``is_over`` alone."""

    __slots__ = (
        "folder",
        "header",
        "is_over",
        "path",
        "pseudonyms",
        "secrets",
        "size",
    )

    def __init__(self, header: Header, folder: str) -> None:
        self.header = header
        self.folder = folder
        self.is_over = False
        """Nothing more is written to it."""
        self.path: Path | None = None
        self.size = 0
        self.pseudonyms = Pseudonyms()
        self.secrets = KnownSecrets()


class Item(NamedTuple):
    """Something to be written; without a sender it is the end."""

    file: RecordedFile
    t: float
    sender: Sender | None
    text: str | bytes
    dropped: int
    size: int


class Writer:
    """Owned by its thread."""

    def __init__(
        self,
        options: RecorderOptions,
        items: queue.SimpleQueue[Item | None],
        free_bytes: Callable[[Path], int],
    ) -> None:
        self._options = options
        self._queue = items
        self._free_bytes = free_bytes
        self._open: OrderedDict[RecordedFile, BinaryIO] = OrderedDict()
        self._secrets: dict[str, KnownSecrets] = {}
        self._unchecked_bytes = 0
        self.taken_bytes = 0

    def run(self) -> None:
        """Write until the end."""
        try:
            while (item := self._queue.get()) is not None:
                self.taken_bytes += item.size
                self._take(item)
                if self._queue.empty():
                    self._flush()
        finally:
            for file in tuple(self._open):
                self._close(file)

    def _take(self, item: Item) -> None:
        file = item.file
        if file.is_over:
            return
        try:
            self._write_item(file, item)
        except OSError as problem:
            self._give_up(file, problem)
        except Exception:
            logger.exception("%s: not recorded", file.header.station)
            self._forget(file)

    def _write_item(self, file: RecordedFile, item: Item) -> None:
        if file.path is None:
            self._create(file)
            self._write(file, header_line(file.header))
        if item.dropped:
            self._write(file, dropped_line(item.t, item.dropped))
        if item.sender is None:
            reason = file.secrets.hide_in(blank_text(str(item.text)))
            self._finish(file, item.t, reason)
            return
        line = frame_line(item.t, item.sender, item.text, file.pseudonyms, file.secrets)
        if file.size + len(line) > self._options.file_bytes:
            most = self._options.file_bytes
            self._finish(file, item.t, f"recording ended: more than {most} bytes")
            return
        self._write(file, line)

    def _create(self, file: RecordedFile) -> None:
        file.secrets = self._secrets_of(file.header.station)
        folder = self._options.folder / file.folder
        folder.mkdir(parents=True, exist_ok=True)
        self._check_room()
        began = datetime.fromtimestamp(file.header.started_ms / 1000, UTC)
        for number in count(1):
            path = folder / f"{began:%Y%m%dT%H%M%SZ}-{number}.jsonl"
            with suppress(FileExistsError):
                self._keep_open(file, path.open("xb"))
                file.path = path
                return

    def _secrets_of(self, station: str) -> KnownSecrets:
        """Those of its connections before, as long as they are remembered."""
        found = self._secrets.pop(station, None) or KnownSecrets()
        self._secrets[station] = found
        while len(self._secrets) > _MOST_REMEMBERED:
            del self._secrets[next(iter(self._secrets))]
        return found

    def _keep_open(self, file: RecordedFile, handle: BinaryIO) -> None:
        self._open[file] = handle
        while len(self._open) > self._options.open_files:
            self._close(next(iter(self._open)))

    def _write(self, file: RecordedFile, line: bytes) -> None:
        self._unchecked_bytes += len(line)
        if self._unchecked_bytes > _MIB:
            self._check_room()
        handle = self._open.get(file)
        if handle is None:
            assert file.path is not None  # noqa: S101
            handle = file.path.open("ab")
            self._keep_open(file, handle)
        self._open.move_to_end(file)
        handle.write(line)
        file.size += len(line)

    def _check_room(self) -> None:
        self._unchecked_bytes = 0
        free = self._free_bytes(self._options.folder)
        if free < self._options.kept_free_bytes:
            raise OSError(f"only {free} bytes of the disk are free")

    def _finish(self, file: RecordedFile, t: float, reason: str) -> None:
        self._write(file, end_line(t, reason))
        self._forget(file)

    def _forget(self, file: RecordedFile) -> None:
        self._close(file)
        file.is_over = True

    def _flush(self) -> None:
        for file, handle in tuple(self._open.items()):
            try:
                handle.flush()
            except OSError as problem:
                self._give_up(file, problem)

    def _close(self, file: RecordedFile) -> None:
        handle = self._open.pop(file, None)
        if handle is None:
            return
        try:
            handle.close()
        except OSError as problem:
            self._give_up(file, problem)

    def _give_up(self, file: RecordedFile, problem: OSError) -> None:
        if not file.is_over:
            file.is_over = True
            logger.warning("%s: its recording ended: %s", file.header.station, problem)
        handle = self._open.pop(file, None)
        if handle is not None:
            with suppress(OSError):  # what it could not write is known by now
                handle.close()
