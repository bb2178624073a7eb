"""MQTT 3.1.1 at QoS 0 over asyncio: observes tens of thousands of values per second.

An ordinary client would cost more than the server that is measured.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterable


def _length(value: int) -> bytes:
    encoded = bytearray()
    while True:
        value, digit = divmod(value, 128)
        encoded.append(digit | 0x80 if value else digit)
        if not value:
            return bytes(encoded)


def _text(value: bytes) -> bytes:
    return struct.pack("!H", len(value)) + value


class MqttClient(asyncio.Protocol):
    """``on_message(topic, payload)`` runs for every PUBLISH; ``count`` counts them."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id.encode()
        self._chunks: list[bytes] = []
        self._waiting = 0
        self._needed = 0
        """How many bytes the packet that comes has; a list of keys has many."""
        self._packet_id = 0
        self._suback: asyncio.Future[None] | None = None
        self._keepalive: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport | None = None
        self.connected: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )
        self.on_message: Callable[[bytes, bytes], None] | None = None
        self.count = 0
        self.last_arrival = 0.0
        self.lost = False

    @classmethod
    async def connect(cls, port: int, client_id: str) -> MqttClient:
        """A client that is connected to the broker on this machine."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: cls(client_id), "127.0.0.1", port
        )
        await asyncio.wait_for(client.connected, 10)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = _text(b"MQTT") + b"\x04\x02\x00\x3c" + _text(self._client_id)
        self.transport.write(b"\x10" + _length(len(body)) + body)
        self._ping()

    def _ping(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(b"\xc0\x00")
            self._keepalive = asyncio.get_running_loop().call_later(20, self._ping)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._keepalive is not None:
            self._keepalive.cancel()
        if not self.connected.done():
            self.connected.set_exception(ConnectionError(f"MQTT: {exc}"))

    def data_received(self, data: bytes) -> None:
        if self._chunks:
            self._chunks.append(data)
            self._waiting += len(data)
            if self._waiting < self._needed:
                return
            data = b"".join(self._chunks)
        rest = self._take_packets(data)
        self._chunks, self._waiting = [rest] if rest else [], len(rest)

    def _take_packets(self, data: bytes) -> bytes:
        """Handle every whole packet; returns what is left."""
        end_of_data = len(data)
        start = 0
        self._needed = 0
        while end_of_data - start >= 2:
            length = data[start + 1]
            header = start + 2
            if length & 0x80:
                length, header = self._long_length(data, start)
                if length < 0:
                    break
            end = header + length
            if end > end_of_data:
                self._needed = end - start
                break
            self._packet(data[start], data, header, end)
            start = end
        return data[start:]

    @staticmethod
    def _long_length(data: bytes, start: int) -> tuple[int, int]:
        length = shift = 0
        for position in range(start + 1, min(start + 5, len(data))):
            length |= (data[position] & 0x7F) << shift
            shift += 7
            if data[position] < 0x80:
                return length, position + 1
        return -1, 0

    def _packet(self, kind: int, data: bytes, start: int, end: int) -> None:
        if kind & 0xF0 == 0x30:
            self.count += 1
            if self.on_message is not None:
                topic_end = start + 2 + (data[start] << 8 | data[start + 1])
                self.on_message(data[start + 2 : topic_end], data[topic_end:end])
        elif kind == 0x20:
            self.connected.set_result(None)
        elif kind == 0x90 and self._suback is not None:
            self._suback.set_result(None)
            self._suback = None

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Subscribe at QoS 0 and wait until the broker has it."""
        assert self.transport is not None
        self._packet_id += 1
        self._suback = suback = asyncio.get_running_loop().create_future()
        filters = b"".join(_text(topic.encode()) + b"\x00" for topic in topics)
        body = struct.pack("!H", self._packet_id) + filters
        self.transport.write(b"\x82" + _length(len(body)) + body)
        await asyncio.wait_for(suback, 10)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        assert self.transport is not None
        body = _text(topic.encode()) + payload
        self.transport.write(
            bytes((0x31 if retain else 0x30,)) + _length(len(body)) + body
        )

    async def settled(self, quiet_s: float, limit_s: float) -> None:
        """Wait until nothing has arrived for a while (observer: nothing to wait on)."""
        ends = time.monotonic() + limit_s
        before = -1
        while before != self.count and time.monotonic() < ends:
            before = self.count
            await asyncio.sleep(quiet_s)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.write(b"\xe0\x00")
            self.transport.close()
