"""Quirks of boots, of what follows them, and of calls that are never answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.events import Ready
from connector.csms.options import StationOptions
from connector.errors import CallErrorReceived, CommandTimeout
from connector.tests.csms.conftest import NAME, Harness, settle
from connector.tests.quirks.bench import shown

Start = Callable[..., Any]
Json = dict[str, Any]
NO = CallErrorReceived("NotImplemented")


# -- 16: no boot


async def test_a_station_that_reconnects_without_a_boot_is_asked_for_it(
    system: Harness,
) -> None:
    """Row 16: BootNotification not sent on reconnect (Wallbox 6.x, others)."""
    end = await system.connect(boots=True)
    await end.leave()
    end = await system.connect()
    await end.status("Charging")
    await system.advance(10)
    assert end.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    await end.boot()
    assert len(end.asked("GetConfiguration")) == 1


@pytest.mark.parametrize("answer", [{"status": "Rejected"}, {"status": "Accepted"}, NO])
async def test_a_station_that_never_boots_is_served_all_the_same(
    system: Harness, answer: Any
) -> None:
    """Row 16: BootNotification not sent on reconnect (go on anyway)."""
    system.hear(Ready)
    end = await system.connect(TriggerMessage=answer)
    assert await end.status("Charging") == {}
    assert (await end.start())["idTagInfo"] == {"status": "Accepted"}
    await system.advance(10)
    await system.advance(60)
    assert len(end.asked("GetConfiguration")) == 1
    assert len(system.events) == 1
    assert shown(system)["0__connected"] is True


# -- 17, 18: setup


class Slow:
    """A station that answers when the test says so."""

    def __init__(self, answer: Json | None = None) -> None:
        self.release = asyncio.Event()
        self._answer = answer or {}

    async def answer(self, payload: Json) -> Json:
        await self.release.wait()
        return self._answer


async def test_boots_that_come_faster_than_the_setup_leave_one_setup(
    system: Harness,
) -> None:
    """Row 17: reboot loops faster than setup."""
    system.hear(Ready)
    slow = Slow()
    end = await system.connect(GetConfiguration=slow.answer)
    for _ in range(50):
        assert (await end.boot())["status"] == "Accepted"
        await system.advance(0.1)
    assert len(setups(system)) == 1
    slow.release.set()
    await settle()
    assert setups(system) == []
    assert len(system.events) == 1
    keys = [payload["key"] for payload in end.asked("ChangeConfiguration")]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_station_that_reconnects_and_boots_all_the_time_is_served(
    start: Start, leaves: bool
) -> None:
    """Row 17: reboot loops faster than setup (and reconnects)."""
    system = await start(stations={NAME: StationOptions(), "Other": StationOptions()})
    other = await system.connect("Other", boots=True)
    await settle()
    tasks, timers = len(asyncio.all_tasks()), waiting_timers(system)
    slow = Slow()
    for _ in range(50):
        end = await system.connect(GetConfiguration=slow.answer)
        assert (await end.boot())["status"] == "Accepted"
        assert await other.say("Heartbeat")
        assert len(setups(system)) == 1
        if leaves:
            await end.leave()
        await system.advance(0.1)
    last = await system.connect(GetConfiguration=slow.answer)
    assert (await last.boot())["status"] == "Accepted"
    assert len(setups(system)) == 1
    assert shown(system)["0__reconnects"] == 50
    assert shown(system, "Other")["0__reconnects"] == 0
    assert len(other.calls) == len(set(map(str, other.calls)))
    assert await other.say("Heartbeat")
    slow.release.set()
    await last.leave()
    await system.advance(120)
    ours = [task for end in system.ends for task in end.tasks if not task.done()]
    assert len(asyncio.all_tasks()) - len(ours) <= tasks
    assert waiting_timers(system) <= timers + 1


def setups(system: Harness) -> list[asyncio.Task[Any]]:
    """The tasks that configure the station now."""
    name = f"{NAME} setup"
    return [task for task in asyncio.all_tasks() if task.get_name() == name]


def waiting_timers(system: Harness) -> int:
    return sum(not timer.is_cancelled for _, _, timer in system.clock._timers)


@pytest.mark.parametrize("boots", [True, False])
async def test_a_setup_that_a_lost_link_ended_begins_again(
    system: Harness, boots: bool
) -> None:
    """Row 18: setup cancelled by disconnect."""
    system.hear(Ready)
    slow = Slow()
    end = await system.connect(boots=True, GetConfiguration=slow.answer)
    await end.leave()
    assert setups(system) == []
    assert system.events == []
    end = await system.connect(boots=boots, TriggerMessage={"status": "Rejected"})
    await system.advance(10)
    assert len(end.asked("GetConfiguration")) == 1
    assert end.asked("ChangeConfiguration")
    assert len(system.events) == 1
    slow.release.set()


# -- 19, 20, 21: calls


async def test_a_slow_station_may_have_its_own_timeout(start: Start) -> None:
    """Row 19: answers take > 30 s (Mennekes 60 s)."""
    options = {NAME: StationOptions(call_timeout_s=60), "Other": StationOptions()}
    system = await start(stations=options, call_timeout_s=0.05)
    slow = Slow({"status": "Accepted"})
    for identity in options:
        await system.connect(identity, Reset=slow.answer)
    patient = asyncio.create_task(system.station().call("Reset", {"type": "Soft"}))
    async with asyncio.timeout(10):
        with pytest.raises(CommandTimeout):
            await system.station("Other").call("Reset", {"type": "Soft"})
        assert not patient.done()
        slow.release.set()
        assert await patient == {"status": "Accepted"}


async def test_a_station_that_never_answers_holds_up_nothing_for_ever(
    start: Start,
) -> None:
    """Row 20: charger accepts a request and never answers."""
    system = await start(call_timeout_s=0.05)
    slow = Slow()
    end = await system.connect(
        UnlockConnector={"status": "Unlocked"}, Reset=slow.answer
    )
    station = system.station()
    # Its session would answer our calls one after the other; only this one hangs.
    stuck = asyncio.create_task(station.call("Reset", {"type": "Soft"}))
    waiting = asyncio.create_task(
        station.call("UnlockConnector", {"connectorId": 1}, timeout_s=10)
    )
    await settle()
    assert end.calls == [("Reset", {"type": "Soft"})]
    async with asyncio.timeout(10):
        with pytest.raises(CommandTimeout):
            await stuck
        slow.release.set()
        assert await waiting == {"status": "Unlocked"}
    assert await end.say("Heartbeat")


async def test_a_handler_may_call_the_station_that_it_answers(system: Harness) -> None:
    """Row 21: command issued from inside a handler deadlocks."""

    async def handle(station: Any, call: Any) -> Any:
        answer = await station.call("Reset", {"type": "Soft"})
        return {"status": answer["status"]}

    system.central.reception.of_16["DataTransfer"] = handle
    end = await system.connect()
    async with asyncio.timeout(10):
        answer = await end.say("DataTransfer", vendorId="V")
    assert answer == {"status": "Accepted"}
    assert end.asked("Reset") == [{"type": "Soft"}]
