"""`ocpp-connector station --scenario`: runs them, and says what became of each."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli.exits import Exit
from connector.cli.problems import UsageProblem
from connector.cli.station_options import StationOptions, plan_of
from connector.cli.station_serving import Manner, hardware, until_stopped

if TYPE_CHECKING:
    from connector.station.scenarios import Choice, Result, RunnerOptions
    from connector.station.scenarios.desk import Desk


@dataclass(frozen=True, slots=True)
class ScenarioOptions:
    """Which scenarios, and who makes the central system do its part."""

    wanted: Sequence[str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    junit: Path | None = None
    api_url: str | None = None
    token_file: Path | None = None
    patience_s: float = 300.0
    within_s: float = 30.0


class Report:
    """Says each result as it comes; keeps them for the document at the end."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._as_json = as_json
        self._total = total
        self.results: list[Result] = []

    def begin(self) -> None:
        """How many there will be."""
        from connector.station.scenarios.results import TAP_VERSION  # noqa: PLC0415

        if not self._as_json:
            _say(TAP_VERSION, f"1..{self._total}")

    def take(self, result: Result) -> None:
        """One more."""
        from connector.station.scenarios.results import json_line, tap  # noqa: PLC0415

        self.results.append(result)
        if self._as_json:
            _say(json_line(result))
        else:
            _say(*tap(result, len(self.results)))

    @property
    def is_good(self) -> bool:
        """Whether all are there, some were run, and none has failed."""
        from connector.station.scenarios import Outcome  # noqa: PLC0415

        outcomes = [each.outcome for each in self.results]
        has_run_some = any(each is not Outcome.SKIPPED for each in outcomes)
        is_whole = len(outcomes) == self._total
        return is_whole and has_run_some and Outcome.FAILED not in outcomes

    def complain(self) -> None:
        """Say it where nothing was tested."""
        from connector.station.scenarios import Outcome  # noqa: PLC0415

        if all(each.outcome is Outcome.SKIPPED for each in self.results):
            reasons = "; ".join(sorted({each.reason for each in self.results}))
            print(f"nothing was tested: {reasons}", file=sys.stderr)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


async def play(
    options: StationOptions, manner: Manner, wanted: ScenarioOptions
) -> Exit:
    """Run the scenarios; `Exit.NO` where one has failed."""
    from connector.station.assembly import numbered  # noqa: PLC0415
    from connector.station.scenarios import find, run  # noqa: PLC0415

    choices = find(wanted.wanted)
    if options.hardware is not None:
        raise UsageProblem("--scenario: expected simulated hardware")
    if manner.is_auto:
        raise UsageProblem("--auto: expected no --scenario, which says what is done")
    plans = list(numbered(plan_of(options), manner.count))
    report = Report(len(plans) * len(choices), as_json=manner.as_json)
    report.begin()
    async with _desk(wanted, choices) as desk, hardware(None) as station:
        settings = _settings(options, manner, wanted, station)
        work = run(plans, choices, desk, settings, report.take)
        is_done = await until_stopped(work)
    if wanted.junit is not None:
        _write(wanted.junit, report)
    if not is_done:
        return Exit.INTERRUPTED
    report.complain()
    return Exit.DONE if report.is_good else Exit.NO


def _settings(
    options: StationOptions, manner: Manner, wanted: ScenarioOptions, station: Any
) -> RunnerOptions:
    from connector.station.scenarios import RunnerOptions  # noqa: PLC0415

    return RunnerOptions(
        manner.id_tag,
        wanted.parameters,
        within_s=wanted.within_s,
        has_fixed_model=options.config is not None or options.evses is not None,
        per_s=manner.per_s if manner.count > 1 else 0.0,
        station=station,
    )


@asynccontextmanager
async def _desk(
    wanted: ScenarioOptions, choices: Sequence[Choice]
) -> AsyncIterator[Desk]:
    if wanted.api_url is not None:
        from connector.cli.station_desk import ApiDesk  # noqa: PLC0415
        from connector.settings.access import find_access  # noqa: PLC0415

        access = find_access(wanted.api_url, wanted.token_file)
        async with ApiDesk(access) as desk:
            yield desk
        return
    from connector.station.scenarios.desk import Person  # noqa: PLC0415

    yield Person(lambda text: print(text, file=sys.stderr), wanted.patience_s)


def _write(path: Path, report: Report) -> None:
    from connector.station.scenarios.results import junit  # noqa: PLC0415

    try:
        path.write_bytes(junit(report.results))
    except OSError as problem:
        raise UsageProblem(f"--junit {path}: {problem.strerror}") from None


def parameters_of(given: Sequence[str]) -> dict[str, Any]:
    """``name=value``, as often as it was given.

    Raises:
        UsageProblem: one is none.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, is_pair, value = each.partition("=")
        if not is_pair or not name.isidentifier():
            raise UsageProblem(f"--set {each!r}: expected name=value")
        found[name] = int(value) if value.isdecimal() else value
    return found
