"""What was set, in a file of the station's folder: whole, or as it was before."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import orjson

from connector.security.private_files import write_over

logger = logging.getLogger(__name__)

FILE = "variables.json"
_VERSION = 1


def load(folder: Path) -> dict[str, Any]:
    """What was kept; nothing where there is none.

    A file that cannot be read is put aside: a station charges without it, too.
    """
    path = folder / FILE
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as problem:
        return _put_aside(path, str(problem))
    if not isinstance(found, dict) or found.get("version") != _VERSION:
        return _put_aside(path, f"expected an object with version {_VERSION}")
    return found


def save(folder: Path, kept: dict[str, Any]) -> None:
    """Keep it, for us alone: passwords are among the values.

    Raises:
        OSError: it could not be written; what was there before stays.
    """
    text = orjson.dumps({"version": _VERSION, **kept}, option=orjson.OPT_INDENT_2)
    folder.mkdir(parents=True, exist_ok=True)
    write_over(folder / FILE, text)


def _put_aside(path: Path, problem: str) -> dict[str, Any]:
    aside = path.with_name(f"{path.name}.broken")
    logger.warning("%s cannot be used, it is now %s: %s", path, aside.name, problem)
    try:
        path.replace(aside)
    except OSError as reason:
        logger.warning("%s cannot be put aside: %s", path, reason)
    return {}
