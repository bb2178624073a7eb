"""A broker of `run.sh` that ends: how often it is started, and what is said then."""

from __future__ import annotations

import asyncio
import socket
import sys
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
def two_new_starts(local: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_PAUSES_S", (0, 0))


def broken(local: ModuleType, tmp_path: Path) -> object:
    """One that notes each start, and ends."""
    note = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')"
    return local.BrokerPlan([sys.executable, "-c", f"{note}; raise SystemExit(4)"])


async def test_it_is_given_up_with_what_helps(
    local: ModuleType, settings: Settings, tmp_path: Path
) -> None:
    plan = broken(local, tmp_path)
    children = local.Children()
    await children.start("broker", *plan.command)
    await children.start("connector", "/bin/sleep", "60")

    with pytest.raises(local.CannotStart) as caught:
        await local.first_end(children, settings, plan)
    codes = await children.stop()

    assert (tmp_path / "starts").read_text() == "xxx"
    assert "ended 3 times, the last time with exit code 4" in str(caught.value)
    assert f"start a broker at localhost:{settings.mqtt_broker_port}" in str(
        caught.value
    )
    assert "MQTT_BROKER_HOST and MQTT_BROKER_PORT" in str(caught.value)
    assert codes == {"connector": -15, "broker": 4}


async def test_one_that_ran_for_long_has_all_its_starts_again(
    local: ModuleType,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fifth = asyncio.Event()
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        if len(told) == 5:
            fifth.set()

    monkeypatch.setattr(local, "say", say)
    monkeypatch.setattr(local, "_STEADY_S", -1)
    plan = broken(local, tmp_path)
    children = local.Children()
    await children.start("broker", *plan.command)
    keeping = asyncio.create_task(local.keep_broker(children, settings, plan))

    async with asyncio.timeout(20):
        await fifth.wait()

    assert not keeping.done()
    keeping.cancel()
    await asyncio.wait({keeping})
    await children.stop()


async def test_another_that_answers_meanwhile_is_used(
    local: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = load({"MQTT_BROKER_PORT": str(other.getsockname()[1])})
        plan = broken(local, tmp_path)
        children = local.Children()
        await children.start("broker", *plan.command)
        await local.keep_broker(children, settings, plan)

    assert (tmp_path / "starts").read_text() == "x"


async def test_the_end_of_the_connector_is_told_while_the_broker_is_away(
    local: ModuleType,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "_PAUSES_S", (3600,))
    plan = broken(local, tmp_path)
    children = local.Children()
    await children.start("broker", *plan.command)
    await children.start("connector", sys.executable, "-c", "raise SystemExit(3)")

    async with asyncio.timeout(20):
        assert await local.first_end(children, settings, plan) == ("connector", 3)
