"""Whatever a station says, each call has one answer, and nobody else is harmed."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from connector.tests.rubbish import payloads
from connector.tests.rubbish.bench import (
    BOUNDED,
    NAME,
    NEIGHBOUR,
    RawEnd,
    Rig,
    check_answer,
    check_bounds,
    check_facts,
    check_log,
    running,
)
from connector.tests.rubbish.mutations import (
    VALUES,
    Again,
    paths,
    replaced,
    spoilt,
    write,
)

_START = write(payloads.smallest("StartTransaction"))
_ID, _METER = '"transactionId":1,', '"meterStart":1,'


async def _text(end: RawEnd, action: str, text: str, number: int) -> str:
    """The payload; a stop names a transaction that runs, a start is a new one."""
    if action == "StartTransaction":
        return text.replace(_METER, f'"meterStart":{number},')
    if action != "StopTransaction" or _ID not in text:
        return text
    start = _START.replace(_METER, f'"meterStart":{number},')
    answer = await end.call("StartTransaction", start)
    running_id = answer[2]["transactionId"] if answer[0] == 3 else 1
    return text.replace(_ID, f'"transactionId":{running_id},')


async def _exercise(rig: Rig, action: str) -> None:
    end, neighbour = rig.dial(NAME), await rig.connect(NEIGHBOUR)
    await end.call("BootNotification", write(payloads.smallest("BootNotification")))
    await end.call("StartTransaction", _START)
    for payload in (payloads.smallest(action), payloads.full(action)):
        for number, each in enumerate(spoilt(payload)):
            text = await _text(end, action, each.text, number)
            answer = await end.call(action, text)
            check_answer(action, answer)
    assert (await neighbour.call("Heartbeat"))[0] == 3
    assert rig.central.stations[NAME].is_connected
    check_facts(rig.facts)
    check_bounds(rig)


@pytest.mark.parametrize("action", payloads.UP)
async def test_each_spoilt_call_has_one_answer_and_harms_nobody(
    action: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running() as rig:
        await _exercise(rig, action)
    check_log(caplog.records)


@pytest.mark.parametrize("action", payloads.UP)
async def test_a_strict_central_system_answers_each_once_too(
    action: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(strict_validation=True) as rig:
        await _exercise(rig, action)
    check_log(caplog.records)


@pytest.mark.parametrize("action", payloads.UP)
async def test_a_station_that_waits_for_adoption_has_its_answers_too(
    action: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(names=(NEIGHBOUR,), unknown_stations="pending") as rig:
        await _exercise(rig, action)
    check_log(caplog.records)


@st.composite
def several(draw: DrawFn, action: str) -> str:
    """A payload that is wrong in some places at once."""
    payload: Any = draw(payloads.fitting(action))
    for _ in range(draw(st.integers(0, 4))):
        places = list(paths(payload))
        if not places or draw(st.booleans()):
            payload[Again(draw(st.text(max_size=5)))] = draw(st.sampled_from(VALUES))
        else:
            where = draw(st.sampled_from(places))
            payload = replaced(payload, where, draw(st.sampled_from(VALUES)))
    return write(payload)


@pytest.mark.parametrize("action", payloads.UP)
def test_calls_that_fit_or_are_wrong_in_several_places_have_one_answer(
    action: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with asyncio.Runner() as runner:
        rig = Rig()

        @BOUNDED
        @given(several(action))
        def answered_once(text: str) -> None:
            check_answer(action, runner.run(end.call(action, text)))

        runner.run(rig.open())
        end = runner.run(rig.connect())
        answered_once()
        check_facts(rig.facts)
        check_bounds(rig)
        runner.run(rig.close())
    check_log(caplog.records)
