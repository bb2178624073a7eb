"""A loop of its own in a thread, as BEMCom's dispatchers start one.

``run(main, termination_event)`` is the target: it returns when `main` does.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

from connector.sessions.loops import loop_factory

logger = logging.getLogger(__name__)

Main = Callable[[asyncio.Event], Awaitable[None]]


def run(main: Main, termination_event: threading.Event) -> None:
    """Run ``main(stop)`` on a new loop; ``stop`` is set when it is to end."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_until_terminated(main, termination_event))


async def _until_terminated(main: Main, termination_event: threading.Event) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    waiter = threading.Thread(
        target=_pass_on, args=(termination_event, loop, stop), daemon=True
    )
    waiter.start()
    try:
        await main(stop)
    finally:
        termination_event.set()


def _pass_on(
    termination_event: threading.Event,
    loop: asyncio.AbstractEventLoop,
    stop: asyncio.Event,
) -> None:
    termination_event.wait()
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop.set)
