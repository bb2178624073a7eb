"""Sessions: who begins one, what is told of it, and what ends it."""

from __future__ import annotations

import pytest

from connector.station.core.events import AuthorizeWanted, SessionEvent
from connector.station.core.tokens import Verdict
from connector.station.ports import Token
from connector.tests.station.core.bench import CARD, Bench, of_transactions

YES, NO = Verdict("Accepted"), Verdict("Blocked")
OTHER = Token("OTHER")


def charging() -> Bench:
    bench = Bench()
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    bench.told()
    return bench


def test_a_card_that_nobody_here_knows_is_asked_about() -> None:
    bench = Bench()
    bench.plug()
    bench.swipe()
    asked = [e for e in bench.told() if isinstance(e, AuthorizeWanted)]
    assert [(e.evse, e.token) for e in asked] == [(1, CARD)]


def test_plug_first_then_card_starts_with_the_card() -> None:
    bench = Bench()
    bench.plug()
    assert bench.core.authorized(1, CARD, YES, bench.now_ms) == "Started"
    events = bench.told()
    assert of_transactions(events)[0] == ("Started", "Authorized")
    assert bench.statuses(events) == ["Preparing", "SuspendedEV"]


def test_card_first_then_plug_starts_with_the_cable() -> None:
    bench = Bench()
    assert bench.core.authorized(1, CARD, YES, bench.now_ms) == "Waiting"
    bench.plug()
    events = bench.told()
    assert of_transactions(events)[0][0] == "Started"
    started = next(e for e in events if isinstance(e, SessionEvent))
    assert started.token == CARD
    assert started.session.meter_start_wh == 1000.0


def test_who_does_not_plug_in_gives_way() -> None:
    bench = Bench()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.wait(61)
    bench.plug()
    assert of_transactions(bench.told()) == []


def test_a_refused_card_starts_nothing() -> None:
    bench = Bench()
    bench.plug()
    assert bench.core.authorized(1, CARD, NO, bench.now_ms) == "Blocked"
    assert of_transactions(bench.told()) == []


def test_power_flows_only_in_a_transaction() -> None:
    bench = Bench()
    bench.plug()
    assert bench.hardware.offers.get(1, 0.0) == 0.0
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    assert bench.hardware.offers[1] == 22_080.0
    assert bench.hardware.closed[1]


def test_a_vehicle_that_draws_is_charging() -> None:
    bench = Bench()
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.told()
    bench.draw()
    events = bench.told()
    assert bench.statuses(events) == ["Charging"]
    assert of_transactions(events) == [("Updated", "ChargingStateChanged")]


def test_a_limit_of_0_suspends() -> None:
    bench = charging()
    bench.offers.limit = 0.0
    bench.core.offer_anew(bench.now_ms)
    assert bench.hardware.offers[1] == 0.0
    assert bench.statuses(bench.told()) == ["SuspendedEVSE"]


@pytest.mark.parametrize(
    ("limit_w", "offered_w"), [(2_070.0, 0.0), (4_071.0, 0.0), (4_140.0, 4_140.0)]
)
def test_less_than_the_least_current_is_offered_as_0(
    limit_w: float, offered_w: float
) -> None:
    bench = charging()
    bench.offers.limit = limit_w
    bench.core.offer_anew(bench.now_ms)
    assert bench.hardware.offers[1] == offered_w
    assert bench.statuses(bench.told()) == ([] if offered_w else ["SuspendedEVSE"])


def test_the_same_card_stops_and_the_vehicle_stays() -> None:
    bench = charging()
    bench.swipe()
    events = bench.told()
    assert of_transactions(events) == [("Ended", "StopAuthorized")]
    assert bench.statuses(events) == ["Finishing"]
    assert not bench.hardware.closed[1]
    bench.unplug()
    assert bench.statuses(bench.told()) == ["Available"]


def test_another_card_does_not_stop() -> None:
    bench = charging()
    assert bench.core.authorized(1, Token("OTHER"), YES, bench.now_ms) == "Occupied"
    assert of_transactions(bench.told()) == []


def test_a_card_of_the_same_group_stops() -> None:
    bench = Bench()
    bench.plug()
    bench.core.authorized(1, CARD, Verdict("Accepted", "FAMILY"), bench.now_ms)
    other = Verdict("Accepted", "FAMILY")
    assert bench.core.authorized(1, Token("OTHER"), other, bench.now_ms) == "Stopped"


def test_who_drives_away_ends_it() -> None:
    bench = charging()
    bench.unplug()
    ended = [e for e in bench.told() if isinstance(e, SessionEvent)][-1]
    assert (ended.kind, ended.stopped_reason) == ("Ended", "EVDisconnected")


def test_values_come_at_the_interval() -> None:
    bench = charging()
    due_ms = bench.wait(5)
    assert of_transactions(bench.told()) == []
    assert due_ms == bench.now_ms + 5000
    bench.wait(5)
    assert of_transactions(bench.told()) == [("Updated", "MeterValuePeriodic")]


def test_events_are_numbered_without_a_gap() -> None:
    bench = charging()
    session = bench.core.evses[1].session
    assert session is not None
    told_before = session.told
    bench.wait(10)
    bench.swipe()
    numbers = [e.number for e in bench.told() if isinstance(e, SessionEvent)]
    assert numbers == [told_before, told_before + 1]


def test_a_token_that_turns_out_to_be_invalid_ends_it() -> None:
    bench = charging()
    session = bench.core.evses[1].session
    assert session is not None
    bench.core.deauthorized(session, bench.now_ms)
    ended = [e for e in bench.told() if isinstance(e, SessionEvent)][-1]
    assert (ended.trigger, ended.stopped_reason) == ("Deauthorized", "DeAuthorized")


def test_it_pauses_where_the_variable_says_so() -> None:
    bench = Bench(TxCtrlr__StopTxOnInvalidId="false")
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    session = bench.core.evses[1].session
    assert session is not None
    bench.core.deauthorized(session, bench.now_ms)
    assert bench.hardware.offers[1] == 0.0
    assert bench.core.evses[1].is_running


def test_offline_the_configured_limit_holds() -> None:
    bench = charging()
    bench.core.is_online = False
    bench.core.offer_anew(bench.now_ms)
    assert bench.hardware.offers[1] == 4140.0


def test_a_fault_stops_the_power_and_heals() -> None:
    bench = charging()
    bench.core.fault(1, "GroundFailure", bench.now_ms)
    assert bench.hardware.offers[1] == 0.0
    assert bench.statuses(bench.told()) == ["Faulted"]
    bench.core.fault(1, "NoError", bench.now_ms)
    assert bench.statuses(bench.told()) == ["Charging"]


@pytest.mark.parametrize(
    ("point", "begins"), [("EVConnected", True), ("Authorized", False)]
)
def test_a_transaction_of_2_may_begin_with_the_cable(point: str, begins: bool) -> None:
    bench = Bench(TxCtrlr__TxStartPoint=point)
    bench.plug()
    assert bool(of_transactions(bench.told())) is begins


def test_a_transaction_of_2_may_last_until_the_cable_is_out() -> None:
    bench = Bench(TxCtrlr__TxStopPoint="EVConnected")
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.swipe()
    assert "Ended" not in [kind for kind, _ in of_transactions(bench.told())]
    assert bench.hardware.offers[1] == 0.0
    bench.unplug()
    assert of_transactions(bench.told())[-1][0] == "Ended"


def test_a_card_alone_finds_the_evse_where_a_vehicle_waits() -> None:
    bench = Bench(evses=2)
    bench.plug(2)
    bench.swipe()
    [asked] = [e for e in bench.told() if isinstance(e, AuthorizeWanted)]
    assert asked.evse == 2


def test_the_other_connector_of_an_evse_cannot_be_used_meanwhile() -> None:
    bench = Bench(connectors=2)
    bench.plug(connector=2)
    assert bench.core.status(1, 1)[0] == "Unavailable"
    assert bench.core.status(1, 2)[0] == "Preparing"


def test_who_comes_to_a_vehicle_that_stayed_leaves_with_it() -> None:
    bench = Bench(
        TxCtrlr__TxStopPoint="EVConnected", TxCtrlr__StopTxOnEVSideDisconnect="false"
    )
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.core.end_all("ImmediateReset", bench.now_ms)
    bench.core.authorized(1, OTHER, YES, bench.now_ms)
    bench.told()
    bench.unplug()

    assert of_transactions(bench.told()) == [("Ended", "EVCommunicationLost")]


def test_what_ended_by_itself_has_no_power_when_another_begins() -> None:
    bench = Bench(evses=2, TxCtrlr__TxStopPoint="EnergyTransfer")
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    bench.offers.limit = -5000.0
    bench.core.offer_anew(bench.now_ms)
    assert not list(bench.core.all_running())
    bench.offers.limit = 7000.0
    bench.plug(2)
    bench.core.authorized(2, OTHER, YES, bench.now_ms)

    assert bench.hardware.closed == {1: False, 2: True}
