"""`call`: any action of 1.6 to a station, and whatever the station makes of it.

Each ends in exactly one outcome, in the words of the contract (datapoints, section 3).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from connector.csms.options import StationOptions
from connector.ocppj import exact_json
from connector.ocppj.schemas import schemas
from connector.openmqtt.requests import command_value
from connector.tests.rubbish import payloads
from connector.tests.rubbish.bench import (
    CODES,
    NAME,
    NEIGHBOUR,
    Json,
    RawEnd,
    Rig,
    check_bounds,
    check_facts,
    check_log,
    running,
)
from connector.tests.rubbish.mutations import NO_JSON, spoilt, write
from connector.tests.rubbish.payloads import RESPONSE

ACTIONS = pytest.mark.parametrize("action", payloads.DOWN)
_AGREED = {"Accepted", "Scheduled", "RebootRequired", "Unlocked", "AcceptedCanceled"}


@pytest.fixture
async def rig(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Rig]:
    caplog.set_level(logging.INFO)
    stations = {NAME: StationOptions(call_timeout_s=30), NEIGHBOUR: StationOptions()}
    async with running(stations=stations) as rig:
        yield rig
        check_facts(rig.facts)
        check_bounds(rig)
    check_log(caplog.records)


@pytest.fixture
async def end(rig: Rig) -> RawEnd:
    found = await rig.connect()
    found.asked.clear()
    return found


def call(action: str) -> Json:
    return {"action": action, "payload": payloads.smallest(action)}


def outcome_of_status(action: str, status: str | None) -> str:
    is_known_clear = action.startswith("Clear") and status == "Unknown"
    agreed = status is None or status in _AGREED or is_known_clear
    return "accepted" if agreed else "rejected"


def answering(end: RawEnd, action: str, *texts: str) -> None:
    """Have an action answered with these texts, the id put in for ``@``."""

    def answer(unique_id: str, payload: Json) -> str | None:
        for text in texts:
            end.say_soon(text.replace("@", unique_id))
        return None

    end.answers[action] = answer


def result(payload: Any) -> str:
    return f'[3,"@",{write(payload)}]'


@ACTIONS
async def test_an_answer_that_fits_is_accepted_or_rejected_by_its_status(
    action: str, rig: Rig, end: RawEnd
) -> None:
    smallest = payloads.smallest(action, RESPONSE)
    full = payloads.full(action, RESPONSE)
    answers = [
        smallest,
        full,
        *({**full, "status": s} for s in payloads.statuses(action)),
    ]
    for payload in (payloads.smallest(action), payloads.full(action)):
        for answer in answers:
            answering(end, action, result(answer))
            found = await rig.order("call", {"action": action, "payload": payload})
            expected = outcome_of_status(action, answer.get("status"))
            assert found["outcome"] == expected, (answer, found)
            assert found["response"] == answer
            assert end.asked[-1][1:] == (action, payload)
    assert len(end.asked) == 2 * len(answers)


@ACTIONS
async def test_a_status_that_does_not_exist_is_an_error(
    action: str, rig: Rig, end: RawEnd
) -> None:
    full = payloads.full(action, RESPONSE)
    for status in ("Perhaps", "", "accepted", "ACCEPTED", " Accepted"):
        answering(end, action, result({**full, "status": status}))
        found = await rig.order("call", call(action))
        has_status = bool(payloads.statuses(action))
        assert found["outcome"] == ("error" if has_status else "rejected"), found


@ACTIONS
async def test_a_spoilt_answer_has_one_outcome(
    action: str, rig: Rig, end: RawEnd
) -> None:
    schema = schemas("1.6").response(action)
    for each in spoilt(payloads.full(action, RESPONSE)):
        answering(end, action, f'[3,"@",{each.text}]')
        found = await rig.order("call", call(action))
        try:
            payload = orjson.loads(each.text)
        except orjson.JSONDecodeError:
            assert found["outcome"] == "error", (each.how, found)
            continue
        if schema.is_valid(payload):
            expected = outcome_of_status(action, payload.get("status"))
            assert found["outcome"] == expected, (each.how, found)
        else:
            assert found["outcome"] in ("accepted", "rejected", "error"), each.how
    assert len(end.asked) == sum(1 for _ in spoilt(payloads.full(action, RESPONSE)))


@ACTIONS
async def test_a_callerror_is_an_error_with_its_code(
    action: str, rig: Rig, end: RawEnd
) -> None:
    for code in (*sorted(CODES), "MadeUp", "x" * 10_000):
        answering(end, action, f'[4,"@","{code}","why",{{"a":[1]}}]')
        found = await rig.order("call", call(action))
        assert found["outcome"] == "error"
        assert found["detail"] == f"{code[:80]}: why"
        assert found["response"] == {"a": [1]}


@pytest.mark.parametrize(
    "text",
    [
        '[4,"@"]',
        '[4,"@",null]',
        '[4,"@",5,[],""]',
        '[4,"@","GenericError",null,null]',
        '[4,"@","GenericError","",{},{},{}]',
        '[4,"@","GenericError","' + "x" * 100_000 + '",{}]',
        '[3,"@"]',
        '[3,"@",null]',
        '[3,"@",[]]',
        '[3,"@","Accepted"]',
        '[3,"@",' + "[" * 900 + "]" * 900 + "]",
        '[3,"@",' + '{"a":' * 40 + "1" + "}" * 40 + "]",
        *(f'[3,"@",{{"status":{rubbish}}}]' for rubbish in NO_JSON),
    ],
    ids=lambda text: text[:40],
)
async def test_a_malformed_answer_is_an_error_at_once(
    text: str, rig: Rig, end: RawEnd
) -> None:
    answering(end, "ClearCache", text)
    found = await rig.order("call", call("ClearCache"))
    assert found["outcome"] == "error"
    assert len(found["detail"]) <= 300


@ACTIONS
async def test_what_comes_beside_the_answer_changes_nothing(
    action: str, rig: Rig, end: RawEnd
) -> None:
    good = payloads.full(action, RESPONSE)
    expected = outcome_of_status(action, good.get("status"))
    beside = (
        '[3,"another",{}]',
        '[4,"another","GenericError","",{}]',
        '[3,"@x",{}]',
        "rubbish",
        "[]",
        '[9,"@",{}]',
        '[3,5,{"status":"Rejected"}]',
        '[2,"beside","Heartbeat",{}]',
    )
    answering(end, action, *beside, result(good), result({"status": "Rejected"}))
    found = await rig.order("call", call(action))
    assert (found["outcome"], found["response"]) == (expected, good)
    again = await rig.order("call", call(action))
    assert (again["outcome"], again["response"]) == (expected, good)


@ACTIONS
async def test_silence_is_a_timeout_and_a_late_answer_answers_nothing(
    action: str, rig: Rig, end: RawEnd
) -> None:
    rig.central.stations[NAME].call_timeout_s = 0.02
    answering(end, action)
    found = await rig.order("call", call(action))
    assert found["outcome"] == "timeout"
    late = end.asked[-1][0]
    rig.central.stations[NAME].call_timeout_s = 30
    good = result(payloads.full(action, RESPONSE))
    answering(
        end, action, good.replace("@", late).replace("Accepted", "Rejected"), good
    )
    found = await rig.order("call", call(action))
    assert found["response"] == payloads.full(action, RESPONSE)
    assert len(end.asked) == 2


@ACTIONS
async def test_a_link_that_is_lost_meanwhile_is_disconnected(
    action: str, rig: Rig, end: RawEnd
) -> None:
    waiting = [asyncio.create_task(rig.order("call", call(action))) for _ in range(3)]
    answering(end, action)
    await end.until(lambda: end.asked)
    await end.leave()
    found = await asyncio.gather(*waiting)
    assert [each["outcome"] for each in found] == ["disconnected"] * 3
    after = await rig.order("call", call(action))
    assert after["outcome"] == "disconnected"
    assert len(end.asked) == 1


@ACTIONS
async def test_a_payload_that_does_not_fit_is_invalid_and_nothing_is_sent(
    action: str, rig: Rig, end: RawEnd
) -> None:
    schema = schemas("1.6", formats="times").request(action)
    for each in spoilt(payloads.full(action)):
        text = f'{{"action":"{action}","payload":{each.text}}}'
        try:
            payload = exact_json.loads(text)["payload"]
            is_odd = any(exact_json.odd_numbers(payload))
            fits = not is_odd and schema.is_valid(payload)
        except orjson.JSONDecodeError:
            fits = False
        before = len(end.asked)
        found = await rig.order("call", command_value(text.encode()))
        if not fits:
            assert found["outcome"] == "invalid", (each.how, found)
            assert len(found["detail"]) <= 300
            assert len(end.asked) == before
        else:
            assert found["outcome"] in ("accepted", "rejected", "error"), each.how
            assert len(end.asked) == before + 1


@pytest.mark.parametrize(
    "action", [*payloads.UP, "Nonsense", "reset", "Reset ", "\x00"]
)
async def test_an_action_that_no_station_takes_is_unsupported(
    action: str, rig: Rig, end: RawEnd
) -> None:
    found = await rig.order("call", {"action": action, "payload": {}})
    if action != "DataTransfer":
        assert found["outcome"] == "unsupported"
    assert end.asked == []


async def test_more_calls_than_may_wait_are_queue_full(rig: Rig, end: RawEnd) -> None:
    answering(end, "ClearCache")
    waiting = [
        asyncio.create_task(rig.order("call", call("ClearCache"))) for _ in range(60)
    ]
    await end.until(lambda: end.asked)
    await end.leave()
    found = [each["outcome"] for each in await asyncio.gather(*waiting)]
    assert (found.count("queue_full"), found.count("disconnected")) == (9, 51)
