"""The event loop that sockets are served on: uvloop's where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the fastest loop of this machine; None: asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415  (it exists on some systems only)
    except ImportError:
        return None
    return uvloop.new_event_loop


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, on the fastest loop."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(main)
