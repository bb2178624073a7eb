"""The clock: whether the system says it is kept right, and others agree.

No time server is asked. There are three witnesses: the kernel, which knows whether
anything keeps it right (`ntp_gettime`); the connector's own clock, where it is on
another machine; and files of the store, which are not from the future.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene
from connector.cli.problems import CommandFailed

AREA = Area("clock")
_TIME_ERROR = 5
"""TIME_ERROR of `<sys/timex.h>`: nobody keeps it right."""
_SYNC = "have it kept right: systemd-timesyncd, chrony or the like, on the host"
_WRONG = "set it: times of transactions, certificates and schedules are wrong"
_OFF_S, _FUTURE_S = 10.0, 60.0
_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
"""Nobody runs this version earlier: a machine without a battery may think so."""


class _Times(ctypes.Structure):
    """``struct ntptimeval`` of glibc."""

    _fields_ = (
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("most_wrong_us", ctypes.c_long),
        ("wrong_us", ctypes.c_long),
        ("rest", ctypes.c_long * 8),
    )


def look(scene: Scene) -> Iterator[Finding]:
    """What the witnesses say."""
    now = datetime.now(UTC)
    shown = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < _BEFORE:
        yield AREA.bad("date", f"it is {shown}?", _WRONG)
    yield _of_kernel(shown)
    if scene.client is not None and scene.runs:
        yield from _of_connector(scene)
    yield from _of_files(scene)


def _of_kernel(shown: str) -> Finding:
    state = kernel_state()
    if state is None:
        return AREA.ok("kernel", f"{shown}; this system does not tell who keeps it")
    if state == _TIME_ERROR:
        text = f"{shown}; nothing keeps this clock right, says the kernel"
        return AREA.warn("kernel", text, _SYNC)
    return AREA.ok("kernel", f"{shown}; the kernel says it is kept right")


def kernel_state() -> int | None:
    """What `ntp_gettime` gives; None where there is none, or it may not be asked."""
    library = ctypes.CDLL(None)
    function = getattr(library, "ntp_gettime", None)
    if function is None:
        return None
    state = int(function(ctypes.byref(_Times())))
    return None if state < 0 else state


def _of_connector(scene: Scene) -> Iterator[Finding]:
    """The connector's clock against ours, half of the way there taken off."""
    from connector.cli.client import path_of  # noqa: PLC0415

    assert scene.client is not None  # noqa: S101
    began_s = time.time()
    try:
        told = scene.client.get(path_of("connector"))["now"]
    except CommandFailed as problem:
        yield AREA.warn("connector", problem.reason, "type this again")
        return
    middle_s = (began_s + time.time()) / 2
    off_s = datetime.fromisoformat(told).timestamp() - middle_s
    text = f"the connector's differs from this machine's by {off_s:+.1f} s"
    if abs(off_s) > _OFF_S:
        yield AREA.bad("connector", text, f"one of them is wrong. {_SYNC}")
    elif not scene.is_here:
        yield AREA.ok("connector", text)


def _of_files(scene: Scene) -> Iterator[Finding]:
    """A store that was written tomorrow shows that a clock has gone back."""
    if scene.settings is None or not scene.is_here:
        return
    file = Path(scene.settings.data_dir) / "connector.sqlite"
    for path in (file, Path(f"{file}-wal")):
        if not path.exists():
            continue
        ahead_s = path.stat().st_mtime - time.time()
        if ahead_s > _FUTURE_S:
            text = f"{path} was written {ahead_s:.0f} s from now: the clock went back"
            yield AREA.bad("files", text, _WRONG)
            return
