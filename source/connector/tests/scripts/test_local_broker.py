"""Where `run.sh` gets a broker from."""

from __future__ import annotations

import socket
from pathlib import Path
from types import ModuleType

import pytest

from connector.settings import Settings, load
from connector.tests.ports import free_port

pytestmark = pytest.mark.repository


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load({"MQTT_BROKER_PORT": str(free_port())})


@pytest.fixture(autouse=True)
def nothing_is_here(local: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_mosquitto", lambda: None)
    monkeypatch.setattr(local, "install_mosquitto", lambda: None)
    monkeypatch.setattr(local, "find_engine", lambda: None)


def test_one_that_answers_is_used(
    local: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as broker:
        port = broker.getsockname()[1]
        settings = load({"MQTT_BROKER_PORT": str(port)})

        assert local.plan_broker(settings, tmp_path) is None


def test_one_of_another_machine_is_waited_for(
    local: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(local, "answers", lambda *_: False)
    settings = load({"MQTT_BROKER_HOST": "192.0.2.1"})

    assert local.plan_broker(settings, tmp_path) is None


def test_the_binary_comes_first(
    local: ModuleType,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "find_mosquitto", lambda: "/usr/sbin/mosquitto")
    monkeypatch.setattr(local, "find_engine", lambda: "/usr/bin/docker")

    command = local.plan_broker(settings, tmp_path).command

    config = tmp_path / "mosquitto.conf"
    assert command == ["/usr/sbin/mosquitto", "-c", str(config)]
    assert f"listener {settings.mqtt_broker_port} 127.0.0.1\n" in config.read_text()


def test_then_the_distributions_package(
    local: ModuleType,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(local, "install_mosquitto", lambda: installed.append("here"))
    monkeypatch.setattr(local, "find_mosquitto", lambda: next(iter(installed), None))

    command = local.plan_broker(settings, tmp_path).command

    assert command[0] == "here"


def test_then_the_container_image(
    local: ModuleType,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "find_engine", lambda: "/usr/bin/docker")

    command = local.plan_broker(settings, tmp_path).command

    assert command[:3] == ["/usr/bin/docker", "run", "--rm"]
    assert f"127.0.0.1:{settings.mqtt_broker_port}:1883" in command
    assert command[-1] == "eclipse-mosquitto:2"


def test_else_the_three_ways_are_named(
    local: ModuleType, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(local.CannotStart) as caught:
        local.plan_broker(settings, tmp_path)

    text = str(caught.value)
    assert f"localhost:{settings.mqtt_broker_port}" in text
    assert "apt install mosquitto" in text
    assert "sudo" in text
    assert "eclipse-mosquitto:2" in text


def test_ours_is_no_stand_in_for_one_with_tls(
    local: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load({"MQTT_BROKER_PORT": str(free_port()), "MQTT_TLS": "TRUE"})

    with pytest.raises(local.CannotStart, match="ours has no TLS"):
        local.plan_broker(settings, tmp_path)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.5.5.5", "127.5.5.5"),
        ("192.0.2.1", None),
        ("not a host", None),
    ],
)
def test_an_address_is_ours_if_it_can_be_bound(
    local: ModuleType, host: str, address: str | None
) -> None:
    assert local.own_address(host) == address
