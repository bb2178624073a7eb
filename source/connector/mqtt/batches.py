"""Batches on their way to the broker, and what happens when it does not read.

Over the bound the newest value of each retained topic waits (as many bytes again), the
rest is dropped and counted. Without a connection nothing is kept: whoever owns the
values publishes them again after the next connect.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from connector.mqtt.packets import Encoder, Packet

_RETAINED = 0x01


class Batch:
    """Many packets as one; paho calls it when it is written, or was lost."""

    __slots__ = ("_done", "count", "rc", "size")

    def __init__(self, size: int, count: int, done: Callable[[int, int], None]) -> None:
        self.size = size
        self.count = count
        self._done = done
        self.rc = 0

    def _set_as_published(self) -> None:
        size, self.size = self.size, 0
        if size:
            self._done(size, self.count if self.rc else 0)


class Batches:
    """Hands batches to ``queue(data, batch)`` while less than ``limit`` bytes wait."""

    def __init__(self, queue: Callable[[bytes, Batch], None], limit: int) -> None:
        self._queue = queue
        self._limit = limit
        self._lock = threading.Lock()
        self._waiting = 0
        self._held: dict[str, bytes] = {}
        self._held_bytes = 0
        self.encoder: Encoder | None = None
        """The encoder of the connection; None: there is none."""
        self.dropped = 0
        """Messages that were never sent."""
        self.dropped_s: float | None = None
        """When the last of them was not, in s since 1970; None: there is none."""

    def open(self, encoder: Encoder) -> None:
        """A connection is there, and takes what this encoder makes."""
        with self._lock:
            self.encoder = encoder

    def close(self) -> None:
        """The connection is gone, and with it whatever was held."""
        with self._lock:
            self.encoder = None
            self._lose(len(self._held))
            self._held = {}
            self._held_bytes = 0

    def drop(self, count: int) -> None:
        """Count messages that cannot be sent."""
        with self._lock:
            self._lose(count)

    def add(self, encoder: Encoder, packets: list[Packet]) -> None:
        """Send packets in one write, or hold the newest of each retained topic."""
        data = b"".join([packet for _, packet in packets])
        if not data:
            return
        with self._lock:
            if encoder is not self.encoder:
                self._lose(len(packets))
            elif self._held or (
                self._waiting and self._waiting + len(data) > self._limit
            ):
                for topic, packet in packets:
                    self._hold(topic, packet)
            else:
                self._send(data, len(packets))

    def _hold(self, topic: str, packet: bytes) -> None:
        if not packet[0] & _RETAINED or len(packet) > self._limit:
            self._lose(1)
            return
        self._let_go(topic)
        self._held[topic] = packet
        self._held_bytes += len(packet)
        while self._held_bytes > self._limit:
            self._let_go(next(iter(self._held)))

    def _let_go(self, topic: str) -> None:
        packet = self._held.pop(topic, None)
        if packet is not None:
            self._held_bytes -= len(packet)
            self._lose(1)

    def _lose(self, count: int) -> None:
        if count:
            self.dropped += count
            self.dropped_s = time.time()

    def _send(self, data: bytes, count: int) -> None:
        """Under the lock, so that a topic's values stay in order."""
        self._waiting += len(data)
        self._queue(data, Batch(len(data), count, self._done))

    def _done(self, size: int, lost: int) -> None:
        """Some bytes left: what was held may follow."""
        with self._lock:
            self._waiting -= size
            self._lose(lost)
            if not self._held or self._waiting > self._limit // 2:
                return
            held, self._held, self._held_bytes = self._held, {}, 0
            self._send(b"".join(held.values()), len(held))
