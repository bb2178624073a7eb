"""Where transactions of 2.x begin and end (part 2, E01, E06, E09, E10, E15)."""

from __future__ import annotations

import pytest

from connector.station.core.events import SessionEvent
from connector.station.core.tokens import Verdict
from connector.station.ports import Demand
from connector.tests.station.core.bench import CARD, Bench, ended, of_transactions

YES = Verdict("Accepted")


def bench_of(start: str, stop: str, **values: str) -> Bench:
    return Bench(TxCtrlr__TxStartPoint=start, TxCtrlr__TxStopPoint=stop, **values)


def begin(bench: Bench) -> None:
    bench.core.in_bay(1, bench.now_ms, is_occupied=True)
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.plug()
    bench.draw()


@pytest.mark.parametrize(
    ("point", "trigger"),
    [
        ("ParkingBayOccupancy", "EVDetected"),
        ("Authorized", "Authorized"),
        ("EVConnected", "CablePluggedIn"),
        ("PowerPathClosed", "CablePluggedIn"),
        ("DataSigned", "CablePluggedIn"),
        ("EnergyTransfer", "ChargingStateChanged"),
    ],
)
def test_a_transaction_begins_at_its_point(point: str, trigger: str) -> None:
    bench = bench_of(point, "Authorized")
    begin(bench)
    told = of_transactions(bench.told())
    assert told[0] == ("Started", trigger)
    assert [kind for kind, _ in told].count("Started") == 1
    assert bench.core.evses[1].charging_state == "Charging"


def test_the_first_of_several_points_begins_it() -> None:
    bench = bench_of("EnergyTransfer,Authorized", "Authorized")
    begin(bench)
    assert of_transactions(bench.told())[0] == ("Started", "Authorized")


def test_what_is_no_point_is_left_out() -> None:
    bench = bench_of("Whenever", "DataSigned")
    begin(bench)
    bench.swipe()
    told = of_transactions(bench.told())
    assert (told[0][0], told[-1][0]) == ("Started", "Ended")


def leave(bench: Bench) -> None:
    bench.core.demands(1, Demand.IDLE, bench.now_ms)
    bench.swipe()
    bench.unplug()
    bench.core.in_bay(1, bench.now_ms, is_occupied=False)


@pytest.mark.parametrize(
    ("point", "trigger", "reason"),
    [
        ("EnergyTransfer", "ChargingStateChanged", "StoppedByEV"),
        ("Authorized", "StopAuthorized", "Local"),
        ("PowerPathClosed", "StopAuthorized", "Local"),
        ("EVConnected", "EVCommunicationLost", "Local"),
        ("ParkingBayOccupancy", "EVDeparted", "Local"),
        ("ParkingBayOccupancy,EVConnected", "EVCommunicationLost", "Local"),
    ],
)
def test_a_transaction_ends_at_its_point(point: str, trigger: str, reason: str) -> None:
    bench = bench_of("Authorized", point)
    begin(bench)
    leave(bench)
    events = bench.told()
    assert ended(events) == (trigger, reason)
    assert of_transactions(events)[-1][0] == "Ended"


def test_who_stopped_gets_no_power_until_the_cable_is_out() -> None:
    bench = bench_of("EVConnected", "EVConnected")
    begin(bench)
    bench.swipe()
    assert bench.core.evses[1].charging_state == "EVConnected"
    assert bench.core.status(1)[0] == "Finishing"
    assert not bench.hardware.closed[1]


def test_who_stopped_may_go_on_with_the_same_card() -> None:
    bench = bench_of("EVConnected", "EVConnected")
    begin(bench)
    bench.swipe()
    bench.told()
    assert bench.core.authorized(1, CARD, YES, bench.now_ms) == "Started"
    assert ("Updated", "Authorized") in of_transactions(bench.told())
    assert bench.hardware.closed[1]


def test_a_cable_that_stays_begins_no_second_transaction() -> None:
    bench = bench_of("EVConnected", "Authorized")
    begin(bench)
    bench.swipe()
    bench.told()
    bench.wait(30)
    assert of_transactions(bench.told()) == []
    bench.unplug()
    bench.plug()
    assert of_transactions(bench.told())[0] == ("Started", "CablePluggedIn")


def test_e03_an_authorization_that_nobody_uses_ends_in_time() -> None:
    bench = bench_of("Authorized", "PowerPathClosed")
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.wait(60)
    assert ended(bench.told()) == ("EVConnectTimeout", "Timeout")


def test_e09_pulling_the_cable_ends_it_and_the_state_is_idle() -> None:
    bench = bench_of("PowerPathClosed", "Authorized")
    begin(bench)
    bench.unplug()
    events = bench.told()
    assert ended(events) == ("EVCommunicationLost", "EVDisconnected")
    assert [e for e in events if isinstance(e, SessionEvent)][-1].charging_state == (
        "Idle"
    )


def test_e10_pulling_the_cable_suspends_it_until_the_time_is_over() -> None:
    bench = bench_of(
        "Authorized", "Authorized", TxCtrlr__StopTxOnEVSideDisconnect="false"
    )
    begin(bench)
    bench.told()
    bench.unplug()
    assert of_transactions(bench.told()) == [("Updated", "EVCommunicationLost")]
    bench.wait(60)
    assert ended(bench.told()) == ("EVConnectTimeout", "Timeout")


def test_e10_who_comes_back_in_time_goes_on() -> None:
    bench = bench_of(
        "Authorized", "Authorized", TxCtrlr__StopTxOnEVSideDisconnect="false"
    )
    begin(bench)
    bench.unplug()
    bench.plug()
    bench.draw()
    bench.wait(120)
    assert bench.core.evses[1].charging_state == "Charging"


def test_nothing_begins_before_a_central_system_has_accepted_the_station() -> None:
    bench = Bench(TxCtrlr__TxBeforeAcceptedEnabled="false")
    bench.core.is_accepted = False
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    assert of_transactions(bench.told()) == []
