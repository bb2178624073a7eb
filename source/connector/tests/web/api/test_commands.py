"""Commands and calls over the API: one outcome each."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api, on_shared_loop
from connector.web.api.outcomes import LaterOutcomes

STATION = f"/api/v1/stations/{NAME}"
CALLS = f"{STATION}/calls"
RESET = {"action": "Reset", "payload": {"type": "Soft"}}


def outcome(answer: httpx.Response) -> dict[str, Any]:
    """The outcome object of an answer."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    members = {"outcome", "detail", "response", "correlation", "timestamp"}
    assert members < set(found)
    return found


async def test_a_command_ends_in_its_outcome(api: Api) -> None:
    await api.connect()

    found = outcome(await api.client.post(f"{STATION}/0/reset", json={"value": "soft"}))

    assert found["outcome"] == "accepted"
    assert found["response"] == {"status": "Accepted"}


async def test_a_command_is_always_waited_for(api: Api) -> None:
    end = await api.connect()
    end.calls.clear()

    answer = await api.client.post(
        f"{STATION}/0/reset?wait=false", json={"value": "soft"}
    )

    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "there is no query parameter 'wait' here; there are none"
    )
    assert end.asked("Reset") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{STATION}/0/power_limit", 'an object such as {"value": 4140}'),
        (CALLS, "a JSON object"),
    ],
)
async def test_a_body_that_is_no_object_is_told_what_it_should_be(
    api: Api, path: str, expected: str
) -> None:
    answer = await api.client.post(path, json=4140)

    assert answer.status_code == 422
    assert answer.json()["detail"] == f"body is 4140, expected {expected}"
    assert answer.json()["errors"] == [{"field": "body", "expected": expected}]


async def test_its_outcome_is_a_datapoint_like_that_of_others(api: Api) -> None:
    await api.connect()

    found = await api.client.post(f"{STATION}/0/reset", json={"value": "soft"})

    assert api.harness.newest("reset__result", "0") == found.text


@pytest.mark.parametrize(
    ("place", "value", "name"),
    [
        ("0/reset", "gently", "invalid"),
        ("9/unlock", True, "invalid"),
        ("1/reset", "soft", "invalid"),
        ("1/power_limit", "x", "invalid"),
        ("1/power_limit", [1], "invalid"),
        ("x/power_limit", 1, "invalid"),
        ("1/charge", False, "rejected"),
    ],
)
async def test_what_a_value_makes_of_it_is_the_outcome(
    api: Api, place: str, value: object, name: str
) -> None:
    await api.connect()

    answer = await api.client.post(f"{STATION}/{place}", json={"value": value})

    assert outcome(answer)["outcome"] == name


async def test_without_a_link_it_ends_as_disconnected(api: Api) -> None:
    answer = await api.client.post(f"{STATION}/0/reset", json={"value": "soft"})

    assert outcome(answer)["outcome"] == "disconnected"


async def test_one_that_waits_takes_no_commands(api: Api) -> None:
    await api.harness.connect("stranger", boots=True)

    answer = await api.client.post(
        "/api/v1/stations/stranger/0/reset", json={"value": "soft"}
    )

    assert outcome(answer)["detail"] == "the station is not adopted"


@on_shared_loop
async def test_an_unknown_command_is_not_found(shared_api: Api) -> None:
    answer = await shared_api.client.post(f"{STATION}/1/explode", json={"value": 1})

    assert answer.status_code == 404
    assert "there is no command 'explode'" in answer.json()["detail"]
    assert "power_limit" in answer.json()["detail"]


@on_shared_loop
@pytest.mark.parametrize("path", ["nobody/1/power_limit", "nobody/calls"])
async def test_an_unknown_station_is_not_found(shared_api: Api, path: str) -> None:
    body = RESET if path.endswith("calls") else {"value": 1}

    answer = await shared_api.client.post(f"/api/v1/stations/{path}", json=body)

    assert answer.status_code == 404


@on_shared_loop
@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "value is missing"),
        ({"value": 1, "valeu": 2}, "there is no 'valeu'"),
        ([], "body"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused(
    shared_api: Api, body: object, word: str
) -> None:
    answer = await shared_api.client.post(f"{STATION}/1/power_limit", json=body)

    assert answer.status_code == 422
    assert word in answer.json()["detail"]


# -- calls


async def test_any_action_is_called_as_it_is_given(api: Api) -> None:
    end = await api.connect(GetLocalListVersion={"listVersion": 3})

    answer = await api.client.post(CALLS, json={"action": "GetLocalListVersion"})

    assert outcome(answer)["response"] == {"listVersion": 3}
    assert end.asked("GetLocalListVersion") == [{}]


async def test_the_order_of_members_is_kept(api: Api) -> None:
    end = await api.connect(DataTransfer={"status": "Accepted"})
    payload = {"vendorId": "z", "messageId": "a", "data": "m"}

    await api.client.post(CALLS, json={"action": "DataTransfer", "payload": payload})

    [sent] = end.asked("DataTransfer")
    assert list(sent) == list(payload)


async def test_a_call_writes_no_result(api: Api) -> None:
    await api.connect()

    await api.client.post(CALLS, json=RESET)

    assert api.harness.told("call__result", "0") == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"action": "Reset", "payload": {"type": "x"}}, "invalid"),
        ({"action": "Explode"}, "unsupported"),
        ({"action": "SetVariables", "payload": {}}, "unsupported"),
    ],
)
async def test_what_the_station_or_its_version_makes_of_it_is_the_outcome(
    api: Api, body: dict[str, Any], name: str
) -> None:
    await api.connect()

    assert outcome(await api.client.post(CALLS, json=body))["outcome"] == name


@on_shared_loop
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": ""},
        {"action": 5},
        {"action": "Reset", "payload": []},
        {"action": "Reset", "timeout_s": 0},
        {"action": "Reset", "timeout_s": 1e9},
        {"action": "Reset", "more": 1},
    ],
)
async def test_a_call_that_is_none_is_refused(shared_api: Api, body: object) -> None:
    assert (await shared_api.client.post(CALLS, json=body)).status_code == 422


async def test_the_answer_may_take_as_long_as_was_said(api: Api) -> None:
    answered = asyncio.Event()
    await api.connect(Reset=lambda _: answered.wait())

    answer = await api.client.post(CALLS, json=RESET | {"timeout_s": 0.01})
    answered.set()

    assert outcome(answer)["outcome"] == "timeout"


async def test_who_does_not_wait_reads_it_later(api: Api) -> None:
    may_answer = asyncio.Event()

    async def reset(_: object) -> dict[str, str]:
        await may_answer.wait()
        return {"status": "Accepted"}

    await api.connect(Reset=reset)
    begun = await api.client.post(CALLS, params={"wait": "false"}, json=RESET)
    correlation = begun.json()["correlation"]
    path = f"/api/v1/calls/{correlation}"
    early = await api.client.get(path)
    may_answer.set()
    await settle()
    late = await api.client.get(path)

    assert begun.status_code == early.status_code == 202
    assert early.json() == begun.json()
    assert outcome(late)["outcome"] == "accepted"
    assert late.json()["correlation"] == correlation


@on_shared_loop
async def test_a_correlation_that_nobody_has_is_not_found(shared_api: Api) -> None:
    answer = await shared_api.client.get("/api/v1/calls/nothing")

    assert answer.status_code == 404
    assert "wait=false" in answer.json()["detail"]


async def test_a_client_that_hangs_up_stops_nothing(api: Api) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def reset(_: object) -> dict[str, str]:
        asked.set()
        await may_answer.wait()
        return {"status": "Accepted"}

    await api.connect(Reset=reset)
    asking = asyncio.create_task(
        api.client.post(f"{STATION}/0/reset", json={"value": "soft"})
    )
    async with asyncio.timeout(10):
        await asked.wait()
    asking.cancel()
    await asyncio.wait({asking})
    may_answer.set()
    await settle()

    assert '"accepted"' in str(api.harness.newest("reset__result", "0"))


def test_only_the_newest_outcomes_are_kept() -> None:
    later = LaterOutcomes(most=2, most_bytes=10)
    for name in ("a", "b", "c"):
        later.expect(name)
        later.keep(name, "1234")
    later.keep("d", "1234567")

    assert [later.find(name) for name in "abcd"] == [None, None, None, "1234567"]


def test_those_that_run_are_bounded() -> None:
    later = LaterOutcomes(most=1)
    later.expect("a")

    assert later.is_full
    later.keep("a", "")
    assert not later.is_full
