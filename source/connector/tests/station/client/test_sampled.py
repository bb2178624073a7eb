"""What a meter shows, as both versions tell it."""

from __future__ import annotations

import pytest

from connector.station.client.v2 import sampled as sampled2
from connector.station.client.v16 import sampled as sampled16
from connector.station.ports import Reading

_REACTIVE = ("Energy.Reactive.Import.Register",)
_CONTEXT = "Sample.Periodic"


def test_reactive_energy_of_1_6_is_in_varh() -> None:
    reading = Reading(4210.0, reactive_varh=188.6)
    told = sampled16.meter_value(0, reading, _REACTIVE, _CONTEXT)

    assert told is not None
    [value] = told["sampledValue"]
    assert (value["measurand"], value["value"], value["unit"]) == (
        *_REACTIVE,
        "189",
        "varh",
    )


def test_reactive_energy_of_2_x_is_in_varh() -> None:
    reading = Reading(4210.0, reactive_varh=188.6)
    told = sampled2.meter_value(0, reading, _REACTIVE, _CONTEXT)

    assert told is not None
    [value] = told["sampledValue"]
    assert (value["measurand"], value["value"]) == (*_REACTIVE, 188.6)
    assert value["unitOfMeasure"] == {"unit": "varh"}


@pytest.mark.parametrize("sampled", [sampled16, sampled2])
def test_what_a_meter_does_not_count_is_not_told(sampled: object) -> None:
    tell = sampled.meter_value  # type: ignore[attr-defined]

    assert tell(0, Reading(4210.0), _REACTIVE, _CONTEXT) is None
