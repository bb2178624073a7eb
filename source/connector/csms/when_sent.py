"""Who wants to know when the first call of what he asked for goes out.

A command passes many hands before its call has its turn; the listener goes with the
context of its task. Where nobody listens this costs the look at one variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Listener:
    """Hears of one command, once."""

    __slots__ = ("_listen",)

    def __init__(self, listen: Callable[[], None]) -> None:
        self._listen: Callable[[], None] | None = listen

    def tell(self) -> None:
        """A call goes out."""
        listen, self._listen = self._listen, None
        if listen is not None:
            listen()

    def stop(self) -> None:
        """It is too late to tell."""
        self._listen = None


_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("when_sent", default=())


def current() -> tuple[Listener, ...]:
    """Those who listen to what is done now."""
    return _listeners.get()


@contextmanager
def telling(listeners: Iterable[Listener]) -> Iterator[None]:
    """What is done within is for these, and for no others."""
    token = _listeners.set(tuple(listeners))
    try:
        yield
    finally:
        _listeners.reset(token)
