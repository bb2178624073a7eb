"""Time limits end what they are around, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from connector.sessions.deadline import Deadline

LONG_S = 30.0


async def waiting(deadlines: list[Deadline], delay_s: float) -> str:
    try:
        with Deadline(delay_s) as deadline:
            deadlines.append(deadline)
            await asyncio.Event().wait()
    except TimeoutError:
        return "over"
    return "done"


async def test_what_takes_too_long_is_a_timeout_and_the_task_goes_on() -> None:
    assert await waiting([], 0.0) == "over"
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    await asyncio.sleep(0)


async def test_it_can_be_ended_before_its_time() -> None:
    found: list[Deadline] = []
    task = asyncio.create_task(waiting(found, LONG_S))
    await asyncio.sleep(0)
    found[0].end()
    assert await task == "over"
    found[0].end()
    await asyncio.sleep(0)


async def test_what_is_there_when_it_is_ended_is_taken_all_the_same() -> None:
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    found: list[Deadline] = []

    async def ask() -> str:
        with Deadline(LONG_S) as deadline:
            found.append(deadline)
            return await answer

    task = asyncio.create_task(ask())
    await asyncio.sleep(0)
    answer.set_result("yes")
    found[0].end()
    assert await task == "yes"


async def test_a_task_that_is_cancelled_ends_although_its_time_is_over() -> None:
    found: list[Deadline] = []
    task = asyncio.create_task(waiting(found, LONG_S))
    await asyncio.sleep(0)
    found[0].end()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_another_problem_stays_what_it_is() -> None:
    with pytest.raises(OSError, match="gone"), Deadline(LONG_S):
        raise OSError("gone")
