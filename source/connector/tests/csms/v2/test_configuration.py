"""The command `configuration` at stations of 2.x, and tokens that people write."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.csms.remote_control import remote_start
from connector.csms.v2.id_tokens import wire_token
from connector.datapoints import values
from connector.datapoints.outcomes import OutcomeName
from connector.errors import RemoteProtocolError
from connector.tests.csms.conftest import NAME, Json, settle
from connector.tests.csms.v2.conftest import AGREES
from connector.tests.csms.v2.desk import command, run

NAMES = ["C1/V1", "C1/V2", "C1/V3", "C1/V4", "C1/V5"]


def failing_at(number: int, action: str) -> Any:
    """A station that answers a call of an action with an error, and others."""
    answered: list[Json] = []

    def answer(payload: Json) -> Json:
        answered.append(payload)
        if len(answered) == number:
            raise RemoteProtocolError("InternalError", "boo")
        if action == "SetVariables":
            return dict(AGREES[action](payload))
        results = [
            {**item, "attributeStatus": "Accepted", "attributeValue": "1"}
            for item in payload["getVariableData"]
        ]
        return {"getVariableResult": results}

    return answer


async def booted(start2: Any, **answers: Any) -> Any:
    system = await start2()
    station = await system.connect_2(boots=True)
    await settle()
    for action in ("GetVariables", "SetVariables"):
        name = f"DeviceDataCtrlr/ItemsPerMessage#{action}"
        system.station().configuration[name] = "2"
    station.answers.update(answers)
    return system


async def test_what_was_read_before_a_message_failed_is_told(start2: Any) -> None:
    system = await booted(start2, GetVariables=failing_at(2, "GetVariables"))

    outcome = await command(system, "configuration", NAMES)

    assert outcome.outcome is OutcomeName.ERROR
    assert outcome.detail == "InternalError: boo; not read: C1/V3, C1/V4, C1/V5"
    assert outcome.response == {"C1/V1": "1", "C1/V2": "1"}
    assert system.station().configuration["C1/V1"] == "1"


async def test_what_was_set_before_a_message_failed_is_told(start2: Any) -> None:
    system = await booted(start2, SetVariables=failing_at(2, "SetVariables"))

    outcome = await command(system, "configuration", dict.fromkeys(NAMES, 1))

    assert outcome.outcome is OutcomeName.ERROR
    assert outcome.detail == "InternalError: boo; not set: C1/V3, C1/V4, C1/V5"
    assert outcome.response == {"C1/V1": "Accepted", "C1/V2": "Accepted"}
    assert system.station().configuration["C1/V1"] == "1"


@pytest.mark.parametrize("value", [NAMES, dict.fromkeys(NAMES, 1)])
async def test_where_the_first_message_fails_there_is_nothing_to_tell(
    start2: Any, value: object
) -> None:
    action = "GetVariables" if isinstance(value, list) else "SetVariables"
    system = await booted(start2, **{action: failing_at(1, action)})

    outcome = await command(system, "configuration", value)

    assert (outcome.outcome, outcome.response) == (OutcomeName.ERROR, None)
    assert outcome.detail == "InternalError: boo"


async def test_a_report_that_does_not_come_is_a_timeout(start2: Any) -> None:
    system = await booted(start2, GetBaseReport={"status": "Accepted"})

    asking = asyncio.create_task(command(system, "configuration", None))
    await settle()
    await system.advance(61)

    outcome = await asking
    assert outcome.outcome is OutcomeName.TIMEOUT
    assert outcome.detail == "no report came"


async def test_nothing_to_report_is_the_same_word_however_it_is_asked(
    start2: Any,
) -> None:
    system = await booted(start2, GetBaseReport={"status": "EmptyResultSet"})
    payload = {"requestId": 7, "reportBase": "FullInventory"}

    for outcome in (
        await command(system, "configuration", None),
        await run(system, "GetBaseReport", payload),
    ):
        assert outcome.outcome is OutcomeName.ACCEPTED
        assert outcome.detail == "EmptyResultSet"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("T1", {"idToken": "T1", "type": "ISO14443"}),
        ({"id": "T1"}, {"idToken": "T1", "type": "ISO14443"}),
        ({"idToken": "T1"}, {"idToken": "T1", "type": "ISO14443"}),
        ({"idToken": "T1", "type": "eMAID"}, {"idToken": "T1", "type": "eMAID"}),
        ({"id": "T1", "type": "eMAID"}, {"idToken": "T1", "type": "eMAID"}),
    ],
)
async def test_a_token_that_people_write_is_a_card(
    start2: Any, written: object, expected: Json
) -> None:
    system = await booted(start2, RequestStartTransaction={"status": "Accepted"})
    station = system.ends[-1]
    station.session.handlers = {
        **station.session.handlers,
        "RequestStartTransaction": station.session.handlers["GetVariables"],
    }

    await remote_start(system.station(), "1", values.id_token(written))

    assert station.asked("RequestStartTransaction")[0]["idToken"] == expected
    assert wire_token("T1") == {"idToken": "T1", "type": "ISO14443"}


async def test_a_token_of_ours_is_central(start2: Any) -> None:
    options = StationOptions(autostart_token="ours")
    system = await start2(stations={NAME: options})
    station = await system.connect_2(
        boots=True, RequestStartTransaction={"status": "Accepted"}
    )
    await settle()
    await station.status("Occupied")
    await settle()

    [payload] = station.asked("RequestStartTransaction")
    assert payload["idToken"] == {"idToken": "ours", "type": "Central"}
