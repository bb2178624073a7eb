"""telegraf.conf, read as Telegraf reads it: which points real topics become."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import topic_matches_sub

from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

FILE = EXAMPLES / "telegraf" / "telegraf.conf"
Point = tuple[str, frozenset[tuple[str, str]], float | str]


def configuration() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


def inputs() -> list[dict[str, Any]]:
    return list(configuration()["inputs"]["mqtt_consumer"])


def named(pattern: str, topic: str) -> dict[str, str]:
    """The levels of a topic that have a name in the pattern."""
    pairs = zip(pattern.split("/"), topic.split("/"), strict=True)
    return {name: level for name, level in pairs if name != "_"}


def typed(text: str, kind: str) -> float | str | None:
    """A value as the parser and the converter leave it; None: dropped."""
    if kind == "string":
        return text
    try:
        return float(text)
    except ValueError:
        return None


def points(consumer: dict[str, Any], messages: dict[str, bytes]) -> list[Point]:
    found = []
    for topic, payload in messages.items():
        if not any(topic_matches_sub(each, topic) for each in consumer["topics"]):
            continue
        [parsing] = [
            each
            for each in consumer["topic_parsing"]
            if topic_matches_sub(each["topic"], topic)
        ]
        value = typed(payload.decode(), consumer["data_type"])
        if value is not None:
            measurement = named(parsing["measurement"], topic)["measurement"]
            tags = frozenset(named(parsing["tags"], topic).items())
            found.append((measurement, tags, value))
    return found


def tags(**found: str) -> frozenset[tuple[str, str]]:
    return frozenset({"station": "CP-7", "where": "1"}.items() | found.items())


def test_text_is_kept_from_becoming_a_number() -> None:
    [converter] = configuration()["processors"]["converter"]

    assert converter["namedrop"] == ["status"]
    assert converter["fields"] == {"float": ["value"]}


async def test_topics_become_points(broker: Broker, tmp_path: Path) -> None:
    numbers, words = inputs()
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.charge()
        limit = "ocpp-connector/stations/CP-7/1/power_limit"
        assert await home.outcome(f"{limit}/set", "4140") == "accepted"
        await home.until(limit, lambda it: it == 4140)
        for name in ("session_energy", "Current.Import/L3", "Power.Active.Import"):
            await home.until(f"ocpp-connector/stations/CP-7/1/{name}")
        found = points(numbers, dict(home.listener.last))
        statuses = points(words, dict(home.listener.last))

    assert ("Power.Active.Import", tags(), 4140.0) in found
    assert ("Energy.Active.Import.Register", tags(), 12500.0) in found
    assert ("Current.Import", tags(phase="L1"), 6.1) in found
    assert ("power_limit", tags(), 4140.0) in found
    assert ("status", tags(), "Charging") in statuses
    assert {name for name, *_ in found} == {
        topic.split("/")[4] for topic in numbers["topics"]
    }


async def test_what_is_not_known_is_no_point(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        topic = "ocpp-connector/stations/CP-7/1/Power.Active.Import"
        await home.stations["CP-7"].meter(
            [{"measurand": "Power.Active.Import", "unit": "W", "value": "NaN"}]
        )
        assert await home.text(topic) == "null"
        found = points(inputs()[0], dict(home.listener.last))

    assert "Power.Active.Import" not in {name for name, *_ in found}
