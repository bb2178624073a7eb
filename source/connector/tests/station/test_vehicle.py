from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.station.demo.evse import Evse, Rating, Transaction
from connector.station.demo.meter import MEASURANDS, Meter, sampled_values
from connector.station.demo.vehicle import Vehicle
from connector.tests.station.wire import VOLTAGE

PLENTY_W = 22_080.0


def vehicle(
    charge: float = 0.2, *, power_w: float = 11_000.0, **more: float
) -> Vehicle:
    return Vehicle(50_000.0, charge, power_w, **more)  # type: ignore[arg-type]


def draw(car: Vehicle, offered_w: float, elapsed_s: float = 60.0) -> float:
    return car.draw(offered_w, elapsed_s, VOLTAGE, 3)


# -- the curve


def test_power_ramps_up_to_what_the_vehicle_can_take() -> None:
    car = vehicle()
    powers = []
    for _ in range(9):
        draw(car, PLENTY_W, 1.0)
        powers.append(car.power_w)
    assert powers[:2] == [1500.0, 3000.0]
    assert powers[-1] == 11_000.0


@pytest.mark.parametrize(
    ("charge", "share"), [(0.1, 1.0), (0.8, 1.0), (0.9, 0.575), (0.999999, 0.15)]
)
def test_demand_is_a_plateau_then_a_taper(charge: float, share: float) -> None:
    car = vehicle(charge, power_w=10_000.0)
    assert car.demand_w() == pytest.approx(10_000.0 * share, rel=1e-3)


def test_a_full_vehicle_takes_nothing() -> None:
    car = vehicle(1.0)
    assert (car.is_full, car.demand_w(), draw(car, PLENTY_W)) == (True, 0.0, 0.0)


def test_nothing_flows_any_more_at_the_moment_it_is_full() -> None:
    car = vehicle(0.799, leaves_at=0.8)
    draw(car, PLENTY_W, 3600.0)
    assert (car.is_full, car.state_of_charge, car.power_w) == (True, 0.8, 0.0)


def test_a_vehicle_that_arrives_fuller_than_it_leaves_keeps_its_charge() -> None:
    car = vehicle(0.9, leaves_at=0.8)
    assert (draw(car, PLENTY_W), car.state_of_charge) == (0.0, 0.9)


@settings(deadline=None)
@given(
    st.floats(0.0, 1.0),
    st.lists(st.tuples(st.floats(0.0, 22_080.0), st.floats(0.0, 600.0)), max_size=20),
)
def test_energy_is_never_more_than_offered_and_all_in_the_battery(
    charge: float, steps: list[tuple[float, float]]
) -> None:
    car = vehicle(charge)
    total_wh = 0.0
    for offered_w, elapsed_s in steps:
        energy_wh = draw(car, offered_w, elapsed_s)
        assert car.power_w <= offered_w
        assert 0.0 <= energy_wh <= offered_w * elapsed_s / 3600
        total_wh += energy_wh
    assert car.state_of_charge <= 1.0
    assert (car.state_of_charge - charge) * 50_000.0 == pytest.approx(
        total_wh, abs=0.06
    )


# -- the offer


def test_a_lower_offer_is_followed_at_once() -> None:
    car = vehicle()
    draw(car, PLENTY_W)
    draw(car, 5000.0, 0.0)
    assert car.power_w == 5000.0


def test_below_six_amperes_nothing_flows() -> None:
    car = vehicle()
    draw(car, PLENTY_W)
    assert draw(car, 6 * VOLTAGE * 3 - 0.1) == 0.0
    assert car.power_w == 0.0
    draw(car, 6 * VOLTAGE * 3)
    assert car.power_w == 6 * VOLTAGE * 3


@pytest.mark.parametrize(
    ("rating", "phases", "minimum_w"),
    [
        (Rating(22_080.0), 3, 4140.0),
        (Rating(22_080.0), 1, 1380.0),
        (Rating(3_680.0, phases=1), 3, 1380.0),
    ],
)
def test_the_minimum_is_of_the_phases_that_are_really_used(
    rating: Rating, phases: int, minimum_w: float
) -> None:
    evse = Evse(1, rating, meter(), vehicle(phases=phases))
    evse.transaction = Transaction(1, "CARD", 0, 0)
    statuses = []
    for evse.offered_w in (minimum_w - 1.0, minimum_w):
        evse.charge(60.0)
        statuses.append((evse.status, evse.read().power_w))
    assert statuses == [("SuspendedEVSE", 0.0), ("Charging", minimum_w)]


def test_direct_current_has_no_minimum() -> None:
    car = vehicle(is_dc=True)
    assert draw(car, 100.0) > 0.0
    assert draw(car, 0.0) == 0.0


def test_an_unplugged_vehicle_draws_nothing() -> None:
    car = vehicle()
    draw(car, PLENTY_W)
    car.unplug()
    assert car.power_w == 0.0


# -- the meter


def meter(*, is_dc: bool = False) -> Meter:
    return Meter(1000.0, VOLTAGE, is_dc=is_dc, source=random.Random(1))


def test_the_register_counts_the_energy() -> None:
    one = meter()
    one.count(250.0, 11_000.0, 60.0)
    assert one.read(0.0, 0.0, 3, None).energy_wh == 1250.0


def test_current_flows_only_in_the_phases_that_are_used() -> None:
    reading = meter().read(2300.0, 7360.0, 1, None)
    assert reading.currents_a[0] == pytest.approx(10.0, rel=0.02)
    assert reading.currents_a[1:] == (0.0, 0.0)
    assert reading.offered_a == 32.0


def test_sampled_values_are_the_asked_measurands_in_their_order() -> None:
    asked = ["Voltage", "Energy.Active.Import.Register"]
    values = sampled_values(meter().read(0.0, 0.0, 3, None), asked, "Trigger")
    assert [value["measurand"] for value in values] == ["Voltage"] * 3 + asked[1:]
    assert [value.get("phase") for value in values] == ["L1-N", "L2-N", "L3-N", None]
    assert values[-1] == {
        "context": "Trigger",
        "location": "Outlet",
        "value": "1000",
        "measurand": "Energy.Active.Import.Register",
        "unit": "Wh",
    }


def test_only_direct_current_knows_the_state_of_charge() -> None:
    reading = meter(is_dc=True).read(50_000.0, 60_000.0, 1, 0.42)
    [value] = sampled_values(reading, ["SoC"], "Trigger")
    assert (value["value"], value["location"]) == ("42", "EV")
    assert sampled_values(meter().read(0.0, 0.0, 3, None), ["SoC"], "Trigger") == []


@pytest.mark.parametrize("measurand", MEASURANDS)
def test_every_measurand_gives_numbers(measurand: str) -> None:
    reading = meter(is_dc=True).read(50_000.0, 60_000.0, 1, 0.42)
    for value in sampled_values(reading, [measurand], "Trigger"):
        float(value["value"])
