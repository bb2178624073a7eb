"""The simulated hardware: what it tells, what it lets flow, what breaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.model import Rating
from connector.station.simulated import (
    Vehicle,
    VehicleModel,
    flat,
)
from connector.station.simulated.meter import ACCURACY
from connector.tests.station.simulated.conftest import T0_MS, Site

DC = Rating(150_000.0, 920.0, 1, is_dc=True)
V2X = Rating(11_040.0, 230.0, 3, max_discharge_w=11_040.0)
QUICK = VehicleModel(ramp_w_per_s=1e9, follows=1.0)


def with_vehicle(
    *ratings: Rating, state_of_charge: float = 0.4, **model: float
) -> Site:
    site = Site(*ratings)
    made = VehicleModel(**{"ramp_w_per_s": 1e9, "follows": 1.0, **model})
    site.hardware.plug(1, Vehicle(made, state_of_charge))
    return site


def power_w(site: Site) -> float:
    """What really flows; reading brings it up to date."""
    site.hardware.read(1)
    return site.hardware.outlets[1].vehicle.power_w


def test_a_vehicle_that_is_plugged_in_tells_what_it_wants() -> None:
    site = Site()
    site.hardware.plug(
        1, Vehicle(VehicleModel(50_000.0, efficiency=0.8), 0.5, departure_ms=T0_MS + 5)
    )

    assert site.noted.told == [
        ("charging", 1),
        ("plugin", 1, 1),
        ("departs", 1, T0_MS + 5, 31_250.0),
    ]


def test_without_the_contactor_nothing_flows() -> None:
    site = with_vehicle()
    site.hardware.offer(1, 11_000.0, 3)
    site.wait(3600)

    assert site.true_wh == 0
    assert site.hardware.read(1).power_w == 0


@pytest.mark.parametrize("step_s", [1, 7, 60, 3600])
def test_the_energy_does_not_depend_on_the_steps(step_s: int) -> None:
    site = with_vehicle(ramp_w_per_s=500.0)
    site.power(7_000.0)
    for _ in range(2 * 3600 // step_s):
        site.wait(step_s)
    site.wait(2 * 3600 % step_s)

    other = with_vehicle(ramp_w_per_s=500.0)
    other.power(7_000.0)
    other.wait(2 * 3600)

    assert site.true_wh == pytest.approx(other.true_wh, rel=1e-10)
    assert site.true_wh == pytest.approx(14_000, rel=0.001)


def test_a_lower_limit_holds_from_its_moment_on() -> None:
    site = with_vehicle()
    site.power(11_040.0)
    site.wait(1800)
    site.hardware.offer(1, 4_140.0, 3)
    site.wait(1800)

    assert site.true_wh == pytest.approx(5_520 + 2_070)


@pytest.mark.parametrize(
    ("limit_w", "phases", "vehicle_phases", "expected_w", "used"),
    [
        (11_040.0, 3, 3, 11_040.0, 3),
        (11_040.0, 3, 2, 7_360.0, 2),
        (11_040.0, 3, 1, 3_680.0, 1),
        (22_080.0, 3, 3, 11_040.0, 3),
        (3_680.0, 1, 3, 3_680.0, 1),
        (4_139.0, 3, 3, 0.0, 0),
        (4_140.0, 3, 3, 4_140.0, 3),
        (4_139.0, None, 3, 0.0, 0),
        (4_140.0, None, 3, 4_140.0, 3),
        (4_140.0, None, 1, 1_380.0, 1),
        (11_040.0, None, 1, 3_680.0, 1),
        (1_380.0, 1, 3, 1_380.0, 1),
    ],
)
def test_the_limit_is_a_current_on_the_phases_that_are_used(
    limit_w: float,
    phases: int | None,
    vehicle_phases: int,
    expected_w: float,
    used: int,
) -> None:
    site = with_vehicle(phases=vehicle_phases)
    site.power(limit_w, phases)
    site.wait(1)
    currents = site.hardware.read(1).currents_a

    assert power_w(site) == pytest.approx(expected_w)
    assert len(currents) == 3
    assert [current > 1 for current in currents] == [
        number < used for number in range(3)
    ]


def test_a_vehicle_whose_least_current_is_higher_suspends_itself() -> None:
    site = with_vehicle(min_current_a=10.0)
    site.noted.words()
    site.power(8 * 690.0)
    site.wait(0)
    assert site.noted.words() == ["idle"]

    site.hardware.offer(1, 12 * 690.0, 3)
    site.wait(0)
    assert site.noted.words() == ["charging"]


def test_a_pause_of_the_station_is_no_pause_of_the_vehicle() -> None:
    site = with_vehicle()
    site.power()
    site.hardware.offer(1, 0.0, None)
    site.wait(60)

    assert "idle" not in site.noted.words()
    assert power_w(site) == 0


def test_nothing_is_told_while_the_core_asks() -> None:
    site = with_vehicle(min_current_a=10.0)
    site.noted.words()
    site.power(8 * 690.0)

    assert site.noted.words() == []
    assert site.dues > 0
    assert site.hardware.next_ms == site.now_ms


def test_a_full_vehicle_says_so_when_it_said_it_would() -> None:
    site = with_vehicle(state_of_charge=0.9, capacity_wh=10_000.0)
    site.power()
    site.noted.words()
    next_ms = site.hardware.step(site.now_ms)
    site.wait((next_ms - 1 - site.now_ms) / 1000)
    assert site.noted.words() == []

    site.wait(0.001)

    assert site.noted.words() == ["idle"]
    assert site.hardware.next_ms == 2**63
    assert power_w(site) == 0


def test_who_pauses_and_goes_on_is_told() -> None:
    site = with_vehicle()
    site.power()
    site.noted.words()
    site.hardware.pause(1)
    site.wait(600)
    site.hardware.pause(1, is_paused=False)
    site.wait(600)

    assert site.noted.words() == ["idle", "charging"]
    assert site.true_wh == pytest.approx(11_040 / 6)


def test_a_vehicle_leaves_on_time() -> None:
    site = Site()
    leaving = Vehicle(QUICK, departure_ms=T0_MS + 60_000, leaves_on_time=True)
    site.hardware.plug(1, leaving)
    site.noted.words()

    assert site.hardware.step(site.now_ms) == T0_MS + 60_000
    site.wait(60)
    assert site.noted.words() == ["plugout"]


def test_the_last_reading_of_a_session_is_of_the_vehicle_that_leaves() -> None:
    site = with_vehicle(DC)
    seen = []
    site.noted.plugged = lambda *_: seen.append(site.hardware.read(1).state_of_charge)
    site.hardware.unplug(1)

    assert seen == [0.4]
    assert site.hardware.read(1).state_of_charge is None


def test_energy_flows_back_on_its_own_register() -> None:
    site = with_vehicle(V2X, max_discharge_w=5_000.0, state_of_charge=0.5)
    site.power(-11_040.0)
    site.wait(3600)
    reading = site.hardware.read(1)

    assert site.hardware.registers_wh()[1] == pytest.approx((0.0, 5_000.0))
    assert reading.power_w == pytest.approx(-5_000, rel=ACCURACY)
    assert reading.exported_wh == pytest.approx(5_000, rel=ACCURACY)
    assert all(current < 0 for current in reading.currents_a)


def test_it_feeds_back_down_to_its_reserve_and_says_so() -> None:
    site = with_vehicle(V2X, max_discharge_w=5_000.0, state_of_charge=0.21)
    site.power(-5_000.0)
    site.noted.words()
    site.wait(3600)

    assert site.noted.words() == ["idle"]
    assert site.hardware.outlets[1].vehicle.state_of_charge == 0.2
    assert site.hardware.registers_wh()[1][1] == pytest.approx(600 * 0.92)


def test_a_dc_meter_shows_the_battery() -> None:
    site = with_vehicle(DC, state_of_charge=0.5)
    site.power(50_000.0)
    site.wait(1)
    reading = site.hardware.read(1)

    assert len(reading.voltages) == len(reading.currents_a) == 1
    assert reading.voltages[0] * reading.currents_a[0] == pytest.approx(
        50_000, rel=ACCURACY
    )
    assert reading.frequency_hz is None
    assert reading.state_of_charge == pytest.approx(0.5, abs=0.001)


def test_an_ac_meter_shows_the_grid_and_gets_warm() -> None:
    site = with_vehicle()
    cold = site.hardware.read(1)
    site.power(11_040.0)
    site.wait(3600)
    reading = site.hardware.read(1)

    assert all(225 < volts < 235 for volts in reading.voltages)
    assert 49.9 < reading.frequency_hz < 50.1
    assert reading.temperature_c > cold.temperature_c + 5
    assert 0 < reading.reactive_var < 0.1 * reading.power_w
    assert len(set(reading.voltages)) == 3


def test_a_register_of_reactive_energy_never_goes_back() -> None:
    site = with_vehicle(V2X, state_of_charge=0.8, max_discharge_w=11_000.0)
    shown = []
    for power_w in (11_040.0, -11_000.0, 0.0, 11_040.0):
        site.power(power_w)
        site.wait(600)
        shown.append(site.hardware.read(1).reactive_varh)

    taken, fed_back, idle, again = shown
    assert 0 < taken < 0.1 * 11_040 / 6
    assert (fed_back, idle) == (taken, taken)
    assert again > 1.5 * taken


@given(st.integers(6, 32), st.integers(1, 3), st.integers(0, 2**32))
def test_no_meter_shows_more_than_was_offered(
    amperes: int, phases: int, seed: int
) -> None:
    site = Site(seed=seed)
    site.hardware.plug(1, Vehicle(VehicleModel(max_current_a=32.0)))
    site.power(amperes * phases * 230.0, phases)
    site.wait(300)
    reading = site.hardware.read(1)

    assert 0.97 * amperes * phases * 230 < reading.power_w <= amperes * phases * 230
    assert 0.97 * amperes < max(reading.currents_a) <= amperes


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["offer", "close", "open", "plug", "unplug", "fault", "clear", "read"]
            ),
            st.integers(-12_000, 25_000),
            st.sampled_from([None, 1, 2, 3]),
            st.integers(-100_000, 2_000_000),
        ),
        max_size=30,
    ),
    st.sampled_from([V2X, DC, Rating()]),
)
def test_registers_never_go_back_and_limits_hold(
    moves: list[tuple[str, int, int | None, int]], rating: Rating
) -> None:
    site = Site(rating)
    hardware, outlet = site.hardware, site.hardware.outlets[1]
    before = hardware.read(1)
    for what, number, phases, elapsed_ms in moves:
        site.now_ms += elapsed_ms
        match what:
            case "offer":
                hardware.offer(1, float(number), phases)
            case "close" | "open":
                hardware.contactor(1, is_closed=what == "close")
            case "plug" if outlet.vehicle is None:
                hardware.plug(1, Vehicle(VehicleModel(max_discharge_w=9_000.0), 0.5))
            case "unplug" if outlet.vehicle is not None:
                hardware.unplug(1)
            case "fault":
                hardware.fault(1, "GroundFailure")
            case "clear":
                hardware.clear(1)
        hardware.step(site.now_ms)
        after = hardware.read(1)

        assert after.energy_wh >= before.energy_wh
        assert (after.exported_wh or 0) >= (before.exported_wh or 0)
        limit_w = outlet.limit_w if outlet.is_closed else 0.0
        assert after.power_w <= max(0.0, limit_w) * (1 + ACCURACY)
        assert after.power_w >= min(0.0, limit_w) * (1 + ACCURACY)
        if outlet.faults or outlet.vehicle is None:
            assert after.power_w == 0
        if phases and not rating.is_dc and limit_w > 0 and outlet.phases == phases:
            share_a = limit_w / phases / rating.voltage
            assert max(after.currents_a) <= share_a * (1 + ACCURACY)
        before = after


def test_the_main_meter_is_the_sum() -> None:
    site = Site(Rating(), V2X)
    for evse, limit_w in ((1, 11_040.0), (2, -4_000.0)):
        site.hardware.plug(
            evse,
            Vehicle(VehicleModel(ramp_w_per_s=1e9, follows=1.0, max_discharge_w=9e3)),
        )
        site.power(limit_w, evse=evse)
    site.wait(1800)
    main = site.hardware.read(0)

    assert main.power_w == pytest.approx(7_040, rel=2 * ACCURACY)
    assert main.energy_wh == pytest.approx(5_520, rel=ACCURACY)
    assert main.exported_wh == pytest.approx(2_000, rel=ACCURACY)


def test_a_flat_curve_bounds_dc() -> None:
    site = Site(DC)
    site.hardware.plug(1, Vehicle(VehicleModel(curve=flat(30_000.0), ramp_w_per_s=1e9)))
    site.power(150_000.0)
    site.wait(360)

    assert site.true_wh == pytest.approx(3_000)
