from __future__ import annotations

import logging

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from connector.mqtt.packets import Encoder, is_filter, is_topic, length


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "a/+",
        "a/#",
        "a\x00b",
        "a\x01b",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
        "a\ufdd0b",
        "a\uffffb",
        "a\U0001fffeb",
        "a" * 65_536,
        "ä" * 32_768,
        "a/" * 201,
    ],
)
def test_what_a_broker_hangs_up_on_is_no_topic(topic: str) -> None:
    assert not is_topic(topic)


@pytest.mark.parametrize("topic", ["a", "/", "ä/€/😀", " ", "$SYS/x", "a" * 65_535])
def test_everything_else_is_a_topic(topic: str) -> None:
    assert is_topic(topic)


@pytest.mark.parametrize("topic", ["#", "+", "a/+/b", "a/#", "+/+", "/#", "a"])
def test_filters_may_hold_wildcards(topic: str) -> None:
    assert is_filter(topic)


@pytest.mark.parametrize("topic", ["", "a/#/b", "a+", "a/b#", "#/a", "a\x00", "a/\x01"])
def test_misplaced_wildcards_are_no_filter(topic: str) -> None:
    assert not is_filter(topic)


@pytest.mark.parametrize(
    "size", [0, 1, 127, 128, 16_383, 16_384, 2_097_152, 268_435_455]
)
def test_lengths_are_written_as_paho_writes_them(size: int) -> None:
    expected = bytearray()
    Client(CallbackAPIVersion.VERSION2)._pack_remaining_length(expected, size)
    assert length(size) == bytes(expected)


def test_a_packet_of_3_1_1() -> None:
    assert Encoder(is_v5=False).publish("a/b", b"xy", False) == b"\x30\x07\0\x03a/bxy"


def test_a_packet_of_5_has_an_empty_list_of_properties() -> None:
    assert Encoder(is_v5=True).publish("a/b", b"xy", True) == b"\x31\x08\0\x03a/b\0xy"


def test_a_topic_that_is_none_is_skipped_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    encoder = Encoder(is_v5=True)
    messages = [("a", b"1", False), ("b+", b"2", False), ("b+", b"3", False)]
    assert [topic for topic, _ in encoder.encode(messages)] == ["a"]
    assert len(caplog.records) == 1


def test_a_payload_that_the_broker_does_not_take_is_skipped_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    encoder = Encoder(is_v5=True, longest=20)
    assert encoder.publish("a", b"x" * 14, False)
    assert not encoder.publish("a", b"x" * 15, False)
    assert not encoder.publish("a", b"x" * 15, False)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_remembered_topics_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.mqtt.packets._CACHED", 3)
    encoder = Encoder(is_v5=True)
    encoder.encode([(str(number), b"", False) for number in range(10)])
    assert len(encoder._heads) <= 3
