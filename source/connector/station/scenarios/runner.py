"""Runs scenarios at any number of stations; each has a fresh station of its plan."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from connector.station.assembly.plan import StationPlan
from connector.station.assembly.station import Station
from connector.station.driving.driver import Driver
from connector.station.driving.watching import quiet, until
from connector.station.model import EvseModel, StationModel
from connector.station.scenarios.attempt import Attempt, StepFailed
from connector.station.scenarios.desk import Desk
from connector.station.scenarios.file_server import FileServer
from connector.station.scenarios.matching import Names
from connector.station.scenarios.naming import unbound
from connector.station.scenarios.record import Record
from connector.station.scenarios.results import Outcome, Result
from connector.station.scenarios.scenario import Scenario
from connector.station.scenarios.shelf import Choice

_TIDIES_WITHIN_S = 5.0
StationOf = Callable[[StationPlan, Record], Station]


def _station(plan: StationPlan, observer: Record) -> Station:
    return Station(plan, observer=observer)


@dataclass(frozen=True, slots=True)
class RunnerOptions:
    """How scenarios are run; ``parameters`` are known to them under their names.

    ``has_fixed_model``: the plan's EVSEs are what they are, a scenario that needs more
    is skipped. ``per_s`` is how many stations begin in a second; 0: all at once.
    """

    id_tag: str = "TAG1"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    boots_within_s: float = 30.0
    within_s: float = 30.0
    has_fixed_model: bool = False
    per_s: float = 0.0
    station: StationOf = _station


async def run(
    plans: Sequence[StationPlan],
    choices: Sequence[Choice],
    desk: Desk,
    options: RunnerOptions,
    on_result: Callable[[Result], None],
) -> None:
    """Run them all; every station goes through all of them, one after another."""
    async with FileServer() as files, asyncio.TaskGroup() as tasks:
        for plan in plans:
            runner = _Runner(plan, desk, options, files)
            tasks.create_task(runner.run(choices, on_result))
            if options.per_s:
                await asyncio.sleep(1 / options.per_s)


class _Runner:
    """The scenarios of one station."""

    def __init__(
        self, plan: StationPlan, desk: Desk, options: RunnerOptions, files: FileServer
    ) -> None:
        client = replace(plan.client, shows_frames=True)
        self._usual = self._plan = replace(plan, client=client)
        self._desk = desk
        self._options = options
        self._files = files
        self._usual_version = self._version = ""
        if len(client.subprotocols) == 1:
            self._usual_version = client.subprotocols[0]
        self._refused: set[str] = set()
        """Versions that the central system does not speak."""

    async def run(
        self, choices: Sequence[Choice], on_result: Callable[[Result], None]
    ) -> None:
        """All of them."""
        for choice in choices:
            begun = time.monotonic()
            outcome, reason, scenario, failed = await self._one(choice)
            on_result(
                Result(
                    choice.name if scenario is None else scenario.name,
                    (scenario or choice.scenarios[0]).file,
                    self._plan.identity,
                    self._version.removeprefix("ocpp"),
                    outcome,
                    round(time.monotonic() - begun, 3),
                    reason,
                    failed.line if failed else None,
                    failed.step if failed else None,
                )
            )

    async def _one(
        self, choice: Choice
    ) -> tuple[Outcome, str, Scenario | None, StepFailed | None]:
        if not self._usual_version:
            self._usual_version = await self._find_version(self._usual)
        self._plan, self._version = self._usual, self._usual_version
        if not self._version:
            reason = f"no connection to {self._plan.client.endpoint.url}"
            return Outcome.FAILED, reason, None, None
        scenario = await self._fitting(choice)
        if scenario is None:
            known = " or ".join(sorted(choice.versions))
            reason = f"not for {self._version}, but for {known}"
            return Outcome.SKIPPED, reason, None, None
        has_evses = len(self._plan.model.evses) >= scenario.evses
        if self._options.has_fixed_model and not has_evses:
            reason = f"it needs {scenario.evses} EVSEs"
            return Outcome.SKIPPED, reason, scenario, None
        try:
            await self._play(scenario)
        except StepFailed as problem:
            return Outcome.FAILED, problem.reason, scenario, problem
        return Outcome.PASSED, "", scenario, None

    async def _fitting(self, choice: Choice) -> Scenario | None:
        """For the version that is spoken, else for one that both ends speak, too."""
        scenario = choice.for_version(self._version)
        others = [
            each
            for each in self._usual.client.subprotocols
            if each in choice.versions and each not in self._refused
        ]
        for each in others if scenario is None else ():
            client = replace(self._usual.client, subprotocols=(each,))
            plan = replace(self._usual, client=client)
            if await self._find_version(plan):
                self._plan, self._version = plan, each
                return choice.for_version(each)
            self._refused.add(each)
        return scenario

    async def _find_version(self, plan: StationPlan) -> str:
        """Connect once, to see what the central system speaks; empty: nothing."""
        record = Record()
        station = self._options.station(plan, record)
        living = asyncio.create_task(station.run())
        try:
            within_s = self._options.boots_within_s
            await until(station, lambda: bool(station.client.version_number), within_s)
            found = station.client.version_number
        finally:
            await _end(living)
        return f"ocpp{found}" if found else ""

    async def _play(self, scenario: Scenario) -> None:
        """One of them, at a station that has never been switched on.

        Raises:
            StepFailed: a step did not go as it should have.
        """
        with tempfile.TemporaryDirectory(prefix="station-") as folder:
            kept = Path(folder) if scenario.needs_disk else None
            record = Record()
            station = self._options.station(self._fitted(scenario, kept), record)
            living = asyncio.create_task(station.run())
            try:
                await self._attempt(scenario, station, record)
            finally:
                await _tidy(station)
                await _end(living)

    async def _attempt(
        self, scenario: Scenario, station: Station, record: Record
    ) -> None:
        known = self._known(scenario)
        missing = unbound(scenario, known)
        if missing is not None:
            name, line = missing
            reason = f"nothing gives ${{{name}}} a value, expected it in parameters"
            raise StepFailed(f"{reason}, or with --set {name}=..", line, "names")
        if scenario.waits_for_boot:
            await self._boot(station)
        names = Names(known, station.clock.now_ms)
        driver = Driver(station, self._options.id_tag)
        within_s = self._options.within_s
        attempt = Attempt(driver, record, self._desk, names, within_s)
        await attempt.run(scenario.steps)

    async def _boot(self, station: Station) -> None:
        within_s = self._options.boots_within_s
        if await until(station, lambda: station.client.is_accepted, within_s):
            await quiet(station, within_s)
            return
        status = station.client.boot_status or "nothing"
        reason = f"the boot was answered with {status}, expected Accepted"
        if not station.client.is_connected:
            reason = f"no connection to {self._plan.client.endpoint.url}"
        raise StepFailed(f"{reason}, within {within_s:g} s", 1, "boot")

    def _known(self, scenario: Scenario) -> dict[str, Any]:
        return {
            "id": self._plan.identity,
            "id_tag": self._options.id_tag,
            "firmware_url": self._files.firmware_url,
            "upload_url": self._files.upload_url,
            **scenario.parameters,
            **self._options.parameters,
        }

    def _fitted(self, scenario: Scenario, folder: Path | None) -> StationPlan:
        plan = self._plan
        client = replace(plan.client, is_durable=False)
        return replace(
            plan,
            model=_with_evses(plan.model, scenario.evses),
            client=client,
            variables={**plan.variables, **scenario.variables},
            folder=folder,
        )


def _with_evses(model: StationModel, count: int) -> StationModel:
    """At least so many."""
    missing = range(len(model.evses) + 1, count + 1)
    return replace(model, evses=(*model.evses, *(EvseModel(n) for n in missing)))


async def _tidy(station: Station) -> None:
    """Vehicles leave, and the central system hears of it."""
    outlets = getattr(station.plant.hardware, "outlets", {})
    for number, outlet in outlets.items():
        if outlet.vehicle is not None:
            station.plant.hardware.unplug(number)  # type: ignore[attr-defined]
    station.touch()
    if station.has_power:
        await quiet(station, _TIDIES_WITHIN_S)


async def _end(living: asyncio.Task[None]) -> None:
    living.cancel()
    await asyncio.wait({living})
    if not living.cancelled():
        living.result()
