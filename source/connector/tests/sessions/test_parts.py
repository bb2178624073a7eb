"""The small parts of a session: pace, repeats, liveness, links in memory."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from connector.errors import LinkClosed
from connector.ocppj.frames import Call
from connector.sessions.liveness import Liveness
from connector.sessions.memory import link_pair
from connector.sessions.pace import Pace
from connector.sessions.repeats import Repeats
from connector.sessions.websocket_link import WebSocketLink


def test_a_second_of_frames_passes_at_once_and_the_next_one_waits() -> None:
    pace = Pace(10)

    assert [pace.delay_s(100.0) for _ in range(10)] == [0.0] * 10
    assert pace.delay_s(100.0) == pytest.approx(0.1)
    assert pace.delay_s(100.0) == pytest.approx(0.2)
    assert pace.delay_s(200.0) == 0.0


def test_a_rate_below_one_lets_single_frames_pass() -> None:
    pace = Pace(0.5)

    assert pace.delay_s(100.0) == 0.0
    assert pace.delay_s(100.0) == pytest.approx(2.0)
    assert pace.delay_s(104.0) == 0.0


def test_who_waits_as_told_is_as_fast_as_the_rate() -> None:
    pace, now_s = Pace(10), 0.0
    for _ in range(110):
        now_s += pace.delay_s(now_s)

    assert now_s == pytest.approx(10.0)


def as_call(unique_id: str, raw: str, action: str = "StartTransaction") -> Call:
    return Call(unique_id, action, {}, raw)


def test_a_repeated_call_has_its_answer_until_another_one_has_its_id() -> None:
    repeats = Repeats()
    repeats.keep(as_call("1", "a"), "answer a")
    repeats.keep(as_call("2", "b"), "answer b")
    assert repeats.find(as_call("1", "a")) == "answer a"
    assert repeats.find(as_call("1", "c")) is None

    repeats.keep(as_call("1", "c"), "answer c")

    assert repeats.find(as_call("1", "a")) is None
    assert repeats.find(as_call("1", "c")) == "answer c"
    assert repeats.find(as_call("2", "b")) == "answer b"


@pytest.mark.parametrize(
    ("action", "is_known"),
    [
        ("Heartbeat", False),
        ("Authorize", False),
        ("BootNotification", False),
        ("StartTransaction", True),
        ("StatusNotification", True),
    ],
)
def test_what_holds_now_is_told_anew_a_moment_later(
    action: str, is_known: bool
) -> None:
    now_s = 100.0
    repeats = Repeats(lambda: now_s)
    call = as_call("1", "a", action)
    repeats.keep(call, "answer")
    assert repeats.find(call) == "answer"

    now_s = 102.0

    assert (repeats.find(call) is not None) is is_known


def test_only_the_last_answers_are_remembered() -> None:
    repeats = Repeats()
    for number in range(20):
        repeats.keep(as_call(str(number), f"x{number}"), f"answer {number}")

    known = [n for n in range(20) if repeats.find(as_call(str(n), f"x{n}"))]
    assert known == list(range(12, 20))


class FakeLink:
    """Says when it heard something, and what was done to it."""

    remote_address = "192.0.2.1"

    def __init__(self, *, has_ponged: bool, last_received_s: float) -> None:
        self.has_ponged = has_ponged
        self.last_received_s = last_received_s
        self.pings = 0
        self.is_aborted = False
        self.aborted = asyncio.Event()

    def ping(self) -> None:
        self.pings += 1

    def abort(self) -> None:
        self.is_aborted = True
        self.aborted.set()


def look(
    liveness: Liveness, link: FakeLink, now_s: float, before_s: float | None = None
) -> None:
    before_s = now_s - 20 if before_s is None else before_s
    liveness._look_at(cast(WebSocketLink, link), now_s, before_s)


def test_a_link_that_ponged_and_went_silent_is_aborted() -> None:
    liveness = Liveness(20, 300)
    link = FakeLink(has_ponged=True, last_received_s=1000)

    look(liveness, link, 1030.0)
    assert (link.pings, link.is_aborted) == (1, False)
    look(liveness, link, 1030.1)
    assert (link.pings, link.is_aborted) == (1, True)


def test_a_link_that_answered_the_last_ping_lives_however_late_we_look() -> None:
    liveness = Liveness(20, 300)
    link = FakeLink(has_ponged=True, last_received_s=1000)

    look(liveness, link, 1045.0, before_s=999.9)
    assert (link.pings, link.is_aborted) == (1, False)
    look(liveness, link, 1090.0, before_s=1045.0)
    assert (link.pings, link.is_aborted) == (1, True)


@pytest.mark.parametrize(("ping_s", "pings"), [(20, 1), (0, 0)])
def test_a_link_that_never_ponged_has_two_heartbeats_and_30_s(
    ping_s: float, pings: int
) -> None:
    liveness = Liveness(ping_s, 300)
    link = FakeLink(has_ponged=False, last_received_s=1000)

    look(liveness, link, 1630.0)
    assert (link.pings, link.is_aborted) == (pings, False)
    look(liveness, link, 1630.1)
    assert (link.pings, link.is_aborted) == (pings, True)


def test_without_pings_an_earlier_pong_counts_for_nothing() -> None:
    liveness = Liveness(0, 300)
    link = FakeLink(has_ponged=True, last_received_s=1000)

    look(liveness, link, 1630.0)

    assert not link.is_aborted


def test_links_are_spread_over_the_shares_and_leave_them() -> None:
    liveness = Liveness(20, 300)
    links = [FakeLink(has_ponged=True, last_received_s=0) for _ in range(40)]

    shares = [liveness.add(cast(WebSocketLink, link)) for link in links]

    assert {len(share) for share in shares} == {2}
    for share, link in zip(shares, links, strict=True):
        share.discard(cast(WebSocketLink, link))
    assert not any(shares)


async def test_liveness_looks_at_every_link_until_it_is_stopped() -> None:
    liveness = Liveness(0.001, 0)
    link = FakeLink(has_ponged=True, last_received_s=-1000)
    liveness.add(cast(WebSocketLink, link))
    liveness.start()
    async with asyncio.timeout(5):
        await link.aborted.wait()
        await liveness.stop()
    await Liveness(20, 300).stop()


async def test_texts_arrive_in_order_and_what_was_sent_before_the_end_arrives() -> None:
    server, client = link_pair()
    for text in ("a", "b", "c"):
        await server.send(text)
    await server.close(1001, "bye")

    assert [await client.recv() for _ in range(3)] == ["a", "b", "c"]
    for link in (server, client):
        for action in (link.recv(), link.send("x")):
            with pytest.raises(LinkClosed) as caught:
                await action
            assert (caught.value.code, caught.value.reason) == (1001, "bye")


async def test_closing_a_second_time_does_nothing() -> None:
    server, client = link_pair()
    await server.close(1001)
    await client.close(1000)

    with pytest.raises(LinkClosed) as caught:
        await client.recv()
    assert caught.value.code == 1001


async def test_who_waits_for_a_text_hears_of_the_end() -> None:
    server, client = link_pair()
    waiting = asyncio.create_task(client.recv())
    await asyncio.sleep(0)

    await server.close()

    async with asyncio.timeout(5):
        with pytest.raises(LinkClosed):
            await waiting


async def test_who_waits_to_send_goes_on_when_there_is_room() -> None:
    server, client = link_pair(limit=1)
    await server.send("a")
    waiting = asyncio.create_task(server.send("b"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()

    async with asyncio.timeout(5):
        assert await client.recv() == "a"
        await waiting
        assert await client.recv() == "b"


async def test_who_waits_to_send_hears_of_the_end() -> None:
    server, client = link_pair(limit=1)
    await server.send("a")
    waiting = [asyncio.create_task(server.send(text)) for text in ("b", "c")]
    for _ in range(3):
        await asyncio.sleep(0)

    await client.close(1001)

    async with asyncio.timeout(5):
        for task in waiting:
            with pytest.raises(LinkClosed):
                await task
        assert await client.recv() == "a"
        with pytest.raises(LinkClosed):
            await client.recv()
