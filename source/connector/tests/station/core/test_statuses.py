"""Statuses of connectors: 1.6, section 4.9 (A1 to I9), and the five of 2.x."""

from __future__ import annotations

from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Verdict
from connector.station.ports import Demand, Token
from connector.tests.station.core.bench import CARD, Bench, ended, of_transactions

YES = Verdict("Accepted")
HOUR_MS = 3_600_000


def authorized(bench: Bench, token: Token = CARD) -> str:
    return bench.core.authorized(1, token, YES, bench.now_ms)


def charging(**values: str) -> Bench:
    bench = Bench(**values)
    bench.plug()
    authorized(bench)
    bench.draw()
    bench.told()
    return bench


def test_a_card_before_a_cable_prepares_in_16_and_occupies_nothing_in_2() -> None:
    bench = Bench()
    authorized(bench)
    events = bench.told()
    assert bench.statuses(events) == ["Preparing"]
    assert bench.statuses_2(events) == []
    bench.plug()
    assert bench.statuses_2(bench.told()) == ["Occupied"]


def test_a_status_is_told_once_it_has_lasted() -> None:
    bench = Bench(OCPPCommCtrlr__MinimumStatusDuration="4")
    bench.told()
    bench.plug()
    bench.wait(1)
    bench.unplug()
    bench.wait(10)
    assert bench.statuses(bench.told()) == []

    bench.plug()
    due_ms = bench.wait(1)
    assert bench.statuses(bench.told()) == []
    assert due_ms <= bench.now_ms + 3000
    bench.wait(3)
    assert bench.statuses(bench.told()) == ["Preparing"]


def test_a_status_that_is_asked_for_does_not_wait() -> None:
    bench = Bench(OCPPCommCtrlr__MinimumStatusDuration="4")
    bench.told()
    bench.plug()
    bench.core.tell_status(1, 1, bench.now_ms)
    assert bench.statuses(bench.told()) == ["Preparing"]
    bench.wait(10)
    assert bench.statuses(bench.told()) == []


def test_b1_the_same_card_again_gives_way() -> None:
    bench = Bench()
    authorized(bench)
    bench.told()
    bench.swipe(CARD)
    assert bench.statuses(bench.told()) == ["Available"]


def test_b1_without_a_cable_in_time_it_is_available_again() -> None:
    bench = Bench()
    authorized(bench)
    bench.told()
    bench.wait(60)
    assert bench.statuses(bench.told()) == ["Available"]


def test_another_card_does_not_take_the_place_of_who_is_expected() -> None:
    bench = Bench()
    authorized(bench)
    assert authorized(bench, Token("OTHER")) == "Occupied"


def test_d_and_e_vehicle_and_station_suspend() -> None:
    bench = charging()
    bench.core.demands(1, Demand.IDLE, bench.now_ms)
    bench.offers.limit = 0.0
    bench.core.offer_anew(bench.now_ms)
    bench.offers.limit = 22_080.0
    bench.core.offer_anew(bench.now_ms)
    bench.draw()
    told = bench.statuses(bench.told())
    assert told == ["SuspendedEV", "SuspendedEVSE", "SuspendedEV", "Charging"]


def test_f2_a_card_after_the_end_starts_anew_with_the_cable_in() -> None:
    bench = charging()
    bench.swipe()
    bench.told()
    assert authorized(bench, Token("NEXT")) == "Started"
    events = bench.told()
    assert of_transactions(events)[0] == ("Started", "Authorized")


def test_f8_it_becomes_unavailable_after_the_transaction() -> None:
    bench = charging()
    answer = bench.core.change_availability(1, 0, bench.now_ms, is_operative=False)
    assert answer.status == "Scheduled"
    bench.swipe()
    assert bench.statuses(bench.told())[-1] == "Unavailable"


def test_g_a_reservation_shows_and_its_card_prepares() -> None:
    bench = Bench()
    wanted = Reservation(1, 1, CARD, bench.now_ms + HOUR_MS)
    assert bench.core.reserve(wanted, bench.now_ms) == "Accepted"
    authorized(bench)
    assert bench.statuses(bench.told()) == ["Reserved", "Preparing"]


def test_i_a_fault_heals_to_what_is_so_then() -> None:
    bench = Bench()
    bench.core.fault(1, "HighTemperature", bench.now_ms)
    bench.plug()
    bench.core.fault(1, "NoError", bench.now_ms)
    assert bench.statuses(bench.told()) == ["Faulted", "Preparing"]


def test_a_weak_signal_is_told_and_stops_nothing() -> None:
    bench = charging()
    bench.core.fault(1, "WeakSignal", bench.now_ms)
    assert bench.statuses(bench.told()) == ["Charging"]
    assert bench.core.status(1) == ("Charging", "WeakSignal", "")
    assert bench.hardware.offers[1] == 22_080.0


def test_an_emergency_stop_ends_the_transaction() -> None:
    bench = charging()
    bench.core.fault(1, "OtherError", bench.now_ms, "EmergencyStop")
    events = bench.told()
    assert ended(events) == ("AbnormalCondition", "EmergencyStop")
    assert bench.statuses(events)[-1] == "Faulted"


def test_a_fault_of_the_station_is_one_of_every_evse() -> None:
    bench = Bench(evses=2)
    bench.core.fault(0, "InternalError", bench.now_ms)
    assert bench.core.status(0)[0] == "Faulted"
    assert bench.core.status(2)[0] == "Faulted"


def test_unplugged_at_the_vehicle_a_transaction_that_goes_on_is_suspended() -> None:
    bench = charging(TxCtrlr__StopTxOnEVSideDisconnect="false")
    bench.unplug()
    events = bench.told()
    assert bench.statuses(events) == ["SuspendedEV"]
    assert not bench.hardware.closed[1]
    bench.plug()
    bench.draw()
    assert bench.statuses(bench.told())[-1] == "Charging"


def test_offline_changes_are_told_when_somebody_listens_again() -> None:
    bench = Bench()
    bench.core.went_offline(bench.now_ms)
    bench.plug()
    bench.unplug()
    bench.plug()
    assert bench.told() == []
    bench.core.came_online(bench.now_ms)
    assert bench.statuses(bench.told()) == ["Preparing"]


def test_after_a_long_time_offline_all_statuses_are_told() -> None:
    bench = Bench(evses=2, OCPPCommCtrlr__OfflineThreshold="60")
    bench.core.went_offline(bench.now_ms)
    bench.wait(61)
    bench.core.came_online(bench.now_ms)
    assert bench.statuses(events := bench.told(), 2) == ["Available"]
    assert bench.statuses(events, 0) == ["Available"]


def test_what_is_asked_for_is_told_without_a_change() -> None:
    bench = Bench(connectors=2)
    assert bench.core.tell_status(1, 2, bench.now_ms)
    assert bench.statuses(bench.told()) == ["Available"]
    assert not bench.core.tell_status(1, 3, bench.now_ms)
    assert not bench.core.tell_status(4, 0, bench.now_ms)


def test_what_is_repaired_is_no_abnormal_condition() -> None:
    bench = Bench()
    bench.plug()
    bench.core.authorized(1, CARD, Verdict("Accepted"), bench.now_ms)
    bench.draw()
    bench.told()
    bench.core.fault(1, "GroundFailure", bench.now_ms)
    assert of_transactions(bench.told()) == [("Updated", "AbnormalCondition")]
    bench.core.fault(1, "NoError", bench.now_ms)
    assert of_transactions(bench.told()) == [("Updated", "ChargingStateChanged")]
