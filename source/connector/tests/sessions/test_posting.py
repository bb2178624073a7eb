"""Calls of a station that are not waited for: whoever sent one is called back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.tests.sessions.bench import BOOT, NOW, VERSIONS, Bench, settle, status


def station(version: str = "1.6", **options: Any) -> Bench:
    return Bench(version=version, is_station=True, **options)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_call_is_posted_and_its_answer_told_once(version: str) -> None:
    became: list[Any] = []
    async with station(version) as there:
        there.session.post_action("StatusNotification", status(version), became.append)
        call = await there.recv()
        assert call[0] == 2
        assert call[2:] == ["StatusNotification", status(version)]
        for _ in range(2):
            await there.send(f'[3,"{call[1]}",{{}}]')
        await settle()

    assert became == [{}]
    assert there.watcher.answers == [("StatusNotification", status(version), {})]
    assert there.watcher.kinds == ["unsolicited"]


async def test_an_answer_that_is_handed_over_is_told_before_anything_else() -> None:
    became: list[Any] = []
    async with station() as there:
        there.session.post_action("Heartbeat", {}, became.append)
        call = await there.recv()
        text = f'[3,"{call[1]}",{{"currentTime":"{NOW["currentTime"]}"}}]'

        assert there.session.take_answer(text)
        assert became == [NOW]
        assert not there.session.take_answer(text)


async def test_an_error_is_told() -> None:
    became: list[Any] = []
    async with station() as there:
        there.session.post_action("Heartbeat", {}, became.append)
        call = await there.recv()
        await there.send(f'[4,"{call[1]}","NotSupported","no",{{"a":1}}]')
        await settle()

    (problem,) = became
    assert isinstance(problem, CallErrorReceived)
    assert (problem.code, problem.description) == ("NotSupported", "no")
    assert problem.details == {"a": 1}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("answer", ["{}", '{"currentTime":5}', "[]", "5"])
async def test_an_answer_that_means_nothing_is_told_as_such(
    version: str, answer: str
) -> None:
    became: list[Any] = []
    async with station(version) as there:
        there.session.post_action("Heartbeat", {}, became.append)
        call = await there.recv()
        await there.send(f'[3,"{call[1]}",{answer}]')
        await settle()
        if version == "2.1":
            assert (await there.recv())[:2] == [5, call[1]]
        there.session.post_action("Heartbeat", {}, became.append)

    first, second = became
    assert isinstance(first, RemoteProtocolError)
    assert isinstance(second, LinkClosed)


async def test_what_fits_no_schema_is_not_sent_and_the_next_call_is() -> None:
    became: list[Any] = []
    async with station() as there:
        with pytest.raises(LocalProtocolError):
            there.session.post_action("BootNotification", {}, became.append)
        with pytest.raises(UnsupportedAction):
            there.session.post_action("RemoteStartTransaction", {}, became.append)
        there.session.post_action("BootNotification", BOOT, became.append)

        assert (await there.recv())[2:] == ["BootNotification", BOOT]
    assert [type(each) for each in became] == [LinkClosed]


async def test_an_answer_after_the_call_was_given_up_is_told_once_more() -> None:
    became: list[Any] = []
    async with station() as there:
        there.session.post_action("Heartbeat", {}, became.append)
        call = await there.recv()
        late = CommandTimeout("Heartbeat", 30, sent=True)
        there.session.give_up(late)
        answer = {"currentTime": "2026-01-31T12:00:00Z"}
        text = json.dumps([3, call[1], answer])
        assert there.session.take_answer(text)
        assert not there.session.take_answer(text)

    assert became == [late, answer]


async def test_an_observer_that_fails_does_not_keep_the_outcome() -> None:
    became: list[Any] = []
    async with station() as there:

        def fail(*_: object) -> None:
            raise ValueError("a mistake")

        there.watcher.answered = fail  # type: ignore[method-assign]
        there.session.post_action("StatusNotification", status("1.6"), became.append)
        call = await there.recv()
        await there.send(f'[3,"{call[1]}",{{}}]')
        await settle()

        assert [type(each) for each in became] == [RemoteProtocolError]
        assert await there.is_alive()
