"""Which value may follow which, and which keys exist."""

from __future__ import annotations

import json

from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints import key_list
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.sensors import NEVER, Sensors

POWER = Datum("1", "Power.Active.Import")
NOW = 1_000_000


def available(sensors: Sensors) -> dict[str, dict[str, object]]:
    return json.loads(key_list.available(sensors, EarlierKeys({})))


def facts(value: Scalar, time_ms: int, *, queued: bool = False) -> Facts:
    return Facts("CP", time_ms, {POWER: value}, queued=queued)


def power(sensors: Sensors) -> tuple[Scalar, int]:
    found = sensors.find("CP__1__Power.Active.Import")
    assert found
    return found.value, found.time_ms


def test_a_newer_value_replaces_an_older_one() -> None:
    sensors = Sensors()
    sensors.take(facts(1.0, NOW), NOW)
    assert len(sensors.take(facts(2.0, NOW + 5), NOW + 5)) == 1
    assert power(sensors) == (2.0, NOW + 5)


def test_two_values_never_share_a_millisecond() -> None:
    sensors = Sensors()
    sensors.take(facts(1.0, NOW), NOW)
    sensors.take(facts(0.0, NOW), NOW)
    assert power(sensors) == (0.0, NOW + 1)


def test_of_queued_values_of_one_time_the_last_counts() -> None:
    sensors = Sensors()
    for value in (1.0, 2.0):
        [(_, shown)] = sensors.take(facts(value, NOW - 5000, queued=True), NOW)
    assert (shown.value, shown.time_ms) == (2.0, NOW - 5000 + 1)
    assert sensors.take(facts(1.0, NOW - 5000, queued=True), NOW) == []


def test_a_queued_value_never_overwrites_a_newer_one() -> None:
    sensors = Sensors()
    sensors.take(facts(1.0, NOW), NOW)
    assert sensors.take(facts(9.0, NOW - 5000, queued=True), NOW) == []
    assert power(sensors) == (1.0, NOW)


def test_a_live_value_with_an_older_time_counts_from_its_arrival() -> None:
    sensors = Sensors()
    sensors.take(facts(0.0, NOW), NOW)
    sensors.take(facts(7.0, NOW - 60_000), NOW + 300)
    assert power(sensors) == (7.0, NOW + 300)


def test_a_station_that_is_not_adopted_has_no_keys() -> None:
    sensors = Sensors()
    sensors.take(facts(1.0, NOW), NOW)
    assert key_list.available(sensors, EarlierKeys({})) == b""


def test_adoption_brings_sensors_commands_and_their_results() -> None:
    sensors = Sensors()
    sensors.take(facts(1.0, NOW), NOW)
    sensors.register("CP", is_adopted=True, connectors=1)
    found = available(sensors)["sensor"]
    assert "CP__1__Power.Active.Import" in found
    assert "CP__1__power_limit__result" in found
    assert "CP__0__reset__result" in found
    assert None not in found.values()
    actuators = available(sensors)["actuator"]
    assert actuators["CP__1__power_limit"] == 11000.0
    assert "CP__1__reset" not in actuators
    assert "CP__0__enabled" not in actuators
    assert "CP__2__power_limit" not in actuators


def test_the_set_of_keys_only_grows() -> None:
    sensors = Sensors()
    sensors.register("CP", is_adopted=True, connectors=2)
    before = set(available(sensors)["actuator"])
    sensors.register("CP", is_adopted=False, connectors=1)
    assert set(available(sensors)["actuator"]) == before


def test_the_revision_rises_with_new_keys_only() -> None:
    sensors = Sensors()
    sensors.register("CP", is_adopted=True, connectors=1)
    sensors.take(facts(1.0, NOW), NOW)
    revision = sensors.revision
    sensors.take(facts(2.0, NOW + 1), NOW)
    sensors.register("CP", is_adopted=True, connectors=1)
    assert sensors.revision == revision


def test_restored_sensors_are_keys_without_values() -> None:
    sensors = Sensors()
    sensors.register("CP", is_adopted=True, connectors=1)
    sensors.restore("CP", ["1__Power.Active.Import", "0__connected"])
    assert "CP__1__Power.Active.Import" in available(sensors)["sensor"]
    assert power(sensors) == (None, NEVER)
    assert not sensors.station("CP").is_stale


def test_results_are_not_part_of_what_the_store_keeps() -> None:
    sensors = Sensors()
    result = Datum("1", "power_limit", suffix="result")
    sensors.take(Facts("CP", NOW, {POWER: 1.0, result: "{}"}), NOW)
    assert sensors.station("CP").keys() == ["1__Power.Active.Import"]
