"""The bounded way from the server's loop to the flow thread.

One wake-up per turn of the loop, taken out as a batch. When the flow is behind, newer
facts replace older ones of the same station and the same values; those of
transactions are never dropped (design, decision 2).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass
from itertools import count

from connector.csms.facts import Facts, Scalar, Weight


@dataclass(frozen=True, slots=True)
class KeyedValue:
    """A value under a key that does not follow the grammar of a station's keys."""

    key: str
    value: Scalar
    time_ms: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """A station has keys from now on (if adopted), for so many connectors.

    ``parts`` are connectors of EVSEs, such as `1.2`; ``name`` is what people call it.
    """

    station: str
    is_adopted: bool
    connectors: int
    parts: tuple[str, ...] = ()
    speaks_2: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A station is unknown again: its topics in the open tree are to be cleared."""

    station: str


@dataclass(frozen=True, slots=True)
class Restored:
    """The sensors that a station had before our restart, as local keys."""

    station: str
    keys: list[str]


Item = Facts | KeyedValue | Declaration | Forgotten | Restored
_GATHER_S, _GATHER_BUSY_S = 0.001, 0.004
_BUSY = 8
"""So many facts at once are more than a person or a manager waits for."""
_Identity = tuple[str, frozenset[object] | int]


class FactQueue:
    """`put` on the loop, `take` on the flow thread; ``limit`` facts wait in order."""

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._facts: deque[Item] = deque()
        self._overflow: dict[_Identity, Item] = {}
        self._unique = count()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._wake_up_due = False
        self._is_busy = False
        self.replaced = 0

    def __len__(self) -> int:
        return len(self._facts) + len(self._overflow)

    def put(self, item: Item) -> None:
        """Queue an item; called on the loop, never blocks, never fails."""
        if self._overflow or len(self._facts) >= self._limit:
            self._put_aside(item)
        else:
            self._facts.append(item)
        if not self._wake_up_due:
            self._wake_up_due = True
            asyncio.get_running_loop().call_soon(self._wake_up)

    def _put_aside(self, item: Item) -> None:
        identity = self._identity(item)
        with self._lock:
            if self._overflow.pop(identity, None) is not None:
                self.replaced += 1
            self._overflow[identity] = item

    def _identity(self, item: Item) -> _Identity:
        if isinstance(item, Facts) and item.weight is not Weight.TRANSACTION:
            return item.station, frozenset(item.values)
        return "", next(self._unique)

    def _wake_up(self) -> None:
        self._wake_up_due = False
        if not self._ready.is_set():
            self._ready.set()

    def take(self, timeout_s: float) -> list[Item]:
        """All facts that wait, in order; empty when none came within ``timeout_s``."""
        if not self._facts and not self._overflow:
            self._ready.wait(timeout_s)
        # Whoever comes within a moment shares one change of threads.
        time.sleep(_GATHER_BUSY_S if self._is_busy else _GATHER_S)
        self._ready.clear()
        taken = [self._facts.popleft() for _ in range(len(self._facts))]
        if self._overflow:
            with self._lock:
                aside, self._overflow = self._overflow, {}
            taken.extend(aside.values())
        self._is_busy = len(taken) >= _BUSY
        return taken

    def interrupt(self) -> None:
        """Let `take` return at once; callable from any thread."""
        self._ready.set()
