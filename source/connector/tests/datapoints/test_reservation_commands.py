"""`reserve`, `cancel_reservation` and `local_list`, from the value to the outcome."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connector.csms.facts import Facts
from connector.csms.options import StationOptions, TokenOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.profile_template import ProfileTemplate
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]

ASKED = {"idTag": "card", "expiryDate": "2026-02-01T00:00:00Z"}
AGREES: Json = {
    "ReserveNow": {"status": "Accepted"},
    "CancelReservation": {"status": "Accepted"},
    "GetLocalListVersion": {"listVersion": 3},
    "SendLocalList": {"status": "Accepted"},
}


class Desk:
    """Commands for one station at a memory link."""

    def __init__(self, system: Harness, end: StationEnd) -> None:
        self.system = system
        self.end = end
        context = Context(
            None,  # type: ignore[arg-type]
            "remote",
            ProfileTemplate(),
            system.central.blocks,
        )
        self.results: list[Facts] = []
        stations = system.central.stations
        self.commands = Commands(stations, context, system.clock, self.results.append)

    async def run(self, name: str, value: object, where: str = "0") -> Outcome:
        return await self.commands.execute(Order(NAME, where, name, value))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    system = Harness(
        MemoryStore(),
        stations={NAME: StationOptions(connectors=2)},
        tokens={"alice": TokenOptions(), "bob": TokenOptions(status="Blocked")},
        call_timeout_s=0.05,
    )
    await system.central.start()
    yield Desk(system, await system.connect(**AGREES))
    await system.close()


# -- reserve


async def test_a_reservation_tells_its_id(desk: Desk) -> None:
    outcome = await desk.run("reserve", ASKED, "2")
    assert outcome == Outcome(
        OutcomeName.ACCEPTED,
        "reservation 1",
        {"status": "Accepted", "reservationId": 1},
    )
    assert desk.end.asked("ReserveNow") == [
        {"connectorId": 2, "reservationId": 1, **ASKED}
    ]
    assert desk.system.newest("reservation_id", "2") == 1


async def test_a_reservation_may_be_the_text_of_one(desk: Desk) -> None:
    text = json.dumps(ASKED | {"reservationId": "17", "connectorId": 0})
    outcome = await desk.run("reserve", text)
    assert outcome.detail == "reservation 17"
    assert desk.end.asked("ReserveNow")[0]["connectorId"] == 0


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_a_refused_reservation_is_rejected(desk: Desk, status: str) -> None:
    desk.end.answers["ReserveNow"] = {"status": status}
    outcome = await desk.run("reserve", ASKED, "1")
    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == f"reservation 1: {status}"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "a JSON object"),
        ("tomorrow", "JSON"),
        ([ASKED], "a JSON object"),
        ({}, "idTag is missing: a text of 1 to 20 characters; expiryDate is missing"),
        (ASKED | {"expiryDate": "2020-01-01T00:00:00Z"}, "is in the past (now it is"),
        (ASKED | {"idToken": {"idToken": "x"}}, "idToken is no member of a reserv"),
    ],
)
async def test_a_reservation_that_is_none_is_invalid(
    desk: Desk, value: object, problem: str
) -> None:
    outcome = await desk.run("reserve", value, "1")
    assert outcome.outcome is OutcomeName.INVALID
    assert problem in outcome.detail
    assert desk.end.calls == []


async def test_a_reservation_without_an_answer_tells_its_id_too(desk: Desk) -> None:
    is_over = asyncio.Event()
    desk.end.answers["ReserveNow"] = lambda _: wait(is_over)
    outcome = await desk.run("reserve", ASKED, "1")
    is_over.set()
    assert outcome.outcome is OutcomeName.TIMEOUT
    assert outcome.detail.startswith("reservation 1: ReserveNow: no answer within")


async def wait(event: asyncio.Event) -> Json:
    await event.wait()
    return {"status": "Accepted"}


async def test_a_reservation_without_a_link_is_disconnected(desk: Desk) -> None:
    await desk.end.leave()
    outcome = await desk.run("reserve", ASKED, "1")
    assert outcome.outcome is OutcomeName.DISCONNECTED


async def test_a_reservation_that_is_not_kept_says_so(desk: Desk) -> None:
    store = desk.system.store

    def agree(_: Json) -> Json:
        store.is_failing = True
        return {"status": "Accepted"}

    desk.end.answers["ReserveNow"] = agree
    outcome = await desk.run("reserve", ASKED, "1")
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert outcome.detail.startswith("reservation 1: it is lost when the connector")
    store.is_failing = False


# -- cancel


@pytest.mark.parametrize(
    "value", [17, "17", 17.0, {"reservationId": 17}, '{"reservationId": 17}']
)
async def test_a_reservation_is_cancelled_by_its_id(desk: Desk, value: object) -> None:
    outcome = await desk.run("cancel_reservation", value)
    assert outcome == Outcome(
        OutcomeName.ACCEPTED, "reservation 17", {"status": "Accepted"}
    )
    assert desk.end.asked("CancelReservation") == [{"reservationId": 17}]


async def test_a_reservation_that_the_station_has_not_is_rejected(desk: Desk) -> None:
    await desk.run("reserve", ASKED | {"reservationId": 17}, "1")
    desk.end.answers["CancelReservation"] = {"status": "Rejected"}
    outcome = await desk.run("cancel_reservation", 17)
    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "reservation 17: Rejected"
    assert desk.system.newest("reservation_id") is None


@pytest.mark.parametrize(
    "value",
    [None, True, "x", 1.5, -1, 2**31, {}, [17], {"reservationId": 1, "id": 2}],
)
async def test_what_is_no_reservation_id_is_invalid(desk: Desk, value: object) -> None:
    outcome = await desk.run("cancel_reservation", value)
    assert outcome.outcome is OutcomeName.INVALID
    assert "cancel_reservation" in outcome.detail
    assert desk.end.calls == []


# -- local list


@pytest.mark.parametrize(
    "value", [None, "null", {}, "{}", {"updateType": "Full"}, '{"updateType": "Full"}']
)
async def test_the_list_of_the_registry_is_sent(desk: Desk, value: object) -> None:
    outcome = await desk.run("local_list", value)
    assert desk.end.asked("SendLocalList") == [
        {
            "listVersion": 4,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "alice", "idTagInfo": {"status": "Accepted"}},
                {"idTag": "bob", "idTagInfo": {"status": "Blocked"}},
            ],
        }
    ]
    assert outcome == Outcome(
        OutcomeName.ACCEPTED,
        "version 4, 2 tokens",
        {"status": "Accepted", "listVersion": 4},
    )


async def test_where_nothing_changed_the_outcome_is_unchanged(desk: Desk) -> None:
    await desk.run("local_list", None)
    desk.end.answers["GetLocalListVersion"] = {"listVersion": 4}
    outcome = await desk.run("local_list", {"updateType": "Differential"})
    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "unchanged")
    assert len(desk.end.asked("SendLocalList")) == 1


async def test_a_complete_list_is_sent_as_it_is(desk: Desk) -> None:
    payload = {"listVersion": 1, "updateType": "Full"}
    outcome = await desk.run("local_list", payload)
    assert outcome.is_accepted
    assert desk.end.calls == [("SendLocalList", payload)]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("Failed", OutcomeName.REJECTED),
        ("VersionMismatch", OutcomeName.REJECTED),
        ("NotSupported", OutcomeName.UNSUPPORTED),
    ],
)
@pytest.mark.parametrize("value", [None, {"listVersion": 1, "updateType": "Full"}])
async def test_each_status_of_a_list_has_its_outcome(
    desk: Desk, value: object, status: str, name: OutcomeName
) -> None:
    desk.end.answers["SendLocalList"] = {"status": status}
    outcome = await desk.run("local_list", value)
    assert outcome == Outcome(name, status, {"status": status})


async def test_a_station_without_a_list_is_unsupported(desk: Desk) -> None:
    desk.end.answers["GetLocalListVersion"] = {"listVersion": -1}
    outcome = await desk.run("local_list", None)
    assert outcome.outcome is OutcomeName.UNSUPPORTED


async def test_a_list_without_room_is_rejected(desk: Desk) -> None:
    key = {"key": "LocalAuthListMaxLength", "readonly": True, "value": "1"}
    desk.end.answers["GetConfiguration"] = {"configurationKey": [key]}
    outcome = await desk.run("local_list", None)
    assert (outcome.outcome, outcome.detail) == (
        OutcomeName.REJECTED,
        "2 tokens, 1 fit",
    )


@pytest.mark.parametrize(
    "value",
    [
        5,
        True,
        [],
        "word",
        {"updateType": "full"},
        {"updateType": None},
        {"localAuthorizationList": []},
        {"updateType": "Full", "localAuthorizationList": []},
        {"listVersion": 1},
        {"listVersion": "1", "updateType": "Full"},
        {"listVersion": 1, "updateType": "Full", "x": 1},
    ],
)
async def test_what_is_no_list_is_invalid(desk: Desk, value: object) -> None:
    outcome = await desk.run("local_list", value)
    assert outcome.outcome is OutcomeName.INVALID
    assert desk.end.asked("SendLocalList") == []


# -- who is asked


@pytest.mark.parametrize(
    ("name", "value"),
    [("reserve", ASKED), ("cancel_reservation", 1), ("local_list", None)],
)
async def test_a_station_that_is_not_adopted_is_asked_nothing(
    desk: Desk, name: str, value: object
) -> None:
    desk.system.station().registration = "pending"
    outcome = await desk.run(name, value)
    assert outcome.outcome is OutcomeName.REJECTED
    assert desk.end.calls == []
