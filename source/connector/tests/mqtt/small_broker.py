"""A server that says what it is told to, as a broker would or would not."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable

Answer = Callable[[int, socket.socket], bool]
"""Answers a CONNECT of a protocol level; whether the connection goes on."""

_PINGREQ, _PINGRESP = 0xC0, b"\xd0\x00"


class SmallBroker:
    """Accepts one connection after the other and answers CONNECT with ``answer``."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self._peer: socket.socket | None = None
        self.port: int = self._server.getsockname()[1]
        self.levels: queue.SimpleQueue[int] = queue.SimpleQueue()
        """The protocol level of each CONNECT: 5, or 4 for 3.1.1."""
        self.packets: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        """Whatever followed."""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                self._peer, _ = self._server.accept()
            except OSError:
                return
            with self._peer as peer:
                try:
                    self._talk(peer)
                except OSError:
                    continue

    def _talk(self, peer: socket.socket) -> None:
        packet = read_packet(peer)
        if not packet:
            return
        level = packet[packet.index(b"MQTT") + 4]
        self.levels.put(level)
        if not self._answer(level, peer):
            return
        while packet := read_packet(peer):
            if packet[0] == _PINGREQ:
                peer.sendall(_PINGRESP)
            else:
                self.packets.put(packet)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        if self._peer is not None:
            self._peer.close()
        self._thread.join(5)


def read_packet(peer: socket.socket) -> bytes:
    """One packet; empty at the end."""
    head = bytearray(peer.recv(1))
    size = shift = 0
    while head and (len(head) == 1 or head[-1] & 0x80):
        byte = peer.recv(1)
        if not byte:
            return b""
        head += byte
        size |= (byte[0] & 0x7F) << shift
        shift += 7
    body = bytearray()
    while len(body) < size:
        more = peer.recv(size - len(body))
        if not more:
            return b""
        body += more
    return bytes(head + body)
