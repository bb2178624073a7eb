"""OCPP 2.1: SEND, which nobody answers, and CALLRESULTERROR."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
import pytest
from ocpp.routing import after, on

from connector.errors import (
    LinkClosed,
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj.frames import Call, Json, Send
from connector.sessions.handlers import Answer
from connector.sessions.v21 import ChargePoint
from connector.tests.ocppj.examples import request
from connector.tests.sessions.bench import NOW, Bench, frame, now, settle

ACTION = "NotifyPeriodicEventStream"
STREAM = request("2.1", ACTION)
RESET: Json = {"type": "OnIdle"}


def send(unique_id: str, action: str = ACTION, payload: Json = STREAM) -> str:
    return orjson.dumps([6, unique_id, action, payload]).decode()


def bench(handlers: Any = None, **options: Any) -> Bench:
    return Bench(handlers, version="2.1", **options)


# -- SEND from the peer


@pytest.mark.parametrize("result", [None, {}, {"rubbish": 1}, 5, "text"])
async def test_a_send_is_handled_and_its_result_is_nothing(result: Any) -> None:
    seen: list[Call] = []

    def handler(owner: object, call: Call) -> Any:
        seen.append(call)
        return result

    async with bench({ACTION: handler}) as there:
        await there.send(send("1"))
        assert await there.is_alive()

    assert [type(call) for call in seen] == [Send]
    assert (seen[0].unique_id, seen[0].payload) == ("1", STREAM)


async def test_sends_and_calls_are_handled_in_order() -> None:
    seen: list[str] = []

    async def slow(owner: object, call: Call) -> Any:
        await asyncio.sleep(0)
        seen.append(call.unique_id)
        return NOW

    def follows(owner: object, call: Call) -> Any:
        return Answer({}, lambda: seen.append(call.unique_id))

    async with bench({ACTION: follows, "Heartbeat": slow}) as there:
        for text in (
            send("1"),
            frame("2", "Heartbeat", {}),
            send("3"),
            frame("4", "Heartbeat", {}),
        ):
            await there.send(text)
        assert [(await there.recv())[1] for _ in range(2)] == ["2", "4"]

    assert seen == ["1", "2", "3", "4"]


async def test_the_same_send_twice_is_handled_twice() -> None:
    seen: list[str] = []
    handlers = {ACTION: lambda owner, call: seen.append(call.unique_id)}
    async with bench(handlers) as there:
        for _ in range(2):
            await there.send(send("1"))
        assert await there.is_alive()

    assert seen == ["1", "1"]


async def test_a_handler_of_a_send_that_fails_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(owner: object, call: Call) -> Any:
        raise KeyError("s3cret")

    async def fails_later(owner: object, call: Call) -> Any:
        raise KeyError("s3cret")

    for handler in (fails, fails_later):
        async with bench({ACTION: handler}) as there:
            await there.send(send("1"))
            assert await there.is_alive()

    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failed) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (send("1", payload={}), f"{ACTION} OccurrenceConstraintViolation"),
        (send("1", "Heartbeat", {}), "Heartbeat NotSupported"),
        (send("1", "NoSuchAction", {}), "NoSuchAction NotImplemented"),
        (send("1", payload=STREAM | {"more": 1}), f"{ACTION} NotSupported"),
        ('[6,"1"]', "malformed"),
        ("[6,{},{},{}]", "malformed"),
    ],
)
async def test_a_send_that_does_not_fit_is_only_warned_of(text: str, kind: str) -> None:
    async with bench() as there:
        await there.send(text)
        assert await there.is_alive()
        assert kind in there.watcher.kinds


async def test_what_is_sent_unanswered_cannot_be_called() -> None:
    async with bench({ACTION: now}) as there:
        assert (await there.ask(ACTION, STREAM))[2] == "NotSupported"


class Decorated(ChargePoint):
    """The library's way of writing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: list[Any] = []

    @on(ACTION)
    async def on_stream(self, id: int, data: list[Json], **_: Any) -> None:
        self.seen.append((id, data[0]["v"]))

    @after(ACTION)
    def after_stream(self, pending: int, **_: Any) -> None:
        self.seen.append(pending)


async def test_a_decorated_method_hears_of_a_send() -> None:
    async with bench(make=Decorated) as there:
        await there.send(send("1"))
        assert await there.is_alive()
        assert there.session.seen == [(STREAM["id"], "x"), STREAM["pending"]]


# -- SEND of ours


async def test_a_station_sends_and_waits_for_nothing() -> None:
    async with bench(is_station=True) as there:
        await there.session.send_unconfirmed(ACTION, STREAM)

        sent = await there.recv()
        assert (sent[0], sent[2:]) == (6, [ACTION, STREAM])
        assert 0 < len(sent[1]) <= 36


@pytest.mark.parametrize(
    ("action", "payload", "problem"),
    [
        (ACTION, {}, LocalProtocolError),
        (ACTION, STREAM | {"more": 1}, LocalProtocolError),
        ("Heartbeat", {}, UnsupportedAction),
        ("NoSuchAction", {}, UnsupportedAction),
    ],
)
async def test_a_send_that_cannot_be_one_is_not_sent(
    action: str, payload: Json, problem: type[Exception]
) -> None:
    async with bench(is_station=True) as there:
        with pytest.raises(problem):
            await there.session.send_unconfirmed(action, payload)


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_a_central_system_has_nothing_to_send(version: str) -> None:
    async with Bench(version=version) as there:
        with pytest.raises(UnsupportedAction):
            await there.session.send_unconfirmed(ACTION, STREAM)


async def test_a_send_on_a_closed_link_says_so() -> None:
    there = bench(is_station=True)
    await there.end()

    with pytest.raises(LinkClosed):
        await there.session.send_unconfirmed(ACTION, STREAM)


# -- CALLRESULTERROR


async def test_an_answer_of_ours_that_was_not_taken_is_warned_of() -> None:
    async with bench({"Heartbeat": now}) as there:
        await there.ask("Heartbeat", {}, "1")
        await there.send('[5,"1","FormatViolation","no date",{}]')
        await there.send('[5,"1","InternalError"]')
        assert await there.is_alive()

        (kind, text), (other, _) = there.watcher.warnings[:2]
        assert kind == "callresulterror FormatViolation"
        assert other == "callresulterror InternalError"
        assert "FormatViolation: no date" in text
        assert NOW["currentTime"] in text


async def test_a_callresulterror_to_nothing_is_dropped() -> None:
    async with bench() as there:
        await there.send('[5,"1","FormatViolation","",{}]')
        assert await there.is_alive()
        assert there.watcher.kinds[0] == "unsolicited"


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status": "Perhaps"}, "PropertyConstraintViolation"),
        ({"status": 5}, "TypeConstraintViolation"),
        ({}, ""),
    ],
)
async def test_an_answer_that_does_not_fit_ends_the_call_and_is_told_in_21(
    version: str, answer: Json, code: str
) -> None:
    async with Bench(version=version) as there:
        kind = {"type": "Soft"} if version == "1.6" else RESET
        task = asyncio.create_task(there.session.call_action("Reset", kind))
        call = await there.recv()
        await there.send(orjson.dumps([3, call[1], answer]).decode())

        with pytest.raises(RemoteProtocolError) as caught:
            await task
        assert caught.value.code == (code or there.dialect.occurrence)
        if version == "2.1":
            told = await there.recv()
            assert told[:3] == [5, call[1], code or there.dialect.occurrence]
            assert told[3]
            assert told[4] == {}
        assert await there.is_alive()


async def test_an_answer_that_is_no_object_ends_the_call_and_is_told() -> None:
    async with bench() as there:
        task = asyncio.create_task(there.session.call_action("Reset", RESET))
        call = await there.recv()
        await there.send(f'[3,"{call[1]}",[]]')

        with pytest.raises(RemoteProtocolError):
            await task
        assert (await there.recv())[:3] == [5, call[1], "FormatViolation"]


async def test_an_answer_that_does_not_fit_from_a_link_that_ends_harms_nobody() -> None:
    there = bench()
    task = asyncio.create_task(there.session.call_action("Reset", RESET))
    call = await there.recv()
    await there.send(f'[3,"{call[1]}",{{}}]')
    await there.peer.close()
    await settle()

    with pytest.raises(RemoteProtocolError):
        await task
    await there.end()
