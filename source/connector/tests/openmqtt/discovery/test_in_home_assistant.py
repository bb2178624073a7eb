"""A real Home Assistant, a broker, the connector and stations: what its user sees."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from connector.tests.broker import Broker
from connector.tests.home_assistant import HomeAssistant
from connector.tests.recipes.house import House, house
from connector.tests.system.station import RawStation
from connector.tests.system.station2 import RawStation2

pytestmark = [
    pytest.mark.broker,
    pytest.mark.home_assistant,
    pytest.mark.network,
    pytest.mark.repository,
    pytest.mark.xdist_group("home_assistant"),
]

NAME = "ocpp-connector"
POWER = "sensor.cp_7_1_power_active_import"
LIMIT = "number.cp_7_1_power_limit"
ADOPT = "text.ocpp_connector_adopt"
ENERGY = "sensor.cp_7_1_energy_active_import_register"
IDENTITIES = ("Säule 2 #1+", "'{{ }} %}\"", "ж" * 127, "x" * 255)
Json = dict[str, Any]


def is_4140(state: Json) -> bool:
    return state["state"] in ("4140", "4140.0")


def is_0(state: Json) -> bool:
    return state["state"] in ("0", "0.0")


def told(home: House) -> dict[str, Json]:
    """Every component that was told, by its unique id."""
    payloads = [
        orjson.loads(payload)
        for topic, payload in home.listener.last.items()
        if topic.startswith("homeassistant/device/") and payload
    ]
    return {
        component["unique_id"]: component
        for payload in payloads
        for component in payload["components"].values()
    }


async def a_vehicle_charges(home: House, page: HomeAssistant) -> RawStation:
    await home.plug_in()
    await home.charge()
    await page.until(POWER, is_4140)
    return home.stations["CP-7"]


async def test_every_entity_is_there_as_it_was_told(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    for name, version in {"CP-8": "ocpp2.0.1", "CP-9": "ocpp2.1"}.items():
        station = await RawStation2.open(
            home.connector.ocpp_port, name, subprotocols=(version,)
        )
        home.stations[name] = station
        await station.boot()
        await station.status("Occupied")
    await page.until("sensor.cp_8_1_status", "Preparing")
    await page.until("sensor.cp_9_1_status", "Preparing")
    found, devices = await page.entities(), await page.devices()

    wanted = {u: c["default_entity_id"] for u, c in told(home).items()}
    assert {u: e["entity_id"] for u, e in found.items()} == wanted
    shown = {e["entity_id"] for e in found.values() if e["disabled_by"] is None}
    assert shown <= page.states.keys()
    unavailable = {e for e in shown if page.states[e]["state"] == "unavailable"}
    assert unavailable == set()
    for name in ("CP-7", "CP-8", "CP-9"):
        device = devices[f"{NAME}/{name}"]
        assert devices[f"{NAME}/{name}__1"]["via_device_id"] == device["id"]
        assert device["via_device_id"] == devices[NAME]["id"]
        assert device["manufacturer"] == "ACME"


async def test_states_are_those_of_the_station(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)

    await page.until("sensor.cp_7_1_status", "Charging")
    await page.until("binary_sensor.cp_7_1_plugged", "on")
    await page.until("switch.cp_7_1_charge", "on")
    await page.until("switch.cp_7_1_enabled", "on")
    await page.until(LIMIT, "unknown")
    await page.until(f"binary_sensor.{NAME.replace('-', '_')}_state", "on")
    energy = await page.until(ENERGY, "12500.0")
    assert energy["attributes"]["friendly_name"] == "CP-7 connector 1 Energy"


async def test_what_a_user_does_reaches_the_station(
    page: HomeAssistant, home: House
) -> None:
    station = await a_vehicle_charges(home, page)

    await page.do("number.set_value", LIMIT, value=4140)
    await station.until_received("SetChargingProfile", lambda p: "4140" in str(p))
    await page.until(LIMIT, is_4140)
    await page.do("switch.turn_off", "switch.cp_7_1_enabled")
    await page.until("switch.cp_7_1_enabled", "off")
    await page.until(LIMIT, is_0)
    await page.do("switch.turn_on", "switch.cp_7_1_enabled")
    await page.until(LIMIT, is_4140)
    await page.do("select.select_option", "select.cp_7_1_phases", option="1")
    await page.until("select.cp_7_1_phases", "1")
    await page.do("button.press", "button.cp_7_1_power_limit_release")
    await station.until_received("ClearChargingProfile")
    await page.until(LIMIT, "unknown")
    await page.do("button.press", "button.cp_7_1_unlock_press")
    await station.until_received("UnlockConnector")
    await page.do("switch.turn_off", "switch.cp_7_1_charge")
    await station.until_received("RemoteStopTransaction")


async def test_who_is_away_is_unavailable(page: HomeAssistant, home: House) -> None:
    station = await a_vehicle_charges(home, page)
    await station.close()
    await page.until(POWER, "unavailable")
    await page.until("binary_sensor.cp_7_connected", "off")
    home.connector.stop()
    await page.until("binary_sensor.ocpp_connector_state", "off")
    await page.until("binary_sensor.cp_7_connected", "unavailable")


async def test_a_station_that_is_forgotten_is_gone(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    home.listener.publish(f"{NAME}/bridge/request/forget", b"CP-7")
    await page.until(POWER, None)
    await page.until("binary_sensor.cp_7_connected", None)

    assert f"{NAME}/CP-7" not in await page.devices()


async def test_energy_is_taken_by_the_energy_dashboard(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    used = {"stat_consumption": ENERGY}
    await page.ask("energy/save_prefs", device_consumption=[used])
    found = await page.ask("energy/validate")
    problems = [issue["type"] for issue in found["device_consumption"][0]]
    state = page.states[ENERGY]["attributes"]

    # Statistics are made every five minutes: until then there are none.
    assert set(problems) <= {"statistics_not_defined"}
    assert (state["device_class"], state["state_class"]) == (
        "energy",
        "total_increasing",
    )


async def test_every_identity_has_its_entities(
    page: HomeAssistant, home: House
) -> None:
    for identity in IDENTITIES:
        station = await RawStation.open(
            home.connector.ocpp_port, quote(identity, safe="")
        )
        home.stations[identity] = station
        await station.boot()
        await station.status("Charging")
    for identity in IDENTITIES:
        name = f"{identity} connector 1 Status"
        await page.until_any(
            lambda it, name=name: (
                it["attributes"].get("friendly_name") == name
                and it["state"] == "Charging"
            )
        )
    names = {device["name"] for device in (await page.devices()).values()}

    assert {*IDENTITIES, *(f"{each} connector 1" for each in IDENTITIES)} <= names


async def test_an_entity_of_an_earlier_version_goes_and_its_device_stays(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    topic = f"homeassistant/device/{NAME}/CP-7__1/config"
    payload = orjson.loads(home.listener.last[topic])
    old = {"platform": "sensor", "state_topic": "old", "unique_id": "old"}
    old["default_entity_id"] = "sensor.of_an_earlier_version"
    home.connector.stop()
    payload["components"]["old"] = old
    home.listener.publish(topic, payload, retain=True)
    await page.until("sensor.of_an_earlier_version", lambda _: True)
    home.connector.start()
    await page.until("sensor.of_an_earlier_version", None)
    await home.until(topic, lambda it: it and "old" not in it["components"])

    assert POWER in page.states


async def test_after_a_restart_all_is_there_and_what_was_enabled_too(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    await page.do("number.set_value", LIMIT, value=4140)
    await page.until(LIMIT, is_4140)
    found = await page.entities()
    off = [e["entity_id"] for e in found.values() if e["disabled_by"]]
    for entity_id in off:
        await page.ask(
            "config/entity_registry/update", entity_id=entity_id, disabled_by=None
        )
    await page.leave()
    await asyncio.to_thread(page.stop)
    await asyncio.to_thread(page.start)
    await asyncio.to_thread(page.log_in_again)
    await page.attend()
    for entity_id in (POWER, *off):
        await page.until(entity_id, lambda it: it["state"] != "unavailable")

    await page.until("sensor.cp_7_1_power_limit", is_4140)
    await page.until("sensor.cp_7_1_power_limit_outcome", "accepted")
    before = {unique_id: e["entity_id"] for unique_id, e in found.items()}
    now = {u: e["entity_id"] for u, e in (await page.entities()).items()}
    assert now.items() >= before.items()
    assert len(off) > 20


async def test_a_station_that_waits_is_let_in_by_its_user(
    page: HomeAssistant, site: tuple[Broker, HomeAssistant], tmp_path: Path
) -> None:
    broker, _ = site
    waiting = "sensor.ocpp_connector_pending"
    settings = {"UNKNOWN_STATIONS": "pending", "HOME_ASSISTANT": "TRUE"}
    async with house(broker, tmp_path, **settings) as home:
        station = await RawStation.open(home.connector.ocpp_port, "CP-7")
        home.stations["CP-7"] = station
        await station.boot()
        state = await page.until(waiting, "1")
        [who] = state["attributes"]["stations"]
        assert who["station"] == "CP-7"
        await page.until(ADOPT, "")
        await page.do("text.set_value", ADOPT, value="CP-7")
        await page.until(waiting, "0")
        await page.until(ADOPT, "")
        await page.until("binary_sensor.cp_7_connected", "on")
        await page.until("button.cp_7_1_unlock_press", "unknown")
