"""The simulated hardware: what it tells, what it lets flow, what breaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.model import Rating
from connector.station.ports import Locking, Token
from connector.station.simulated import (
    NotPossible,
    Vehicle,
    VehicleModel,
    flat,
)
from connector.station.simulated.faults import EFFECTS
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
        ("plugin", 1, 1),
        ("departs", 1, T0_MS + 5, 31_250.0),
        ("charging", 1),
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
        (2_000.0, None, 3, 2_000.0, 1),
        (1_379.0, None, 3, 0.0, 0),
        (3_000.0, None, 3, 3_000.0, 2),
        (7_360.0, None, 1, 3_680.0, 1),
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


def test_who_cannot_feed_back_does_not() -> None:
    site = with_vehicle(V2X)
    site.power(-5_000.0)
    site.wait(3600)

    assert site.hardware.registers_wh()[1] == (0.0, 0.0)


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


def test_a_clock_that_goes_back_moves_no_energy_and_stops_nothing() -> None:
    site = with_vehicle()
    site.power(11_040.0)
    site.wait(600)
    before_wh = site.true_wh
    site.wait(-3600)
    assert site.true_wh == before_wh

    site.wait(600)

    assert site.true_wh == pytest.approx(before_wh + 1_840)
    assert site.hardware.next_ms < site.now_ms + 6 * 3_600_000


@pytest.mark.parametrize("code", sorted(EFFECTS))
def test_every_fault_is_told_and_what_is_dangerous_opens_the_contactor(
    code: str,
) -> None:
    site = with_vehicle()
    site.power(11_040.0)
    site.wait(1)
    site.noted.words()
    site.hardware.fault(1, code, "broken")

    assert site.noted.told == [(code, 1, "broken")]
    assert (power_w(site) == 0) is EFFECTS[code].opens

    site.hardware.clear(1)

    assert site.noted.words() == [code, "NoError"]
    site.wait(1)
    assert power_w(site) == pytest.approx(11_040)


@pytest.mark.parametrize(
    ("code", "low", "high"), [("OverVoltage", 255, 280), ("UnderVoltage", 170, 200)]
)
def test_a_fault_of_the_grid_is_seen_in_the_readings(
    code: str, low: float, high: float
) -> None:
    site = Site()
    site.hardware.fault(1, code)

    assert all(low < volts < high for volts in site.hardware.read(1).voltages)


def test_a_hot_station_is_hot() -> None:
    site = Site()
    site.hardware.fault(1, "HighTemperature")

    assert site.hardware.read(1).temperature_c > 75


def test_what_breaks_in_the_station_breaks_everywhere() -> None:
    site = Site(Rating(), Rating())
    for evse in (1, 2):
        site.hardware.plug(evse, Vehicle(QUICK))
        site.power(evse=evse)
    site.wait(1)
    site.noted.words()
    site.hardware.fault(0, "OtherError", "EmergencyStop")

    assert site.noted.told == [("OtherError", 0, "EmergencyStop")]
    assert site.hardware.read(0).power_w == 0
    site.hardware.clear(0)
    site.wait(1)
    assert site.hardware.read(0).power_w > 20_000


def test_a_lock_that_is_stuck_stays_where_it_is() -> None:
    site = Site()
    site.hardware.fault(1, "ConnectorLockFailure")
    site.hardware.lock(1, 1, is_locked=True)

    assert not site.hardware.outlets[1].is_locked
    assert isinstance(site.hardware, Locking)


def test_the_bay_is_told() -> None:
    site = Site()
    site.hardware.bay(1, is_occupied=True)

    assert site.noted.told == [("bay", 1, True)]


@pytest.mark.parametrize("by_ms", [-86_400_000, 86_400_000])
def test_a_clock_that_is_set_moves_no_energy(by_ms: int) -> None:
    site = with_vehicle()
    site.power(11_040.0)
    site.wait(600)
    due_ms = site.hardware.next_ms
    site.now_ms += by_ms
    site.hardware.time_moved(by_ms)
    assert site.hardware.next_ms == pytest.approx(due_ms + by_ms, abs=2)
    site.wait(600)

    assert site.true_wh == pytest.approx(2 * 1_840)


async def test_what_becomes_of_an_unlock() -> None:
    site = Site(connectors=("sType2", "cCCS2"))
    site.hardware.plug(1, Vehicle(), connector=2)
    site.hardware.lock(1, 2, is_locked=True)
    outlet = site.hardware.outlets[1]

    assert outlet.is_locked
    assert await site.hardware.unlock(1, 3) == "UnknownConnector"
    assert await site.hardware.unlock(9, 1) == "UnknownConnector"
    outlet.unlocks = "UnlockFailed"
    assert await site.hardware.unlock(1, 1) == "UnlockFailed"
    outlet.unlocks = "Unlocked"
    site.hardware.fault(1, "ConnectorLockFailure")
    assert await site.hardware.unlock(1, 1) == "UnlockFailed"
    site.hardware.clear(1)
    assert await site.hardware.unlock(1, 1) == "Unlocked"
    assert not outlet.is_locked


async def test_a_reset_opens_and_keeps_registers_and_vehicle() -> None:
    site = with_vehicle()
    site.power()
    site.wait(600)
    before_wh = site.true_wh
    await site.hardware.reset(0, is_hard=True)
    site.wait(600)
    site.noted.words()
    site.hardware.fault(1, "WeakSignal")
    site.noted.words()

    site.hardware.tell_all()

    assert site.true_wh == before_wh
    assert site.noted.words() == ["plugin", "departs", "charging", "WeakSignal"]


def test_registers_are_kept_over_a_restart() -> None:
    site = with_vehicle()
    site.power()
    site.wait(600)
    other = Site()
    other.hardware.restore(site.hardware.registers_wh() | {9: (1.0, 1.0)})
    assert other.true_wh == site.true_wh

    other.hardware.restore({1: (1.0, 0.0)})

    assert other.true_wh == site.true_wh


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


def test_a_card_is_shown_while_the_reader_works() -> None:
    site = Site(Rating(), Rating())
    site.hardware.fault(1, "ReaderFailure")
    site.noted.words()
    site.hardware.swipe(Token("A"))
    site.hardware.swipe(Token("B"), 2)
    assert site.noted.told == [("A", None), ("B", 2)]

    with pytest.raises(NotPossible, match="reader is broken"):
        site.hardware.swipe(Token("C"), 1)


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (lambda h: h.plug(2, Vehicle()), "EVSE 2: expected one of 1"),
        (lambda h: h.plug(1, Vehicle(), 2), "connector 2: expected 1 to 1"),
        (lambda h: (h.plug(1, Vehicle()), h.plug(1, Vehicle())), "plugged in already"),
        (lambda h: h.unplug(1), "no vehicle"),
        (lambda h: h.pause(1), "no vehicle"),
        (lambda h: h.fault(1, "Fire"), "expected one of ConnectorLockFailure"),
        (lambda h: h.fault(9, "GroundFailure"), "EVSE 9"),
        (lambda h: h.bay(2, is_occupied=True), "EVSE 2"),
        (lambda h: h.clear(3), "EVSE 3"),
        (lambda h: h.swipe(Token("A"), 3), "EVSE 3"),
    ],
)
def test_what_cannot_be_names_what_was_expected(do: object, expected: str) -> None:
    with pytest.raises(NotPossible, match=expected):
        do(Site().hardware)


def test_a_flat_curve_bounds_dc() -> None:
    site = Site(DC)
    site.hardware.plug(1, Vehicle(VehicleModel(curve=flat(30_000.0), ramp_w_per_s=1e9)))
    site.power(150_000.0)
    site.wait(360)

    assert site.true_wh == pytest.approx(3_000)
