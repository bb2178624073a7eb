"""What breaks, is locked, reset, or set wrongly; and what cannot be at all."""

from __future__ import annotations

import pytest

from connector.station.model import Rating
from connector.station.ports import Locking, Token
from connector.station.simulated import NotPossible, Vehicle
from connector.station.simulated.faults import EFFECTS
from connector.tests.station.simulated.conftest import Site
from connector.tests.station.simulated.test_hardware import (
    QUICK,
    V2X,
    power_w,
    with_vehicle,
)


def test_who_cannot_feed_back_does_not() -> None:
    site = with_vehicle(V2X)
    site.power(-5_000.0)
    site.wait(3600)

    assert site.hardware.registers_wh()[1] == (0.0, 0.0)


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
    assert site.noted.words() == ["charging", "plugin", "departs", "WeakSignal"]


def test_registers_are_kept_over_a_restart() -> None:
    site = with_vehicle()
    site.power()
    site.wait(600)
    other = Site()
    other.hardware.restore(site.hardware.registers_wh() | {9: (1.0, 1.0)})
    assert other.true_wh == site.true_wh

    other.hardware.restore({1: (1.0, 0.0)})

    assert other.true_wh == site.true_wh


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
