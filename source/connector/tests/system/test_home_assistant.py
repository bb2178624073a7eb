"""Discovery at a real broker: devices come, change, and go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connector.tests.broker import Broker
from connector.tests.openmqtt.discovery.rules import TOPIC
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
ROOT = "homeassistant/device/ocpp"
STATION, CONNECTOR = f"{ROOT}/CP1__0/config", f"{ROOT}/CP1__1/config"
POWER = {"measurand": "Power.Active.Import", "unit": "kW", "value": "7.4"}


def ours(name: str, station: str, **more: Any) -> dict[str, Any]:
    """A message as an earlier run has left it."""
    return {
        "device": {"identifiers": [f"{name}/{station}"]},
        "origin": {"name": "OCPP connector"},
        "components": {},
        **more,
    }


async def until(
    listener: Listener, topic: str, test: Callable[[Any], bool] = bool
) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


def is_gone(payload: Any) -> bool:
    return payload == ""


async def a_station(connector: ConnectorProcess) -> RawStation:
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.status("Available")
    await station.meter([POWER])
    return station


async def test_a_stations_sensors_appear(run: Run, listener: Listener) -> None:
    connector = run(UNKNOWN_STATIONS="accept", HOME_ASSISTANT="TRUE", OPEN_TREE="FALSE")
    station = await a_station(connector)

    power = "1__Power.Active.Import"
    payload = await until(listener, CONNECTOR, lambda p: power in p["components"])
    assert payload["device"]["via_device"] == "ocpp/CP1"
    topic = payload["components"][power]["state_topic"]
    await until(listener, topic, lambda v: v == 7400)
    payload = await until(
        listener, STATION, lambda p: p["device"].get("manufacturer") == "ACME"
    )
    assert listener.until(f"{ROOT}/bridge/config")["device"]["name"] == "ocpp"
    for each in payload["availability"]:
        await until(listener, each["topic"], lambda v: v == "online")
    await station.close()


@pytest.mark.parametrize(
    "identity",
    [
        "Säule 2 #1+",
        "100%",
        "__a__b_",
        "'{{ }} %}\"",
        "~",
        "$SYS",
        "ж" * 127,
        "x" * 255,
    ],
)
async def test_whatever_a_station_is_called_its_values_reach_its_entities(
    run: Run, listener: Listener, identity: str
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", HOME_ASSISTANT="TRUE")
    station = await RawStation.open(connector.ocpp_port, quote(identity, safe=""))
    await station.boot()
    await station.status("Available")

    def is_of_connector(payload: Any) -> bool:
        return "1__status" in payload.get("components", {})

    topic, payload = await asyncio.to_thread(
        listener.until_any, f"{ROOT}/", is_of_connector
    )
    assert TOPIC.fullmatch(topic.removeprefix("homeassistant/"))
    assert payload["device"]["name"] == f"{identity} connector 1"
    status = payload["components"]["1__status"]["state_topic"]
    await until(listener, status, lambda v: v == "Available")
    number = payload["components"]["1__power_limit#set"]
    listener.publish(number["command_topic"], b"4140")
    await station.until_received("SetChargingProfile")
    await station.close()


async def test_what_entities_write_reaches_the_station(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", HOME_ASSISTANT="TRUE")
    station = await a_station(connector)
    payload = await until(
        listener, CONNECTOR, lambda p: "1__power_limit#set" in p["components"]
    )
    number = payload["components"]["1__power_limit#set"]
    release = payload["components"]["1__power_limit#release"]

    listener.publish(number["command_topic"], b"4140")
    await station.until_received("SetChargingProfile")
    await until(listener, number["state_topic"], lambda v: v == 4140)
    listener.publish(release["command_topic"], release["payload_press"].encode())
    await station.until_received("ClearChargingProfile")
    await until(listener, number["state_topic"], lambda v: v is None)
    await station.close()


@pytest.mark.parametrize("request_", ["forget", "reject"])
async def test_a_station_that_is_let_in_no_more_is_removed(
    run: Run, listener: Listener, request_: str
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", HOME_ASSISTANT="TRUE")
    station = await a_station(connector)
    await until(listener, CONNECTOR)
    listener.publish(f"ocpp/bridge/request/{request_}", {"station": "CP1"})
    await until(listener, CONNECTOR, is_gone)
    await until(listener, STATION, is_gone)
    await station.close()


async def test_what_an_earlier_run_left_is_removed_and_nothing_else(
    run: Run, listener: Listener
) -> None:
    left, other, foreign = (f"{ROOT}/{n}/config" for n in ("Old__0", "B__0", "C__0"))
    neighbour = "homeassistant/device/other/Old__0/config"
    listener.publish(left, ours("ocpp", "Old"), retain=True)
    listener.publish(other, ours("ocpp2", "B"), retain=True)
    listener.publish(foreign, b"rubbish", retain=True)
    listener.publish(neighbour, ours("ocpp", "Old"), retain=True)

    run(HOME_ASSISTANT="TRUE")

    await until(listener, left, is_gone)
    assert listener.last[other]
    assert listener.last[foreign] == b"rubbish"
    assert listener.last[neighbour]


async def test_a_component_of_an_earlier_version_is_taken_away(
    run: Run, listener: Listener
) -> None:
    old = {"gone": {"platform": "sensor", "name": "Gone"}}
    listener.publish(STATION, ours("ocpp", "CP1", components=old), retain=True)

    connector = run(STATIONS='{"CP1": {}}', HOME_ASSISTANT="TRUE")

    await until(
        listener,
        STATION,
        lambda p: p["components"] and "gone" not in p["components"],
    )
    updates = [json.loads(p) for t, p in listener.history if t == STATION]
    assert {"platform": "sensor"} in [u["components"].get("gone") for u in updates]
    connector.stop()


async def test_a_restart_says_nothing_that_is_known(
    run: Run, listener: Listener
) -> None:
    settings = {"STATIONS": '{"CP1": {}}', "HOME_ASSISTANT": "TRUE"}
    first = run(**settings)
    await until(listener, CONNECTOR)
    before = [m for m in listener.history if m[0] == CONNECTOR]
    first.stop()

    listener.publish(f"{ROOT}/Old__0/config", ours("ocpp", "Old"), retain=True)
    first.start()
    await until(listener, f"{ROOT}/Old__0/config", is_gone)

    assert [m for m in listener.history if m[0] == CONNECTOR] == before


async def test_a_home_assistant_that_starts_hears_of_all_again(
    run: Run, listener: Listener
) -> None:
    run(STATIONS='{"CP1": {}}', HOME_ASSISTANT="TRUE")
    first = await until(listener, CONNECTOR)
    listener.last.pop(CONNECTOR)
    listener.publish("homeassistant/status", b"online")

    assert await until(listener, CONNECTOR) == first


async def test_a_broker_that_forbids_the_prefix_is_told_of_once(
    tmp_path: Path,
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite ocpp/#\ntopic read $SYS/#\n")
    broker = Broker(tmp_path, f"acl_file {acl}")
    broker.start()
    listener = Listener(broker.port)
    connector = ConnectorProcess(
        broker.port, tmp_path, UNKNOWN_STATIONS="accept", HOME_ASSISTANT="TRUE"
    )
    try:
        station = await a_station(connector)
        await until(listener, "ocpp/stations/CP1/1/status", lambda v: v == "Available")
        await until(listener, "ocpp/logs", lambda v: "comes back" in str(v))
        await station.close()
    finally:
        connector.stop()
        listener.close()
        broker.stop()
    assert connector.log().count("comes back from the broker") == 1
    assert f"{ROOT}/#" in connector.log()
