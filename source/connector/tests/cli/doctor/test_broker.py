"""What `doctor` finds out at a broker."""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

import pytest

from connector.cli.doctor.broker import pace_of
from connector.mqtt import MqttOptions
from connector.mqtt.diagnosis import Place, visiting
from connector.tests.broker import Broker
from connector.tests.cli.doctor.conftest import Doctor
from connector.tests.mqtt.small_broker import SmallBroker

pytestmark = pytest.mark.broker

V311 = 4


def started(folder: Path, *lines: str, anonymous: bool = True) -> Broker:
    broker = Broker(folder, *lines, anonymous=anonymous)
    broker.start()
    return broker


def passwords(folder: Path) -> str:
    """A file that knows `me`."""
    file = folder / "passwords"
    words = ["mosquitto_passwd", "-b", "-c", str(file), "me", "right"]
    subprocess.run(words, check=True, capture_output=True)
    return f"password_file {file}"


def test_a_broker_that_lets_us_do_all_is_fine(broker: Broker, doctor: Doctor) -> None:
    visit = doctor(MQTT_BROKER_PORT=str(broker.port), HOME_ASSISTANT="TRUE")

    found = {each["verdict"] for each in visit.ended.json if each["area"] == "broker"}
    assert found == {"ok"}
    assert "MQTT 5" in visit.of("broker", "connection")["found"]
    assert visit.of("broker", "round trip")


@pytest.mark.parametrize(
    ("password", "verdict"), [("right", "ok"), ("wrong", "bad"), (None, "bad")]
)
def test_a_login_is_right_or_wrong(
    tmp_path: Path, doctor: Doctor, password: str | None, verdict: str
) -> None:
    broker = started(tmp_path, passwords(tmp_path), anonymous=False)
    login = {"MQTT_USERNAME": "me", "MQTT_PASSWORD": password} if password else {}

    visit = doctor(MQTT_BROKER_PORT=str(broker.port), **login)
    broker.stop()

    found = visit.of("broker", "connection")
    assert found["verdict"] == verdict
    assert ("MQTT_USERNAME" in found["advice"]) is (verdict == "bad")


def test_a_broker_that_lets_everybody_in_beside_us_is_pointed_out(
    tmp_path: Path, doctor: Doctor
) -> None:
    broker = started(tmp_path, passwords(tmp_path))

    visit = doctor(
        MQTT_BROKER_PORT=str(broker.port), MQTT_USERNAME="me", MQTT_PASSWORD="right"
    )
    broker.stop()

    assert visit.verdict("broker", "strangers") == "warn"


def test_topics_that_are_forbidden_are_named(tmp_path: Path, doctor: Doctor) -> None:
    rules = tmp_path / "acl"
    rules.write_text(
        "topic readwrite ocpp-connector/bridge/#\ntopic write ocpp-connector/events/#\n"
    )
    broker = started(tmp_path, f"acl_file {rules}")

    visit = doctor(MQTT_BROKER_PORT=str(broker.port), HOME_ASSISTANT="TRUE")
    broker.stop()

    assert visit.verdict("broker", "ocpp-connector/bridge/+") == "ok"
    refused = visit.of("broker", "ocpp-connector/stations/#")
    assert (refused["verdict"], "Not authorized" in refused["found"]) == ("bad", True)
    lost = visit.of("broker", "ocpp-connector/events/+")
    assert (lost["verdict"], "come back" in lost["found"]) == ("bad", True)
    assert visit.verdict("broker", "homeassistant/device/ocpp-connector/") == "bad"


def test_a_forbidden_discovery_prefix_and_forbidden_reading_are_named(
    tmp_path: Path, doctor: Doctor
) -> None:
    rules = tmp_path / "acl"
    rules.write_text(
        "topic readwrite ocpp-connector/bridge/#\n"
        "topic write ocpp-connector/stations/+/+/+/set\n"
        "topic read homeassistant/status\ntopic read homeassistant/device/#\n"
    )
    broker = started(tmp_path, f"acl_file {rules}")

    visit = doctor(MQTT_BROKER_PORT=str(broker.port), HOME_ASSISTANT="TRUE")
    broker.stop()

    assert visit.verdict("broker", "homeassistant/status") == "ok"
    told = visit.of("broker", "homeassistant/device/ocpp-connector/")
    assert (told["verdict"], "published" in told["found"]) == ("bad", True)
    # This broker takes the subscription, and delivers nothing.
    unread = visit.of("broker", "ocpp-connector/stations/+/+/+/set")
    assert (unread["verdict"], "come back" in unread["found"]) == ("bad", True)
    untried = visit.of("broker", "ocpp-connector/datapoint_map")
    assert "was not tried" in untried["found"]


def test_what_the_how_to_of_home_assistant_allows_is_enough(
    tmp_path: Path, doctor: Doctor
) -> None:
    rules = tmp_path / "acl"
    rules.write_text(
        "topic readwrite ocpp-connector/#\ntopic read homeassistant/status\n"
        "topic readwrite homeassistant/device/ocpp-connector/#\n"
    )
    broker = started(tmp_path, f"acl_file {rules}")

    visit = doctor(MQTT_BROKER_PORT=str(broker.port), HOME_ASSISTANT="TRUE")
    broker.stop()

    found = {each["verdict"] for each in visit.ended.json if each["area"] == "broker"}
    assert found == {"ok"}


def test_an_old_broker_is_visited_in_3_1_1() -> None:
    def answer(level: int, peer: socket.socket) -> bool:
        is_old = level == V311
        peer.sendall(b"\x20\x02\x00" + (b"\x00" if is_old else b"\x01"))
        return is_old

    broker = SmallBroker(answer)
    with visiting(Place("127.0.0.1", broker.port), MqttOptions()) as visit:
        is_v5 = visit.is_v5
    broker.close()

    assert not is_v5


def test_a_host_without_an_address_ends_the_look(doctor: Doctor) -> None:
    visit = doctor(MQTT_BROKER_HOST="no-such-host.invalid")

    assert visit.verdict("broker", "name") == "bad"


def test_something_that_hangs_up_is_no_broker(doctor: Doctor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()

        visit = doctor(MQTT_BROKER_PORT=str(server.getsockname()[1]))

    assert visit.verdict("broker", "connection") == "bad"


def _hang_up(server: socket.socket) -> None:
    for _ in range(2):
        server.accept()[0].close()


@pytest.mark.parametrize(
    ("single", "several", "verdict"),
    [
        ([0.3] * 8, [0.6] * 8, "ok"),
        ([0.3] * 8, [0.6] * 5 + [43.0] * 3, "warn"),
        ([60.0] * 8, [62.0] * 8, "ok"),
        ([700.0] * 8, [710.0] * 8, "warn"),
        ([0.3] * 7 + [None], [0.6] * 8, "bad"),
    ],
)
def test_small_messages_that_are_held_back_show(
    single: list, several: list, verdict: str
) -> None:
    assert pace_of(single, several).verdict.word == verdict
