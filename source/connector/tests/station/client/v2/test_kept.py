"""What was set in an earlier life, and what a damaged file leaves of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.station.client.v2.desk import desk_of
from connector.tests.station.client.v2.cases import MESSAGE
from connector.tests.station.client.v2.conftest import Start2

RUBBISH: list[Any] = [
    [{"id": "x"}],
    [{"id": 1}],
    [MESSAGE | {"endDateTime": "soon"}],
    [{"evse": 1, "tariff": {"tariffId": "T", "validFrom": "soon"}}],
    [{"of": "TxCtrlr/EVConnectionTimeOut"}],
    ["text", 7, None],
    {"2": "text", "x": {}},
    7,
]


@pytest.mark.parametrize("kind", ["displays", "monitors", "networks", "tariffs"])
@pytest.mark.parametrize("rubbish", RUBBISH)
async def test_a_damaged_file_keeps_no_station_from_charging(
    start: Start2, tmp_path: Path, kind: str, rubbish: Any
) -> None:
    place = await start(tmp_path, begins=False)
    place.variables.remember(kind, rubbish)
    await place.start()
    await place.charge()
    answer = await place.answered("SetDisplayMessage", message=MESSAGE)

    assert place.client.is_accepted
    assert place.hardware.offers[1] > 0
    assert answer["status"] == "Accepted"
    assert len(desk_of(place.client).displays) == 1


async def test_a_station_that_only_charges_keeps_nothing(start: Start2) -> None:
    place = await start()
    await place.charge()
    await place.unplug()

    assert place.client.desk is None
