"""Scenarios at our own central system, which a desk in this process drives."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connector.station.assembly import StationPlan
from connector.station.client.options import ClientOptions, Endpoint
from connector.station.model import StationModel
from connector.station.scenarios import RunnerOptions, Scenario
from connector.station.scenarios.desk import DeskProblem
from connector.station.scenarios.reading import read_text
from connector.station.scenarios.results import Result
from connector.station.scenarios.runner import run
from connector.station.scenarios.scenario import Ask
from connector.station.scenarios.shelf import Choice
from connector.tests.both_ends.central import CentralEnd

DONE = ("accepted", "rejected", "error")


class Desk:
    """Somebody at the central system, as quick as a machine."""

    patience_s = 0.0

    def __init__(self, central: CentralEnd) -> None:
        self._central = central

    async def ask(self, identity: str, ask: Ask) -> None:
        call = {"action": ask.action, "payload": dict(ask.payload)}
        outcome = await self._central.order(identity, "call", call, "0")
        if outcome.outcome not in DONE:
            raise DeskProblem(f"{outcome.outcome}: {outcome.detail}")


@asynccontextmanager
async def central_end(folder: Path) -> AsyncIterator[CentralEnd]:
    central = CentralEnd(folder)
    await central.open()
    try:
        yield central
    finally:
        await central.close()


def plan(
    central: CentralEnd | None, identity: str = "CP1", *versions: str
) -> StationPlan:
    port = central._websocket.port if central else 9
    endpoint = Endpoint(f"ws://127.0.0.1:{port}/")
    return StationPlan(
        StationModel(identity),
        ClientOptions(endpoint, versions or ("ocpp1.6",)),
        seed=1,
    )


def scenario(steps: str, **members: Any) -> Scenario:
    """One of some lines of YAML."""
    head = "".join(f"{name}: {value}\n" for name, value in members.items())
    return read_text(f"name: a test\n{head}steps:\n{steps}", "test.yaml")


async def played(
    central: CentralEnd | None, found: Scenario, *versions: str, **options: Any
) -> Result:
    """What becomes of it."""
    results: list[Result] = []
    choice = Choice(found.name, (found,))
    desk = options.pop("desk", None) or Desk(central)  # type: ignore[arg-type]
    station = options.pop("plan", None) or plan(central, "CP1", *versions)
    await run([station], [choice], desk, RunnerOptions(**options), results.append)
    [result] = results
    return result
