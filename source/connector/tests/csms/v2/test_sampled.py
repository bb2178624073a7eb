"""Sampled values of 2.x."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.facts import Datum
from connector.csms.v2.sampled import read

Json = dict[str, Any]


def values(*samples: Json) -> dict[Datum, Any]:
    return read("1", samples).values


def test_a_bare_number_is_the_energy_register_in_wh() -> None:
    assert values({"value": 1234.5}) == {
        Datum("1", "Energy.Active.Import.Register"): 1234.5
    }


@pytest.mark.parametrize(
    ("unit", "watts"),
    [
        (None, 11.0),
        ({"unit": "W"}, 11.0),
        ({"unit": "kW"}, 11000.0),
        ({"unit": "W", "multiplier": 3}, 11000.0),
        ({"multiplier": 3}, 11000.0),
        ({"unit": "kW", "multiplier": -1}, 1100.0),
        ({"unit": "W", "multiplier": -3}, 0.011),
    ],
)
def test_unit_and_multiplier_are_applied(unit: Json | None, watts: float) -> None:
    sample: Json = {"value": 11, "measurand": "Power.Active.Import"}
    if unit is not None:
        sample["unitOfMeasure"] = unit

    assert values(sample) == {Datum("1", "Power.Active.Import"): watts}


def test_phases_are_summed_and_locations_are_kept() -> None:
    found = values(
        {"value": 1000, "measurand": "Power.Active.Import", "phase": "L1"},
        {"value": 2000, "measurand": "Power.Active.Import", "phase": "L2-N"},
        {"value": 5, "measurand": "Temperature", "location": "Inlet"},
        {"value": 55, "measurand": "SoC", "location": "EV"},
    )

    assert found[Datum("1", "Power.Active.Import")] == 3000
    assert found[Datum("1", "Power.Active.Import", phase="L2")] == 2000
    assert found[Datum("1", "Temperature", "Inlet")] == 5
    assert found[Datum("1", "SoC", "EV")] == found[Datum("1", "SoC")] == 55


def test_of_several_contexts_the_end_counts_and_the_begin_is_the_start() -> None:
    reading = read(
        "1",
        [
            {"value": 100, "context": "Transaction.Begin"},
            {"value": 1, "context": "Sample.Clock"},
            {"value": 900, "context": "Transaction.End"},
        ],
    )

    assert reading.begin_wh == 100
    assert reading.values == {Datum("1", "Energy.Active.Import.Register"): 900}


def test_a_signed_value_is_a_number_and_what_was_signed() -> None:
    signed = {
        "signedMeterData": "data",
        "signingMethod": "",
        "encodingMethod": "OCMF",
        "publicKey": "",
    }
    register = Datum("1", "Energy.Active.Import.Register")
    found = values(
        {
            "value": 1.5,
            "unitOfMeasure": {"unit": "kWh"},
            "context": "Transaction.End",
            "signedMeterValue": signed,
        }
    )

    assert found[register] == 1500
    assert orjson.loads(found[register._replace(suffix="signed")]) == signed


def test_an_unknown_measurand_keeps_its_name_and_its_multiplier() -> None:
    found = values(
        {"value": 2, "measurand": "Acme.Wind", "unitOfMeasure": {"multiplier": 2}}
    )

    assert found == {Datum("1", "Acme.Wind"): 200}


@given(
    st.integers(-(10**9), 10**9),
    st.integers(-400, 400),
    st.sampled_from(["W", "kW", "Wh", "Parsec", "", None]),
)
def test_no_multiplier_makes_anything_but_a_number_or_null(
    value: int, multiplier: int, unit: str | None
) -> None:
    sample: Json = {"value": value, "unitOfMeasure": {"multiplier": multiplier}}
    if unit is not None:
        sample["unitOfMeasure"]["unit"] = unit

    for found in values(sample).values():
        assert found is None or found - found == 0
