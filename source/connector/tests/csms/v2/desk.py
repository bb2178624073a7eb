"""Commands for stations of 2.x at memory links, from the value to the outcome."""

from __future__ import annotations

from typing import Any

from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.outcomes import Outcome
from connector.datapoints.profile_template import ProfileTemplate
from connector.tests.csms.conftest import NAME, Harness, settle


async def command(
    system: Harness,
    name: str,
    value: object,
    where: str = "0",
    station: str = NAME,
) -> Outcome:
    """The outcome of a command that needs no limits."""
    blocks = system.central.blocks
    context = Context(None, "remote", ProfileTemplate(), blocks)  # type: ignore[arg-type]
    stations = system.central.stations
    commands = Commands(stations, context, system.clock, system.facts.append)
    outcome = await commands.execute(Order(station, where, name, value))
    await settle()
    return outcome


async def run(
    system: Harness, action: str, payload: dict[str, Any], station: str = NAME
) -> Outcome:
    """The outcome of an action that is called as it is."""
    call = {"action": action, "payload": payload}
    return await command(system, "call", call, station=station)
