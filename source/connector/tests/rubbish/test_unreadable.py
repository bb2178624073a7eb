"""Whole frames that no reader takes: who waits for an answer gets one."""

from __future__ import annotations

import asyncio

import pytest

from connector.errors import RemoteProtocolError
from connector.ocppj.dialects import DIALECTS
from connector.ocppj.frames import MalformedFrame, decode
from connector.tests.rubbish.mutations import NO_JSON
from connector.tests.sessions.bench import DEADLINE_S, Bench

V16 = DIALECTS["1.6"]


def refusal(text: str) -> MalformedFrame:
    with pytest.raises(MalformedFrame) as caught:
        decode(text, V16)
    return caught.value


@pytest.mark.parametrize("rubbish", NO_JSON)
def test_a_call_with_what_is_no_json_is_answered(rubbish: str) -> None:
    for text in (
        f'[2,"7","Heartbeat",{{"a":{rubbish}}}]',
        f' [ 2 , "7" , "Heartbeat", {rubbish}]\n',
    ):
        problem = refusal(text)
        assert problem.reply is not None
        assert (problem.reply.unique_id, problem.reply.code) == (
            "7",
            "FormationViolation",
        )
        assert problem.answers == ""


@pytest.mark.parametrize(
    "text",
    [
        '[2,"7',
        '[2,"7"',
        '{"a":[2,"7","Heartbeat",NaN]}',
        '[[2,"7","Heartbeat",NaN]]',
        '[2,"","Heartbeat",NaN]',
        '[2,"\\u0037","Heartbeat",NaN]',
        '[2,"a\nb","Heartbeat",NaN]',
        f'[2,"{"x" * 256}","Heartbeat",NaN]',
        '[9,"7","Heartbeat",NaN]',
    ],
)
def test_what_does_not_begin_as_a_call_is_not_answered(text: str) -> None:
    problem = refusal(text)
    assert (problem.reply, problem.answers) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        '[3,"7"]',
        '[3,"7",[]]',
        '[3,"7",null]',
        '[3,"7",{"status":NaN}]',
        '[3,"7",' + '{"a":' * 40 + "1" + "}" * 41 + "]",
        '[3,"7",' + '{"a":' * 40 + "1" + "}" * 40 + "]",
        '[3,"7",' + "[" * 5000 + "]" * 5000 + "]",
        '[4,"7"]',
        '[4,"7","GenericError","",{"a":1e400}]',
        '[4,"7","GenericError","",' + "[" * 40 + "]" * 40 + "]",
    ],
)
def test_an_answer_that_is_none_names_what_it_was_to_answer(text: str) -> None:
    problem = refusal(text)
    assert (problem.reply, problem.answers) == (None, "7")


@pytest.mark.parametrize(
    "answer", ['[3,"{}"]', '[3,"{}",[]]', '[3,"{}",NaN]', '[4,"{}"]']
)
async def test_a_call_of_ours_ends_with_an_answer_that_is_none(answer: str) -> None:
    async with Bench(call_timeout_s=60) as bench:
        asking = asyncio.create_task(bench.session.call_action("ClearCache", {}))
        _, unique_id, *_ = await bench.recv()
        await bench.send(answer.replace("{}", "another"))
        await bench.send(answer.replace("{}", unique_id))
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(RemoteProtocolError):
                await asking
        assert await bench.is_alive()
        assert bench.watcher.kinds[:2] == ["malformed"] * 2
