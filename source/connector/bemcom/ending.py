"""What the main thread waits for: the reasons why a connector ends."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from connector.errors import ConnectorError

logger = logging.getLogger("pyconnector")


class Ending:
    """Asked for by a signal or by any thread, waited for by the one that runs.

    Not a `threading.Event`: set in a signal handler, which interrupts the very thread
    that waits for it, that could stop for ever.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._wakes: SimpleQueue[None] = SimpleQueue()

    def ask(self) -> None:
        """End."""
        self.is_asked = True
        self._wakes.put(None)

    def wait(self, timeout_s: float) -> None:
        """Until something happens that is worth a look."""
        try:
            self._wakes.get(timeout=max(0.0, timeout_s))
        except Empty:
            return

    def follow(self, dispatcher: Any) -> None:
        """Wake the waiting thread at once when a dispatcher ends."""

        def join() -> None:
            dispatcher.join()
            self._wakes.put(None)

        threading.Thread(target=join, daemon=True, name="dispatcher-end").start()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask to end; only the main thread can listen to them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGTERM, signal.SIGINT)
        previous = {
            number: signal.signal(number, lambda *_: self.ask()) for number in numbers
        }
        try:
            yield
        finally:
            for number, action in previous.items():
                # None: it was installed by other means than Python.
                signal.signal(number, signal.SIG_DFL if action is None else action)


@contextmanager
def telling() -> Iterator[None]:
    """Have the log tell what ends a connector: in a line what we know, else in full."""
    try:
        yield
    except ConnectorError as problem:
        logger.error("the connector ends: %s", problem)
        raise
    except Exception:
        # BEMCom looks for these words.
        logger.exception("Caught an unexpected exception. Shuting down.")
        raise
