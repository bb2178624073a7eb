"""`q` on a terminal ends what would go on for ever, as Ctrl-C does."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quits() -> Iterator[None]:
    """While it lasts `q` leaves it, and other keys do not show on the screen."""
    if not sys.stdin.isatty():
        yield
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    typed = threading.Event()
    tty.setcbreak(number)
    threading.Thread(target=_read, args=(number, typed), daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        if not typed.is_set():
            raise
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _read(number: int, typed: threading.Event) -> None:
    """Until `q`, or nobody types any more."""
    while key := os.read(number, 1):
        if key in b"qQ":
            typed.set()
            # The only thing that ends a wait for the network in another thread.
            os.kill(os.getpid(), signal.SIGINT)
            return
