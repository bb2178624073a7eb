"""What a station knows beside its queue, over restarts: one file, whole or as before.

Its core (what runs, availability, reservations, local list, cache) and its charging
profiles say themselves what they need; here it is kept.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import orjson

from connector.security.private_files import write_over
from connector.station.client.parts import Counting, StationParts

logger = logging.getLogger(__name__)

NAME = "state.json"
_VERSION = 1


class State:
    """The file of one station; without a folder nothing is kept."""

    __slots__ = ("_has_failed", "_kept", "_parts", "_path", "_revision", "is_stale")

    def __init__(self, parts: StationParts) -> None:
        self._parts = parts
        self._path: Path | None = parts.folder / NAME if parts.folder else None
        self._revision = -1
        self._kept = b""
        self._has_failed = False
        self.is_stale = False
        """Something was asked of the station that it may have to remember."""

    def load(self, now_ms: int, told_ms: int = 0) -> None:
        """Have again what was kept; rubbish in it is dropped.

        ``told_ms`` is when something was told last: the station lived then, although
        values alone do not have everything kept anew.
        """
        found = self._read()
        if found is None:
            return
        parts = self._parts
        self._load_meters(found.get("meters", {}))
        for problem in parts.profiles.restore(found.get("profiles", ()), now_ms):
            logger.warning("%s: %s", parts.core.model.identity, problem)
        core = found.get("core", {})
        if isinstance(core, dict) and isinstance(core.get("saved_ms"), int):
            core["saved_ms"] = max(core["saved_ms"], told_ms)
        parts.core.restore(core, now_ms)

    def _load_meters(self, kept: Any) -> None:
        hardware = self._parts.core.hardware
        if not isinstance(hardware, Counting):
            return
        try:
            found = {int(n): (float(a), float(b)) for n, (a, b) in kept.items()}
        except (ValueError, TypeError, AttributeError) as problem:
            logger.warning("meters of %s are not used: %s", self._path, problem)
            return
        hardware.restore(found)

    def _meters(self) -> dict[str, Any]:
        """With the rest, so that a process that is killed does not lose them."""
        hardware = self._parts.core.hardware
        if not isinstance(hardware, Counting):
            return {}
        registers = hardware.registers_wh()
        return {"meters": {str(n): pair for n, pair in registers.items()}}

    def _read(self) -> dict[str, Any] | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            found = orjson.loads(self._path.read_bytes())
        except (OSError, ValueError) as problem:
            logger.warning("%s is not used: %s", self._path, problem)
            return None
        if not isinstance(found, dict) or found.get("version") != _VERSION:
            logger.warning("%s is not used: expected version %d", self._path, _VERSION)
            return None
        return found

    def save(self, now_ms: int) -> None:
        """Keep it, where it is another than what is kept."""
        revision = self._parts.core.revision
        if self._path is None or (revision == self._revision and not self.is_stale):
            return
        self._revision, self.is_stale = revision, False
        text = orjson.dumps(
            {
                "version": _VERSION,
                "core": self._parts.core.save(now_ms),
                "profiles": self._parts.profiles.save(),
                **self._meters(),
            }
        )
        if text != self._kept:
            self._write(self._path, text)

    def _write(self, path: Path, text: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_over(path, text)
        except OSError as problem:
            if not self._has_failed:
                logger.error("%s is not written: %s", path, problem)
            self._has_failed, self._revision = True, -1
            return
        self._kept, self._has_failed = text, False
