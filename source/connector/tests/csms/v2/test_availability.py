"""Statuses of 2.x in the one vocabulary."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("numbers", [(0, 0), (1, 0)])
async def test_the_station_and_an_evse_have_a_status(
    start2: Any, numbers: tuple[int, int]
) -> None:
    """Row 46: 2.0.1 (evse 0,0), (1,0) status; `Occupied` only."""
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.status("Unavailable", connector=numbers[1], evse=numbers[0])

    assert system.newest("status", str(numbers[0])) == "Unavailable"


async def test_occupied_without_a_transaction_is_preparing(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.status("Occupied")

    assert system.newest("status") == "Preparing"
    assert system.newest("status_iec") == "B"
    assert system.newest("plugged") is True


async def test_several_connectors_have_places_of_their_own(start2: Any) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.status("Available", connector=1)
    await station.status("Faulted", connector=2)

    assert system.newest("status") == "Available"
    assert system.newest("status", "1.1") == "Available"
    assert system.newest("status", "1.2") == "Faulted"
    assert system.station().parts == ("1.1", "1.2")


async def test_an_evse_that_the_inventory_did_not_announce_grows_on_sight(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    await station.status("Available", evse=3)

    assert system.newest("connectors", "0") == 3


@pytest.mark.parametrize("numbers", [(-1, 1), (1, -1), (65, 1), (1, 999_999)])
async def test_numbers_beyond_all_places_are_answered(
    start2: Any, numbers: tuple[int, int]
) -> None:
    system = await start2()
    station = await system.connect_2(boots=True)

    answer = await station.status("Available", evse=numbers[0], connector=numbers[1])

    assert answer == {}
    assert system.station().connector_count == 1
