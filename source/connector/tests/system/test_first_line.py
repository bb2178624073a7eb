"""The main job, as a user sees it: a station connects, its values are on MQTT, a limit
reaches it, is kept, and is seen to be kept."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
POWER = {"measurand": "Power.Active.Import", "unit": "kW", "value": "7.4"}


def limit_of(profile_request: dict[str, Any]) -> float:
    schedule = profile_request["csChargingProfiles"]["chargingSchedule"]
    limit: float = schedule["chargingSchedulePeriod"][0]["limit"]
    return limit


async def until(listener: Listener, topic: str, test: Callable[[Any], bool]) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


async def test_values_of_a_station_appear_in_the_open_tree(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    assert (await station.boot())["status"] == "Accepted"
    await station.status("Available")
    await station.meter([POWER])
    root = "ocpp/stations/CP1"
    await until(listener, f"{root}/availability", lambda v: v == "online")
    await until(listener, f"{root}/0/vendor", lambda v: v == "ACME")
    await until(listener, f"{root}/1/status", lambda v: v == "Available")
    await until(listener, f"{root}/1/Power.Active.Import", lambda v: v == 7400)
    await station.close()
    await until(listener, f"{root}/availability", lambda v: v == "offline")


async def test_a_limit_reaches_the_station_and_is_seen_to_be_kept(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.status("Available")
    root = "ocpp/stations/CP1/1"
    listener.publish(f"{root}/power_limit/set", 4140)
    request = await station.until_received("SetChargingProfile")
    assert limit_of(request) == 4140
    result = await until(listener, f"{root}/power_limit/result", bool)
    assert result["outcome"] == "accepted"
    await until(listener, f"{root}/power_limit", lambda v: v == 4140)
    await station.close()


async def test_a_refused_limit_is_never_shown_as_in_force(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await station.boot()
    await station.status("Available")
    root = "ocpp/stations/CP1/1"
    listener.publish(f"{root}/power_limit/set", 4140)
    result = await until(listener, f"{root}/power_limit/result", bool)
    assert result["outcome"] == "rejected"
    await until(listener, f"{root}/power_limit_asked", lambda v: v == 4140)
    assert all(
        json.loads(payload) is None
        for topic, payload in listener.history
        if topic == f"{root}/power_limit"
    )
    await station.close()


async def test_a_limit_is_set_again_after_our_restart(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    listener.publish("ocpp/stations/CP1/1/power_limit/set", 4140)
    await until(listener, "ocpp/stations/CP1/1/power_limit", lambda v: v == 4140)
    assert connector.stop() == 0
    await until(listener, "ocpp/bridge/state", lambda v: v == "offline")
    connector.start()
    again = await RawStation.open(connector.ocpp_port, "CP1")
    await again.boot()
    request = await again.until_received("SetChargingProfile")
    assert limit_of(request) == 4140
    await until(listener, "ocpp/stations/CP1/1/power_limit", lambda v: v == 4140)
    await again.close()


async def test_a_limit_survives_a_kill(run: Run, listener: Listener) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    listener.publish("ocpp/stations/CP1/1/power_limit/set", 6000)
    await until(listener, "ocpp/stations/CP1/1/power_limit", lambda v: v == 6000)
    connector.stop(signal.SIGKILL)
    await until(listener, "ocpp/bridge/state", lambda v: v == "offline")
    connector.start()
    again = await RawStation.open(connector.ocpp_port, "CP1")
    await again.boot()
    assert limit_of(await again.until_received("SetChargingProfile")) == 6000
    await again.close()


async def test_an_unknown_station_waits_until_it_is_adopted(
    run: Run, listener: Listener
) -> None:
    connector = run()
    station = await RawStation.open(connector.ocpp_port, "New")
    answer = await station.boot()
    assert (answer["status"], answer["interval"]) == ("Pending", 30)
    waiting = await until(listener, "ocpp/bridge/pending", bool)
    assert [w["station"] for w in waiting] == ["New"]
    frame = await station.exchange("StartTransaction", {"connectorId": 1, "idTag": "T", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"})  # fmt: skip
    assert frame[0] == 4
    assert frame[2] == "SecurityError"
    listener.publish("ocpp/bridge/request/adopt", {"station": "New"})
    response = await until(listener, "ocpp/bridge/response/adopt", bool)
    assert response["outcome"] == "accepted"
    await station.until_received(
        "TriggerMessage", lambda p: p["requestedMessage"] == "BootNotification"
    )
    assert (await station.boot())["status"] == "Accepted"
    await until(listener, "ocpp/bridge/pending", lambda v: v == [])
    await station.close()


async def test_bemcom_gets_selected_values_and_only_json(
    run: Run, listener: Listener, broker: Broker
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", OPEN_TREE="FALSE")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.status("Available")
    await station.meter([POWER])
    key = "CP1__1__Power.Active.Import"
    available = await until(
        listener, "ocpp/available_datapoints", lambda v: key in v["sensor"]
    )
    assert "CP1__1__power_limit" in available["actuator"]
    listener.publish(
        "ocpp/datapoint_map",
        {
            "sensor": {key: "ocpp/messages/1/value"},
            "actuator": {"ocpp/messages/2/value": "CP1__1__power_limit"},
        },
        retain=True,
    )
    value = await until(listener, "ocpp/messages/1/value", bool)
    assert value["value"] == 7400
    listener.publish("ocpp/messages/2/value", {"value": 5000, "timestamp": 1})
    assert limit_of(await station.until_received("SetChargingProfile")) == 5000
    assert not any(topic.startswith("ocpp/stations") for topic in listener.last)
    for topic, payload in listener.history:
        if not topic.startswith("ocpp/bridge/"):
            json.loads(payload)
    await station.close()


async def test_a_request_is_answered_with_its_outcome(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    listener.publish("ocpp/request/CP1/ClearCache/7", {})
    result = await until(listener, "ocpp/response/CP1/ClearCache/7", bool)
    assert result["outcome"] == "accepted"
    assert result["response"] == {"status": "Accepted"}
    listener.publish("ocpp/request/nobody/ClearCache/8", {})
    result = await until(listener, "ocpp/response/nobody/ClearCache/8", bool)
    assert (result["outcome"], result["detail"]) == ("disconnected", "unknown station")
    await station.close()


async def test_a_broker_restart_brings_everything_back(
    run: Run, listener: Listener, broker: Broker
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.meter([POWER])
    topic = "ocpp/stations/CP1/1/Power.Active.Import"
    await until(listener, topic, lambda v: v == 7400)
    await asyncio.to_thread(broker.stop)
    await station.meter([{**POWER, "value": "3.7"}])
    listener.last.clear()
    await asyncio.to_thread(broker.start)
    await until(listener, topic, lambda v: v == 3700)
    await until(listener, "ocpp/bridge/state", lambda v: v == "online")
    listener.publish("ocpp/stations/CP1/1/power_limit/set", 4140)
    assert limit_of(await station.until_received("SetChargingProfile")) == 4140
    await station.close()


async def test_health_tells_broker_store_and_stations(run: Run, broker: Broker) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await asyncio.to_thread(connector.until_healthy)
    health = await asyncio.to_thread(connector.health)
    assert (health["status"], health["stations"]) == ("ok", 1), connector.log()
    await station.close()
