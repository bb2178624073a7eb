"""Every measurand and location of 2.1 is known, with a unit that numbers come in."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.measurands import MEASURANDS
from connector.csms.v2.sampled import read
from connector.ocppj.schemas import load_document

DEFINITIONS: dict[str, Any] = load_document("2.1", "MeterValues", "")["definitions"]
NAMES = DEFINITIONS["MeasurandEnumType"]["enum"]


@pytest.mark.parametrize("name", NAMES)
def test_a_measurand_of_2_1_is_known(name: str) -> None:
    unit = {"unit": MEASURANDS[name].unit, "multiplier": 1}
    reading = read("1", [{"value": 2, "measurand": name, "unitOfMeasure": unit}])

    assert [(d.name, value) for d, value in reading.values.items()] == [(name, 20)]
    assert not reading.unknown


@pytest.mark.parametrize("location", DEFINITIONS["LocationEnumType"]["enum"])
def test_a_location_of_2_1_is_known(location: str) -> None:
    sample = {"value": 2, "measurand": "Voltage", "location": location}
    (datum,) = read("1", [sample]).values

    assert datum.name == "Voltage"
    assert datum.location == ("" if location == "Outlet" else location)


def test_kilowatt_hours_that_a_vehicle_wants_are_watt_hours() -> None:
    sample = {
        "value": 12.5,
        "measurand": "EnergyRequest.Target",
        "unitOfMeasure": {"unit": "kWh"},
    }
    (value,) = read("1", [sample]).values.values()

    assert value == 12_500
