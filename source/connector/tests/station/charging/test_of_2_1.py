"""What 2.1 has beside limits by the clock."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.charging import Criteria
from connector.station.charging.profile import Mode
from connector.tests.station.charging.desk import (
    AC,
    NOON_MS,
    V2G,
    Desk,
    at,
    profile,
)

ROW = (0, 6000.0)
FULL_W = AC.max_power_w
MAX = "ChargingStationMaxProfile"


def first_period(wire: dict[str, Any], **members: Any) -> dict[str, Any]:
    period = wire["chargingSchedule"][0]["chargingSchedulePeriod"][0]
    period.update(members)
    for name in [name for name, value in period.items() if value is None]:
        del period[name]
    return wire


# -- dynamic profiles (K28)


def dynamic(**more: Any) -> dict[str, Any]:
    return profile(ROW, kind="Dynamic", number=8, **more)


def test_a_dynamic_profile_has_the_numbers_of_its_last_update() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, dynamic())
    assert desk.limit() == 6000

    assert desk.profiles.update(8, {"limit": 7000.0}, at(5)).is_accepted

    assert desk.limit(now_s=5) == 7000
    (found,) = desk.profiles.find(Criteria())
    assert found.wire["dynUpdateTime"] == "2026-06-01T12:00:05.000Z"


def test_a_dynamic_profile_that_is_not_updated_gives_way_and_comes_back() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), number=1))
    desk.set(1, dynamic(level=1, timing={"duration": 60}))

    assert desk.limits([59, 60]) == [6000, 5000]
    desk.profiles.update(8, {"limit": 7000.0}, at(100))
    assert desk.limits([100, 159, 160]) == [7000, 7000, 5000]


@pytest.mark.parametrize(
    ("number", "update", "reason"),
    [
        (9, {"limit": 1.0}, "InvalidProfileId"),
        (1, {"limit": 1.0}, "InvalidProfile"),
        (8, {"limit": -1.0}, "InvalidSchedule"),
        (8, {"limit_L2": 1.0}, "PhaseConflict"),
    ],
)
def test_an_update_that_makes_no_sense_changes_nothing(
    number: int, update: dict[str, Any], reason: str
) -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, dynamic())
    desk.set(1, profile(ROW, number=1, level=4, validFrom="2030-01-01T00:00:00Z"))

    assert desk.profiles.update(number, update, at(5)).reason_code == reason
    assert desk.limit(now_s=5) == 6000


def test_a_dynamic_profile_is_asked_for_after_its_interval() -> None:
    desk = Desk()
    desk.set(1, dynamic(dynUpdateInterval=60))

    assert desk.profiles.pulls(at(59)) == ([], at(60))
    assert desk.profiles.pulls(at(60)) == ([8], None)
    desk.profiles.update(8, {"limit": 1.0}, at(61))
    assert desk.profiles.pulls(at(62)) == ([], at(121))


# -- without a link (K01.FR.100 to 102)


def test_a_profile_may_hold_only_so_long_offline() -> None:
    desk = Desk()
    desk.charge()
    desk.set(1, profile((0, 5000.0), number=1))
    desk.set(1, profile(ROW, number=2, level=1, maxOfflineDuration=60))

    desk.profiles.link_changed(at(10), is_online=False)
    assert desk.profiles.next_change_ms(at(20)) == at(70)
    desk.profiles.link_changed(at(30), is_online=False)
    assert desk.limits([69, 70]) == [6000, 5000]
    desk.profiles.link_changed(at(80), is_online=True)
    assert desk.limits([80, 1000]) == [6000, 6000]


def test_a_profile_may_be_gone_for_good_after_that() -> None:
    desk = Desk()
    desk.charge()
    wire = profile(ROW, maxOfflineDuration=60, invalidAfterOfflineDuration=True)
    desk.set(1, wire)

    desk.profiles.link_changed(at(10), is_online=False)
    desk.profiles.link_changed(at(69), is_online=True)
    assert desk.limit(now_s=69) == 6000
    desk.profiles.link_changed(at(70), is_online=False)
    desk.profiles.link_changed(at(130), is_online=True)
    assert desk.limit(now_s=130) == FULL_W
    assert len(desk.profiles) == 0


# -- delays at random (K01.FR.93, K01.FR.97)


def test_all_periods_but_the_first_begin_later() -> None:
    desk = Desk()
    desk.charge()
    rows = [(second, 5000.0 + second) for second in (0, 300, 600)]
    desk.set(1, profile(*rows, timing={"randomizedDelay": 60}))

    starts = dict((limit, start) for start, limit in desk.schedule(900))

    assert starts[5000] == 0
    assert 300 < starts[5300] <= 360
    assert 600 < starts[5600] <= 660
    assert desk.schedule(900) == desk.schedule(900)


def test_a_period_that_would_begin_after_the_next_is_left_out() -> None:
    for seed in range(30):
        desk = Desk()
        desk.profiles._source.seed(seed)  # type: ignore[union-attr]
        desk.charge()
        rows = [(second, 5000.0 + second) for second in (0, 300, 310, 900)]
        timing = {"randomizedDelay": 500, "duration": 1000}
        desk.set(1, profile(*rows, timing=timing))

        shown = [row for row in desk.schedule(1200) if row[1] != FULL_W]

        assert shown[0] == (0, 5000.0)
        assert [limit for _, limit in shown] == sorted(limit for _, limit in shown)
        assert all(start < 1000 for start, _ in shown)


# -- operation modes


def test_a_setpoint_is_followed_within_its_limit() -> None:
    desk = Desk()
    desk.charge()
    wire = first_period(profile(ROW), operationMode="CentralSetpoint", setpoint=5000.0)
    assert desk.set(1, wire).is_accepted
    assert desk.limit() == 5000

    first_period(wire, limit=4500.0)
    desk.set(1, wire)
    assert desk.limit() == 4500


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"setpoint": -5000.0}, -5000.0),
        ({"setpoint": -99_000.0}, -10_000.0),
        ({"setpoint": -5000.0, "dischargeLimit": -3000.0}, -3000.0),
        ({"setpoint": -5000.0, "dischargeLimit": 0.0}, 0.0),
        ({"setpoint": -3000.0, "numberPhases": 1}, -3000.0),
        ({"setpoint": 4000.0, "dischargeLimit": -3000.0}, 4000.0),
    ],
)
def test_a_vehicle_feeds_back_what_it_shall_and_may(
    members: dict[str, Any], expected: float
) -> None:
    desk = Desk(V2G)
    desk.charge()
    wire = first_period(profile(ROW), operationMode="CentralSetpoint", **members)
    assert desk.set(1, wire).is_accepted

    assert desk.limit() == pytest.approx(expected)


def test_a_limit_below_0_is_what_older_systems_write_for_it() -> None:
    desk = Desk(V2G)
    desk.charge()
    desk.set(1, profile((0, -10.0), unit="A"))

    assert desk.limit() == pytest.approx(-6900.0)


def test_an_external_setpoint_is_followed_where_there_is_no_other() -> None:
    desk = Desk(V2G)
    key = desk.charge()
    external = "ChargingStationExternalConstraints"
    wire = first_period(
        profile(ROW, number=-1, purpose=external),
        operationMode="ExternalSetpoint",
        setpoint=-4000.0,
    )
    assert desk.set(1, wire, source="EMS").is_accepted
    assert desk.limit() == pytest.approx(-4000)

    own = first_period(
        profile(ROW, purpose="TxProfile", transactionId=key),
        operationMode="CentralSetpoint",
        setpoint=3000.0,
    )
    assert desk.set(1, own).is_accepted
    assert desk.limit() == 0


def test_a_dynamic_profile_says_when_its_numbers_came() -> None:
    desk = Desk()
    desk.set(1, dynamic(), now_s=3)

    (found,) = desk.profiles.find(Criteria())

    assert found.wire["dynUpdateTime"] == "2026-06-01T12:00:03.000Z"


def test_who_feeds_back_takes_nothing_from_the_others() -> None:
    desk = Desk(V2G, AC)
    desk.charge(1)
    desk.charge(2)
    desk.set(1, profile((0, -5000.0), number=1))
    desk.set(0, profile((0, 8000.0), number=2, purpose=MAX))

    assert [desk.limit(1), desk.limit(2)] == pytest.approx([-5000, 8000])


def test_in_idle_nothing_flows_and_the_evse_may_sleep() -> None:
    desk = Desk()
    desk.charge()
    wire = first_period(profile(ROW), operationMode="Idle", evseSleep=True, limit=None)
    assert desk.set(1, wire).is_accepted

    offer = desk.profiles.offer(desk.evses[1], NOON_MS)

    assert (offer.limit_w, offer.sleeps, offer.mode) == (0.0, True, Mode.IDLE)


def test_local_generation_adds_nothing_to_what_shall_be_followed_exactly() -> None:
    desk = Desk()
    desk.charge()
    desk.set(0, profile((0, 3000.0), number=2, purpose="LocalGeneration"))
    desk.set(1, first_period(profile(ROW), operationMode="Idle", limit=None))

    assert desk.limit() == 0


def test_local_generation_is_shared_once() -> None:
    desk = Desk(AC, AC)
    desk.charge(1)
    desk.charge(2)
    desk.set(0, profile((0, 16.0), unit="A", number=1, purpose=MAX))
    desk.set(0, profile((0, 4.0), unit="A", number=2, purpose="LocalGeneration"))

    assert [desk.limit(1), desk.limit(2)] == pytest.approx([6900, 6900])


# -- limits of each phase (K01.FR.147, K08.FR.09)


def test_limits_of_each_phase_are_told_and_the_lowest_is_kept() -> None:
    desk = Desk()
    key = desk.charge()
    desk.profiles.tell_needs(1, knows_phases=True)
    wire = profile((0, 16.0), unit="A", purpose="TxProfile", transactionId=key)
    assert desk.set(1, first_period(wire, limit_L2=12.0, limit_L3=20.0)).is_accepted
    desk.set(0, profile((0, 18.0), unit="A", number=2, purpose=MAX))

    assert desk.limit() == pytest.approx(12 * 690)
    found = desk.profiles.composite(1, 60, "A", at(0))
    assert found is not None
    assert (found.periods[0].limit, found.periods[0].others) == (16.0, (12.0, 18.0))


def test_watts_of_each_phase_are_of_that_phase() -> None:
    desk = Desk()
    key = desk.charge()
    desk.profiles.tell_needs(1, knows_phases=True)
    wire = profile((0, 2300.0), purpose="TxProfile", transactionId=key)
    desk.set(1, first_period(wire, limit_L2=1840.0, limit_L3=2760.0))

    assert desk.limit() == pytest.approx(8 * 690)
    found = desk.profiles.composite(1, 60, "W", at(0))
    assert found is not None
    shown = (found.periods[0].limit, *found.periods[0].others)
    assert shown == (2300.0, 1840.0, 2760.0)


# -- priority (K21)


def test_priority_goes_before_the_profile_of_the_transaction_while_it_is_used() -> None:
    desk = Desk()
    key = desk.charge()
    desk.set(1, profile(ROW, number=1, purpose="TxProfile", transactionId=key))
    assert desk.profiles.use_priority(key, is_active=True) == "NoProfile"
    desk.set(0, profile((0, 20_000.0), number=2, purpose="PriorityCharging"))
    desk.set(0, profile((0, 15_000.0), number=3, purpose=MAX))
    assert desk.limit() == 6000

    assert desk.profiles.use_priority(key, is_active=True) == "Accepted"
    assert desk.limit() == 15_000
    assert desk.profiles.use_priority(key, is_active=False) == "Accepted"
    assert desk.limit() == 6000
    assert desk.profiles.use_priority("other", is_active=True) == "Rejected"


def test_priority_ends_with_the_transaction() -> None:
    desk = Desk()
    key = desk.charge()
    desk.set(0, profile((0, 20_000.0), number=2, purpose="PriorityCharging"))
    desk.set(0, profile(ROW, number=1))
    desk.profiles.use_priority(key, is_active=True)

    desk.leave()
    desk.charge()

    assert desk.limit() == 6000
