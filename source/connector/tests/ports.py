"""Ports for servers that a test starts."""

from __future__ import annotations

import os
import socket
from itertools import count

# Below those that the kernel gives to whoever connects: it would give away one that
# was found free, until its server is there (ip_local_port_range).
_FIRST, _PER_PROCESS, _PROCESSES = 12_000, 1_000, 20
_numbers = count(os.getpid() // _PROCESSES)


def free_port() -> int:
    """A port that nobody listens on, and that no other test is given."""
    block = _FIRST + os.getpid() % _PROCESSES * _PER_PROCESS
    while True:
        port = block + next(_numbers) % _PER_PROCESS
        with socket.socket() as probe:
            # As servers do: one that was used a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("0.0.0.0", port))
            except OSError:
                continue
            return port
