"""Rubbish from everywhere ends nothing, and BEMCom's topics carry JSON alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]

FRAMES: list[str | bytes] = [
    "",
    "rubbish",
    "{}",
    "[]",
    "[2]",
    '[2,"1"]',
    '[2,"1","Heartbeat"]',
    '[9,"1","Heartbeat",{}]',
    '[2,1,"Heartbeat",{}]',
    '[2,{"a":1},"Heartbeat",{}]',
    f'[2,"{"x" * 90}","Heartbeat",{{}}]',
    '[2,"1",["a"],{}]',
    '[2,"1",{},{}]',
    '[2,"1","Heartbeat",[]]',
    '[2,"1","Nonsense",{}]',
    '[2,"1","Reset",{"type":"Hard"}]',
    "[" * 100_000,
    b"\x00\x01\x02",
    b'[2,"1","Heartbeat",{}]',
    '[3,"nobody asked",{}]',
    '[4,"nobody asked","GenericError","",{}]',
    '[3,"x"]',
    '[2,"1","BootNotification",{}]',
    '[2,"1","BootNotification",{"chargePointVendor":5,"chargePointModel":[]}]',
    '[2,"1","StatusNotification",{"connectorId":-1,"errorCode":"x","status":"y"}]',
    '[2,"1","StatusNotification",{"connectorId":99999,"errorCode":"NoError","status":"Available"}]',
    '[2,"1","MeterValues",{"connectorId":1,"meterValue":[{"timestamp":"foo","sampledValue":[{"value":"NaN"},{"value":""},{"value":"12,5","measurand":"+/#"}]}]}]',
    '[2,"1","MeterValues",{"connectorId":1,"meterValue":[]}]',
    '[2,"1","StopTransaction",{"transactionId":-1,"meterStop":0,"timestamp":"1970-01-01T00:00:00Z"}]',
    '[2,"1","DataTransfer",{"vendorId":"x","data":"\\u0000"}]',
]

TOPICS = [
    ("ocpp/datapoint_map", b"rubbish"),
    ("ocpp/datapoint_map", b"[]"),
    ("ocpp/datapoint_map", b'{"sensor": [], "actuator": {}}'),
    ("ocpp/datapoint_map", b'{"sensor": {"a": 1}, "actuator": {}}'),
    ("ocpp/datapoint_map", b'{"sensor": {}, "actuator": {"+/#": "a"}}'),
    ("ocpp/bridge/request/adopt", b"\xff\xfe"),
    ("ocpp/bridge/request/nonsense", b"{}"),
    ("ocpp/request/CP1", b"{}"),
    ("ocpp/request/CP1/Nonsense/1", b"{}"),
    ("ocpp/request/CP1/Reset/2", b"rubbish"),
    ("ocpp/stations/CP1/1/power_limit/set", b"\xff"),
    ("ocpp/stations/CP1/1/nonsense/set", b"1"),
    ("ocpp/stations/nobody/1/power_limit/set", b"1"),
    ("ocpp/stations/CP1/1/call/set", b'{"action": "Reset"}'),
    ("ocpp/stations/CP1/0/call/set", b'{"action": 5}'),
]

VALUES = [b"[]", b"{}", b"null x", b"word", b"1e400", b"-5", b"true", b'"12"', b"NaN"]


async def until(listener: Listener, topic: str, test: Callable[[Any], bool]) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


async def test_rubbish_ends_no_connection_no_station_and_no_process(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept", MAX_FRAMES_PER_S="0")
    good = await RawStation.open(connector.ocpp_port, "Good")
    await good.boot()
    url = f"ws://127.0.0.1:{connector.ocpp_port}/CP1"
    async with connect(url, subprotocols=["ocpp1.6"], compression=None) as bad:  # type: ignore[list-item]
        for frame in FRAMES:
            await bad.send(frame)
        await bad.send('[2,"last","Heartbeat",{}]')
        async with asyncio.timeout(20):
            while True:
                answer = json.loads(await bad.recv())
                if answer[1] == "last":
                    break
        assert answer[0] == 3
        for topic, payload in TOPICS:
            listener.publish(topic, payload)
        for value in VALUES:
            listener.publish("ocpp/stations/CP1/1/power_limit/set", value)
        listener.publish("ocpp/stations/Good/1/power_limit/set", 4140)
        await good.until_received("SetChargingProfile")
        await until(
            listener,
            "ocpp/stations/Good/1/power_limit/result",
            lambda v: v["outcome"] == "accepted",
        )
    assert (await good.call("Heartbeat"))["currentTime"]
    bemcom = ("logs", "heartbeat", "available_datapoints", "raw_message_to_db")
    for topic, payload in listener.history:
        if topic.removeprefix("ocpp/") in bemcom:
            json.loads(payload)
    await good.close()


async def test_a_frame_that_is_too_long_ends_only_its_own_connection(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    good = await RawStation.open(connector.ocpp_port, "Good")
    await good.boot()
    url = f"ws://127.0.0.1:{connector.ocpp_port}/CP1"
    bad = await connect(url, subprotocols=["ocpp1.6"], compression=None)  # type: ignore[list-item]
    with contextlib.suppress(ConnectionClosed):
        await bad.send("x" * (10 * 1024 * 1024))
        await bad.recv()
    await until(listener, "ocpp/stations/CP1/availability", lambda v: v == "offline")
    assert (await good.call("Heartbeat"))["currentTime"]
    await good.close()


async def test_a_retained_command_is_ignored_also_when_it_comes_live(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    topic = "ocpp/stations/CP1/1/power_limit/set"
    listener.publish(topic, 3000, retain=True)
    listener.publish(topic, 4140)
    await station.until_received("SetChargingProfile")
    sent = [p for action, p in station.received if action == "SetChargingProfile"]
    schedule = sent[0]["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["limit"] == 4140
    await station.close()


async def test_what_a_station_kept_while_offline_never_overwrites_newer_values(
    run: Run, listener: Listener
) -> None:
    connector = run(UNKNOWN_STATIONS="accept")
    station = await RawStation.open(connector.ocpp_port, "CP1")
    await station.boot()
    await station.meter([{"measurand": "SoC", "unit": "Percent", "value": "80"}])
    topic = "ocpp/stations/CP1/1/SoC"
    await until(listener, topic, lambda v: v == 80)
    transaction_id = await station.start()
    old = {"measurand": "SoC", "unit": "Percent", "value": "20"}
    meter_value = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [old]}
    await station.call(
        "MeterValues",
        {
            "connectorId": 1,
            "transactionId": transaction_id,
            "meterValue": [meter_value],
        },
    )
    await station.meter([{"measurand": "SoC", "unit": "Percent", "value": "81"}])
    await until(listener, topic, lambda v: v == 81)
    seen = [payload for t, payload in listener.history if t == topic]
    assert b"20.0" not in seen
    await station.close()
