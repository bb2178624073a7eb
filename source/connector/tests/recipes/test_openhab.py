"""The files of openHAB: every channel has its topic, of the type that it says."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, STATION, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

THINGS = EXAMPLES / "openhab" / "ocpp.things"
ITEMS = EXAMPLES / "openhab" / "ocpp.items"
ITEM_TYPES = {
    "string": {"String"},
    "contact": {"Contact"},
    "switch": {"Switch"},
    "number": {"Number:Power", "Number:Energy", "Number:ElectricCurrent"},
}
UNITS = {"W": "Number:Power", "Wh": "Number:Energy", "A": "Number:ElectricCurrent"}
WRITTEN = {"switch": "true", "number": "4140"}
"""What openHAB publishes for a command: the word for ON, the number without its unit."""

Channel = dict[str, str]


def options(text: str) -> Channel:
    found = re.findall(r'(\w+)=(?:"([^"]*)"|([\w.]+))', text)
    return {name: quoted or plain for name, quoted, plain in found}


def channels() -> dict[str, Channel]:
    """Every channel by its name, with its type."""
    lines = re.findall(
        r'^ *Type (\w+) : (\w+) "[^"]*" \[ (.*) \]$',
        THINGS.read_text("utf-8"),
        re.MULTILINE,
    )
    return {name: options(rest) | {"type": kind} for kind, name, rest in lines}


def items() -> list[tuple[str, str]]:
    """The type of every item, and the channel that it is linked to."""
    return re.findall(
        r'^([\w:]+) +\w+ +"[^"]*" +\{ channel="mqtt:topic:house:cp7:(\w+)"',
        ITEMS.read_text("utf-8"),
        re.MULTILINE,
    )


def is_of(kind: str, text: str, channel: Channel) -> bool:
    """Whether openHAB reads this text as a value of the channel."""
    if kind in ("switch", "contact"):
        return text in (channel["on"], channel["off"])
    if kind == "number":
        return bool(re.fullmatch(r"-?\d+(\.\d+)?", text))
    return True


def test_every_channel_is_an_item_of_its_type() -> None:
    found = channels()
    linked = items()

    assert {name for _, name in linked} == found.keys()
    assert len(linked) == len(found) == 11
    for kind, name in linked:
        assert kind in ITEM_TYPES[found[name]["type"]], name
        assert "unit" not in found[name] or UNITS[found[name]["unit"]] == kind, name


def test_files_are_read_to_their_last_line() -> None:
    lines = THINGS.read_text("utf-8").splitlines()

    assert len([line for line in lines if " Type " in line]) == len(channels())
    assert len(ITEMS.read_text("utf-8").splitlines()) == len(items())
    assert "".join(lines).count("{") == "".join(lines).count("}")
    assert "".join(lines).count("[") == "".join(lines).count("]")


async def test_every_channel_shows_and_writes(broker: Broker, tmp_path: Path) -> None:
    found = channels()
    availability = re.search(r'availabilityTopic="([^"]+)"', THINGS.read_text("utf-8"))
    assert availability is not None
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.charge()
        for name, channel in found.items():
            if "commandTopic" in channel:
                outcome = await home.outcome(
                    channel["commandTopic"], WRITTEN[channel["type"]]
                )
                assert outcome == "accepted", name
        for name, channel in found.items():
            text = await home.text(channel["stateTopic"])
            assert is_of(channel["type"], text, channel), (name, text)
        assert await home.text(availability[1]) == "online"
        await home.stations[STATION].close()
        await home.until(availability[1], lambda it: it == "offline")
        home.connector.stop(signal.SIGKILL)
        running = found["connector"]
        await home.until(running["stateTopic"], lambda it: it == running["off"])
