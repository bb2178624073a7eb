"""How many files may be open, against the stations there are: each one is a file."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from pathlib import Path

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.listeners import listener_of
from connector.cli.doctor.scene import Scene

AREA = Area("files")
_OTHERS = 100
"""Database, broker, HTTP, recordings."""
_LINE = re.compile(r"^Max open files\s+(\S+)\s+(\S+)", re.MULTILINE)
_RAISE = "raise it: `ulimit -n`, LimitNOFILE of systemd, or ulimits of the container"


def look(scene: Scene) -> Iterator[Finding]:
    """Of the connector that runs here, else of one that would be started here."""
    if not scene.is_here:
        return
    stations, most = _stations(scene), _limit(scene)
    yield limit(most, stations)


def limit(most: int | None, stations: int) -> Finding:
    """The verdict on a limit; None: there is none."""
    if most is None:
        return AREA.ok("limit", f"none, for {stations} stations")
    text = f"{most} may be open, {stations} stations are known"
    left = most - _OTHERS
    if stations > left:
        return AREA.bad("limit", text, _RAISE)
    if stations * 2 > left:
        # After an outage old links are still open while stations dial anew.
        return AREA.warn("limit", text, _RAISE)
    return AREA.ok("limit", text)


def _stations(scene: Scene) -> int:
    if scene.about is not None:
        return int(scene.about["stations"]["known"])
    return len(scene.settings.stations) if scene.settings is not None else 0


def _limit(scene: Scene) -> int | None:
    if scene.about is not None and scene.settings is not None:
        who = listener_of(scene.settings.http_port)
        found = None if who is None else _of_process(who.pid)
        if found is not None:
            return found
    # A start raises its own limit as far as it may.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if hard == resource.RLIM_INFINITY else hard


def _of_process(pid: int) -> int | None:
    try:
        found = _LINE.search(Path(f"/proc/{pid}/limits").read_text("ascii"))
    except OSError:
        return None
    return int(found[1]) if found and found[1].isdigit() else None
