"""What we publish against Home Assistant's own schemas, classes and templates."""

from __future__ import annotations

import atexit
import json
import subprocess
from functools import cache
from pathlib import Path

import orjson
import pytest

from connector.openmqtt.discovery.controls import TRANSACTION_EVENTS
from connector.openmqtt.discovery.icons import ICONS
from connector.tests.home_assistant import python
from connector.tests.openmqtt.discovery import site

pytestmark = [pytest.mark.home_assistant, pytest.mark.repository]

CHECK = Path(__file__).with_name("in_home_assistant.py")
Json = site.Json


@cache
def checker() -> subprocess.Popen[str]:
    """One process for all tests: the package takes seconds to load."""
    pipe = subprocess.PIPE
    started = subprocess.Popen([python(), CHECK], stdin=pipe, stdout=pipe, text=True)
    atexit.register(_end, started)
    return started


def _end(process: subprocess.Popen[str]) -> None:
    with process:
        process.kill()


def ask(asked: list[Json]) -> list[Json]:
    process = checker()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    found: list[Json] = json.loads(process.stdout.readline())
    return found


def as_entities() -> list[Json]:
    """Every component with what its message says of all of them."""
    found = []
    for message in site.messages():
        payload = orjson.loads(message.payload)
        shared = {k: v for k, v in payload.items() if k != "components"}
        found += [shared | component for component in payload["components"].values()]
    return found


def one(unique_id: str, platform: str = "sensor") -> Json:
    [found] = [
        c
        for c in as_entities()
        if c["unique_id"] == unique_id and c["platform"] == platform
    ]
    return found


def rendered(component: Json, *values: str) -> list[str]:
    [answer] = ask([{"component": component, "values": values}])
    texts: list[str] = answer["rendered"]
    return texts


def test_home_assistant_takes_every_entity() -> None:
    entities = as_entities()
    answers = ask([{"component": entity, "values": []} for entity in entities])
    refused = {
        entity["unique_id"]: answer["problems"]
        for entity, answer in zip(entities, answers, strict=True)
        if answer["problems"]
    }

    assert refused == {}
    assert len(entities) > 500


@pytest.mark.parametrize("text", ["null", ""])
def test_no_value_is_unknown_for_every_entity_that_has_one(text: str) -> None:
    entities = [
        entity
        for entity in as_entities()
        if "state_topic" in entity and "/stations/" in entity["state_topic"]
    ]
    answers = ask([{"component": entity, "values": [text]} for entity in entities])

    assert {text for answer in answers for text in answer["rendered"]} == {"None"}


def test_a_word_that_no_list_has_is_unknown() -> None:
    status = one("ocpp/CP-7__1__status")

    assert rendered(status, "Charging", "Dancing") == ["Charging", "None"]


def test_a_long_text_is_cut() -> None:
    code = one("ocpp/CP-7__1__error_code")

    assert rendered(code, "x" * 300) == ["x" * 255]


def test_a_limit_beyond_the_bounds_is_shown_at_them() -> None:
    limit = one("ocpp/CP-7__1__power_limit#set", "number")

    assert rendered(limit, "0", "4140.0", "99999", "-50") == [
        "0.0",
        "4140.0",
        "22080",
        "0",
    ]


def test_a_station_out_of_operation_and_a_fault_show() -> None:
    switch = one("ocpp/CP-7__1__available#set", "switch")
    problem = one("ocpp/CP-7__1__status#problem", "binary_sensor")

    assert rendered(switch, "Available", "Unavailable") == ["true", "false"]
    assert rendered(problem, "Available", "Faulted") == ["false", "true"]


@pytest.mark.parametrize("station", site.NAMES)
def test_an_event_reaches_its_own_connector_alone(station: str) -> None:
    events = [
        e
        for e in as_entities()
        if e["platform"] == "event" and e["event_types"] == list(TRANSACTION_EVENTS)
    ]
    told = json.dumps(
        {"event": "started", "station": station, "where": "2", "token": "04A2"}
    )
    answers = ask([{"component": event, "values": [told]} for event in events])
    heard = [answer["rendered"][0] for answer in answers if answer["rendered"][0]]

    assert [json.loads(text)["event_type"] for text in heard] == ["started"]
    assert json.loads(heard[0])["token"] == "04A2"


def test_every_picture_is_one_that_home_assistant_has() -> None:
    place = Path(python()).parents[1].glob("lib/*/site-packages/hass_frontend")
    lists = [each / "static" / "mdi" / "iconList.json" for each in place]
    if not lists:
        pytest.skip("this release of Home Assistant has no pages")
    known = {icon["name"] for icon in json.loads(lists[0].read_text("utf-8"))}

    assert set(ICONS.values()) <= known
