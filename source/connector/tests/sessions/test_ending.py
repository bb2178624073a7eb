"""Handlers that outlive their link, and the limits of the process."""

from __future__ import annotations

import asyncio
import logging
import resource

import pytest

from connector.ocppj.frames import Call, Json
from connector.sessions import handling, open_files
from connector.sessions.handlers import Answer
from connector.tests.sessions.bench import NOW, Bench, frame, settle


async def test_a_handler_that_never_ends_does_not_keep_its_session(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(handling, "_HANDLERS_END_WITHIN_S", 0.001)
    is_cancelled = asyncio.Event()

    async def handler(owner: object, call: Call) -> Json:
        try:
            await asyncio.Event().wait()
        finally:
            is_cancelled.set()
        return NOW

    bench = Bench({"Heartbeat": handler})
    await bench.send(frame("1", "Heartbeat", {}))
    await settle()
    await bench.end()

    async with asyncio.timeout(5):
        await is_cancelled.wait()
    assert "a handler did not end in time" in caplog.text


async def test_what_follows_an_answer_may_wait_for_what_was_cancelled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def after() -> None:
        task = asyncio.create_task(asyncio.sleep(0))
        task.cancel()
        await task

    handlers = {"Heartbeat": lambda owner, call: Answer(NOW, after)}
    async with Bench(handlers) as bench:
        await bench.send(frame("1", "Heartbeat", {}))
        await bench.send(frame("2", "Heartbeat", {}))
        assert [(await bench.recv())[1] for _ in range(2)] == ["1", "2"]
        assert await bench.is_alive()
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2


class Limits:
    """The limits of a process that is not ours."""

    def __init__(self, soft: int, hard: int, *, is_fixed: bool = False) -> None:
        self.now = (soft, hard)
        self.is_fixed = is_fixed

    def getrlimit(self, kind: int) -> tuple[int, int]:
        assert kind == resource.RLIMIT_NOFILE
        return self.now

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        if self.is_fixed:
            raise ValueError("not allowed")
        self.now = limits


@pytest.mark.parametrize(
    ("soft", "hard", "is_fixed", "result", "warnings"),
    [
        (1024, 524_288, False, 524_288, 0),
        (524_288, 524_288, False, 524_288, 0),
        (1024, 4096, False, 4096, 1),
        (1024, 524_288, True, 1024, 2),
        (1024, resource.RLIM_INFINITY, False, 1_048_576, 0),
    ],
)
def test_as_many_files_may_be_open_as_the_system_allows_and_a_shortage_is_named(
    soft: int,
    hard: int,
    is_fixed: bool,
    result: int,
    warnings: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    limits = Limits(soft, hard, is_fixed=is_fixed)
    monkeypatch.setattr(open_files.resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(open_files.resource, "setrlimit", limits.setrlimit)

    assert open_files.raise_open_files() == result
    assert limits.now[0] == result
    assert len(caplog.records) == warnings
