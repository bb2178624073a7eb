"""The page for testers: its lines are typed, its files are read, its scenario passes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from connector.cli.program import program
from connector.station.driving import VERBS, parse
from connector.station.files import read_text as station_of
from connector.station.scenarios import Outcome, names
from connector.station.scenarios.reading import read_text as scenario_of
from connector.tests.station.scenarios.bench import central_end, played

PAGE = Path(__file__).resolve().parents[4] / "docs/how-to/test-with-stations.md"

pytestmark = pytest.mark.repository


def blocks(kind: str) -> list[str]:
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return list(found)


def typed() -> list[list[str]]:
    """The arguments of every command line."""
    lines = "".join(blocks("sh")).replace("\\\n", "").splitlines()
    found = (line.partition("ocpp-connector station ") for line in lines)
    return [shlex.split(rest, comments=True) for _, is_one, rest in found if is_one]


@pytest.mark.parametrize("words", typed(), ids=" ".join)
def test_a_command_line_of_the_page_is_one(words: list[str]) -> None:
    station: Any = program().commands["station"]

    assert station.make_context("station", list(words), resilient_parsing=False)


def test_lines_that_are_typed_at_a_station_are_deeds() -> None:
    lines = blocks("text")[0].splitlines()

    assert [deed.verb.name for deed in map(parse, lines) if deed] == [
        *("plug", "swipe", "status", "unplug")
    ]


def test_the_page_names_every_verb_and_every_scenario() -> None:
    text = PAGE.read_text("utf-8")

    for name in VERBS:
        assert re.search(rf"`{name}\b", text), name
    for name in names():
        assert f"`{name}`" in text, name


def test_its_station_can_be_one() -> None:
    found = station_of(blocks("yaml")[0], "cp.yaml", PAGE.parent)

    assert (found.model.identity, len(found.model.evses)) == ("CP1", 2)


async def test_its_scenario_passes_at_our_own_central_system(tmp_path: Path) -> None:
    [mine] = [each for each in blocks("yaml") if each.startswith("name:")]
    found = scenario_of(mine, "mine.yaml")

    async with central_end(tmp_path) as central:
        result = await played(central, found, "ocpp1.6")

    assert result.outcome is Outcome.PASSED, result
