"""Files of stations that are too old: what they have uploaded, and recordings."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

logger = logging.getLogger(__name__)

UPLOAD = re.compile(r"\d{8}T\d{6}Z-.+", re.DOTALL)
RECORDING = re.compile(r"\d{8}T\d{6}Z-\d+\.jsonl")
"""Whatever else lies there is not ours."""


def remove_old(folder: Path, name: re.Pattern[str], before_ms: int) -> int:
    """Remove the files of all stations that were not touched since; gives how many.

    ``folder`` has a folder for each station. Links are not followed. What cannot be
    removed is logged, and tried again the next time.
    """
    count = 0
    for path in _files(folder, name):
        try:
            if path.lstat().st_mtime * 1000 < before_ms:
                path.unlink()
                count += 1
        except OSError as problem:
            logger.warning("%s is too old and cannot be removed: %s", path, problem)
    return count


def _files(folder: Path, name: re.Pattern[str]) -> Iterator[Path]:
    for station in _entries(folder):
        if station.is_dir() and not station.is_symlink():
            for path in _entries(station):
                if name.fullmatch(path.name) and path.is_file():
                    yield path


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as problem:
        logger.warning("%s cannot be looked through: %s", folder, problem)
        return []
