"""Whoever is switched off leaves no transaction open that nobody would ever end."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.driving.fleet import Fleet
from connector.tests.station.client.bench import settle
from connector.tests.station.driving.bench import Place


async def charging(place: Place) -> None:
    await settle()
    await place.do("plug 1")
    await place.do("swipe TAG1 1")
    assert len(place.central.of("StartTransaction")) == 1


async def test_without_a_folder_what_runs_is_ended_and_told() -> None:
    place = Place()
    async with Fleet([place.driver]):
        await charging(place)

    (stopped,) = place.central.of("StopTransaction")
    assert (stopped["transactionId"], stopped["reason"]) == (101, "Other")


async def test_with_a_folder_the_next_process_ends_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    async with Fleet([place.driver]):
        await charging(place)

    assert place.central.of("StopTransaction") == []


async def test_what_nobody_hears_is_said_to_be_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = Place()
    async with Fleet([place.driver]):
        await charging(place)
        place.central.shut()
        await place.central.drop()

    assert "events of transactions that are lost: 1;" in caplog.text
    assert "CP 1" in caplog.text


async def test_that_it_has_started_is_not_lost_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = Place()
    place.central.shut()
    async with Fleet([place.driver]):
        await settle()
        assert len(place.station.client.telling.journal) == 1

    assert "lost" not in caplog.text
