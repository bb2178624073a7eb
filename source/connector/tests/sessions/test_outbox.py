from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connector.errors import CallErrorReceived, CommandTimeout, LinkClosed, OutboxFull
from connector.ocppj.frames import CallError, CallResult
from connector.sessions.outbox import Outbox

LONG_S = 30.0


class Peer:
    """What was sent; ``send`` may be made to wait or to fail."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.before: Callable[[], Awaitable[Any]] | None = None

    async def send(self, text: str) -> None:
        if self.before is not None:
            await self.before()
        self.sent.append(text)


async def then(answered: Awaitable[Any], step: Callable[[], object]) -> None:
    """Wait for the answer, and do something as the next caller gets its turn."""
    await answered
    step()


def cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def call(
    outbox: Outbox, unique_id: str, timeout_s: float = LONG_S
) -> asyncio.Task[dict[str, Any]]:
    return asyncio.create_task(
        outbox.call(unique_id, "Reset", f"text {unique_id}", timeout_s)
    )


async def test_one_call_is_in_flight_and_the_others_follow_in_order() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 10)
    tasks = [call(outbox, str(number)) for number in range(4)]

    for number in range(4):
        await settle()
        assert peer.sent == [f"text {sent}" for sent in range(number + 1)]
        assert outbox.take(CallResult(str(number), {"n": number}))

    async with asyncio.timeout(5):
        assert await asyncio.gather(*tasks) == [{"n": number} for number in range(4)]


async def test_an_error_is_raised_with_what_the_peer_said() -> None:
    outbox = Outbox(Peer().send, 10)
    task = call(outbox, "1")
    await settle()

    assert outbox.take(CallError("1", "NotSupported", "no", {"a": 1}))

    with pytest.raises(CallErrorReceived) as caught:
        await task
    assert (caught.value.code, caught.value.description) == ("NotSupported", "no")
    assert caught.value.details == {"a": 1}


async def test_more_calls_than_may_wait_are_refused() -> None:
    outbox = Outbox(Peer().send, 2)
    tasks = [call(outbox, str(number)) for number in range(3)]
    await settle()

    with pytest.raises(OutboxFull):
        await outbox.call("4", "Reset", "text", LONG_S)

    outbox.close(LinkClosed())
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_call_that_is_not_answered_in_time_was_sent() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)

    with pytest.raises(CommandTimeout) as caught:
        await outbox.call("1", "Reset", "text", 0.001)

    assert caught.value.sent
    assert peer.sent == ["text"]


async def test_a_call_whose_turn_does_not_come_in_time_was_not_sent() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)
    first = call(outbox, "1")
    await settle()

    with pytest.raises(CommandTimeout) as caught:
        await outbox.call("2", "Reset", "text 2", 0.001)

    assert not caught.value.sent
    assert outbox.take(CallResult("1", {}))
    await first
    assert peer.sent == ["text 1"]


async def test_a_late_answer_answers_nothing() -> None:
    outbox = Outbox(Peer().send, 2)
    with pytest.raises(CommandTimeout):
        await outbox.call("1", "Reset", "text", 0.001)
    task = call(outbox, "2")
    await settle()

    assert not outbox.take(CallResult("1", {"late": True}))
    assert outbox.take(CallResult("2", {}))
    assert not outbox.take(CallResult("2", {"twice": True}))
    assert await task == {}
    assert not outbox.take(CallResult("2", {"late": True}))


async def test_an_answer_that_nobody_asked_for_answers_nothing() -> None:
    outbox = Outbox(Peer().send, 2)

    assert not outbox.take(CallResult("1", {}))
    assert not outbox.take(CallError("", "GenericError"))


async def test_cancelling_the_call_in_flight_passes_the_turn_on() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)
    first, second = call(outbox, "1"), call(outbox, "2")
    await settle()

    first.cancel()
    await settle()

    assert peer.sent == ["text 1", "text 2"]
    assert not outbox.take(CallResult("1", {}))
    assert outbox.take(CallResult("2", {}))
    assert await second == {}


async def test_cancelling_a_waiting_caller_leaves_the_row_to_the_others() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)
    first, second, third = (call(outbox, str(number)) for number in (1, 2, 3))
    await settle()

    second.cancel()
    await settle()
    outbox.take(CallResult("1", {}))
    await settle()

    assert peer.sent == ["text 1", "text 3"]
    outbox.take(CallResult("3", {}))
    await asyncio.gather(first, third)


async def test_a_caller_cancelled_as_its_turn_comes_passes_it_on() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)
    first = asyncio.create_task(
        then(outbox.call("1", "Reset", "text 1", LONG_S), lambda: cancel(second))
    )
    second, third = call(outbox, "2"), call(outbox, "3")
    await settle()

    outbox.take(CallResult("1", {}))
    await settle()

    assert first.done()
    assert "text 2" not in peer.sent

    assert peer.sent[-1] == "text 3"
    outbox.take(CallResult("3", {}))
    assert await third == {}


async def test_every_call_ends_the_moment_the_link_does() -> None:
    outbox = Outbox(Peer().send, 5)
    tasks = [call(outbox, str(number)) for number in range(4)]
    await settle()

    outbox.close(LinkClosed(1001, "going away"))
    await settle()

    assert all(task.done() for task in tasks)
    for task in tasks:
        problem = task.exception()
        assert isinstance(problem, LinkClosed)
        assert (problem.code, problem.reason) == (1001, "going away")
    with pytest.raises(LinkClosed):
        await outbox.call("9", "Reset", "text", LONG_S)


async def test_a_call_that_cannot_be_sent_ends_and_passes_the_turn_on() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 5)

    async def fail() -> None:
        raise LinkClosed(1000)

    peer.before = fail
    with pytest.raises(LinkClosed):
        await outbox.call("1", "Reset", "text 1", LONG_S)
    peer.before = None
    task = call(outbox, "2")
    await settle()

    assert outbox.take(CallResult("2", {}))
    assert await task == {}


async def test_a_call_that_is_still_being_sent_ends_with_the_link() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 5)
    peer.before = asyncio.Event().wait
    task = call(outbox, "1")
    await settle()

    outbox.close(LinkClosed(1001))
    await settle()

    assert task.done()
    assert isinstance(task.exception(), LinkClosed)


async def test_a_call_whose_turn_came_as_the_link_ended_is_not_sent() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 5)
    first = asyncio.create_task(
        then(
            outbox.call("1", "Reset", "text 1", LONG_S),
            lambda: outbox.close(LinkClosed(1001)),
        )
    )
    second = call(outbox, "2")
    await settle()

    outbox.take(CallResult("1", {}))
    await settle()

    assert first.done()

    assert peer.sent == ["text 1"]
    assert second.done()
    assert isinstance(second.exception(), LinkClosed)


async def test_an_answer_that_comes_while_its_call_is_still_being_sent_counts() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 5)
    is_through = asyncio.Event()
    peer.before = is_through.wait
    task = call(outbox, "1")
    await settle()

    assert outbox.take(CallResult("1", {"early": True}))
    is_through.set()

    async with asyncio.timeout(5):
        assert await task == {"early": True}


async def test_how_long_a_call_waits_for_its_turn_is_a_time_of_its_own() -> None:
    peer = Peer()
    outbox = Outbox(peer.send, 2)
    first = call(outbox, "1")
    await settle()

    with pytest.raises(CommandTimeout) as caught:
        await outbox.call("2", "Reset", "text 2", LONG_S, turn_within_s=0.001)

    assert (caught.value.sent, caught.value.timeout_s) == (False, 0.001)
    assert outbox.take(CallResult("1", {}))
    await first


async def test_what_is_raised_when_a_call_is_due_is_raised_and_nothing_is_sent() -> (
    None
):
    peer = Peer()
    outbox = Outbox(peer.send, 2)

    def due() -> None:
        raise LookupError("not any more")

    with pytest.raises(LookupError):
        await outbox.call("1", "Reset", "text", LONG_S, when_due=due)

    assert peer.sent == []
    second = call(outbox, "2")
    await settle()
    assert peer.sent == ["text 2"]
    outbox.take(CallResult("2", {}))
    await second
