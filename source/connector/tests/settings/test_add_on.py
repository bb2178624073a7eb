"""As a Home Assistant add-on: options are settings, the supervisor tells the broker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from connector.errors import SettingsError
from connector.settings import add_on, load

TOKEN = "of-the-supervisor"
SERVICE = {
    "addon": "core_mosquitto",
    "host": "core-mosquitto",
    "port": 1883,
    "ssl": False,
    "username": "addons",
    "password": "secret-of-the-broker",
    "protocol": "3.1.1",
}
HAS_NONE = {"result": "error", "message": "Service not enabled"}


class Supervisor:
    """Its API on a socket: one answer, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = {"result": "ok", "data": SERVICE}
        self.asked: list[tuple[str, str | None]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers["Authorization"]))
                body = json.dumps(outer.answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    found = Supervisor()
    monkeypatch.setattr(add_on, "SUPERVISOR", found.address)
    yield found
    found.close()


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "options.json"
    path.write_text("{}")
    monkeypatch.setattr(add_on, "OPTIONS", path)
    monkeypatch.chdir(tmp_path)
    return path


def environment(**more: str) -> dict[str, str]:
    return {"SUPERVISOR_TOKEN": TOKEN, **more}


def problems(**more: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(environment(**more))
    return str(refused.value)


def test_the_broker_is_the_one_of_the_supervisor(
    supervisor: Supervisor, options: Path
) -> None:
    found = load(environment())

    assert supervisor.asked == [("/services/mqtt", f"Bearer {TOKEN}")]
    assert (found.mqtt_broker_host, found.mqtt_broker_port) == ("core-mosquitto", 1883)
    assert (found.mqtt_username, found.mqtt_password) == (
        "addons",
        "secret-of-the-broker",
    )
    assert not found.mqtt_tls


def test_a_broker_of_ones_own_is_taken_and_the_supervisor_not_asked(
    supervisor: Supervisor, options: Path
) -> None:
    options.write_text(
        '{"mqtt_broker_host": "broker.example", "mqtt_broker_port": 8883}'
    )
    found = load(environment())

    assert (found.mqtt_broker_host, found.mqtt_broker_port) == ("broker.example", 8883)
    assert found.mqtt_username is None
    assert supervisor.asked == []


def test_options_are_settings_and_what_is_empty_is_not_set(
    supervisor: Supervisor, options: Path
) -> None:
    options.write_text(
        json.dumps(
            {
                "unknown_stations": "accept",
                "debug": True,
                "limit_hold_s": 120,
                "limit_fallback": "6A",
                "api_token": "",
                "stations": [
                    {"id": "CP-7", "name": "Garage", "connectors": 2, "password": None},
                    {"id": "CP-8"},
                ],
                "more": [{"name": "call_timeout_s", "value": "7"}],
            }
        )
    )
    found = load(environment())

    assert found.unknown_stations == "accept"
    assert found.debug
    assert found.limit_hold_s == 120
    assert found.call_timeout_s == 7
    assert found.api_token is None
    assert found.stations.keys() == {"CP-7", "CP-8"}
    assert found.stations["CP-7"].name == "Garage"


def test_the_environment_outranks_options(
    supervisor: Supervisor, options: Path
) -> None:
    options.write_text('{"unknown_stations": "accept"}')

    assert load(environment(UNKNOWN_STATIONS="reject")).unknown_stations == "reject"


def test_without_a_token_of_the_supervisor_options_are_no_ones(
    supervisor: Supervisor, options: Path
) -> None:
    options.write_text('{"unknown_stations": "accept"}')

    assert load({}).unknown_stations == "pending"
    assert supervisor.asked == []


def test_a_home_assistant_without_a_broker_says_what_helps(
    supervisor: Supervisor, options: Path
) -> None:
    supervisor.answer = HAS_NONE

    assert (
        "Home Assistant has no MQTT broker for add-ons (Service not enabled): install "
        "the add-on Mosquitto broker and start it, or set the option mqtt_broker_host"
    ) in problems()


def test_a_supervisor_that_is_away_is_told(
    options: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Supervisor()
    gone.close()
    monkeypatch.setattr(add_on, "SUPERVISOR", gone.address)

    assert "the supervisor cannot be asked for its broker: " in problems()
    assert TOKEN not in problems()


@pytest.mark.parametrize("answer", [[], "x", {"result": "ok"}, {"result": "error"}])
def test_an_answer_that_says_nothing_is_no_broker(
    supervisor: Supervisor, options: Path, answer: Any
) -> None:
    supervisor.answer = answer

    assert "no answer that says why" in problems()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "holds no JSON object"),
        ("{", "holds no JSON object"),
        (
            '{"stations": {}, "x": 1}',
            "stations (options of the add-on): expected a list",
        ),
        ('{"stations": [{"name": "A"}]}', "expected an id in every row"),
        ('{"stations": [{"id": "A"}, {"id": "A"}]}', "'A' is there twice"),
        ('{"more": [{"name": "X"}]}', "expected a name and a value in every row"),
        (
            '{"unknown_stations": "perhaps"}',
            "UNKNOWN_STATIONS is 'perhaps' (options of the add-on), expected",
        ),
    ],
)
def test_wrong_options_are_named(
    supervisor: Supervisor, options: Path, text: str, expected: str
) -> None:
    options.write_text(text)

    assert expected in problems()
