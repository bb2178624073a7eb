from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from connector.bemcom import DispatchInInterval, DispatchOnce
from connector.tests.bemcom.recording import TIMEOUT_S


def ended(dispatcher: DispatchOnce) -> DispatchOnce:
    dispatcher.start()
    dispatcher.join(TIMEOUT_S)
    assert not dispatcher.is_alive()
    return dispatcher


def test_the_target_is_called_once_and_cleaned_up_after() -> None:
    calls: list[object] = []

    dispatcher = ended(
        DispatchOnce(
            target_func=lambda *args, **kwargs: calls.append((args, kwargs)),
            target_args=(1,),
            target_kwargs={"a": 2},
            cleanup_func=lambda *args, **kwargs: calls.append((args, kwargs)),
            cleanup_args=[3],
            cleanup_kwargs={"b": 4},
        )
    )

    assert calls == [((1,), {"a": 2}), ((3,), {"b": 4})]
    assert dispatcher.exception is None
    assert dispatcher.daemon


def test_what_the_target_raises_is_kept_and_cleaned_up_after() -> None:
    cleaned = threading.Event()
    failure = OSError("gone")

    def fail() -> None:
        raise failure

    dispatcher = ended(DispatchOnce(fail, cleanup_func=cleaned.set))

    assert dispatcher.exception is failure
    assert cleaned.is_set()


def test_a_failing_clean_up_is_the_exception() -> None:
    failure = OSError("gone")

    def fail() -> None:
        raise failure

    dispatcher = ended(DispatchOnce(lambda: None, cleanup_func=fail))

    assert dispatcher.exception is failure


def test_a_failing_clean_up_does_not_hide_why_the_target_ended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(text: str) -> None:
        raise OSError(text)

    dispatcher = ended(DispatchOnce(fail, ["first"], None, fail, ["second"]))

    assert str(dispatcher.exception) == "first"
    assert [r.levelno for r in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("kind", [DispatchOnce, DispatchInInterval])
def test_a_target_that_names_it_gets_the_termination_event(
    kind: type[DispatchOnce],
) -> None:
    started = threading.Event()

    def wait(termination_event: threading.Event) -> None:
        started.set()
        termination_event.wait(TIMEOUT_S)

    dispatcher = kind(target_func=wait)
    dispatcher.start()
    assert started.wait(TIMEOUT_S)
    assert dispatcher.is_alive()

    dispatcher.terminate()
    dispatcher.join(TIMEOUT_S)

    assert not dispatcher.is_alive()


def test_a_target_whose_parameters_nobody_knows_gets_none() -> None:
    kept: dict[Any, Any] = {}

    dispatcher = ended(DispatchOnce(kept.update, [{"a": 1}]))

    assert dispatcher.exception is None
    assert kept == {"a": 1}


def test_an_interval_calls_until_terminated() -> None:
    thrice = threading.Semaphore(0)
    dispatcher = DispatchInInterval(thrice.release, call_interval=0.001)
    dispatcher.start()

    taken = [thrice.acquire(timeout=TIMEOUT_S) for _ in range(3)]
    dispatcher.terminate()
    dispatcher.join(TIMEOUT_S)

    assert taken == [True, True, True]
    assert not dispatcher.is_alive()


def test_a_long_interval_does_not_delay_the_end() -> None:
    called = threading.Event()
    dispatcher = DispatchInInterval(called.set, call_interval=3600)
    dispatcher.start()
    assert called.wait(TIMEOUT_S)

    dispatcher.terminate()
    dispatcher.join(TIMEOUT_S)

    assert not dispatcher.is_alive()


def test_an_interval_ends_with_the_first_failure() -> None:
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise OSError

    dispatcher = ended(DispatchInInterval(fail, call_interval=0.001))

    assert calls == [1]
    assert isinstance(dispatcher.exception, OSError)
