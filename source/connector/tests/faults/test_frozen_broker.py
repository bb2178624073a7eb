"""A broker that keeps its connections and does nothing: stations notice nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest

from connector.mqtt.options import MqttOptions
from connector.tests.broker import Broker
from connector.tests.faults.memory import resident_mib
from connector.tests.mqtt.conftest import DEADLINE_S, Running, eventually
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]

STATIONS, ROUNDS = 8, 120
TEXT = "x" * 100_000
"""All together it is six times what may wait for the broker."""
MOST_MIB = 80
KEEPALIVE_S = 1


def energy(number: int) -> dict[str, str]:
    return {
        "measurand": "Energy.Active.Import.Register",
        "unit": "Wh",
        "value": str(number),
    }


async def talk(station: RawStation) -> None:
    """Everything is answered, in closed loop."""
    for number in range(ROUNDS):
        await station.meter([energy(number)])
        await station.call("DataTransfer", {"vendorId": f"{number}", "data": TEXT})
    await station.status("Charging")


async def test_stations_are_answered_and_the_newest_values_come_afterwards(
    run: Run, listener: Listener, broker: Broker
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept", MAX_FRAMES_PER_S="0", LIMIT_MIN_INTERVAL_S="1"
    )
    names = [f"CP{number}" for number in range(STATIONS)]
    stations = [await RawStation.open(connector.ocpp_port, name) for name in names]
    for station in stations:
        await station.boot()
        await station.meter([energy(0)])
    await until(listener, "CP7/1/Energy.Active.Import.Register", lambda v: v == 0)
    before_mib = resident_mib(connector.pid)

    broker.freeze()
    try:
        await asyncio.gather(*map(talk, stations))
        grown_mib = resident_mib(connector.pid) - before_mib
        limits = list(range(4000, 4010))
        for limit in limits:
            listener.publish_soon("ocpp/stations/CP0/1/power_limit/set", limit)
    finally:
        broker.thaw()

    assert grown_mib < MOST_MIB
    for name in names:
        await until(listener, f"{name}/1/status", lambda v: v == "Charging")
        register = f"{name}/1/Energy.Active.Import.Register"
        await until(listener, register, lambda v: v == ROUNDS - 1)
        topic = f"{name}/0/last_data_transfer"
        await until(listener, topic, lambda v: v["vendorId"] == str(ROUNDS - 1))
    await stations[0].until_received(
        "SetChargingProfile", lambda p: limit_of(p) == limits[-1]
    )
    # What waits for a broker that does not read is the newest of each topic: the log
    # has them all.
    found = await asyncio.to_thread(outcomes, connector, limits)
    assert set(found.values()) <= {"accepted", "superseded"}
    assert found[limits[-1]] == "accepted"
    sent = [limit_of(p) for a, p in stations[0].received if a == "SetChargingProfile"]
    assert sent == [limit for limit in limits if found[limit] == "accepted"]
    for station in stations:
        await station.close()


async def until(listener: Listener, topic: str, test: Callable[[Any], bool]) -> None:
    await asyncio.to_thread(listener.until, f"ocpp/stations/{topic}", test)


def outcomes(connector: ConnectorProcess, limits: list[int]) -> dict[int, str]:
    """The one outcome of each limit, once all are there."""

    def found() -> list[tuple[str, str]]:
        return re.findall(r"power_limit at 1 = (\d+): (\w+)", connector.log())

    eventually(lambda: len(found()) >= len(limits))
    heard = found()
    assert sorted(int(limit) for limit, _ in heard) == limits
    return {int(limit): outcome for limit, outcome in heard}


def limit_of(payload: dict[str, Any]) -> float:
    schedule = payload["csChargingProfiles"]["chargingSchedule"]
    return float(schedule["chargingSchedulePeriod"][0]["limit"])


def test_what_was_written_to_a_broker_that_froze_for_long_is_not_carried_out(
    broker: Broker,
) -> None:
    ours = Running(broker.port, MqttOptions(keepalive_s=KEEPALIVE_S))
    subscribed: SimpleQueue[None] = SimpleQueue()
    ours.client.on_subscribe = lambda *_: subscribed.put(None)
    ours.client.subscribe("command")
    ours.start()
    subscribed.get(timeout=DEADLINE_S)
    theirs = Running(broker.port).start().connected()
    theirs.client.publish("command", b"first")
    assert ours.next().payload == b"first"

    broker.freeze()
    # Written, not only asked for: it waits in the broker's socket when it goes on.
    theirs.client.publish("command", b"stale").wait_for_publish(DEADLINE_S)
    eventually(lambda: not ours.client.is_connected())
    broker.thaw()
    # Connected is not subscribed: what comes between the two is for nobody.
    subscribed.get(timeout=DEADLINE_S)
    theirs.client.publish("command", b"fresh")

    assert ours.next().payload == b"fresh"
    ours.end()
    theirs.end()
