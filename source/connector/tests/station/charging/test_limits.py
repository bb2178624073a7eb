"""What profiles leave to an EVSE at a time."""

from __future__ import annotations

import pytest

from connector.tests.station.charging.desk import (
    AC,
    DC,
    Desk,
    at,
    iso,
    profile,
    profile16,
)

MAX = "ChargingStationMaxProfile"
FULL_W = AC.max_power_w


def test_without_profiles_there_is_no_limit_but_the_hardware() -> None:
    desk = Desk()
    desk.charge()

    assert desk.profiles.limit_w(desk.evses[1], at(0)) == (FULL_W, None)
    assert desk.profiles.next_change_ms(at(0)) is None


def test_a_limit_holds_for_all_phases_of_the_evse() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 16.0), unit="A"))

    assert desk.profiles.limit_w(desk.evses[1], at(0)) == (16 * 230 * 3, None)


def test_a_limit_for_one_phase_is_for_one_phase() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 16.0, 1), unit="A"))

    assert desk.profiles.limit_w(desk.evses[1], at(0)) == (pytest.approx(3680.0), 1)


def test_watts_are_divided_by_the_phases_of_their_period() -> None:
    desk = Desk()
    desk.charge()
    desk.set(0, profile((0, 11_040.0), purpose=MAX, number=2))
    desk.set(1, profile((0, 32.0, 1), unit="A"))

    assert desk.profiles.limit_w(desk.evses[1], at(0)) == (pytest.approx(3680.0), 1)


def test_watts_and_amperes_of_dc() -> None:
    desk = Desk(DC)
    desk.charge()
    desk.set(1, profile((0, 20_000.0), (10, 99_000.0)))
    desk.set(0, profile((0, 40_000.0), purpose=MAX, number=2))

    assert desk.profiles.limit_w(desk.evses[1], at(0)) == (20_000.0, None)
    assert desk.limit(now_s=10) == pytest.approx(40_000.0)
    desk.set(1, profile((0, 50.0), unit="A"))
    assert desk.limit() == pytest.approx(25_000.0)


def test_a_period_ends_where_the_next_begins_and_the_last_goes_on() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), (10, 6000.0), (20, 7000.0)))

    assert desk.limits([0, 9.999, 10, 19, 20, 1e6]) == [
        5000,
        5000,
        6000,
        6000,
        7000,
        7000,
    ]
    assert desk.profiles.next_change_ms(at(3)) == at(10)
    assert desk.profiles.next_change_ms(at(20)) is None


def test_a_lower_level_takes_over_where_a_schedule_ends() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), number=1, level=0))
    desk.set(
        1, profile((0, 9000.0), number=2, level=3, start_s=10, timing={"duration": 5})
    )

    assert desk.limits([0, 10, 14.999, 15]) == [5000, 9000, 9000, 5000]


def test_nothing_limits_where_a_schedule_ends_and_there_is_no_other() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), start_s=10, timing={"duration": 5}))

    assert desk.limits([0, 10, 15]) == [FULL_W, 5000, FULL_W]


def test_a_profile_counts_while_it_is_valid() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), start_s=-100, validFrom=iso(5), validTo=iso(9)))

    assert desk.limits([0, 5, 8, 9]) == [FULL_W, 5000, 5000, FULL_W]
    assert desk.profiles.next_change_ms(at(0)) == at(5)


def test_a_daily_schedule_comes_again_every_day() -> None:
    desk = Desk()
    desk.charge()
    day = 86_400
    rows = ((0, 5000.0), (100, 6000.0))
    wire = profile(
        *rows, kind="Recurring", recurrencyKind="Daily", timing={"duration": 200}
    )
    desk.set(1, wire)

    times = [0, 100, 200, day - 1, day, day + 150, 9 * day + 250]
    expected = [5000, 6000, FULL_W, FULL_W, 5000, 6000, FULL_W]
    assert desk.limits(times) == expected
    assert desk.profiles.next_change_ms(at(250)) == at(day)


def test_a_weekly_schedule_comes_again_every_week() -> None:
    desk = Desk()
    desk.charge()
    rows = ((0, 5000.0), (86_400, 6000.0))
    desk.set(1, profile(*rows, kind="Recurring", recurrencyKind="Weekly"))

    assert desk.limits([0, 86_400, 6 * 86_400, 7 * 86_400]) == [5000, 6000, 6000, 5000]


def test_a_recurring_schedule_has_not_begun_before_its_start() -> None:
    desk = Desk()
    desk.charge()
    wire = profile((0, 5000.0), kind="Recurring", recurrencyKind="Daily", start_s=60)
    desk.set(1, wire)

    assert desk.limits([0, 60]) == [FULL_W, 5000]


def test_days_of_local_time_are_those_of_the_calendar() -> None:
    desk = Desk(**{"ClockCtrlr/TimeZone": "Europe/Berlin"})
    desk.charge()
    wire = profile(
        (0, 5000.0),
        (3600, 6000.0),
        kind="Recurring",
        recurrencyKind="Daily",
        start_s=None,
        timing={"useLocalTime": True, "startSchedule": "2026-01-10T08:00:00Z"},
    )
    desk.set(1, wire)
    nine_utc = -3 * 3600

    # In June eight o'clock in Berlin is six in UTC; in January it is seven.
    assert desk.limits([nine_utc - 3 * 3600, nine_utc - 2 * 3600]) == [5000, 6000]
    january_s = (31 + 28 + 31 + 30 + 31 - 14) * -86_400
    assert desk.limits([january_s - 5 * 3600, january_s - 4 * 3600]) == [5000, 6000]


def test_a_relative_schedule_begins_with_the_transaction() -> None:
    desk = Desk()
    desk.charge(since_s=-30)
    desk.set(1, profile((0, 5000.0), (60, 6000.0), kind="Relative"))

    assert desk.limits([0, 29, 30]) == [5000, 5000, 6000]


def test_an_absolute_one_without_a_start_begins_with_the_transaction_in_1_6() -> None:
    desk = Desk()
    desk.charge(since_s=-30)
    desk.set(1, profile16((0, 5000.0), (60, 6000.0), start_s=None))

    assert desk.limits([0, 30]) == [5000, 6000]


def test_a_maximum_without_a_start_begins_when_it_is_set_in_1_6() -> None:
    desk = Desk()
    desk.charge(since_s=-30)
    wire = profile16(
        (0, 5000.0), (60, 6000.0), start_s=None, purpose="ChargePointMaxProfile"
    )
    desk.set(0, wire, now_s=7)

    assert desk.limits([7, 66, 67]) == [5000, 5000, 6000]


def test_a_clock_that_is_set_back_lets_go_of_no_limit() -> None:
    desk = Desk()
    desk.charge(since_s=100)
    desk.set(1, profile((0, 5000.0), (60, 6000.0), kind="Relative"))

    assert desk.limits([200, 50, 0]) == [6000, 5000, 5000]


def test_the_profile_of_a_transaction_goes_before_defaults_and_ends_with_it() -> None:
    desk = Desk()
    key = desk.charge()
    desk.set(0, profile((0, 5000.0), number=1, level=5))
    wire = profile((0, 9000.0), number=2, purpose="TxProfile", transactionId=key)
    assert desk.set(1, wire).is_accepted

    assert desk.limit() == 9000
    desk.leave()
    desk.charge(since_s=50)
    assert desk.limit(now_s=50) == 5000


def test_a_default_of_an_evse_goes_before_one_of_the_station_in_1_6() -> None:
    desk = Desk(AC, AC)
    desk.charge(1)
    desk.charge(2)
    desk.set(0, profile16((0, 5000.0), number=1, level=5))
    desk.set(1, profile16((0, 9000.0), number=2, level=1))

    assert (desk.limit(1), desk.limit(2)) == (9000, 5000)


def test_defaults_of_an_evse_and_of_the_station_are_one_stack_in_2() -> None:
    desk = Desk(AC, AC)
    desk.charge(1)
    desk.charge(2)
    desk.set(0, profile((0, 5000.0), number=1, level=5))
    desk.set(1, profile((0, 9000.0), number=2, level=1))
    desk.set(2, profile((0, 7000.0), number=3, level=6))

    assert (desk.limit(1), desk.limit(2)) == (5000, 7000)


def test_the_lowest_of_all_purposes_counts() -> None:
    desk = Desk()
    desk.charge()
    external = "ChargingStationExternalConstraints"
    desk.set(1, profile((0, 9000.0), number=1))
    desk.set(0, profile((0, 8000.0), number=2, purpose=MAX))
    desk.set(1, profile((0, 7000.0), number=-3, purpose=external), source="EMS")

    offer = desk.profiles.offer(desk.evses[1], at(0))

    assert offer.limit_w == pytest.approx(7000.0)
    assert (offer.source, offer.profile_id) == (external, -3)


def test_the_offer_says_when_the_station_as_a_whole_binds() -> None:
    desk = Desk()
    desk.charge()
    desk.set(0, profile((0, 8000.0), number=2, purpose=MAX))

    offer = desk.profiles.offer(desk.evses[1], at(0))

    assert (offer.source, offer.profile_id) == (MAX, 2)
    assert desk.profiles.offer(desk.evses[1], at(-1)).source == "Hardware"
