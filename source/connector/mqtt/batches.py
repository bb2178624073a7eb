"""Batches on their way to the broker, and what happens when it does not read.

Over the bound the newest value of each topic waits; nothing grows for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

Packet = tuple[str, bytes]
"""A topic and its encoded packet."""


class Batch:
    """Many packets as one; paho calls it when it is written, or was lost."""

    __slots__ = ("_done", "rc", "size")

    def __init__(self, size: int, done: Callable[[int], None]) -> None:
        self.size = size
        self._done = done
        self.rc = 0

    def _set_as_published(self) -> None:
        size, self.size = self.size, 0
        self._done(size)


class Batches:
    """Hands batches to ``queue(data, batch)`` while less than ``limit`` bytes wait."""

    def __init__(self, queue: Callable[[bytes, Batch], None], limit: int) -> None:
        self._queue = queue
        self._limit = limit
        self._lock = threading.Lock()
        self._waiting = 0
        self._held: dict[str, bytes] = {}
        self.dropped = 0
        """Values that were replaced by newer ones before they could be sent."""

    def add(self, packets: Iterable[Packet]) -> None:
        """Send packets in one write, or hold the newest of each topic."""
        with self._lock:
            if self._waiting < self._limit and not self._held:
                data = b"".join(packet for _, packet in packets)
                self._waiting += len(data)
            else:
                self._hold(packets)
                return
        self._send(data)

    def _hold(self, packets: Iterable[Packet]) -> None:
        for topic, packet in packets:
            if self._held.pop(topic, None) is not None:
                self.dropped += 1
            self._held[topic] = packet

    def _send(self, data: bytes) -> None:
        if data:
            self._queue(data, Batch(len(data), self._done))

    def _done(self, size: int) -> None:
        """Some bytes left: what was held may follow."""
        with self._lock:
            self._waiting -= size
            if not self._held or self._waiting > self._limit // 2:
                return
            data = b"".join(self._held.values())
            self._held = {}
            self._waiting += len(data)
        self._send(data)

    def clear(self) -> None:
        """The connection is gone, and with it whatever was held."""
        with self._lock:
            self.dropped += len(self._held)
            self._held = {}
