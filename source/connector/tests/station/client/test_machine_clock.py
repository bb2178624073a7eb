"""The clock that thousands of stations share."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from typing import Any

import pytest

from connector.station.client.clock import MachineClock


class Loop:
    """A loop whose time is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.timers: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []

    def time(self) -> float:
        return self.now_s

    def call_at(self, when_s: float, call: Callable[..., Any], *args: Any) -> None:
        heapq.heappush(self.timers, (when_s, len(self.timers), call, args))

    def call_later(self, delay_s: float, call: Callable[..., Any]) -> None:
        self.call_at(self.now_s + delay_s, call)

    def advance(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self.timers and self.timers[0][0] <= until_s:
            self.now_s, _, call, args = heapq.heappop(self.timers)
            call(*args)
        self.now_s = until_s


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    found = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: found)
    return found


def test_thousands_wait_with_few_timers(loop: Loop) -> None:
    clock, called = MachineClock(), []
    for number in range(5000):
        clock.call_later(
            10 + number / 5000,
            lambda: called.append(loop.now_s),  # type: ignore[misc]
        )
    assert len(loop.timers) <= 21
    loop.advance(12)

    assert len(called) == 5000


def test_nobody_is_called_early_or_much_too_late(loop: Loop) -> None:
    clock, late = MachineClock(), []
    for delay_s in (0.0, 0.3, 1.0, 1.01, 1.049, 2.0, 59.987):
        due_s = loop.now_s + delay_s
        clock.call_later(delay_s, lambda due_s=due_s: late.append(loop.now_s - due_s))
    loop.advance(61)

    assert len(late) == 7
    assert all(-1e-6 <= each <= 0.0501 for each in late), late


def test_who_is_cancelled_is_not_called_even_by_its_neighbour(loop: Loop) -> None:
    clock, called = MachineClock(), []
    timers: list[Any] = []

    def first() -> None:
        called.append("first")
        for timer in timers:
            timer.cancel()

    timers.append(clock.call_later(5.0, first))
    timers.append(clock.call_later(5.0, lambda: called.append("second")))
    loop.advance(6)

    assert called == ["first"]


def test_the_mistake_of_one_keeps_nobody_waiting(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    clock, called = MachineClock(), []

    def fail() -> None:
        raise RuntimeError("a mistake")

    clock.call_later(5.0, fail)
    clock.call_later(5.0, lambda: called.append("second"))
    loop.advance(6)

    assert called == ["second"]
    assert "a mistake" in caplog.text


def test_a_call_may_ask_for_the_next_one(loop: Loop) -> None:
    clock, times = MachineClock(), []

    def again() -> None:
        times.append(loop.now_s)
        clock.call_later(1.0, again)

    clock.call_later(1.0, again)
    loop.advance(10.2)

    assert len(times) == 10


def test_another_loop_has_its_own_calls(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, called = MachineClock(), []
    clock.call_later(5.0, lambda: called.append("of the old one"))
    other = Loop()
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: other)
    clock.call_later(5.0, lambda: called.append("of the new one"))
    other.advance(6)

    assert called == ["of the new one"]
