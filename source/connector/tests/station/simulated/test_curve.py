"""Energy along charging curves: closed forms beside a sum of very small steps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.simulated import Curve, Vehicle, VehicleModel, flat, tapered

WIGGLY = Curve(
    (
        (0.0, 40_000.0),
        (0.1, 110_000.0),
        (0.45, 110_000.0),
        (0.46, 70_000.0),
        (0.8, 60_000.0),
        (1.0, 5_000.0),
    )
)
CURVES = (flat(11_000.0), tapered(50_000.0), tapered(7_400.0, 0.9, 0.4), WIGGLY)

models = st.builds(
    VehicleModel,
    capacity_wh=st.floats(5_000, 120_000),
    curve=st.sampled_from(CURVES),
    efficiency=st.floats(0.7, 1.0),
    ramp_w_per_s=st.floats(100, 100_000),
    max_discharge_w=st.sampled_from([0.0, 10_000.0]),
)
vehicles = st.builds(
    Vehicle, model=models, state_of_charge=st.floats(0, 1), target=st.floats(0.1, 1)
)


def summed_wh(vehicle: Vehicle, seconds: float, step_s: float) -> float:
    """The same by a sum of small steps: what is true by its definition."""
    model, charge, power_w = vehicle.model, vehicle.state_of_charge, vehicle.power_w
    points, total_ws = model.curve.points, 0.0
    for _ in range(round(seconds / step_s)):
        (a, p), (b, q) = next(
            pair
            for pair in pairwise(points)
            if charge < pair[1][0] or pair[1] == points[-1]
        )
        most_w = min(p + (q - p) * (charge - a) / (b - a), vehicle.cap_w)
        power_w = min(most_w, power_w + model.ramp_w_per_s * step_s)
        if charge >= vehicle.target:
            power_w = 0.0
        total_ws += power_w * step_s
        charge += power_w * step_s * model.efficiency / (model.capacity_wh * 3600)
    return total_ws / 3600


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("cap_w", [3_000.0, 48_000.0, 500_000.0])
def test_energy_is_the_integral_of_power(curve: Curve, cap_w: float) -> None:
    vehicle = Vehicle(VehicleModel(20_000.0, curve), state_of_charge=0.05)
    vehicle.offer(cap_w)
    expected_wh = summed_wh(vehicle, 1800, 0.02)

    assert vehicle.advance(1800) == pytest.approx(expected_wh, rel=2e-4)


@given(vehicles, st.floats(0, 150_000), st.integers(1, 20_000), st.integers(1, 400))
def test_it_does_not_matter_how_often_one_looks(
    vehicle: Vehicle, cap_w: float, seconds: int, parts: int
) -> None:
    other = Vehicle(vehicle.model, vehicle.state_of_charge, vehicle.target)
    vehicle.offer(cap_w)
    other.offer(cap_w)

    at_once_wh = vehicle.advance(seconds)
    in_parts_wh = sum(other.advance(seconds / parts) for _ in range(parts))

    assert in_parts_wh == pytest.approx(at_once_wh, rel=1e-8, abs=1e-4)
    assert other.state_of_charge == pytest.approx(vehicle.state_of_charge, abs=1e-9)


@given(
    vehicles,
    st.lists(st.tuples(st.floats(-20_000, 150_000), st.floats(0, 4000)), max_size=12),
)
def test_what_is_offered_bounds_what_flows_and_the_battery_holds_the_rest(
    vehicle: Vehicle, offers: list[tuple[float, float]]
) -> None:
    for cap_w, seconds in offers:
        vehicle.offer(cap_w)
        before = vehicle.state_of_charge
        power_w = vehicle.power_w
        energy_wh = vehicle.advance(seconds)

        assert min(cap_w, 0.0) <= power_w <= max(cap_w, 0.0)
        limits_wh = sorted((0.0, cap_w * seconds / 3600))
        assert limits_wh[0] - 1e-6 <= energy_wh <= limits_wh[1] + 1e-6
        factor = vehicle.model.efficiency
        stored_wh = energy_wh * factor if energy_wh > 0 else energy_wh / factor
        moved = (vehicle.state_of_charge - before) * vehicle.model.capacity_wh
        assert moved == pytest.approx(stored_wh, rel=1e-6, abs=1e-4)
        assert 0 <= vehicle.state_of_charge <= 1


@given(vehicles, st.floats(1, 150_000))
def test_it_ends_when_it_said(vehicle: Vehicle, cap_w: float) -> None:
    vehicle.offer(cap_w)
    ends_s = vehicle.ends_in_s()
    was_full = vehicle.is_full

    if not was_full:
        vehicle.advance(ends_s * (1 - 1e-6))
        assert not vehicle.is_full or ends_s < 1
        vehicle.advance(ends_s * 2e-6 + 0.001)

    assert vehicle.is_full
    assert vehicle.power_w == 0
    assert vehicle.state_of_charge == pytest.approx(
        max(vehicle.target, vehicle.state_of_charge)
    )


@given(vehicles, st.floats(0, 150_000), st.lists(st.floats(0, 900), max_size=10))
def test_the_state_of_charge_never_falls_while_it_charges(
    vehicle: Vehicle, cap_w: float, times: list[float]
) -> None:
    vehicle.offer(cap_w)
    seen = [vehicle.state_of_charge]
    for seconds in times:
        vehicle.advance(seconds)
        seen.append(vehicle.state_of_charge)

    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0.1, 1.0), (1.0, 1.0)], "rise from 0 to 1"),
        ([(0.0, 1.0), (0.5, 2.0), (0.5, 3.0), (1.0, 1.0)], "rise from 0 to 1"),
        ([(0.0, 1.0), (1.0, 0.0)], "above 0 W"),
        ([(0.0, float("nan")), (1.0, 1.0)], "above 0 W"),
        ([], "rise from 0 to 1"),
    ],
)
def test_a_curve_that_cannot_be_is_refused(
    points: list[tuple[float, float]], expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        Curve(points)


@pytest.mark.parametrize(
    "wrong",
    [{"phases": 4}, {"capacity_wh": 0.0}, {"efficiency": 1.1}, {"ramp_w_per_s": -1.0}],
)
def test_a_vehicle_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} .*: expected"):
        VehicleModel(**wrong)
