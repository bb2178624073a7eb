"""The processes that `scripts/local.py` starts, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import signal
import sys
from dataclasses import dataclass, field

_STOP_TIMEOUT_S: float = 10


class CannotStart(Exception):
    """Something that is needed cannot be had; the text says what helps."""


def say(text: str) -> None:
    """To the terminal, beside the connector's log."""
    print(f"run.sh: {text}", file=sys.stderr, flush=True)


def die_with_parent() -> None:
    """In a child: be terminated when this process is killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@dataclass
class Children:
    """The processes that were started, in their order; one started again keeps it."""

    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str, *command: str, user: str | None = None) -> None:
        """Start one in a session of its own: Ctrl-C is ours to pass on, in order."""
        self.running[name] = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            user=user,
            preexec_fn=die_with_parent,
        )

    async def first_end(self) -> tuple[str, int]:
        """Name and exit code of the first that ends by itself; of no broker."""
        tasks = {
            asyncio.create_task(process.wait()): name
            for name, process in self.running.items()
            if name != "broker"
        }
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        first = done.pop()
        return tasks[first], first.result()

    async def stop(self) -> dict[str, int]:
        """End the others, the last that was started first; the exit codes."""
        codes = {}
        for name, process in reversed(self.running.items()):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_TIMEOUT_S):
                    codes[name] = await process.wait()
            except TimeoutError:
                say(f"the {name} did not end within {_STOP_TIMEOUT_S} s: killed")
                process.kill()
                codes[name] = await process.wait()
        return codes
