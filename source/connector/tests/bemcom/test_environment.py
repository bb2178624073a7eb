from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.bemcom import Connector, Environment
from connector.bemcom.environment import environment, mqtt_options
from connector.errors import SettingsError

NAMES = (
    "CONNECTOR_NAME",
    "MQTT_BROKER_HOST",
    "MQTT_BROKER_PORT",
    "SEND_RAW_MESSAGE_TO_DB",
    "DEBUG",
    "MQTT_USERNAME",
    "MQTT_PASSWORD",
    "MQTT_TLS",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, below an empty one, as current directory; no settings."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    for name in NAMES:
        # Set first: so it is taken away again should .env bring it.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


def test_a_name_is_enough() -> None:
    assert environment({"CONNECTOR_NAME": "demo"}) == Environment(
        "demo", "localhost", 1883, "FALSE", "FALSE"
    )


def test_empty_variables_are_as_good_as_none() -> None:
    variables = {
        "CONNECTOR_NAME": "demo",
        "MQTT_BROKER_HOST": "",
        "MQTT_BROKER_PORT": "",
        "DEBUG": "",
    }

    assert environment(variables) == environment({"CONNECTOR_NAME": "demo"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TRUE", "TRUE"),
        ("true", "TRUE"),
        ("1", "TRUE"),
        ("Yes", "TRUE"),
        ("on", "TRUE"),
        ("FALSE", "FALSE"),
        ("False", "FALSE"),
        ("0", "FALSE"),
        ("no", "FALSE"),
        (" off ", "FALSE"),
    ],
)
def test_flags_are_read_in_many_spellings(text: str, expected: str) -> None:
    found = environment(
        {"CONNECTOR_NAME": "demo", "SEND_RAW_MESSAGE_TO_DB": text, "DEBUG": text}
    )

    assert (found.send_raw_message_to_db, found.debug) == (expected, expected)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        environment({"MQTT_BROKER_PORT": "70000", "DEBUG": "maybe"})

    assert [
        problem.split("=")[0].split(" ")[0] for problem in caught.value.problems
    ] == [
        "CONNECTOR_NAME",
        "MQTT_BROKER_PORT",
        "DEBUG",
    ]


@pytest.mark.parametrize("name", ["a/b", "a+", "#"])
def test_a_name_that_is_no_topic_level_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="CONNECTOR_NAME"):
        environment({"CONNECTOR_NAME": name})


class TestDotEnv:
    def test_it_is_found_from_the_current_directory_upwards(self, folder: Path) -> None:
        (folder / ".env").write_text("\ufeffCONNECTOR_NAME=from_file\n", "utf-8")

        connector = Connector("1")

        assert connector.CONNECTOR_NAME == "from_file"
        assert connector.MQTT_TOPIC_LOGS == "from_file/logs"

    def test_it_never_overrides(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / ".env").write_text("CONNECTOR_NAME=from_file\nDEBUG=TRUE\n")
        monkeypatch.setenv("CONNECTOR_NAME", "real")

        connector = Connector("1")

        assert (connector.CONNECTOR_NAME, connector.DEBUG) == ("real", "TRUE")

    def test_without_it_a_missing_name_is_told(self, folder: Path) -> None:
        with pytest.raises(SettingsError, match="CONNECTOR_NAME is not set"):
            Connector("1")


def test_an_environment_handed_over_replaces_it(folder: Path) -> None:
    connector = Connector("1", environment=Environment("n", "h", 1, "TRUE", "FALSE"))

    assert connector.CONNECTOR_NAME == "n"
    assert connector.MQTT_BROKER_HOST == "h"
    assert connector.MQTT_BROKER_PORT == 1
    assert connector.SEND_RAW_MESSAGE_TO_DB == "TRUE"
    assert connector.DEBUG == "FALSE"
    assert connector.MQTT_TOPIC_LOGS == "n/logs"
    assert connector.MQTT_TOPIC_HEARTBEAT == "n/heartbeat"
    assert connector.MQTT_TOPIC_AVAILABLE_DATAPOINTS == "n/available_datapoints"
    assert connector.MQTT_TOPIC_DATAPOINT_MAP == "n/datapoint_map"
    assert connector.MQTT_TOPIC_RAW_MESSAGE_TO_DB == "n/raw_message_to_db"


def test_arguments_are_kept_under_their_names() -> None:
    def make(**_: Any) -> None: ...

    connector = Connector(
        "1",
        {"sensor": {}, "actuator": {}},
        {"sensor": {"a": 1}, "actuator": {}},
        make,
        {"b": 2},
        make,
        5,
        environment=Environment("n", "h", 1),
    )

    assert connector.version == "1"
    assert connector._initial_datapoint_map == {"sensor": {}, "actuator": {}}
    assert connector._initial_available_datapoints == {
        "sensor": {"a": 1},
        "actuator": {},
    }
    assert connector._DeviceDispatcher is make
    assert connector._device_dispatcher_kwargs == {"b": 2}
    assert connector._MqttClient is make
    assert connector._heartbeat_interval == 5


class TestMqttOptions:
    def test_nothing_is_asked_for_by_default(self) -> None:
        options = mqtt_options({"CONNECTOR_NAME": "demo"})

        assert options.client_id == "demo"
        assert (options.username, options.password) == (None, None)
        assert options.tls is None

    def test_secrets_come_from_variables_or_files(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text(" with spaces \n")

        options = mqtt_options(
            {"MQTT_USERNAME": "me", "MQTT_PASSWORD_FILE": str(secret)}
        )

        assert (options.username, options.password) == ("me", " with spaces ")

    def test_a_secret_that_cannot_be_read_is_told(self, tmp_path: Path) -> None:
        binary = tmp_path / "binary"
        binary.write_bytes(b"\xff")

        with pytest.raises(SettingsError) as caught:
            mqtt_options(
                {
                    "MQTT_USERNAME_FILE": str(tmp_path / "none"),
                    "MQTT_PASSWORD_FILE": str(binary),
                }
            )

        assert len(caught.value.problems) == 2

    def test_tls_is_used_where_it_is_asked_for(self) -> None:
        options = mqtt_options({"MQTT_TLS": "true", "MQTT_TLS_CA": "/ca.pem"})

        assert options.tls is not None
        assert (options.tls.ca, options.tls.cert, options.tls.key) == (
            "/ca.pem",
            None,
            None,
        )

    def test_an_unreadable_flag_does_not_mean_no_tls(self) -> None:
        with pytest.raises(SettingsError, match="MQTT_TLS"):
            mqtt_options({"MQTT_TLS": "ja"})
