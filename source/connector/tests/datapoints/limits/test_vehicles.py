"""What vehicles say of themselves, and a plan that they can follow."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.vehicles import Vehicle, vehicle, within_vehicle
from connector.tests.clock import START_MS

Json = dict[str, Any]
AC: Json = {
    "energyAmount": 12000,
    "evMinCurrent": 6,
    "evMaxCurrent": 16,
    "evMaxVoltage": 230,
}


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (
            {"requestedEnergyTransfer": "AC_three_phase", "acChargingParameters": AC},
            Vehicle(max_w=11040.0, max_a=16.0),
        ),
        (
            {"requestedEnergyTransfer": "AC_single_phase", "acChargingParameters": AC},
            Vehicle(max_w=3680.0, max_a=16.0),
        ),
        (
            {
                "requestedEnergyTransfer": "DC",
                "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 400},
            },
            Vehicle(max_a=200.0),
        ),
        (
            {
                "requestedEnergyTransfer": "DC",
                "dcChargingParameters": {
                    "evMaxCurrent": 200,
                    "evMaxVoltage": 400,
                    "evMaxPower": 50000,
                },
            },
            Vehicle(max_w=50000.0, max_a=200.0),
        ),
        (
            {
                "requestedEnergyTransfer": "AC_BPT",
                "v2xChargingParameters": {
                    "maxChargePower": 3000,
                    "maxChargePower_L2": 3000,
                    "maxChargePower_L3": 3000,
                    "maxDischargePower": 5000,
                    "maxDischargeCurrent": 20,
                },
            },
            Vehicle(max_w=9000.0, gives_back=True, max_back_w=5000.0, max_back_a=20.0),
        ),
        ({"requestedEnergyTransfer": "DC"}, Vehicle()),
        (
            {
                "requestedEnergyTransfer": "AC_DER",
                "acChargingParameters": {**AC, "evMaxCurrent": 0},
            },
            Vehicle(),
        ),
    ],
)
def test_needs_are_read(needs: Json, expected: Vehicle) -> None:
    assert vehicle(needs) == expected


def test_0_periods_are_no_bound() -> None:
    assert vehicle({"requestedEnergyTransfer": "DC"}, 0).most_periods is None


def test_limits_are_those_that_the_vehicle_can_follow() -> None:
    car = Vehicle(
        max_w=7360.04, max_a=16, gives_back=True, max_back_w=5000, max_back_a=10
    )
    watts = Plan("W", ((0, 11000.0), (60, 3000.0), (120, -9000.0)), START_MS)
    assert within_vehicle(watts, car, START_MS).periods == (
        (0, 7360.0),
        (60, 3000.0),
        (120, -5000.0),
    )
    amperes = Plan("A", ((0, 32.0),))
    assert within_vehicle(amperes, car, START_MS).periods == ((0, 16.0),)
    assert within_vehicle(watts, Vehicle(), START_MS) == watts


def test_what_is_over_goes_first_and_what_is_too_late_is_one_period() -> None:
    periods = ((0, 10.0), (60, 8.0), (120, 16.0), (180, 6.0), (240, 12.0))
    plan = Plan("A", periods, START_MS)
    found = within_vehicle(plan, Vehicle(most_periods=3), START_MS + 65_000)
    assert found.periods == ((0, 8.0), (120, 16.0), (180, 6.0))
    assert within_vehicle(plan, Vehicle(most_periods=9), START_MS) == plan


@given(
    st.dictionaries(st.integers(1, 900), st.floats(0, 100), max_size=6),
    st.integers(1, 4),
    st.integers(0, 1200),
    st.integers(0, 1200),
)
def test_fewer_periods_never_allow_more_from_now_on(
    others: dict[int, float], most: int, now_s: int, later_s: int
) -> None:
    plan = Plan("A", ((0, 50.0), *sorted(others.items())), START_MS)
    now_ms = START_MS + 1000 * now_s
    found = within_vehicle(plan, Vehicle(most_periods=most), now_ms)
    assert len(found.periods) <= most
    at_ms = now_ms + 1000 * later_s
    allowed, asked = found.at(at_ms), plan.at(at_ms)
    assert allowed is not None and asked is not None
    assert allowed <= asked
