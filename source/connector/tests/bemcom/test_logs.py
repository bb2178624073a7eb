from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from connector.bemcom import MQTTHandler
from connector.tests.bemcom.recording import RecordingClient


def record(text: object, *args: object, **changes: Any) -> logging.LogRecord:
    made = logging.LogRecord("pyconnector", 30, __file__, 1, text, args, None, "emit")
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def emitted(*records: logging.LogRecord) -> list[dict[str, Any]]:
    client = RecordingClient({})
    handler = MQTTHandler(mqtt_client=client, log_topic="demo/logs")
    for each in records:
        handler.handle(each)
    return client.published("demo/logs")


def test_a_record_has_exactly_the_four_members() -> None:
    (message,) = emitted(record("%s is %d", "a", 1, created=12.5))

    assert message == {
        "timestamp": 12_500,
        "msg": "a is 1",
        "emitter": "emit",
        "level": 30,
    }


def test_it_is_published_by_keyword_and_retained() -> None:
    client = RecordingClient({})

    MQTTHandler(mqtt_client=client, log_topic="demo/logs").emit(record("a"))

    ((name, kwargs),) = client.calls
    assert name == "publish"
    assert sorted(kwargs) == ["payload", "retain", "topic"]
    assert kwargs["retain"] is True
    assert json.loads(kwargs["payload"])["msg"] == "a"


@pytest.mark.parametrize(
    ("changes", "emitter"),
    [
        ({}, "emit"),
        ({"funcName": None}, "pyconnector"),
        ({"funcName": None, "name": None}, "unknown"),
    ],
)
def test_the_emitter_is_never_null(changes: dict[str, Any], emitter: str) -> None:
    (message,) = emitted(record("a", **changes))

    assert message["emitter"] == emitter


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("100 %", ("a",)),
        ("%d", ("a",)),
        ("%(a)s", ({},)),
        ("100 % of %s", ()),
        ("\ud800", ()),
        (ValueError("%"), ()),
    ],
)
def test_any_text_is_safe(text: object, args: tuple[object, ...]) -> None:
    assert len(emitted(record(text, *args))) == 1


@pytest.mark.parametrize(("level", "expected"), [(20, 20), (35, 35), (99, 50)])
def test_levels_are_those_of_bemcom(level: int, expected: int) -> None:
    (message,) = emitted(record("a", levelno=level))

    assert message["level"] == expected


def test_debug_does_not_flood_the_retained_topic() -> None:
    client = RecordingClient({})
    own = logging.Logger("any", logging.DEBUG)
    own.addHandler(MQTTHandler(mqtt_client=client, log_topic="demo/logs"))

    own.debug("quiet")
    own.info("loud")

    (message,) = client.published("demo/logs")
    assert message["msg"] == "loud"


def test_a_traceback_goes_with_its_record() -> None:
    try:
        raise OSError("gone")
    except OSError:
        failed = record("a", exc_info=sys.exc_info())

    (message,) = emitted(failed)

    assert message["msg"].startswith("a\nTraceback")
    assert message["msg"].endswith("OSError: gone")


@pytest.mark.parametrize("name", ["paho", "paho.mqtt", "connector.mqtt.client"])
def test_what_the_client_logs_does_not_make_it_publish(name: str) -> None:
    assert emitted(record("a", name=name)) == []


def test_what_goes_wrong_goes_to_handle_error_and_not_to_the_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(RecordingClient):
        def publish(self, **_: Any) -> None:
            raise RuntimeError

    handled: list[logging.LogRecord] = []
    handler = MQTTHandler(mqtt_client=Broken({}), log_topic="demo/logs")
    monkeypatch.setattr(handler, "handleError", handled.append)
    failed = record("a")

    handler.emit(failed)

    assert handled == [failed]
