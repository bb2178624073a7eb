"""Stations that run: by hand, from a pipe, by themselves; until a signal ends them."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli.exits import Exit
from connector.cli.problems import UsageProblem
from connector.cli.station_health import told
from connector.cli.station_lock import held
from connector.cli.station_options import HardwareOptions, StationOptions, plan_of

if TYPE_CHECKING:
    from connector.cli.station_lines import Answers
    from connector.sessions.options import Observer
    from connector.station.assembly import Station, StationPlan
    from connector.station.assembly.plant import PlantOf
    from connector.station.driving.fleet import Fleet
    from connector.station.driving.visits import Habits
    from connector.station.josev.options import JosevOptions

Json = dict[str, Any]
StationOf = Callable[["StationPlan", "Observer | None"], "Station"]


@dataclass(frozen=True, slots=True)
class Manner:
    """How many stations there are, and how they are driven; times in s."""

    id_tag: str = "TAG1"
    count: int = 1
    per_s: float = 50.0
    is_auto: bool = False
    stay_s: float = 1800.0
    away_s: float = 300.0
    as_json: bool = False

    def habits(self) -> Habits | None:
        """Of drivers who come by themselves."""
        from connector.station.driving.visits import Habits  # noqa: PLC0415

        if not self.is_auto:
            return None
        first_s = min(self.away_s / 3, 100.0)
        return Habits(self.id_tag, self.stay_s, self.away_s, first_within_s=first_s)


@asynccontextmanager
async def hardware(
    options: HardwareOptions | None, josev: JosevOptions | None = None
) -> AsyncIterator[StationOf]:
    """What makes stations, with simulated hardware or with that on MQTT.

    Either may have Josev before it.
    """
    from connector.station.assembly import Station  # noqa: PLC0415

    async with _plant(options) as plant:
        if josev is None:
            yield lambda plan, watch: Station(plan, plant=plant, observer=watch)
            return
        async with _bridged(josev, plant) as station:
            yield station


@asynccontextmanager
async def _plant(options: HardwareOptions | None) -> AsyncIterator[PlantOf]:
    from connector.station.assembly.plant import Simulated  # noqa: PLC0415

    if options is None:
        yield Simulated
        return
    from connector.mqtt import MqttOptions  # noqa: PLC0415
    from connector.station.assembly import mqtt  # noqa: PLC0415

    more = MqttOptions(username=options.username, password=options.password)
    try:
        topics, units = mqtt.Topics(options.prefix), mqtt.Units(options.compat)
        bus = mqtt.Bus(options.host, options.port, topics, more)
    except ValueError as problem:
        raise UsageProblem(f"--hardware-mqtt: {problem}") from None
    await bus.start()
    try:
        yield mqtt.plant_on(bus, units)
    finally:
        await bus.stop()


@asynccontextmanager
async def _bridged(options: JosevOptions, plant: PlantOf) -> AsyncIterator[StationOf]:
    """Who logs in is who logs in at the broker of the hardware."""
    from connector.mqtt import MqttOptions  # noqa: PLC0415
    from connector.settings.station_side import broker_login  # noqa: PLC0415
    from connector.station.assembly.josev import bridged  # noqa: PLC0415
    from connector.station.josev.bus import JosevBus  # noqa: PLC0415

    username, password = broker_login()
    more = MqttOptions(username=username, password=password)
    bus = JosevBus(options.host, options.port, more)
    await bus.start()
    try:
        yield lambda plan, watch: bridged(plan, bus, options, plant, observer=watch)
    finally:
        await bus.stop()


def _check_bridge(josev: JosevOptions | None, count: int) -> None:
    if josev is not None and count > 1 and "{identity}" not in josev.prefix:
        raise UsageProblem("--count: expected josev.prefix with {identity} in it")


async def serve(
    options: StationOptions,
    manner: Manner,
    *,
    observer: Observer | None = None,
    instead: Callable[[Fleet], Coroutine[Any, Any, None]] | None = None,
    health: Path | None = None,
) -> Exit:
    """Run the stations until a signal, or until whoever drives them says `quit`.

    ``instead`` drives them, not lines from standard input. ``health`` is a file that
    says how they are.
    """
    from connector.cli.station_lines import Answers  # noqa: PLC0415
    from connector.station.assembly import numbered  # noqa: PLC0415
    from connector.station.driving import Driver, garbage  # noqa: PLC0415
    from connector.station.driving.fleet import Fleet  # noqa: PLC0415

    answers = Answers(as_json=manner.as_json)
    plan = plan_of(options)
    if manner.is_auto and options.hardware is not None:
        raise UsageProblem("--auto: expected simulated hardware, not --hardware-mqtt")
    _check_bridge(plan.josev, manner.count)
    with held(options.folder):
        async with hardware(options.hardware, plan.josev) as station:
            plans = numbered(plan, manner.count)
            drivers = [Driver(station(each, observer), manner.id_tag) for each in plans]
            if manner.count >= garbage.MANY:
                garbage.expect_many()
            fleet = Fleet(drivers, per_s=manner.per_s, habits=manner.habits())
            async with fleet:
                work = instead or (lambda fleet: _drive(fleet, answers, manner))
                async with told(fleet, health):
                    await until_stopped(work(fleet), fleet.failed)
    return Exit.NO if answers.failures or fleet.failed.is_set() else Exit.DONE


async def _drive(fleet: Fleet, answers: Answers, manner: Manner) -> None:
    """Lines as long as there are some; where nobody can type, for ever."""
    from connector.cli.station_lines import drive, standard_input  # noqa: PLC0415

    if not has_lines():
        await asyncio.Event().wait()
    await drive(fleet, standard_input(), answers, waits=not manner.is_auto)
    if manner.is_auto and not answers.has_quit:
        await asyncio.Event().wait()


def has_lines() -> bool:
    """Whether standard input is a terminal, a pipe or a file, and not nothing."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    is_some = stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
    return is_some or sys.stdin.isatty()


async def until_stopped(
    work: Coroutine[Any, Any, Any], failed: asyncio.Event | None = None
) -> bool:
    """Until it is done, or a signal or a failure ends it; whether it is done."""
    stop = failed or asyncio.Event()
    was_stopped = False
    loop = asyncio.get_running_loop()

    def end() -> None:
        nonlocal was_stopped
        was_stopped = True
        stopped.cancel()

    working = asyncio.create_task(work, name="drive")
    stopped = asyncio.create_task(stop.wait(), name="stop")
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        for task in (working, stopped):
            task.cancel()
        await asyncio.wait({working, stopped})
    if not working.cancelled():
        working.result()
    return not was_stopped and not working.cancelled()
