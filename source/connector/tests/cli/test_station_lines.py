"""Lines that are answered while the central system is silent."""

from __future__ import annotations

import json

import pytest

from connector.cli.station_lines import Answers, one
from connector.station.driving import driver
from connector.station.driving.fleet import Fleet
from connector.tests.station.client.bench import SILENCE, settle
from connector.tests.station.driving.bench import Place


async def test_a_line_says_that_nothing_of_it_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driver, "_QUIET_WITHIN_S", 0.05)
    place, said = Place(), list[str]()
    answers = Answers(as_json=True, write=said.append)
    async with Fleet([place.driver]) as fleet:
        await settle()
        await one(fleet, "get HeartbeatInterval", answers)
        place.central.answers["StartTransaction"] = SILENCE
        await one(fleet, "plug 1", answers)
        await one(fleet, "swipe TAG1 1", answers)
        # What runs is not told at the end either.
        await place.central.drop()
        place.central.shut()

    quiet, _, silent = map(json.loads, said)
    assert "told" not in quiet
    assert (silent["ok"], silent["told"]) == (True, False)
    assert silent["waiting"] > 0
