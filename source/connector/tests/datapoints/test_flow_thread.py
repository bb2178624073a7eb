"""The flow: facts become messages on selected topics, and keys are gathered."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from connector.csms.facts import Datum, Facts, Weight
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.fact_queue import (
    Declaration,
    FactQueue,
    Forgotten,
    Item,
    KeyedValue,
    Restored,
)
from connector.datapoints.flow import Message, SensorFlow
from connector.datapoints.flow_thread import FlowThread
from connector.datapoints.gathering import Gathering
from connector.datapoints.sensors import Sensors
from connector.openmqtt.topics import Topics
from connector.openmqtt.tree import Tree
from connector.tests.clock import START_MS, FakeClock

POWER = Datum("1", "Power.Active.Import")
RESULT = Datum("1", "power_limit", suffix="result")


class Flow(SensorFlow):
    """A flow whose messages are kept."""

    def __init__(self, clock: FakeClock, *, tree: bool = False) -> None:
        self.clock = clock
        self.sensors = Sensors()
        self.follower = Tree(Topics("N")) if tree else None
        self.outgoing = []
        self.redact = lambda text: text
        self.datapoint_map = {"sensor": {}, "actuator": {}}
        self.SEND_RAW_MESSAGE_TO_DB = "FALSE"


class Ears:
    """A flow thread that is turned by hand."""

    def __init__(self, *, tree: bool = False, config: str = "{}") -> None:
        self.clock = FakeClock()
        self.flow = Flow(self.clock, tree=tree)
        self.published: list[Message] = []
        self.lists: list[dict] = []
        self.saved: dict[str, list[str]] = {}
        self.thread = FlowThread(
            self.flow,
            FactQueue(),
            self.clock,
            EarlierKeys(json.loads(config)),
            publish=self.published.extend,
            publish_available=lambda: self.lists.append(self.available()),
            save=self.saved.__setitem__,
        )

    def available(self) -> dict:
        return json.loads(self.thread.available() or "{}")

    def turn(self, *items: Item) -> None:
        self.thread._turn(items)

    def values(self, topic: str) -> list[object]:
        return [json.loads(p)["value"] for t, p, _ in self.published if t == topic]


def facts(value: object, time_ms: int = START_MS, datum: Datum = POWER) -> Facts:
    return Facts("CP1", time_ms, {datum: value}, Weight.SAMPLE)  # type: ignore[dict-item]


ADOPTED = Declaration("CP1", is_adopted=True, connectors=1)


def test_only_selected_values_are_published_retained_and_with_their_time() -> None:
    ears = Ears()
    ears.flow.datapoint_map["sensor"] = {"CP1__1__Power.Active.Import": "N/m/1/value"}
    ears.turn(ADOPTED, facts(7400.0), facts(1.0, datum=Datum("1", "SoC")))
    [(topic, payload, retain)] = ears.published
    assert (topic, retain) == ("N/m/1/value", True)
    assert json.loads(payload) == {"value": 7400.0, "timestamp": START_MS}


def test_a_pending_station_has_no_key() -> None:
    ears = Ears()
    ears.flow.datapoint_map["sensor"] = {"CP1__1__Power.Active.Import": "N/m/1/value"}
    ears.turn(Declaration("CP1", is_adopted=False, connectors=1), facts(7400.0))
    ears.clock.advance(40)
    ears.turn()
    assert ears.published == []
    assert ears.lists == []


def test_new_keys_are_gathered_for_a_second() -> None:
    ears = Ears()
    ears.turn(ADOPTED, facts(7400.0))
    ears.turn()
    assert ears.lists == []
    ears.clock.advance(1)
    ears.turn()
    [found] = ears.lists
    assert found["sensor"]["CP1__1__Power.Active.Import"] == 11000.0
    assert "CP1__1__power_limit" in found["actuator"]
    assert "CP1__1__power_limit__result" in found["sensor"]
    ears.turn(facts(3.0, START_MS + 9))
    ears.clock.advance(40)
    ears.turn()
    assert len(ears.lists) == 1


def test_keys_that_keep_coming_are_told_after_thirty_seconds() -> None:
    ears = Ears()
    ears.turn(ADOPTED)
    ears.clock.advance(1)
    ears.turn()
    for number in range(40):
        ears.turn(facts(1.0, START_MS + number, Datum("1", f"n{number}")))
        ears.clock.advance(0.9)
    assert len(ears.lists) == 2


def test_the_actuators_of_a_new_station_are_told_within_five_seconds() -> None:
    ears = Ears()
    ears.turn(ADOPTED)
    for number in range(6):
        ears.clock.advance(0.9)
        ears.turn(facts(1.0, START_MS + number, Datum("1", f"n{number}")))
    assert len(ears.lists) == 1


def test_a_list_that_takes_long_is_told_less_often() -> None:
    gathering = Gathering()
    gathering.note(0.0, has_actuators=True)
    assert gathering.is_due(1.0)
    gathering.done(1.5, 0.5)
    gathering.note(2.0, has_actuators=True)
    assert not gathering.is_due(11.4)
    assert gathering.is_due(11.6)
    gathering.done(11.6, 0.01)
    gathering.note(12.0, has_actuators=False)
    assert gathering.is_due(13.0)


def test_stations_with_other_values_have_other_keys() -> None:
    ears = Ears()
    for name in ("CP1", "CP2", 'a\\"b'):
        ears.turn(Declaration(name, is_adopted=True, connectors=1))
    power, energy = Datum("1", "Power.Active.Import"), Datum("1", "SoC")
    ears.turn(Facts("CP1", START_MS, {power: 1.0}))
    ears.turn(Facts("CP2", START_MS, {energy: 1.0, power: 1.0}))
    ears.turn(Declaration("CP2", is_adopted=True, connectors=2))
    found = ears.available()
    assert "CP1__1__Power.Active.Import" in found["sensor"]
    assert "CP2__1__Power.Active.Import" in found["sensor"]
    assert "CP2__1__SoC" in found["sensor"]
    assert "CP1__1__SoC" not in found["sensor"]
    assert "CP2__2__power_limit" in found["actuator"]
    assert "CP1__2__power_limit" not in found["actuator"]
    odd = [key for key in found["actuator"] if not key.startswith("CP")]
    assert len(odd) == sum(key.startswith("CP1__") for key in found["actuator"])


def test_all_examples_are_scalars_and_never_null() -> None:
    ears = Ears(config='{"execute_send_charging_profile": {}}')
    ears.turn(ADOPTED, facts(None), facts("x", datum=Datum("1", "odd.name")))
    found = ears.available()
    examples = [*found["sensor"].values(), *found["actuator"].values()]
    assert all(isinstance(e, str | int | float | bool) for e in examples)
    assert "execute_send_charging_profile__" in found["actuator"]
    assert "execute_send_charging_profile__result" in found["sensor"]
    assert "execute_send_charging_profile__CP1__1" in found["actuator"]
    assert "execute_send_charging_profile__CP1__1__result" in found["sensor"]


def test_the_keys_of_a_station_are_saved_and_come_back() -> None:
    ears = Ears()
    ears.turn(ADOPTED, facts(7400.0))
    ears.clock.advance(1)
    ears.turn()
    assert ears.saved == {"CP1": ["1__Power.Active.Import"]}
    again = Ears()
    again.turn(Restored("CP1", ears.saved["CP1"]), ADOPTED)
    assert "CP1__1__Power.Active.Import" in again.available()["sensor"]


def test_a_newly_selected_key_gets_its_current_value() -> None:
    ears = Ears()
    ears.turn(ADOPTED, facts(7400.0))
    ears.thread.publish_selected({"CP1__1__Power.Active.Import": "N/m/1/value"})
    ears.turn()
    assert ears.values("N/m/1/value") == [7400.0]


def test_a_key_without_a_value_yet_publishes_nothing() -> None:
    ears = Ears()
    ears.turn(Restored("CP1", ["1__SoC"]), ADOPTED)
    ears.thread.publish_selected({"CP1__1__SoC": "N/m/1", "rubbish": "N/m/2"})
    ears.turn()
    assert ears.published == []


def test_a_result_is_published_again_byte_for_byte() -> None:
    ears = Ears(tree=True)
    topics = {"CP1__1__power_limit__result": "N/m/1/value"}
    ears.flow.datapoint_map["sensor"] = topics
    ears.turn(ADOPTED, facts('{"outcome":"accepted"}', datum=RESULT))
    first = list(ears.published)
    ears.published.clear()
    ears.clock.advance(5)
    ears.thread.republish()
    ears.turn()
    assert set(first) <= set(ears.published)


def test_after_a_reconnect_everything_is_told_again() -> None:
    ears = Ears(tree=True)
    ears.turn(ADOPTED, facts(7400.0))
    ears.published.clear()
    ears.thread.republish()
    ears.turn()
    assert ("N/stations/CP1/1/Power.Active.Import", b"7400.0", True) in ears.published
    assert len(ears.lists) == 1


def test_the_tree_is_refreshed_within_a_minute() -> None:
    ears = Ears(tree=True)
    ears.turn(ADOPTED, facts(7400.0))
    ears.published.clear()
    for _ in range(60):
        ears.clock.advance(1)
        ears.turn()
    assert ("N/stations/CP1/1/Power.Active.Import", b"7400.0", True) in ears.published


def test_results_are_not_refreshed() -> None:
    ears = Ears(tree=True)
    ears.turn(ADOPTED, facts("{}", datum=RESULT))
    ears.published.clear()
    for _ in range(60):
        ears.clock.advance(1)
        ears.turn()
    assert ears.published == []


def test_a_forgotten_station_leaves_the_tree() -> None:
    ears = Ears(tree=True)
    ears.turn(ADOPTED, facts(7400.0), Forgotten("CP1"))
    cleared = {topic for topic, payload, _ in ears.published if payload == b""}
    assert "N/stations/CP1/1/Power.Active.Import" in cleared
    assert "N/stations/CP1/availability" in cleared


def test_a_forgotten_station_stays_out_of_the_tree_until_it_comes_again() -> None:
    ears = Ears(tree=True)
    topic = "N/stations/CP1/1/Power.Active.Import"
    ears.turn(ADOPTED, facts(7400.0), Forgotten("CP1"))
    ears.published.clear()
    ears.thread.republish()
    for _ in range(60):
        ears.clock.advance(1)
        ears.turn()
    assert [m for m in ears.published if m[0].startswith("N/stations")] == []
    assert "CP1__1__Power.Active.Import" in ears.available()["sensor"]
    ears.turn(ADOPTED, facts(3000.0, START_MS + 99))
    assert (topic, b"3000.0", True) in ears.published


def test_a_forgotten_station_that_waits_again_shows_only_place_0() -> None:
    ears = Ears(tree=True)
    ears.turn(ADOPTED, facts(7400.0), Forgotten("CP1"))
    ears.published.clear()
    waiting = Declaration("CP1", is_adopted=False, connectors=1)
    ears.turn(waiting, facts(1.0, START_MS + 9))
    assert ears.published == []


def test_a_keyed_value_goes_to_its_topic_and_comes_again() -> None:
    ears = Ears()
    topics = {"execute_reset__result": "N/m/9/value"}
    ears.flow.datapoint_map["sensor"] = topics
    ears.turn(KeyedValue("execute_reset__result", "{}", 5))
    ears.thread.republish()
    ears.turn()
    assert ears.values("N/m/9/value") == ["{}", "{}"]


def test_one_value_that_fails_touches_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ears = Ears()
    ears.flow.datapoint_map["sensor"] = {
        "CP1__1__Power.Active.Import": "N/m/1/value",
        "CP1__1__bad": "N/m/2/value",
    }
    with caplog.at_level(logging.ERROR):
        ears.turn(ADOPTED, facts(object(), datum=Datum("1", "bad")), facts(1.0))
    assert ears.values("N/m/1/value") == [1.0]
    assert "CP1" in caplog.text


def test_what_is_queued_is_published_before_the_end() -> None:
    ears = Ears()
    ears.flow.datapoint_map["sensor"] = {"CP1__1__Power.Active.Import": "N/m/1/value"}

    async def fill() -> None:
        ears.thread._queue.put(ADOPTED)
        ears.thread._queue.put(facts(7400.0))
        await asyncio.sleep(0)

    asyncio.run(fill())
    ears.thread.start()
    ears.thread.stop(5)
    assert ears.values("N/m/1/value") == [7400.0]


def test_a_raw_message_has_its_station_version_direction_and_frame() -> None:
    ears = Ears()
    ears.flow.SEND_RAW_MESSAGE_TO_DB = "TRUE"
    frame = Facts("CP1", 5, {}, frame="[2]", version="1.6", direction="out")
    raw = ears.flow.receive_raw_msg({"frame": "[2]", "facts": frame, "time": 5})
    assert raw == {
        "payload": {
            "raw_message": {
                "station": "CP1",
                "version": "1.6",
                "direction": "out",
                "frame": "[2]",
            },
            "timestamp": 5,
        }
    }
