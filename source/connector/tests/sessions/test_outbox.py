from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    OutboxFull,
    RemoteProtocolError,
)
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


class Posted:
    """What became of calls that were posted."""

    def __init__(self, **more: Any) -> None:
        self.sent: list[str] = []
        self.became: list[Any] = []
        self.peer = Peer()
        self.outbox = Outbox(self.peer.send, more.get("limit", 2), self.sent.append)

    def post(self, unique_id: str) -> None:
        self.outbox.post(unique_id, f"text {unique_id}", self.became.append)


async def test_a_posted_call_is_sent_at_once_and_its_answer_told_at_once() -> None:
    posted = Posted()
    posted.post("1")

    assert posted.sent == ["text 1"]
    assert not posted.outbox.take(CallResult("2", {}))
    assert posted.outbox.take(CallResult("1", {"n": 1}))
    assert not posted.outbox.take(CallResult("1", {"twice": True}))
    assert posted.became == [CallResult("1", {"n": 1})]


async def test_whoever_is_told_may_post_the_next_call() -> None:
    posted = Posted()
    posted.outbox.post("1", "text 1", lambda _: posted.post("2"))

    assert posted.outbox.take(CallResult("1", {}))
    assert posted.sent == ["text 1", "text 2"]
    assert posted.outbox.take(CallError("2", "GenericError"))
    assert posted.became == [CallError("2", "GenericError")]


async def test_a_posted_call_waits_for_its_turn_and_others_for_theirs() -> None:
    posted = Posted()
    first = call(posted.outbox, "1")
    await settle()
    posted.post("2")
    third = call(posted.outbox, "3")
    await settle()
    assert (posted.peer.sent, posted.sent) == (["text 1"], [])

    assert posted.outbox.take(CallResult("1", {}))
    await settle()
    assert (posted.peer.sent, posted.sent) == (["text 1"], ["text 2"])
    assert posted.outbox.take(CallResult("2", {}))
    await settle()
    assert posted.peer.sent == ["text 1", "text 3"]
    assert posted.outbox.take(CallResult("3", {}))
    await asyncio.gather(first, third)
    assert posted.became == [CallResult("2", {})]


async def test_a_posted_call_that_is_given_up_passes_its_turn_on() -> None:
    posted, late = Posted(), CommandTimeout("Reset", 1, sent=True)
    posted.post("1")
    second = call(posted.outbox, "2")
    await settle()
    posted.outbox.give_up(late)
    posted.outbox.give_up(late)
    await settle()

    assert posted.became == [late]
    assert posted.peer.sent == ["text 2"]
    assert posted.outbox.take(CallResult("2", {}))
    await second


async def test_an_answer_after_a_call_was_given_up_is_told_once() -> None:
    posted, late = Posted(), CommandTimeout("Reset", 1, sent=True)
    posted.post("1")
    posted.outbox.give_up(late)
    posted.post("2")
    answers = CallResult("1", {}), CallResult("2", {})

    assert all(map(posted.outbox.take, answers))
    assert posted.became == [late, *answers]
    assert not posted.outbox.take(answers[0])


@pytest.mark.parametrize("has_its_turn", [False, True])
async def test_what_is_given_up_before_it_is_sent_never_is(
    *, has_its_turn: bool
) -> None:
    posted, late = Posted(), CommandTimeout("Reset", 1, sent=False)
    calling = posted.outbox.call("1", "Reset", "text 1", LONG_S)
    step = partial(posted.outbox.give_up, late) if has_its_turn else int
    first = asyncio.create_task(then(calling, step))
    await settle()
    posted.post("2")
    third = call(posted.outbox, "3")
    await settle()
    if not has_its_turn:
        posted.outbox.give_up(late)
    assert posted.outbox.take(CallResult("1", {}))
    await settle()

    assert (posted.sent, posted.became) == ([], [late])
    assert posted.peer.sent == ["text 1", "text 3"]
    assert posted.outbox.take(CallResult("3", {}))
    await asyncio.gather(first, third)


async def test_the_end_of_a_link_ends_what_was_posted_once() -> None:
    posted = Posted()
    posted.post("1")
    posted.outbox.close(LinkClosed(1001, "gone"))

    (closed,) = posted.became
    assert (closed.code, closed.reason) == (1001, "gone")
    with pytest.raises(LinkClosed):
        posted.post("2")
    assert len(posted.became) == 1


async def test_the_end_of_a_link_ends_what_waits_to_be_posted() -> None:
    posted = Posted()
    first = call(posted.outbox, "1")
    await settle()
    posted.post("2")
    posted.outbox.close(LinkClosed(1001, "gone"))
    with pytest.raises(LinkClosed):
        await first
    await settle()

    assert [type(each) for each in posted.became] == [LinkClosed]
    assert posted.sent == []


async def test_a_link_that_takes_nothing_leaves_the_turn_to_others() -> None:
    def put(_text: str) -> None:
        raise LinkClosed(1006)

    peer = Peer()
    outbox, became = Outbox(peer.send, 2, put), []
    with pytest.raises(LinkClosed):
        outbox.post("1", "text 1", became.append)
    second = call(outbox, "2")
    await settle()

    assert became == []
    assert outbox.take(CallResult("2", {}))
    assert await second == {}


async def test_what_answers_a_posted_call_wrongly_is_told() -> None:
    posted, wrong = Posted(), RemoteProtocolError("FormationViolation")
    posted.post("1")
    posted.outbox.fail("2", wrong)
    assert posted.became == []
    posted.outbox.fail("1", wrong)

    assert posted.became == [wrong]


async def test_one_call_at_a_time_is_posted() -> None:
    posted = Posted()
    posted.post("1")
    with pytest.raises(RuntimeError, match="one call"):
        posted.post("2")
    assert posted.sent == ["text 1"]
