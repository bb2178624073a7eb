"""evcc.yaml, read as evcc reads it: its plugins get values and set limits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.tests.broker import Broker
from connector.tests.recipes import evcc
from connector.tests.recipes.evcc import EvccError, Plugin
from connector.tests.recipes.house import EXAMPLES, ROOT, STATION, House, house

pytestmark = [pytest.mark.broker, pytest.mark.repository]

FILE = EXAMPLES / "evcc" / "evcc.yaml"
PAGE = ROOT / "docs" / "how-to" / "evcc.md"
SLOWEST_REPEAT_S = 60
PHASES = ("L1", "L2", "L3")
A_PLUGIN = {"source": "mqtt", "topic": "t"}


def charger() -> dict[str, Any]:
    [found] = yaml.safe_load(FILE.read_text("utf-8"))["chargers"]
    return dict(found)


def more() -> dict[str, Any]:
    """What the page adds for stations that have it."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return {n: part for block in blocks for n, part in yaml.safe_load(block).items()}


def hold_s() -> float:
    [found] = re.findall(r"`LIMIT_HOLD_S=(\d+)`", PAGE.read_text("utf-8"))
    return float(found)


async def received(house: House, plugin: Plugin) -> bytes:
    await house.until(plugin["topic"])
    return house.listener.last[plugin["topic"]]


async def number(house: House, plugin: Plugin) -> float:
    return evcc.number(plugin, await received(house, plugin))


async def until_status(house: House, letter: str) -> None:
    """evcc sees this letter."""
    plugin = charger()["status"]
    await house.until(plugin["topic"], lambda it: it == letter)
    assert evcc.status(plugin, await received(house, plugin)) == letter


async def until_enabled(house: House, is_enabled: bool) -> None:
    plugin = charger()["enabled"]
    await house.until(plugin["topic"], lambda it: it is is_enabled)
    assert evcc.flag(plugin, await received(house, plugin)) is is_enabled


async def outcome(house: House, name: str, value: object) -> str:
    """What becomes of a value that evcc sets."""
    plugin = evcc.sink(charger()[name])
    return await house.outcome(plugin["topic"], evcc.payload(name, plugin, value))


def test_the_file_is_a_whole_configuration() -> None:
    found = yaml.safe_load(FILE.read_text("utf-8"))
    [loadpoint] = found["loadpoints"]
    meters = {meter["name"] for meter in found["meters"]}
    sites = found["site"]["meters"]

    assert found["mqtt"]["broker"]
    assert loadpoint["charger"] == charger()["name"]
    assert {sites["grid"], *sites["pv"]} == meters


def test_evcc_starts_with_the_charger_and_with_all_that_the_page_adds() -> None:
    assert charger()["type"] == "custom"
    assert more().keys() == {"identify", "soc", "voltages", "currents"}
    evcc.check(charger())
    evcc.check(charger() | more())


def test_the_page_says_of_each_part_where_it_is() -> None:
    rows = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \| `([^`]+)`", PAGE.read_text("utf-8"), re.M
    )
    told = {name: topic for names, topic in rows for name in re.findall(r"\w+", names)}
    below = {
        name: evcc.sink(one[0] if isinstance(one, list) else one)["topic"]
        for name, one in charger().items()
        if name in told
    }

    assert told.keys() == charger().keys() - {"name", "type", "tos"}
    for name, topic in below.items():
        assert topic == f"ocpp-connector/stations/{STATION}/1/{told[name]}"


@pytest.mark.parametrize(
    "change",
    [
        {"maxcurent": A_PLUGIN},
        {"status": A_PLUGIN | {"jqq": "."}},
        {"enable": A_PLUGIN | {"payload": "${enabled}"}},
        {"currents": [A_PLUGIN]},
        {"tos": False},
    ],
    ids=["a name", "an option", "a value of the payload", "one phase", "tos"],
)
def test_what_is_mistyped_is_seen(change: dict[str, Any]) -> None:
    with pytest.raises(EvccError):
        evcc.check(charger() | change)


def test_values_are_repeated_sooner_than_evcc_gives_up() -> None:
    waits = [evcc.seconds(plugin["timeout"]) for plugin in evcc.getters(charger())]

    assert len(waits) == 7
    assert min(waits) > SLOWEST_REPEAT_S


def test_evcc_repeats_itself_sooner_than_the_limit_falls_back() -> None:
    found = charger()

    for name in ("enable", "maxcurrentmillis"):
        assert 0 < 2 * evcc.repeats_s(found[name]) < hold_s()


async def test_evcc_gets_every_value(broker: Broker, tmp_path: Path) -> None:
    found = charger()
    async with house(broker, tmp_path) as home:
        await home.plug_in(status="Available")
        await until_status(home, "A")
        await until_enabled(home, True)
        await home.stations[STATION].status("Preparing")
        await until_status(home, "B")
        await home.charge()
        await until_status(home, "C")

        assert await number(home, found["power"]) == 4140
        assert await number(home, found["energy"]) == pytest.approx(12.5)
        assert [await number(home, each) for each in found["currents"]] == [6.1] * 3


async def test_a_fault_is_an_error_in_evcc(broker: Broker, tmp_path: Path) -> None:
    plugin = charger()["status"]
    async with house(broker, tmp_path) as home:
        await home.plug_in(status="Faulted")
        await home.until(plugin["topic"], lambda it: it == "E")

        with pytest.raises(EvccError, match="invalid status: E"):
            evcc.status(plugin, await received(home, plugin))


async def test_what_evcc_sets_reaches_the_station(
    broker: Broker, tmp_path: Path
) -> None:
    stations = '{"CP-7": {"phases": 3}}'
    limit = f"ocpp-connector/stations/{STATION}/1/current_limit"
    async with house(broker, tmp_path, STATIONS=stations) as home:
        await home.plug_in()
        await home.charge()
        assert await outcome(home, "maxcurrent", 6) == "accepted"
        assert await outcome(home, "maxcurrentmillis", 7.61) == "accepted"
        assert await home.until(limit) == 7.6
        assert await outcome(home, "enable", False) == "accepted"
        await until_enabled(home, False)
        assert await outcome(home, "phases1p3p", 1) == "accepted"
        # evcc sends both at once, so either may come first.
        assert await outcome(home, "maxcurrentmillis", 9.0) == "accepted"
        assert await outcome(home, "enable", True) == "accepted"
        await until_enabled(home, True)
        assert await home.until(limit, lambda it: it == 9)


async def test_a_pause_between_vehicles_is_seen(broker: Broker, tmp_path: Path) -> None:
    async with house(broker, tmp_path) as home:
        await home.plug_in(status="Available")
        assert await outcome(home, "enable", False) == "accepted"
        await until_enabled(home, False)
        await home.stations[STATION].status("Preparing")
        await home.charge()
        await until_status(home, "C")

        plugin = charger()["enabled"]
        assert not evcc.flag(plugin, await received(home, plugin))


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


async def test_evcc_knows_the_card_and_what_else_the_page_adds(
    broker: Broker, tmp_path: Path
) -> None:
    found = more()
    async with house(broker, tmp_path) as home:
        await home.plug_in()
        await home.charge()
        await home.stations[STATION].meter(
            [{"measurand": "SoC", "unit": "Percent", "value": "61"}]
            + [
                {"measurand": "Voltage", "phase": f"{phase}-N", "value": "231"}
                for phase in PHASES
            ]
        )

        assert evcc.text_of(found["identify"], await received(home, found["identify"]))
        assert await number(home, found["soc"]) == 61
        assert [await number(home, each) for each in found["voltages"]] == [231] * 3


def test_nobody_is_known_while_no_card_was_shown() -> None:
    assert evcc.text_of(more()["identify"], b"null") == ""
    assert evcc.text_of(more()["identify"], b"04A2B3C4") == "04A2B3C4"
