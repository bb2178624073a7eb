"""The one-time names of `/files`: what each of them opens, and until when.

A name is a secret of 144 bits. Only its digest is kept, in ``DATA_DIR/files``, so that
it holds over a restart and nobody reads it there. What is kept is small: a name lasts a
day, and a station has a bounded number of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import orjson

from connector.csms.clock import Clock
from connector.csms.options import FileOptions
from connector.csms.uploads import Content, Upload, UploadRefused, remove_remains
from connector.errors import StoreError

logger = logging.getLogger(__name__)

FIRMWARE, UPLOADS, NAMES = "firmware", "uploads", "files/names.json"
"""Below ``DATA_DIR``."""
MOST_OF_A_STATION = 20
"""Names of one kind; one more replaces the oldest."""
_NAME_BYTES = 18
_LATEST_S = 366 * 86_400.0

Kind = Literal["upload", "download"]


@dataclass(frozen=True, slots=True)
class FilePlace:
    """What a name opens; ``file`` is the path of a download below `FIRMWARE`.

    Of an upload that has come ``file`` is where it lies below ``DATA_DIR``, ``size``
    and ``digest`` are its content: who lost our answer may send it once more.
    """

    kind: Kind
    station: str
    expires_ms: int
    file: str = ""
    size: int = 0
    digest: str = ""

    @property
    def is_spent(self) -> bool:
        """Whether its upload has come."""
        return bool(self.digest)


class FilePlaces:
    """Makes names, finds what they open, and takes uploads."""

    def __init__(self, options: FileOptions, clock: Clock) -> None:
        self.options = options
        self.port = 0
        """Where HTTP is served; 0: nowhere."""
        self.on_uploaded: Callable[[str, str, str], None] = lambda *_: None
        """Takes a station, the path of what it has uploaded, below ``DATA_DIR``, and
        the name of the place."""
        self._clock = clock
        self._places: dict[str, FilePlace] = {}
        self._uploads: dict[str, Upload] = {}
        self._saving = asyncio.Lock()

    @property
    def data_dir(self) -> Path:
        """Where all files lie."""
        return self.options.data_dir

    # -- names

    async def expect_upload(self, station: str, later_s: float = 0) -> str:
        """A new name at which a station may put one file.

        ``later_s``: how much later than now it is expected.

        Raises:
            StoreError: it cannot be kept.
        """
        return await self._add(FilePlace("upload", station, self._expiry(later_s)))

    async def offer_firmware(
        self, station: str, file: str, later_s: float = 0
    ) -> tuple[str, str]:
        """A new name for a file below ``DATA_DIR/firmware``, and that file's own name.

        Raises:
            FileNotFoundError: there is no such file; the text says what there is.
            StoreError: the name cannot be kept.
        """
        path = await asyncio.to_thread(find_firmware, self.data_dir, file)
        place = FilePlace("download", station, self._expiry(later_s), path)
        return await self._add(place), Path(path).name

    def _expiry(self, later_s: float) -> int:
        seconds = self.options.expiry_s + min(max(0.0, later_s), _LATEST_S)
        return self._clock.now_ms() + round(seconds * 1000)

    async def _add(self, place: FilePlace) -> str:
        name = secrets.token_urlsafe(_NAME_BYTES)
        self._make_room(place)
        self._places[_digest(name)] = place
        try:
            await self._save()
        except StoreError:
            del self._places[_digest(name)]
            raise
        return name

    def _make_room(self, new: FilePlace) -> None:
        self._forget(lambda place: place.expires_ms <= self._clock.now_ms())
        same = [
            digest
            for digest, place in self._places.items()
            if (place.station, place.kind) == (new.station, new.kind)
        ]
        for digest in same[: max(0, len(same) + 1 - MOST_OF_A_STATION)]:
            del self._places[digest]

    def _forget(self, test: Callable[[FilePlace], bool]) -> None:
        self._places = {d: p for d, p in self._places.items() if not test(p)}

    def forget_station(self, station: str) -> None:
        """Its names open nothing any more."""
        self._forget(lambda place: place.station == station)

    def find(self, name: str) -> FilePlace | None:
        """What a name opens now."""
        place = self._places.get(_digest(name))
        if place is None or place.expires_ms <= self._clock.now_ms():
            return None
        return place

    # -- files

    def firmware(self, place: FilePlace) -> Path | None:
        """The file of a download, while it is there."""
        try:
            find_firmware(self.data_dir, place.file)
        except FileNotFoundError:
            return None
        return self.data_dir / FIRMWARE / place.file

    def begin_upload(self, name: str, place: FilePlace) -> Upload:
        """Expect a file; one that is on its way already was given up by its sender."""
        before = self._uploads.get(name)
        if before is not None:
            before.is_outdated = True
        upload = self._uploads[name] = Upload(
            self.data_dir / UPLOADS,
            place.station,
            self.options.max_upload_bytes,
            Content(place.size, place.digest) if place.is_spent else None,
        )
        return upload

    async def finish_upload(self, name: str, upload: Upload, file_name: str) -> str:
        """Keep what has arrived; the name is spent. Gives its path below ``DATA_DIR``.

        Raises:
            UploadRefused: there is nothing, or another one has come before.
            OSError: it cannot be kept; the name can be used again.
        """
        if not upload.received:
            raise UploadRefused(HTTPStatus.BAD_REQUEST, "the file is empty")
        place = self._places.get(_digest(name))
        if upload.kept is not None:
            await asyncio.to_thread(upload.check_repeated)
            return place.file if place else ""
        if place is None or place.is_spent:
            raise UploadRefused(HTTPStatus.CONFLICT, "the file is here already")
        del self._places[_digest(name)]
        try:
            path = await asyncio.to_thread(upload.keep, file_name, self._clock.now_ms())
        except BaseException:
            self._places[_digest(name)] = place
            raise
        found = path.relative_to(self.data_dir).as_posix()
        content = await asyncio.to_thread(upload.content)
        self._places[_digest(name)] = replace(
            place, file=found, size=content.size, digest=content.digest
        )
        try:
            await self._save()
        except StoreError as problem:
            logger.error("%s: %s", upload.station, problem)
        self.on_uploaded(upload.station, found, name)
        return found

    async def end_upload(self, name: str, upload: Upload) -> None:
        """Nothing more comes; what was not kept is removed."""
        if self._uploads.get(name) is upload:
            del self._uploads[name]
        try:
            await asyncio.to_thread(upload.close)
        except OSError as problem:
            logger.error("%s: a part of an upload stays: %s", upload.station, problem)

    # -- keeping

    async def load(self, stations: Container[str]) -> None:
        """Take up the names of these stations, and remove what was left half.

        Raises:
            StoreError: they cannot be read.
        """
        path = self.data_dir / NAMES
        try:
            kept = await asyncio.to_thread(_read, path)
            await asyncio.to_thread(remove_remains, self.data_dir / UPLOADS)
        except OSError as problem:
            raise StoreError(f"{path}: {problem.strerror}") from None
        self._places = {d: p for d, p in kept.items() if p.station in stations}

    async def _save(self) -> None:
        path = self.data_dir / NAMES
        async with self._saving:
            # Of several that wait, each writes what holds by then.
            text = orjson.dumps(self._places)
            try:
                await asyncio.to_thread(_write, path, text)
            except OSError as problem:
                raise StoreError(f"{path}: {problem.strerror}") from None


def find_firmware(data_dir: Path, file: str) -> str:
    """The path of a firmware file below ``firmware/`` in ``data_dir``.

    Raises:
        FileNotFoundError: there is none of this name; the text says which there are.
    """
    folder = data_dir / FIRMWARE
    try:
        path = (folder / file).resolve()
        is_there = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        is_there = False
    if not is_there:
        raise FileNotFoundError(_what_there_is(folder))
    return path.relative_to(folder.resolve()).as_posix()


def _what_there_is(folder: Path) -> str:
    files = sorted(path.name for path in folder.glob("*") if path.is_file())[:5]
    return f"{FIRMWARE}/ in DATA_DIR has " + (", ".join(files) or "no files")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path) -> dict[str, FilePlace]:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        return {digest: _place(kept) for digest, kept in orjson.loads(text).items()}
    except (ValueError, TypeError, AttributeError, KeyError) as problem:
        # Names last a day: a broken file must not keep stations out.
        logger.error("%s cannot be read, its names are lost: %s", path, problem)
        return {}


def _place(kept: dict[str, Any]) -> FilePlace:
    kind: Kind = "download" if kept["kind"] == "download" else "upload"
    expires_ms = int(kept["expires_ms"])
    return FilePlace(
        kind,
        str(kept["station"]),
        expires_ms,
        str(kept["file"]),
        int(kept.get("size", 0)),
        str(kept.get("digest", "")),
    )


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(text)
    part.replace(path)
