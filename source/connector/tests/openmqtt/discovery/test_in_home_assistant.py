"""A real Home Assistant, a broker, the connector and stations: what its user sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from connector.tests.broker import Broker
from connector.tests.home_assistant import HomeAssistant, program
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
ENERGY = "sensor.cp_7_1_energy_active_import_register"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Broker, Any]]:
    """A broker and a Home Assistant that was set up by hand, for all of these tests."""
    program()
    folder = tmp_path_factory.mktemp("home")
    broker, home_assistant = Broker(folder), HomeAssistant(folder)
    broker.start()
    try:
        home_assistant.start()
        home_assistant.onboard()
        home_assistant.add_mqtt(broker.port)
        yield broker, home_assistant
    finally:
        home_assistant.stop()
        broker.stop()


@pytest.fixture
async def page(site: tuple[Broker, HomeAssistant]) -> AsyncIterator[HomeAssistant]:
    """Its page; whatever it complains of in the meantime fails the test."""
    _, home_assistant = site
    await home_assistant.attend()
    if not home_assistant.has_platforms:
        await home_assistant.load_platforms()
    before = len(home_assistant.complaints())
    yield home_assistant
    await home_assistant.leave()
    assert home_assistant.complaints()[before:] == []


@pytest.fixture
async def home(
    site: tuple[Broker, HomeAssistant], tmp_path: Path
) -> AsyncIterator[House]:
    """A connector and its stations, of which nothing is left behind."""
    broker, _ = site
    async with house(broker, tmp_path, HOME_ASSISTANT="TRUE") as found:
        yield found
        for topic, payload in list(found.listener.last.items()):
            if topic.startswith("homeassistant/device/") and payload:
                found.listener.publish(topic, b"", retain=True)


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
    await page.until(POWER, lambda it: float(it["state"]) == 4140)
    return home.stations["CP-7"]


async def test_every_entity_is_there_as_it_was_told(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    two = await RawStation2.open(
        home.connector.ocpp_port, "CP-8", subprotocols=("ocpp2.0.1",)
    )
    home.stations["CP-8"] = two
    await two.boot()
    await two.status("Occupied")
    await page.until("sensor.cp_8_1_status", "Preparing")
    found, devices = await page.entities(), await page.devices()

    wanted = {u: c["default_entity_id"] for u, c in told(home).items()}
    assert {u: e["entity_id"] for u, e in found.items()} == wanted
    shown = {e["entity_id"] for e in found.values() if e["disabled_by"] is None}
    assert shown <= page.states.keys()
    unavailable = {e for e in shown if page.states[e]["state"] == "unavailable"}
    assert unavailable == set()
    for name, above in {"CP-7__1": "CP-7", "CP-8__1": "CP-8"}.items():
        station = devices[f"{NAME}/{above}"]
        assert devices[f"{NAME}/{name}"]["via_device_id"] == station["id"]
        assert station["via_device_id"] == devices[NAME]["id"]
        assert station["manufacturer"] == "ACME"


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
    await page.until(LIMIT, lambda it: it["state"] in ("4140", "4140.0"))
    await page.do("switch.turn_off", "switch.cp_7_1_enabled")
    await page.until("switch.cp_7_1_enabled", "off")
    await page.until(LIMIT, lambda it: it["state"] in ("0", "0.0"))
    await page.do("switch.turn_on", "switch.cp_7_1_enabled")
    await page.until(LIMIT, lambda it: it["state"] in ("4140", "4140.0"))
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


@pytest.mark.parametrize(
    "identity", ["Säule 2 #1+", "'{{ }} %}\"", "ж" * 127, "x" * 255]
)
async def test_every_identity_has_its_entities(
    page: HomeAssistant, home: House, identity: str
) -> None:
    station = await RawStation.open(home.connector.ocpp_port, quote(identity, safe=""))
    home.stations[identity] = station
    await station.boot()
    await station.status("Charging")
    component = await the_component(home, "__1__status")
    state = await page.until(component["default_entity_id"], "Charging")
    names = {device["name"] for device in (await page.devices()).values()}

    assert state["attributes"]["friendly_name"] == f"{identity} connector 1 Status"
    assert {identity, f"{identity} connector 1"} <= names


async def the_component(home: House, ending: str) -> Json:
    def find() -> Json | None:
        return next((c for u, c in told(home).items() if u.endswith(ending)), None)

    await asyncio.to_thread(
        home.listener.until_any, "homeassistant/device/", lambda _: find() is not None
    )
    found = find()
    assert found is not None
    return found


async def test_after_a_restart_of_home_assistant_all_is_as_before(
    page: HomeAssistant, home: House
) -> None:
    await a_vehicle_charges(home, page)
    before = {u: e["entity_id"] for u, e in (await page.entities()).items()}
    await page.leave()
    await asyncio.to_thread(page.stop)
    await asyncio.to_thread(page.start)
    await asyncio.to_thread(page.log_in_again)
    await page.attend()

    await page.until(POWER, lambda it: it["state"] in ("4140", "4140.0"))
    found = await page.entities()
    assert {u: e["entity_id"] for u, e in found.items()} == before
