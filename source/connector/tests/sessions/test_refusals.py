"""Who is refused is counted, and cannot fill the log; who does not open does not stay."""

from __future__ import annotations

import asyncio

import pytest

from connector.sessions import refusals as module
from connector.sessions.openings import Openings
from connector.sessions.refusals import Refusals


class Clock:
    """The time of the log's lines."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(module, "monotonic", found)
    return found


def test_every_one_is_counted_and_the_first_are_told(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = Refusals()
    for number in range(10_000):
        refusals.tell("wrong_password", "refused %s", f"S-{number}")
    refusals.count("frames_per_s")

    assert refusals.counts == {"wrong_password": 10_000, "frames_per_s": 1}
    assert len(caplog.records) == 30
    assert caplog.messages[-1] == "refused S-29"


def test_later_they_are_told_again_and_how_many_were_not(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = Refusals()
    for _ in range(130):
        refusals.tell("identity", "refused")
    clock.now_s += 4
    refusals.tell("identity", "again")

    assert caplog.messages[-2:] == [
        "100 more were refused, not told one by one",
        "again",
    ]
    refusals.tell("identity", "once more")
    refusals.tell("identity", "not told")
    assert caplog.messages[-1] == "once more"


class Transport:
    def __init__(self) -> None:
        self.is_aborted = False

    def abort(self) -> None:
        self.is_aborted = True


async def test_beyond_the_bound_the_oldest_ends_unless_it_has_just_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late: list[Transport] = []
    openings = Openings(0, 3, late.append)
    transports = [Transport() for _ in range(6)]
    for each in transports[:4]:
        openings.add(each)
    assert late == []
    monkeypatch.setattr("connector.sessions.openings._OLD_S", 0.0)
    for each in transports[4:]:
        openings.add(each)
    assert late == transports[:2]
    assert [each.is_aborted for each in transports] == [True, True] + [False] * 4
    assert openings.discard(transports[2])
    assert not openings.discard(transports[0])
    assert len(openings) == 3


async def test_each_is_ended_when_its_own_time_is_over() -> None:
    ended: asyncio.Queue[Transport] = asyncio.Queue()
    openings = Openings(0.02, 100, ended.put_nowait)
    first, second, done = Transport(), Transport(), Transport()
    openings.add(first)
    openings.add(done)
    openings.discard(done)
    assert await ended.get() is first
    openings.add(second)
    assert await ended.get() is second
    assert first.is_aborted
    assert not done.is_aborted
    assert len(openings) == 0


async def test_at_the_end_all_are_ended() -> None:
    openings = Openings(60, 100, lambda _: None)
    transports = [Transport() for _ in range(3)]
    for each in transports:
        openings.add(each)
    openings.end()
    assert all(each.is_aborted for each in transports)
    assert len(openings) == 0
