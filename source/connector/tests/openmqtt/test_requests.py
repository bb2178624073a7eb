"""What people send to the open tree, and what they are answered."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands
from connector.datapoints.profile_template import ProfileTemplate
from connector.datapoints.values import Unreadable
from connector.openmqtt.bridge import Bridge
from connector.openmqtt.requests import Received, Reply, Requests, command_value
from connector.openmqtt.topics import Topics
from connector.tests.clock import FakeClock
from connector.tests.datapoints.limits.bench import ScriptedStation, settle


class Desk:
    """Requests for two stations."""

    def __init__(self) -> None:
        self.stations = {name: ScriptedStation(StationOptions()) for name in ("A", "B")}
        for name, station in self.stations.items():
            station.identity = name
        self.results: list[Any] = []
        self.replies: list[Reply] = []
        context = Context(None, "remote", ProfileTemplate(), None)  # type: ignore[arg-type]
        commands = Commands(self.stations, context, FakeClock(), self.results.append)
        self.requests = Requests(
            Topics("N"), commands, self.stations.__contains__, self.replies.append
        )

    async def send(self, topic: str, body: bytes, **more: Any) -> None:
        self.requests.request(Received(topic, body, False, **more))
        await settle()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"4140", 4140),
        (b"null", None),
        (b"true", True),
        (b"ON", "ON"),
        (b'"4140"', "4140"),
        (b'{"value": 5}', 5),
        (b'{"value": 5, "timestamp": 1}', 5),
        (b'{"id": 1}', {"id": 1}),
        (b'{"value": 5, "unit": "W"}', {"value": 5, "unit": "W"}),
        (b"\xff\xfe", Unreadable("not UTF-8 at byte 0 of 2")),
        (b'"a\xff"', Unreadable("not UTF-8 at byte 2 of 4")),
        (b"NaN", "NaN"),
        (b"18446744073709551616", 2**64),
        (b'{"value": [1e400]}', [math.inf]),
    ],
)
def test_a_command_is_json_if_it_parses_else_text(
    payload: bytes, expected: object
) -> None:
    assert command_value(payload) == expected


@pytest.mark.parametrize("name", ["power_limit", "start", "charge", "reset", "call"])
async def test_bytes_that_are_no_text_are_invalid(name: str) -> None:
    desk = Desk()
    where = "0" if name in ("reset", "call") else "1"
    desk.requests.set(Received(f"N/stations/A/{where}/{name}/set", b"\xff\xfe", False))
    await settle()

    assert desk.stations["A"].calls == []
    [result] = [json.loads(next(iter(f.values.values()))) for f in desk.results]
    assert result["outcome"] == "invalid"
    assert result["detail"] == f"{name}: not UTF-8 at byte 0 of 2"


async def test_a_request_of_bytes_that_are_no_text_is_invalid() -> None:
    desk = Desk()
    await desk.send("N/request/A/ClearCache", b"{\xff")
    answer = json.loads(desk.replies[0].payload)
    assert answer["outcome"] == "invalid"
    assert answer["detail"] == "call: not UTF-8 at byte 1 of 2"


async def test_a_request_that_is_no_json_is_told_where_it_ends_to_be() -> None:
    desk = Desk()
    await desk.send("N/request/A/ChangeConfiguration", b'{"key": "K", "value": "S"')
    answer = json.loads(desk.replies[0].payload)
    assert answer["outcome"] == "invalid"
    assert answer["detail"] == (
        "call: not JSON: unexpected end of data at character 25 of 25, "
        "expected a JSON object (member payload)"
    )


@pytest.mark.parametrize("number", ["18446744073709551616", "-1e400"])
async def test_a_request_with_a_number_that_cannot_be_sent_is_invalid(
    number: str,
) -> None:
    desk = Desk()
    body = f'{{"vendorId": "v", "data": [{number}]}}'.encode()
    call = f'{{"action": "DataTransfer", "payload": {body.decode()}}}'.encode()

    await desk.send("N/request/A/DataTransfer", body)
    desk.requests.set(Received("N/stations/A/0/call/set", call, False))
    await settle()

    assert desk.stations["A"].calls == []
    answers = [json.loads(desk.replies[0].payload)]
    answers += [json.loads(next(iter(f.values.values()))) for f in desk.results]
    assert [answer["outcome"] for answer in answers] == ["invalid"] * 2
    assert {answer["detail"] for answer in answers} == {
        "call: a number is not a finite number, of at most 64 bits where it is whole"
    }


async def test_a_set_command_reaches_its_station_and_writes_a_result() -> None:
    desk = Desk()
    desk.requests.set(Received("N/stations/A/1/unlock/set", b"true", False))
    await settle()
    assert desk.stations["A"].calls == [("UnlockConnector", {"connectorId": 1})]
    assert len(desk.results) == 1


@pytest.mark.parametrize(
    ("payload", "is_retained"), [(b"true", True), (b"", False), (b"", True)]
)
async def test_retained_and_empty_messages_are_ignored(
    payload: bytes, is_retained: bool
) -> None:
    desk = Desk()
    desk.requests.set(Received("N/stations/A/1/unlock/set", payload, is_retained))
    desk.requests.request(Received("N/request/A/ClearCache", payload, is_retained))
    await settle()
    assert desk.stations["A"].calls == []
    assert desk.results == desk.replies == []


async def test_a_request_is_answered_with_its_outcome_and_writes_no_result() -> None:
    desk = Desk()
    await desk.send("N/request/A/ClearCache/7", b"{}")
    [reply] = desk.replies
    assert reply.topic == "N/response/A/ClearCache/7"
    assert json.loads(reply.payload)["outcome"] == "accepted"
    assert json.loads(reply.payload)["correlation"] == "7"
    assert desk.results == []


async def test_a_response_topic_of_mqtt_5_is_used_with_its_correlation() -> None:
    desk = Desk()
    await desk.send(
        "N/request/A/ClearCache", b"{}", response_topic="me", correlation_data=b"x"
    )
    assert (desk.replies[0].topic, desk.replies[0].correlation_data) == ("me", b"x")


@pytest.mark.parametrize(
    "topic", ["me/#", "me/+", "N/stations/A/1/power_limit", "N/datapoint_map", "N", ""]
)
async def test_a_response_topic_that_could_harm_is_refused(topic: str) -> None:
    desk = Desk()
    await desk.send("N/request/A/ClearCache", b"{}", response_topic=topic)
    assert [r.topic for r in desk.replies] == ["N/response/A/ClearCache"]


async def test_an_unknown_station_is_disconnected() -> None:
    desk = Desk()
    await desk.send("N/request/nobody/ClearCache", b"{}")
    result = json.loads(desk.replies[0].payload)
    assert (result["outcome"], result["detail"]) == ("disconnected", "unknown station")
    desk.requests.set(Received("N/stations/nobody/1/unlock/set", b"true", False))
    await settle()
    assert desk.results == []


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"rubbish", b'"x"'])
async def test_a_body_that_is_no_object_is_invalid_or_ignored(body: bytes) -> None:
    desk = Desk()
    await desk.send("N/request/A/ClearCache", body)
    assert desk.stations["A"].calls == []
    outcomes = [json.loads(r.payload)["outcome"] for r in desk.replies]
    assert outcomes == (["invalid"] if body else [])


@pytest.mark.parametrize("topic", ["N/request/A", "N/request/A//", "N/request/A/B/C/D"])
async def test_a_topic_that_is_no_request_is_ignored(topic: str) -> None:
    desk = Desk()
    await desk.send(topic, b"{}")
    assert desk.replies == []


async def test_answers_of_one_station_come_in_the_order_of_its_requests() -> None:
    desk = Desk()
    first = desk.stations["A"]
    first.gate = asyncio.Event()
    await desk.send("N/request/A/ClearCache/1", b"{}")
    first.is_up = False
    await desk.send("N/request/A/ClearCache/2", b"{}")
    await desk.send("N/request/B/ClearCache/3", b"{}")
    assert [r.topic[-1] for r in desk.replies] == ["3"]
    first.gate.set()
    await settle()
    assert [r.topic[-1] for r in desk.replies] == ["3", "1", "2"]


class Registry:
    """Decides as it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def adopt(self, identity: str) -> tuple[str, str]:
        self.asked.append(("adopt", identity))
        return "accepted", ""

    async def reject(self, identity: str) -> tuple[str, str]:
        raise RuntimeError("broken")

    async def forget(self, identity: str) -> tuple[str, str]:
        self.asked.append(("forget", identity))
        return "rejected", "unknown station"

    def pending(self) -> list[Any]:
        return []


@pytest.mark.parametrize(
    ("body", "station"),
    [
        (b'{"station": "CP 1"}', "CP 1"),
        (b"CP1", "CP1"),
        (b'"CP1"', "CP1"),
        (b"007", "007"),
        (b"42", "42"),
    ],
)
async def test_a_station_is_adopted_by_object_or_bare_identity(
    body: bytes, station: str
) -> None:
    registry, said = Registry(), []
    bridge = Bridge(Topics("N"), registry, lambda *message: said.append(message))
    await bridge.handle("adopt", body)
    assert registry.asked == [("adopt", station)]
    [(topic, payload, retain)] = said
    assert (topic, retain) == ("N/bridge/response/adopt", False)
    assert json.loads(payload) == {
        "station": station,
        "outcome": "accepted",
        "detail": "",
    }


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"null", b'{"station": null}', b"  ", b'{"station":', b"{"]
)
async def test_a_bridge_request_without_a_station_is_invalid(body: bytes) -> None:
    registry, said = Registry(), []
    bridge = Bridge(Topics("N"), registry, lambda *message: said.append(message))
    await bridge.handle("adopt", body)
    assert registry.asked == []
    assert json.loads(said[0][1])["outcome"] == "invalid"


async def test_a_decision_that_fails_is_answered_as_an_error() -> None:
    said: list[Any] = []
    bridge = Bridge(Topics("N"), Registry(), lambda *message: said.append(message))
    await bridge.handle("reject", b"CP1")
    assert json.loads(said[0][1])["outcome"] == "error"


async def test_an_unknown_bridge_request_is_not_answered() -> None:
    said: list[Any] = []
    bridge = Bridge(Topics("N"), Registry(), lambda *message: said.append(message))
    await bridge.handle("explode", b"CP1")
    assert said == []
