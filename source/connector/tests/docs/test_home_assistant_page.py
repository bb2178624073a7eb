"""The automations of the page on Home Assistant do what they say, at a real broker."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = [pytest.mark.broker, pytest.mark.repository]

PAGE = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "home-assistant.md"
IDS = re.compile(r"\b(?:sensor|binary_sensor|number|switch|button|event)\.cp_7_\w+")
SENT = {"power_limit": "SetChargingProfile", "enabled": "SetChargingProfile"}


def automations() -> list[dict[str, Any]]:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [yaml.safe_load(block) for block in blocks]


def actions(found: object) -> Iterator[dict[str, Any]]:
    """Every action in an automation, however deep."""
    if isinstance(found, dict):
        if "action" in found:
            yield found
        for value in found.values():
            yield from actions(value)
    elif isinstance(found, list):
        for value in found:
            yield from actions(value)


def written(action: dict[str, Any], component: dict[str, Any]) -> bytes:
    """What Home Assistant would publish; a template stands for a number."""
    payloads = {
        "number.set_value": "4140.0",
        "switch.turn_on": component.get("payload_on"),
        "switch.turn_off": component.get("payload_off"),
    }
    return str(payloads[action["action"]]).encode()


def components(listener: Listener) -> dict[str, dict[str, Any]]:
    return {
        component["default_entity_id"]: component
        for topic, payload in listener.last.items()
        if topic.startswith("homeassistant/device/") and payload
        for component in json.loads(payload)["components"].values()
        if "default_entity_id" in component
    }


async def test_every_entity_of_the_page_is_there_and_takes_what_is_written(
    broker: Broker, tmp_path: Path
) -> None:
    listener = Listener(broker.port)
    connector = ConnectorProcess(
        broker.port,
        tmp_path,
        UNKNOWN_STATIONS="accept",
        HOME_ASSISTANT="TRUE",
        LIMIT_MIN_INTERVAL_S="0",
    )
    try:
        station = await RawStation.open(connector.ocpp_port, "CP-7")
        await station.boot()
        await station.status("Preparing")
        await station.meter(
            [
                {"measurand": "Power.Active.Import", "unit": "W", "value": "0"},
                {"unit": "Wh", "value": "1000"},
            ]
        )
        topic = "homeassistant/device/ocpp/CP-7__1/config"
        energy = "1__Energy.Active.Import.Register"
        await asyncio.to_thread(
            listener.until, topic, lambda p: energy in p["components"]
        )
        named = set(IDS.findall(PAGE.read_text("utf-8")))
        there = components(listener)
        assert named - there.keys() == set()
        done = [a for a in actions(automations()) if "target" in a]
        assert len(done) == 3
        for action in done:
            component = there[action["target"]["entity_id"]]
            command = component["command_topic"]
            listener.last.pop(command.replace("/set", "/result"), None)
            listener.publish(command, written(action, component))
            result = await asyncio.to_thread(
                listener.until, command.replace("/set", "/result")
            )
            assert result["outcome"] == "accepted", (action, result)
        await station.close()
    finally:
        connector.stop()
        listener.close()
