"""Our own central system on a port, in a thread: for commands that connect to one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.tests.both_ends.central import CentralEnd

DEADLINE_S = 30.0


class CentralThread:
    """It runs while the ``with`` lasts; ``facts`` are what stations told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.end: CentralEnd | None = None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        assert self.end is not None
        self._loop.run_until_complete(self.end.close())
        self._loop.close()

    async def _open(self) -> None:
        self.end = CentralEnd(self._folder)
        await self.end.open()

    @property
    def url(self) -> str:
        assert self.end is not None
        return f"ws://127.0.0.1:{self.end._websocket.port}"

    def told(self, station: str, name: str) -> list[Any]:
        """The values of a name, in their order."""
        assert self.end is not None
        return [
            value
            for facts in list(self.end.facts)
            if facts.station == station
            for datum, value in facts.values.items()
            if datum.name == name
        ]

    @contextmanager
    def running(self) -> Iterator[CentralThread]:
        self._thread.start()
        assert self._ready.wait(DEADLINE_S)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(DEADLINE_S)
