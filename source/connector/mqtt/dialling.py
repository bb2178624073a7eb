"""Opening a socket without being its prisoner.

A name server that is silent, or a host that swallows packets, may block for long;
whoever wants to leave meanwhile leaves at once, and the socket is closed when it comes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Protocol, TypeVar

_LOOK_EVERY_S = 0.1


class Closable(Protocol):
    """What is opened: a socket, of whatever kind."""

    def close(self) -> None:
        """Give it back."""


T = TypeVar("T", bound=Closable)


def dial(create: Callable[[], T], leaving: threading.Event) -> T:
    """What `create` opens.

    Raises:
        ConnectionAbortedError: somebody wants to leave.
        Exception: whatever `create` raises.
    """
    opened: Future[T] = Future()
    threading.Thread(
        target=_open, args=(create, opened), name="mqtt-dial", daemon=True
    ).start()
    while not opened.done():
        if leaving.is_set() and opened.cancel():
            raise ConnectionAbortedError("leaving")
        wait([opened], _LOOK_EVERY_S)
    return opened.result()


def _open(create: Callable[[], T], opened: Future[T]) -> None:
    try:
        sock = create()
    except Exception as problem:
        if opened.set_running_or_notify_cancel():
            opened.set_exception(problem)
        return
    if opened.set_running_or_notify_cancel():
        opened.set_result(sock)
    else:
        sock.close()
