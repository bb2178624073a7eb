"""When devices are told, told again, and not told."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from connector.csms.facts import Datum, Facts
from connector.datapoints.sensors import Sensors
from connector.openmqtt.discovery.service import DiscoveringTree
from connector.openmqtt.topics import Topics
from connector.openmqtt.tree import Message
from connector.tests.clock import FakeClock
from connector.tests.openmqtt.discovery import site

CONNECTOR = "homeassistant/device/ocpp/CP__1/config"
STATION = "homeassistant/device/ocpp/CP__0/config"
LIMIT = Datum("1", "limit_max")


@dataclass
class Sent:
    """A message of the broker, as the client hands it over."""

    topic: str
    payload: bytes


@dataclass
class Broker:
    """Hands over what it is told to; remembers what is asked of it."""

    asked: list[str] = field(default_factory=list)
    callbacks: dict[str, Any] = field(default_factory=dict)

    def message_callback_add(self, sub: str, callback: Any) -> None:
        self.callbacks[sub] = callback

    def subscribe(self, topic: str, qos: int) -> None:
        self.asked.append(topic)

    def unsubscribe(self, topic: str) -> None:
        self.asked.remove(topic)

    def tell(self, topic: str, payload: bytes) -> None:
        filter_ = topic if topic in self.callbacks else site.devices().all_topics
        self.callbacks[filter_](None, None, Sent(topic, payload))


class Bench:
    """A tree with everything around it."""

    def __init__(self, *, retained: dict[str, bytes] | None = None) -> None:
        self.clock, self.sensors, self.broker = FakeClock(), Sensors(), Broker()
        self.devices = site.devices()
        self.tree = DiscoveringTree(
            Topics("ocpp"), self.devices, self.clock, jitter=lambda _, most: most
        )
        self.retained = retained or {}

    def add(self, name: str = "CP", called: str | None = None) -> None:
        self.sensors.register(name, is_adopted=True, connectors=1, name=called)

    def take(self, datum: Datum, value: Any) -> None:
        updates = self.sensors.take(Facts("CP", 1, {datum: value}), 1)
        self.tree.messages(self.sensors.station("CP"), updates)

    def connect(self, *, echoes: bool = True) -> list[Message]:
        """The broker lets us in, holds what it holds, and gives back the probe."""
        self.tree.inbox.connected(self.broker)
        for topic, payload in self.retained.items():
            self.broker.tell(topic, payload)
        assert self.turn() == [(self.devices.probe, b"", False)]
        if echoes:
            self.broker.tell(self.devices.probe, b"")
        return self.turn()

    def turn(self) -> list[Message]:
        """One second; what is told of devices in it."""
        self.clock.advance(1)
        found = self.tree.refresh(self.sensors)
        return [m for m in found if m[0].startswith("homeassistant/")]


def retained() -> dict[str, bytes]:
    """What the broker has of one station."""
    bench = Bench()
    bench.add()
    return {topic: payload for topic, payload, _ in bench.connect()}


def topics(messages: list[Message]) -> list[str]:
    return [topic for topic, _, _ in messages]


def test_the_bridge_comes_before_stations_and_they_before_connectors() -> None:
    bench = Bench()
    bench.add()

    bridge = "homeassistant/device/ocpp/bridge/config"
    assert topics(bench.connect()) == [bridge, STATION, CONNECTOR]
    assert bench.broker.asked == [bench.devices.birth]


def test_what_is_unchanged_is_not_told_again() -> None:
    bench = Bench()
    bench.add()
    bench.connect()
    bench.take(Datum("1", "status"), "Available")
    assert topics(bench.turn()) == [CONNECTOR]

    bench.take(Datum("1", "status"), "Charging")
    bench.take(Datum("0", "vendor"), None)
    bench.turn()
    bench.take(Datum("0", "vendor"), None)

    assert bench.turn() == []


def test_numbers_follow_the_largest_limit() -> None:
    bench = Bench()
    bench.add()
    bench.connect()
    bench.take(LIMIT, 22_080.0)
    bench.turn()
    bench.take(LIMIT, 11_040.0)
    [(topic, payload, is_retained)] = bench.turn()

    assert (topic, is_retained) == (CONNECTOR, True)
    number = orjson.loads(payload)["components"]["1__power_limit#set"]
    assert number["max"] == 11_040.0


def test_a_station_that_is_called_something_else_is_told_again() -> None:
    bench = Bench()
    bench.add()
    bench.connect()
    bench.add(called="North wall")
    renamed = bench.turn()
    bench.add(called="North wall")

    assert topics(renamed) == [STATION, CONNECTOR]
    assert orjson.loads(renamed[0][1])["device"]["name"] == "North wall"
    assert bench.turn() == []


def test_a_birth_message_has_all_told_after_a_while() -> None:
    bench = Bench()
    bench.add()
    first = bench.connect()
    bench.broker.tell(bench.devices.birth, b"online")
    silent = [bench.turn() for _ in range(10)]

    assert silent == [[]] * 10
    assert bench.turn() == first


def test_an_offline_message_of_home_assistant_has_nothing_told() -> None:
    bench = Bench(retained=retained())
    bench.connect()
    bench.broker.tell(bench.devices.birth, b"offline")

    assert [bench.turn() for _ in range(30)] == [[]] * 30


def test_what_is_new_is_told_once_more_and_then_no_more() -> None:
    bench = Bench()
    bench.add()
    first = bench.connect()
    silent = [bench.turn() for _ in range(19)]

    assert silent == [[]] * 19
    assert bench.turn() == first
    assert [bench.turn() for _ in range(60)] == [[]] * 60


def test_what_the_broker_has_is_not_told_once_more() -> None:
    bench = Bench(retained=retained())
    bench.add()
    bench.connect()

    assert [bench.turn() for _ in range(60)] == [[]] * 60


def test_what_changed_is_told_once_more_after_the_last_change() -> None:
    bench = Bench(retained=retained())
    bench.add()
    bench.connect()
    bench.take(Datum("1", "status"), "Available")
    assert topics(bench.turn()) == [CONNECTOR]
    assert [bench.turn() for _ in range(14)] == [[]] * 14
    bench.take(Datum("1", "status_iec"), "A")
    assert topics(bench.turn()) == [CONNECTOR]
    turns = [bench.turn() for _ in range(60)]

    assert [len(turn) for turn in turns if turn] == [2]
    assert topics(turns[19]) == [STATION, CONNECTOR]


def test_a_device_that_comes_later_is_told_once_more_alone() -> None:
    bench = Bench(retained=retained())
    bench.add()
    bench.connect()
    bench.add("CP2")
    turns = [bench.turn() for _ in range(60)]

    assert [len(turn) for turn in turns if turn] == [2, 2]
    assert turns[0] == turns[20]
    assert all("CP2__" in topic for topic in topics(turns[0]))


def test_many_stations_are_told_bit_by_bit() -> None:
    bench = Bench()
    for number in range(120):
        bench.add(f"CP{number}")
    turns = [bench.connect(), bench.turn(), bench.turn(), bench.turn()]

    assert [len(turn) for turn in turns] == [101, 100, 40, 0]


def test_what_the_broker_has_is_not_sent() -> None:
    first = Bench()
    first.add()
    held = {topic: payload for topic, payload, _ in first.connect()}
    again = Bench(retained=held)
    again.add()

    assert again.connect() == []


def test_nothing_is_removed_before_all_stations_are_known() -> None:
    first = Bench()
    first.add()
    held = {topic: payload for topic, payload, _ in first.connect()}
    again = Bench(retained=held)
    again.connect()
    assert again.turn() == []

    again.tree.inbox.started()
    assert again.turn() == []
    assert sorted(again.turn()) == [(STATION, b"", True), (CONNECTOR, b"", True)]


def test_after_a_reconnect_what_nobody_has_stays_until_the_link_lasts() -> None:
    bench = Bench()
    bench.connect()
    bench.tree.inbox.started()
    bench.turn()
    bench.turn()
    bench.retained = retained()
    first = [bench.connect(), *(bench.turn() for _ in range(50))]
    again = [bench.connect(), *(bench.turn() for _ in range(58))]

    removed = [m for turn in first + again for m in turn if not m[1]]
    assert removed == []
    assert sorted(bench.turn()) == [(STATION, b"", True), (CONNECTOR, b"", True)]


def test_a_broker_that_gives_nothing_back_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.add()
    with caplog.at_level(logging.WARNING):
        assert bench.connect(echoes=False) == []
        told = [bench.turn() for _ in range(10)]
        bench.connect(echoes=False)
        again = [bench.turn() for _ in range(10)]

    assert [len(turn) for turn in told if turn] == [3]
    assert [len(turn) for turn in again if turn] == [3]
    [record] = caplog.records
    assert "homeassistant/device/ocpp/#" in record.getMessage()


def test_a_station_that_is_forgotten_goes() -> None:
    bench = Bench()
    bench.add()
    bench.connect()
    messages = bench.tree.clear(bench.sensors.station("CP"))

    assert {(STATION, b"", True), (CONNECTOR, b"", True)} <= set(messages)


def test_a_station_that_is_adopted_no_more_goes() -> None:
    bench = Bench()
    bench.add()
    bench.connect()
    bench.sensors.register("CP", is_adopted=False, connectors=1)
    bench.take(Datum("0", "connected"), False)

    assert set(bench.turn()) == {(STATION, b"", True), (CONNECTOR, b"", True)}


def test_without_a_broker_nothing_is_told() -> None:
    bench = Bench()
    bench.add()

    assert bench.turn() == []
