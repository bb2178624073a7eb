"""The whole way over a real broker: services, bus, core, in both directions."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import orjson
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from connector.station.core.events import AuthorizeWanted
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt import Bus, MqttHardware, Topics, WatchedCore
from connector.station.model import EvseModel, StationModel
from connector.tests.broker import Broker
from connector.tests.station.core.bench import T0_MS, Allowed, Values

pytestmark = pytest.mark.broker

DEADLINE_S = 15.0
PREFIX = "site/ocpp"


class Services:
    """The charge, auth and meter services, and whoever asks: a plain MQTT client."""

    def __init__(self, port: int, *, will: str | None = None) -> None:
        self.heard: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self._loop = asyncio.get_running_loop()
        subscribed = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        if will is not None:
            body = {"id": "w", "name": "gone", "type": "update", "data": {}}
            self.client.will_set(f"{PREFIX}/{will}", orjson.dumps(body), qos=1)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self._received
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        ports = ("charge/in", "auth/in", "meter/in", "ocpp/out")
        self.client.subscribe([(f"{PREFIX}/+/+/{port}", 1) for port in ports])
        assert subscribed.wait(DEADLINE_S)

    def _received(self, _: Any, __: Any, message: Any) -> None:
        topic = message.topic.removeprefix(PREFIX + "/")
        found = (topic, orjson.loads(message.payload))
        self._loop.call_soon_threadsafe(self.heard.put_nowait, found)

    def say(
        self, topic: str, name: str, data: Any, kind: str = "update", id_: str = "s"
    ) -> None:
        body = orjson.dumps({"id": id_, "name": name, "type": kind, "data": data})
        self.raw(topic, body)

    def raw(self, topic: str, body: bytes, *, retain: bool = False) -> None:
        self.client.publish(f"{PREFIX}/{topic}", body, qos=1, retain=retain)

    async def until(self, topic: str, is_it: Callable[[dict[str, Any]], bool]) -> Any:
        """The data of the first message that is it, whatever was heard before."""
        async with asyncio.timeout(DEADLINE_S):
            number = 0
            while True:
                if number == len(self.seen):
                    self.seen.append(await self.heard.get())
                where, found = self.seen[number]
                if where == topic and is_it(found):
                    del self.seen[number]
                    return found["data"]
                number += 1

    async def ask(self, topic: str, verb: str, data: Any) -> Any:
        self.say(f"{topic}/in", verb, data, "request", verb)
        return await self.until(
            f"{topic}/out", lambda m: (m["id"], m["type"]) == (verb, "response")
        )

    def end(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Station:
    """One station on a bus; the central system accepts every card."""

    def __init__(self, bus: Bus, identity: str) -> None:
        self.model = StationModel(identity, evses=(EvseModel(1), EvseModel(2)))
        self.hardware = MqttHardware(self.model, bus, lambda: T0_MS)
        values, source = Values({}), random.Random(1)
        self.core = WatchedCore(
            self.model,
            self.hardware,
            values,
            Allowed(),
            source=source,
            on_events=lambda: asyncio.get_running_loop().call_soon(self._turn),
        )
        self.core.watcher, self.hardware.core = self.hardware, self.core
        self.core.came_online(T0_MS)
        bus.add(identity, self.hardware)

    def _turn(self) -> None:
        assert threading.current_thread() is threading.main_thread()
        while events := self.core.take_events():
            for event in events:
                if isinstance(event, AuthorizeWanted):
                    verdict = Verdict("Accepted")
                    self.core.authorized(event.evse, event.token, verdict, T0_MS)


@pytest.fixture
async def bus(broker: Broker) -> AsyncIterator[Bus]:
    found = Bus("127.0.0.1", broker.port, Topics(PREFIX))
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def services(broker: Broker) -> AsyncIterator[Services]:
    found = Services(broker.port)
    yield found
    found.end()


@pytest.fixture
def no_more_threads() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() <= before


async def greeted(services: Services, station: str = "CP 1", evse: int = 2) -> None:
    """The bus is there: the last thing that it asks after a connect was heard."""
    await services.until(
        f"{station}/{evse}/charge/in", lambda m: m["name"] == "remote_power"
    )


async def test_a_session_over_a_broker(
    no_more_threads: None, services: Services, bus: Bus
) -> None:
    station = Station(bus, "CP 1")
    await greeted(services)
    assert await services.ask("CP 1/1/ocpp", "subscribe", True) == {}
    services.say("CP 1/1/charge/out", "msg", {"plugged": "plugin"})
    services.say("CP 1/1/meter/out", "energy", {"total": 1_000.0})
    services.say("CP 1/1/charge/out", "msg", {"power": "start"})

    key = await services.ask("CP 1/1/ocpp", "transaction", {"start": "TAG1"})
    assert station.core.evses[1].session.key == key
    assert await services.until(
        "CP 1/1/charge/in", lambda m: m["name"] == "remote_power" and m["data"]
    )
    services.say("CP 1/1/meter/out", "energy", {"total": 4_000.0})
    assert await services.ask("CP 1/1/ocpp", "transaction", {"stop": 4_000.0}) == key
    assert (
        await services.until("CP 1/1/auth/in", lambda m: m["name"] == "logout")
        == 3_000.0
    )
    assert (
        "no transaction"
        in (await services.ask("CP 1/1/ocpp", "transaction", {"stop": 1}))["error"]
    )


async def test_rubbish_and_what_is_retained_end_nothing(
    services: Services, bus: Bus
) -> None:
    services.raw(
        "CP 1/1/ocpp/in",
        b'{"id":"old","name":"transaction","type":"request","data":{"start":"T"}}',
        retain=True,
    )
    station = Station(bus, "CP 1")
    await greeted(services)
    for body in (b"", b"{", b"\xff", b"null", b"[]", b"0" * 70_000):
        services.raw("CP 1/1/ocpp/in", body)
        services.raw("CP 1/1/charge/out", body)
    services.raw("CP 1/77/ocpp/in", b"{}")
    services.raw("CP 1/x/ocpp/in", b"{}")
    services.raw("NOBODY/1/ocpp/in", b"{}")

    assert await services.ask("CP 1/1/ocpp", "heartbeat", 42) == 42
    assert station.core.evses[1].session is None


async def test_stations_share_a_connection_and_nothing_else(
    services: Services, bus: Bus
) -> None:
    stations = [Station(bus, f"CP {number}") for number in range(1, 4)]
    await greeted(services, "CP 3")
    services.say("CP 2/1/charge/out", "msg", {"plugged": "plugin"})
    await services.ask("CP 2/1/ocpp", "heartbeat", 1)

    assert [each.core.evses[1].is_plugged for each in stations] == [False, True, False]
    bus.remove("CP 2")
    services.say("CP 2/1/charge/out", "msg", {"plugged": "plugout"})
    await services.ask("CP 1/1/ocpp", "heartbeat", 2)
    assert stations[1].core.evses[1].is_plugged


async def test_a_broker_that_restarts_is_told_everything_anew(
    broker: Broker, bus: Bus, services: Services
) -> None:
    station = Station(bus, "CP 1")
    await greeted(services)
    station.hardware.offer(1, 6_900.0, 3)
    await asyncio.to_thread(broker.restart)
    services.end()
    again = Services(broker.port)
    try:
        await again.until(
            "CP 1/1/meter/in",
            lambda m: m["name"] == "config" and m["data"]["imax"] == 10.0,
        )
        assert await again.ask("CP 1/1/ocpp", "heartbeat", 7) == 7
    finally:
        again.end()


async def test_the_will_of_the_hardware_faults_its_evse(
    broker: Broker, bus: Bus, services: Services
) -> None:
    station = Station(bus, "CP 1")
    await greeted(services)
    dying = Services(broker.port, will="CP 1/1/charge/out")
    services.say("CP 1/1/charge/out", "state", {"plugged": "plugin"})
    await services.ask("CP 1/1/ocpp", "heartbeat", 1)
    services.seen.clear()
    dying.client.socket().close()
    await services.until(
        "CP 1/1/charge/in", lambda m: m["name"] == "remote_power" and m["data"] is False
    )
    dying.end()

    assert station.core.status(1)[0] == "Faulted"
    assert station.core.status(2)[0] == "Available"


async def test_a_flood_is_bounded_and_everything_else_goes_on(
    services: Services, bus: Bus
) -> None:
    Station(bus, "CP 1")
    await greeted(services)
    for number in range(2_000):
        services.say("CP 1/1/meter/out", "power", number)

    assert await services.ask("CP 1/1/ocpp", "heartbeat", 1) == 1


async def test_more_than_the_bound_is_counted(bus: Bus) -> None:
    class Message:
        topic, payload, retain = f"{PREFIX}/CP/1/meter/out", b"{}", False

    for _ in range(10_005):
        bus.exchange._received(None, None, Message)

    assert bus.exchange.dropped == 5
