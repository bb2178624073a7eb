"""How another thread wakes the loop."""

from __future__ import annotations

import logging
import socket

logger = logging.getLogger(__name__)


class Waker:
    """A socket whose end is nobody's failure.

    paho queues a packet first and wakes the loop then; the loop may have sent the
    packet and ended in between.
    """

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock

    def send(self, data: bytes) -> int:
        """Wake the loop."""
        try:
            return self._sock.send(data)
        except OSError as problem:
            logger.debug("the MQTT thread is awake already, or gone: %s", problem)
            return 0

    def close(self) -> None:
        """Wake nobody any more."""
        self._sock.close()
