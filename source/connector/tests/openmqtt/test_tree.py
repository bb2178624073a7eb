"""The open tree: plain retained scalars."""

from __future__ import annotations

import pytest

from connector.csms.facts import Datum, Facts, Scalar
from connector.datapoints.sensors import Sensors
from connector.openmqtt.topics import Topics
from connector.openmqtt.tree import Tree, payload

CONNECTED = Datum("0", "connected")
POWER = Datum("1", "Power.Active.Import")
RESULT = Datum("1", "power_limit", suffix="result")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Available", b"Available"), ("", b"null"), (True, b"true"), (None, b"null"), (7, b"7"), (7.5, b"7.5")],
)  # fmt: skip
def test_a_payload_is_a_plain_scalar(value: Scalar, expected: bytes) -> None:
    assert payload(value) == expected


def test_values_of_a_pending_station_stay_at_place_0() -> None:
    sensors = Sensors()
    updates = sensors.take(Facts("CP", 1, {CONNECTED: True, POWER: 7.0}), 1)
    messages = Tree(Topics("n")).messages(sensors.station("CP"), updates)
    assert messages == [
        ("n/stations/CP/0/connected", b"true", True),
        ("n/stations/CP/availability", b"online", True),
    ]


def test_values_are_refreshed_within_a_minute_and_results_are_not() -> None:
    sensors = Sensors()
    sensors.register("CP", is_adopted=True, connectors=1)
    sensors.take(Facts("CP", 1, {POWER: 7.0, RESULT: "{}"}), 1)
    tree = Tree(Topics("n"))
    seconds = [message for _ in range(59) for message in tree.refresh(sensors)]
    assert set(seconds) == {("n/stations/CP/1/Power.Active.Import", b"7.0", True)}


def test_forgetting_a_station_clears_all_of_its_topics() -> None:
    sensors = Sensors()
    sensors.take(Facts("CP", 1, {CONNECTED: True}), 1)
    messages = Tree(Topics("n")).clear(sensors.station("CP"))
    assert messages == [
        ("n/stations/CP/0/connected", b"", True),
        ("n/stations/CP/availability", b"", True),
    ]
