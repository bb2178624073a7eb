"""What the meters of a station show whose process was killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connector.tests.station.client.bench import Place as ClientPlace
from connector.tests.station.driving.bench import Place

SAMPLES = {"SampledDataCtrlr__TxUpdatedInterval": "60"}


async def killed(folder: Path, kept: Path, *, transactions: int = 1) -> Place:
    """A station that charges, and its folder as a kill would leave it."""
    place = await Place(folder, **SAMPLES).start()
    await place.do("plug 1")
    await place.do("swipe TAG1 1")
    await place.wait(305, step_s=5)
    if transactions == 0:
        await place.do("unplug 1")
    shutil.copytree(folder, kept)
    (kept / "meters.json").unlink(missing_ok=True)
    await place.stop()
    return place


def last_told(place: Place) -> int:
    value = place.central.of("MeterValues")[-1]["meterValue"][0]
    return round(float(value["sampledValue"][0]["value"]))


async def test_the_end_is_never_below_what_was_told(tmp_path: Path) -> None:
    first = await killed(tmp_path / "a", tmp_path / "b")
    second = await Place(tmp_path / "b").start()
    (stopped,) = second.central.of("StopTransaction")
    await second.stop()

    assert last_told(first) > 0
    assert stopped["meterStop"] == last_told(first)


@pytest.mark.parametrize("transactions", [0, 1])
async def test_the_next_transaction_begins_there(
    tmp_path: Path, transactions: int
) -> None:
    first = await killed(tmp_path / "a", tmp_path / "b", transactions=transactions)
    second = await Place(tmp_path / "b").start()
    await second.do("plug 1")
    await second.do("swipe TAG1 1")
    (started,) = second.central.of("StartTransaction")
    await second.stop()

    assert started["meterStart"] >= last_told(first)


async def test_a_meter_that_forgets_takes_nothing_back(
    tmp_path: Path,
) -> None:
    first = await ClientPlace(tmp_path).start()
    await first.charge()
    await first.stop()
    second = ClientPlace(tmp_path, central=first.central)
    second.hardware.energy_wh = 0.0
    await second.start()
    (stopped,) = second.central.of("StopTransaction")
    await second.stop()

    assert stopped["meterStop"] == 1000
