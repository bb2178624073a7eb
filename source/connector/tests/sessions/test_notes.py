"""What is wrong with a frame stands beside it in the frame log."""

from __future__ import annotations

import asyncio

import pytest

from connector.errors import CommandTimeout, LinkClosed, RemoteProtocolError
from connector.ocppj.frames import Json
from connector.sessions.frame_log import FrameLog
from connector.tests.clock import FakeClock
from connector.tests.sessions.bench import STATUS, Bench, frame, settle

SOFT: Json = {"type": "Soft"}
IN_TIME: Json = {"status": "Accepted"}
AT_ONCE_S = 0.001


def log() -> FrameLog:
    return FrameLog(FakeClock().now_ms, 100_000)


def notes(frames: FrameLog) -> list[tuple[str, str]]:
    """Direction and note of each frame that has one."""
    _, records = frames.since(0)
    return [(r.direction, r.note) for r in records if r.direction and r.note]


async def test_an_answer_that_does_not_fit_its_schema_is_noted() -> None:
    frames = log()
    async with Bench(frames=frames) as bench:
        task = asyncio.create_task(bench.session.call_action("Reset", SOFT))
        unique_id = (await bench.recv())[1]
        await bench.send(f'[3,"{unique_id}",{{"status":"Perhaps"}}]')
        with pytest.raises(RemoteProtocolError):
            await task

    [(direction, note)] = notes(frames)
    assert direction == "in"
    assert note.startswith("does not fit its schema: ")
    assert "status" in note


async def test_a_call_that_is_tolerated_is_noted_and_one_that_fits_is_not() -> None:
    frames = log()
    async with Bench(frames=frames) as bench:
        await bench.ask("StatusNotification", STATUS)
        await bench.ask("StatusNotification", STATUS | {"status": "Bogus"})

    [(direction, note)] = notes(frames)
    assert direction == "in"
    assert note.startswith("does not fit its schema: ")


@pytest.mark.parametrize("kind", ["3", "4"])
async def test_an_answer_that_nobody_asked_for_is_noted(kind: str) -> None:
    frames = log()
    rest = "{}" if kind == "3" else '"GenericError","",{}'
    async with Bench(frames=frames) as bench:
        await bench.send(f'[{kind},"never-asked",{rest}]')
        await settle()

    assert notes(frames) == [("in", "nobody asked this, or it was answered before")]


async def test_a_call_that_is_not_answered_is_noted_and_its_late_answer_too() -> None:
    frames = log()
    async with Bench(frames=frames) as bench:
        with pytest.raises(CommandTimeout):
            await bench.session.call_action("Reset", SOFT, timeout_s=AT_ONCE_S)
        unique_id = (await bench.recv())[1]
        assert notes(frames) == [("out", "not answered within 0.001 s")]
        await bench.send(f'[3,"{unique_id}",{{"status":"Accepted"}}]')
        await settle()

    assert notes(frames)[1] == (
        "in",
        "came too late: nobody waited for this answer any more",
    )


async def test_a_call_whose_answer_never_came_as_the_link_ended_is_noted() -> None:
    frames = log()
    async with Bench(frames=frames) as bench:
        task = asyncio.create_task(bench.session.call_action("Reset", SOFT))
        await bench.recv()
        await bench.end()
        with pytest.raises(LinkClosed):
            await task

    assert notes(frames) == [("out", "not answered before the connection ended")]


async def test_what_is_right_has_no_note() -> None:
    frames = log()
    async with Bench(frames=frames) as bench:
        await bench.send(frame("1", "StatusNotification", STATUS))
        task = asyncio.create_task(bench.session.call_action("Reset", SOFT))
        await bench.recv()
        unique_id = (await bench.recv())[1]
        await bench.send(f'[3,"{unique_id}",{{"status":"Accepted"}}]')
        assert await task == IN_TIME

    assert notes(frames) == []
    assert frames.take_noted() == set()
