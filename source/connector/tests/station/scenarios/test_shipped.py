"""Every shipped scenario, in every version that it is for, at our own central system."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connector.station.scenarios import Outcome, RunnerOptions, find, names, run
from connector.station.scenarios.results import Result
from connector.station.scenarios.shelf import Choice
from connector.tests.station.scenarios.bench import Desk, central_end, plan

VERSIONS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")
CASES = [(version, name) for version in VERSIONS for name in names()]
TOPICS = {
    *("cold-boot", "plug-first", "tag-first", "remote-start-and-stop", "unplug"),
    *("limit-during-a-session", "reset-hard", "reset-soft", "power-loss", "fault"),
    *("firmware-update", "reservation", "local-list", "two-evses"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Result]:
    """All of them at once, each at a station of its own."""
    return asyncio.run(_all(tmp_path_factory.mktemp("central")))


async def _all(folder: Path) -> dict[tuple[str, str], Result]:
    found: dict[tuple[str, str], Result] = {}
    async with central_end(folder) as central, asyncio.TaskGroup() as tasks:
        for number, (version, choice) in enumerate(_each()):
            station = plan(central, f"CP{number}", version)
            key = (version, choice.name)
            tasks.create_task(
                run(
                    *([station], [choice], Desk(central), RunnerOptions()),
                    lambda result, key=key: found.update({key: result}),
                )
            )
    return found


def _each() -> list[tuple[str, Choice]]:
    return [(version, find([name])[0]) for version, name in CASES]


@pytest.mark.parametrize(("version", "name"), CASES)
def test_a_shipped_scenario_passes_at_our_own_central_system(
    results: dict[tuple[str, str], Result], version: str, name: str
) -> None:
    result = results[version, name]

    assert result.outcome is Outcome.PASSED, result


def test_there_is_one_for_each_topic_in_all_versions() -> None:
    assert set(names()) == TOPICS
    for choice in find(["all"]):
        assert choice.versions == set(VERSIONS), choice.name
