"""The command `display_message`, and what a clearing of tariffs ends as."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from connector.csms.v2.display import OUR_ID
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.outcomes import Outcome, OutcomeName, of_response
from connector.datapoints.profile_template import ProfileTemplate
from connector.tests.csms.conftest import NAME
from connector.tests.csms.v2.conftest import Harness2

YES = {"status": "Accepted"}


@pytest.fixture
async def harness() -> AsyncIterator[Harness2]:
    harness = Harness2()
    await harness.central.start()
    yield harness
    await harness.close()


async def write(harness: Harness2, value: object) -> Outcome:
    central = harness.central
    context = Context(None, "", ProfileTemplate(), central.blocks)  # type: ignore[arg-type]
    commands = Commands(central.stations, context, harness.clock, lambda facts: None)
    return await commands.execute(Order(NAME, "0", "display_message", value))


@pytest.mark.parametrize(
    "value",
    ["Hello", {"content": "Hello"}, '{"message": {"content": "Hello"}}'],
)
async def test_a_text_is_a_message_of_ours(harness: Harness2, value: object) -> None:
    end = await harness.connect_2(boots=True, SetDisplayMessage=YES)
    outcome = await write(harness, value)

    assert (outcome.outcome, outcome.detail) == ("accepted", f"id {OUR_ID}")
    (asked,) = end.asked("SetDisplayMessage")
    content = {"format": "UTF8", "content": "Hello"}
    usual = {"id": OUR_ID, "priority": "NormalCycle", "message": content}
    assert asked == {"message": usual}


async def test_a_refusal_names_its_status(harness: Harness2) -> None:
    refusal = {"status": "NotSupportedPriority"}
    await harness.connect_2(boots=True, SetDisplayMessage=refusal)
    outcome = await write(harness, {"content": "Hello", "id": 3})

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "NotSupportedPriority, id 3"


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (None, "null is not a text, or an object with content or message"),
        ([], "a list of 0 is not a text, or an object with content or message"),
        ({}, "an empty object is not a text, or an object with content or message"),
        ("", "an empty text is not a text"),
        ("{", "not JSON: unexpected end of data at character 1 of 1, expected a text"),
        ({"content": 3}, "message.message.content has the wrong type"),
        ({"priority": "InFront"}, "message.message.content is missing"),
        ({"message": {"message": "x", "id": 1}}, "message.message has the wrong type"),
        ({"content": "x", "colour": "red"}, "members that are not in the schema"),
    ],
)
async def test_what_is_no_message_is_invalid(
    harness: Harness2, value: Any, detail: str
) -> None:
    end = await harness.connect_2(boots=True, SetDisplayMessage=YES)
    outcome = await write(harness, value)

    assert outcome.outcome is OutcomeName.INVALID
    assert detail in outcome.detail
    assert not end.asked("SetDisplayMessage")


async def test_1_6_has_no_display(harness: Harness2) -> None:
    await harness.connect(boots=True)

    assert (await write(harness, "Hello")).outcome is OutcomeName.UNSUPPORTED


def test_a_tariff_that_was_not_cleared_is_named() -> None:
    results = [
        {"tariffId": "T1", "status": "Accepted"},
        {"tariffId": "T2", "status": "Rejected"},
    ]
    outcome = of_response("ClearTariffs", {"clearTariffsResult": results})

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "T2: Rejected"
