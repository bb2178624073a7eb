from __future__ import annotations

import asyncio

import pytest

from connector.errors import StoreError
from connector.store import sample_buffer
from connector.store.records import SampleRecord
from connector.store.sample_buffer import SampleBuffer
from connector.tests.store.examples import sample


class Target:
    """Where samples go; ``problem`` lets it fail, ``may_write`` lets it wait."""

    def __init__(self) -> None:
        self.written: list[SampleRecord] = []
        self.sizes: list[int] = []
        self.was_written = asyncio.Event()
        self.may_write = asyncio.Event()
        self.may_write.set()
        self.is_writing = asyncio.Event()
        self.problem: StoreError | None = None
        self.is_writable = True

    async def write(self, samples: list[SampleRecord]) -> None:
        self.is_writing.set()
        await self.may_write.wait()
        if self.problem is not None:
            raise self.problem
        self.written += samples
        self.sizes.append(len(samples))
        self.was_written.set()

    def buffer(self, most: int = 100) -> SampleBuffer:
        return SampleBuffer(self.write, lambda: self.is_writable, most)


@pytest.fixture
async def target() -> Target:
    return Target()


def some(first: int, last: int) -> list[SampleRecord]:
    return [sample("a", time_ms) for time_ms in range(first, last)]


async def test_samples_are_written_by_themselves(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_buffer, "WITHIN_S", 0.001)
    buffer = target.buffer()

    buffer.add(some(0, 2))
    await asyncio.wait_for(target.was_written.wait(), 10)

    assert target.written == some(0, 2)
    await buffer.close()


async def test_nothing_is_written_where_nothing_waits(target: Target) -> None:
    buffer = target.buffer()

    buffer.add([])
    await buffer.close()

    assert target.sizes == []


async def test_the_oldest_are_dropped_and_it_is_told_once(
    target: Target, caplog: pytest.LogCaptureFixture
) -> None:
    buffer = target.buffer(most=3)

    buffer.add(some(0, 5))
    await buffer.close()

    assert target.written == some(2, 5)
    assert buffer.dropped == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]


async def test_many_are_written_in_parts(target: Target) -> None:
    buffer = target.buffer(most=5_000)

    buffer.add(some(0, 5_000))
    await buffer.flush()

    assert target.sizes == [2_000, 2_000, 1_000]
    assert target.written == some(0, 5_000)
    await buffer.close()


async def test_samples_outlive_a_store_that_cannot_write(
    target: Target, caplog: pytest.LogCaptureFixture
) -> None:
    buffer = target.buffer()
    target.problem, target.is_writable = StoreError("full"), False
    buffer.add(some(0, 2))
    await buffer.flush()
    await buffer.flush()
    buffer.add(some(2, 3))

    target.problem, target.is_writable = None, True
    await buffer.flush()

    assert target.written == some(0, 3)
    assert buffer.dropped == 0
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    await buffer.close()


async def test_the_oldest_are_dropped_where_failed_ones_come_back_too_late(
    target: Target,
) -> None:
    buffer = target.buffer(most=3)
    target.problem, target.is_writable = StoreError("full"), False
    target.may_write.clear()
    buffer.add(some(0, 2))
    flush = asyncio.get_running_loop().create_task(buffer.flush())
    await target.is_writing.wait()
    buffer.add(some(2, 4))
    target.may_write.set()
    await flush

    target.problem = None
    await buffer.close()

    assert target.written == some(1, 4)
    assert buffer.dropped == 1


async def test_samples_that_cannot_be_kept_do_not_block_the_next(
    target: Target,
) -> None:
    buffer = target.buffer()
    target.problem = StoreError("TypeError")
    buffer.add(some(0, 2))
    await buffer.flush()

    target.problem = None
    buffer.add(some(2, 3))
    await buffer.close()

    assert target.written == some(2, 3)
    assert buffer.dropped == 2


async def test_what_cannot_be_written_at_the_end_is_counted(target: Target) -> None:
    buffer = target.buffer()
    target.problem, target.is_writable = StoreError("full"), False
    buffer.add(some(0, 2))

    await buffer.close()

    assert buffer.dropped == 2


async def test_the_end_waits_for_a_write_that_runs(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_buffer, "WITHIN_S", 0)
    buffer = target.buffer()
    target.may_write.clear()
    buffer.add(some(0, 1))
    await target.is_writing.wait()
    buffer.add(some(1, 2))
    close = asyncio.get_running_loop().create_task(buffer.close())
    target.may_write.set()

    await close

    assert target.written == some(0, 2)
