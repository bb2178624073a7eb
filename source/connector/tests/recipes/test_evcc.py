"""evcc.yaml, read as evcc reads it: its plugins get values and set limits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.tests.broker import Broker
from connector.tests.recipes.house import EXAMPLES, STATION, House, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

FILE = EXAMPLES / "evcc" / "evcc.yaml"
NEEDED = {"status", "enabled", "enable", "maxcurrent"}
GETTERS = {"status", "enabled", "power", "energy", "currents"}
SETTERS = {"enable", "maxcurrent", "maxcurrentmillis", "phases1p3p"}
TRUE = {"1", "true", "on", "yes"}
SLOWEST_REPEAT_S = 60

Plugin = dict[str, Any]


def charger() -> dict[str, Any]:
    [found] = yaml.safe_load(FILE.read_text("utf-8"))["chargers"]
    return dict(found)


async def got(house: House, plugin: Plugin) -> str:
    """What evcc hands on: the payload, through its filter."""
    text = await house.text(plugin["topic"])
    return "0" if plugin.get("jq") == ". // 0" and text == "null" else text


async def number(house: House, plugin: Plugin) -> float:
    return float(await got(house, plugin)) * float(plugin.get("scale", 1))


async def outcome(house: House, plugin: Plugin, value: object) -> str:
    """What becomes of a value that evcc puts into the payload."""
    [name, form] = re.fullmatch(r"\$\{(\w+)(?::(%.*))?\}", plugin["payload"]).groups()  # type: ignore[union-attr]
    assert name
    text = form % value if form else str(value)
    return await house.outcome(plugin["topic"], text)


def test_the_file_is_a_whole_configuration() -> None:
    found = yaml.safe_load(FILE.read_text("utf-8"))
    [loadpoint] = found["loadpoints"]
    meters = {meter["name"] for meter in found["meters"]}
    sites = found["site"]["meters"]

    assert found["mqtt"]["broker"]
    assert loadpoint["charger"] == charger()["name"]
    assert {sites["grid"], *sites["pv"]} == meters


def test_the_charger_has_what_evcc_needs_and_nothing_unknown() -> None:
    found = charger()

    assert found["type"] == "custom"
    assert NEEDED <= found.keys()
    assert found.keys() - GETTERS - SETTERS == {"name", "type", "tos"}
    assert found["tos"] is True  # evcc refuses phases1p3p without


def test_values_are_repeated_sooner_than_evcc_gives_up() -> None:
    found = charger()
    plugins = [found[name] for name in sorted(GETTERS - {"currents"})]

    for plugin in [*plugins, *found["currents"]]:
        assert int(plugin["timeout"].removesuffix("s")) > SLOWEST_REPEAT_S


async def test_evcc_gets_every_value(broker: Broker, tmp_path: Path) -> None:
    found = charger()
    async with house(broker, tmp_path) as home:
        await home.plug_in(status="Available")
        await home.until(found["status"]["topic"], lambda it: it == "A")
        await home.stations[STATION].status("Preparing")
        await home.until(found["status"]["topic"], lambda it: it == "B")
        await home.charge()
        await home.until(found["status"]["topic"], lambda it: it == "C")

        assert (await got(home, found["enabled"])).lower() in TRUE
        assert await number(home, found["power"]) == 4140
        assert await number(home, found["energy"]) == pytest.approx(12.5)
        assert [await number(home, each) for each in found["currents"]] == [6.1] * 3


async def test_what_evcc_sets_reaches_the_station(
    broker: Broker, tmp_path: Path
) -> None:
    found = charger()
    stations = '{"CP-7": {"phases": 3}}'
    async with house(broker, tmp_path, STATIONS=stations) as home:
        await home.plug_in()
        await home.charge()
        assert await outcome(home, found["maxcurrent"], 6) == "accepted"
        assert await outcome(home, found["maxcurrentmillis"], 7.55) == "accepted"
        assert await home.until("ocpp-connector/stations/CP-7/1/current_limit") in (
            7.5,
            7.6,
        )
        assert await outcome(home, found["enable"], "false") == "accepted"
        assert await home.until(found["enabled"]["topic"], lambda it: it is False) is (
            False
        )
        assert await outcome(home, found["enable"], "true") == "accepted"
        assert await outcome(home, found["phases1p3p"], 1) == "accepted"


async def test_a_value_that_is_not_known_is_a_number_for_evcc(
    broker: Broker, tmp_path: Path
) -> None:
    found = charger()
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.stations[STATION].meter(
            [{"measurand": "Power.Active.Import", "unit": "W", "value": "NaN"}]
        )

        assert await home.text(found["power"]["topic"]) == "null"
        assert await number(home, found["power"]) == 0
