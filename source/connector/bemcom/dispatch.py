"""Threads that talk to a device: once, or again and again."""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

logger = logging.getLogger("pyconnector")


class DispatchOnce(threading.Thread):
    """Calls ``target_func`` in a daemon thread, and ``cleanup_func`` after it.

    A target that names a parameter ``termination_event`` is given one; it is set when
    the thread is to end. ``exception`` holds what ended the target.
    """

    def __init__(
        self,
        target_func: Callable[..., Any],
        target_args: Sequence[Any] | None = None,
        target_kwargs: Mapping[str, Any] | None = None,
        cleanup_func: Callable[..., Any] | None = None,
        cleanup_args: Sequence[Any] | None = None,
        cleanup_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(daemon=True, name=getattr(target_func, "__name__", None))
        self.exception: BaseException | None = None
        self.termination_event = threading.Event()
        self.target_func = target_func
        self.target_args = target_args or ()
        self.target_kwargs = dict(target_kwargs or {})
        self.cleanup_func = cleanup_func
        self.cleanup_args = cleanup_args or ()
        self.cleanup_kwargs = dict(cleanup_kwargs or {})
        if _names_termination_event(target_func):
            self.target_kwargs["termination_event"] = self.termination_event

    def run(self) -> None:
        """Run the target, then the clean-up; what they raise is kept."""
        try:
            self._run_target()
        except BaseException as problem:
            self.exception = problem
        finally:
            self._clean_up()

    def _run_target(self) -> None:
        self.target_func(*self.target_args, **self.target_kwargs)

    def _clean_up(self) -> None:
        if self.cleanup_func is None:
            return
        try:
            self.cleanup_func(*self.cleanup_args, **self.cleanup_kwargs)
        except BaseException as problem:
            if self.exception is None:
                self.exception = problem
            else:
                # Only one of the two can be the reason why the connector ends.
                logger.exception("the clean-up of a dispatcher failed, too")

    def terminate(self) -> None:
        """Ask the target to end."""
        self.termination_event.set()


class DispatchInInterval(DispatchOnce):
    """Calls ``target_func`` every ``call_interval`` seconds until terminated."""

    def __init__(
        self,
        target_func: Callable[..., Any],
        target_args: Sequence[Any] | None = None,
        target_kwargs: Mapping[str, Any] | None = None,
        cleanup_func: Callable[..., Any] | None = None,
        cleanup_args: Sequence[Any] | None = None,
        cleanup_kwargs: Mapping[str, Any] | None = None,
        call_interval: float = 10,
    ) -> None:
        super().__init__(
            target_func,
            target_args,
            target_kwargs,
            cleanup_func,
            cleanup_args,
            cleanup_kwargs,
        )
        self.call_interval = call_interval

    def _run_target(self) -> None:
        while not self.termination_event.is_set():
            super()._run_target()
            self.termination_event.wait(self.call_interval)


def _names_termination_event(target: Callable[..., Any]) -> bool:
    try:
        return "termination_event" in inspect.signature(target).parameters
    except (TypeError, ValueError):
        return False
