"""What a central system asks for: start, stop, unlock, availability, resets."""

from __future__ import annotations

import asyncio

import pytest

from connector.station.core.events import AuthorizeWanted, ResetDue, SessionEvent
from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Verdict
from connector.station.ports import Token
from connector.tests.station.core.bench import CARD, Bench, ended, of_transactions

YES, NO = Verdict("Accepted"), Verdict("Invalid")


def charging(evses: int = 1, **values: str) -> Bench:
    bench = Bench(evses, **values)
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    bench.told()
    return bench


def transactions(bench: Bench) -> list[SessionEvent]:
    return [e for e in bench.told() if isinstance(e, SessionEvent)]


# -- remote start


def test_f01_a_remote_start_with_the_cable_in_begins_at_once() -> None:
    bench = Bench()
    bench.plug()
    answer = bench.core.remote_start(CARD, bench.now_ms, evse=1, remote_start_id=9)
    told = transactions(bench)
    assert (answer.status, answer.transaction) == ("Accepted", None)
    assert (told[0].trigger, told[0].remote_start_id) == ("RemoteStart", 9)
    assert [event.remote_start_id for event in told[1:]] == [None] * len(told[1:])


def test_f01_a_transaction_that_runs_without_a_token_gets_one() -> None:
    bench = Bench(TxCtrlr__TxStartPoint="EVConnected")
    bench.plug()
    [started] = transactions(bench)
    answer = bench.core.remote_start(CARD, bench.now_ms, evse=1, remote_start_id=9)
    assert answer.transaction == started.session.key
    told = transactions(bench)
    assert (told[0].kind, told[0].trigger) == ("Updated", "RemoteStart")
    assert (told[0].token, told[0].remote_start_id) == (CARD, 9)


def test_f02_a_remote_start_before_the_cable_waits_for_it() -> None:
    bench = Bench()
    assert bench.core.remote_start(CARD, bench.now_ms, remote_start_id=9).is_accepted
    bench.plug()
    first = transactions(bench)[0]
    assert (first.trigger, first.remote_start_id) == ("CablePluggedIn", 9)


def test_a_remote_start_may_have_to_be_authorized() -> None:
    bench = Bench(AuthCtrlr__AuthorizeRemoteStart="true")
    bench.plug()
    assert bench.core.remote_start(CARD, bench.now_ms, remote_start_id=9).is_accepted
    [asked] = [e for e in bench.told() if isinstance(e, AuthorizeWanted)]
    bench.core.authorized(asked.evse, asked.token, YES, bench.now_ms)
    assert transactions(bench)[0].remote_start_id == 9


def test_a_remote_start_whose_token_is_refused_leaves_no_profile() -> None:
    bench = Bench(AuthCtrlr__AuthorizeRemoteStart="true")
    bench.plug()
    bench.core.remote_start(CARD, bench.now_ms, install=lambda _: True)
    bench.core.authorized(1, CARD, NO, bench.now_ms)
    assert bench.offers.ended == [1]
    assert transactions(bench) == []


def test_the_profile_is_there_before_anything_flows() -> None:
    bench = Bench()
    bench.plug()
    seen: list[float] = []

    def install(evse: object) -> bool:
        seen.append(bench.hardware.offers.get(1, 0.0))
        bench.offers.limit = 5000.0
        return True

    bench.core.remote_start(CARD, bench.now_ms, install=install)
    assert seen == [0.0]
    assert bench.hardware.offers[1] == 5000.0


def test_a_profile_that_is_refused_refuses_the_start() -> None:
    bench = Bench()
    bench.plug()
    answer = bench.core.remote_start(CARD, bench.now_ms, install=lambda _: False)
    assert (answer.status, answer.reason_code) == ("Rejected", "InvalidProfile")


def test_a_remote_start_without_an_evse_finds_the_vehicle() -> None:
    bench = Bench(evses=3)
    bench.plug(2)
    assert bench.core.remote_start(CARD, bench.now_ms).evse == 2


@pytest.mark.parametrize(
    ("evse", "connector", "reason"),
    [(4, None, "UnknownEvse"), (2, 3, "UnknownConnectorId"), (1, None, "TxInProgress")],
)
def test_a_remote_start_where_it_cannot_be(
    evse: int, connector: int | None, reason: str
) -> None:
    bench = charging(2)
    answer = bench.core.remote_start(CARD, bench.now_ms, evse=evse, connector=connector)
    assert (answer.status, answer.reason_code) == ("Rejected", reason)


def test_a_remote_start_at_a_place_that_is_broken_off_or_reserved() -> None:
    bench = Bench(evses=3)
    bench.core.fault(1, "GroundFailure", bench.now_ms)
    bench.core.change_availability(2, 0, bench.now_ms, is_operative=False)
    wanted = Reservation(1, 3, Token("OTHER"), bench.now_ms + 60_000)
    bench.core.reserve(wanted, bench.now_ms)
    for evse in (1, 2, 3, None):
        answer = bench.core.remote_start(CARD, bench.now_ms, evse=evse)
        assert answer.status == "Rejected"


# -- remote stop and unlock


def test_f03_a_remote_stop_ends_it() -> None:
    bench = charging()
    session = bench.core.evses[1].session
    assert session is not None
    session.id_16 = 77
    assert bench.core.remote_stop(bench.now_ms, id_16=78).reason_code == "TxNotFound"
    assert bench.core.remote_stop(bench.now_ms, id_16=77).is_accepted
    assert ended(bench.told()) == ("RemoteStop", "Remote")


def unlock(bench: Bench, connector: int = 1, *, ends: bool) -> str:
    call = bench.core.unlock(1, connector, bench.now_ms, ends_transaction=ends)
    return asyncio.run(call).status


def test_unlocking_ends_a_transaction_in_16() -> None:
    bench = charging()
    assert unlock(bench, ends=True) == "Unlocked"
    assert ended(bench.told()) == ("UnlockCommand", "UnlockCommand")


def test_unlocking_leaves_who_charges_in_peace_in_2() -> None:
    bench = charging()
    assert unlock(bench, ends=False) == "OngoingAuthorizedTransaction"
    assert unlock(bench, 2, ends=False) == "UnknownConnector"
    assert bench.hardware.unlocked == []


# -- availability


def test_the_station_goes_off_where_nobody_charges_and_later_elsewhere() -> None:
    bench = charging(2)
    answer = bench.core.change_availability(0, 0, bench.now_ms, is_operative=False)
    events = bench.told()
    assert answer.status == "Scheduled"
    assert bench.statuses(events, 0) == ["Unavailable"]
    assert bench.statuses(events, 1) == []
    assert bench.statuses(events, 2) == ["Unavailable"]
    bench.swipe()
    assert bench.statuses(bench.told())[-1] == "Unavailable"


def test_what_was_switched_off_itself_stays_off_with_the_station_on() -> None:
    bench = Bench(evses=2)
    for evse, is_operative in ((1, False), (0, False), (0, True)):
        bench.core.change_availability(evse, 0, bench.now_ms, is_operative=is_operative)
    assert bench.core.status(1)[0] == "Unavailable"
    assert bench.core.status(2)[0] == "Available"
    bench.core.change_availability(
        0, 0, bench.now_ms, is_operative=True, includes_parts=True
    )
    assert bench.core.status(1)[0] == "Available"


def test_a_change_that_waits_can_be_taken_back() -> None:
    bench = charging()
    bench.core.change_availability(1, 0, bench.now_ms, is_operative=False)
    answer = bench.core.change_availability(1, 0, bench.now_ms, is_operative=True)
    bench.swipe()
    bench.unplug()
    assert answer.status == "Accepted"
    assert bench.core.status(1)[0] == "Available"


def test_one_connector_of_two_goes_off() -> None:
    bench = Bench(connectors=2)
    bench.core.change_availability(1, 2, bench.now_ms, is_operative=False)
    assert bench.core.status(1, 1)[0] == "Available"
    assert bench.core.status(1, 2)[0] == "Unavailable"


@pytest.mark.parametrize(("evse", "connector"), [(3, 0), (1, 2), (1, -1)])
def test_no_such_place_is_rejected(evse: int, connector: int) -> None:
    bench = Bench()
    answer = bench.core.change_availability(
        evse, connector, bench.now_ms, is_operative=False
    )
    assert answer.status == "Rejected"


def test_who_was_expected_at_what_goes_off_is_so_no_more() -> None:
    bench = Bench()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.core.change_availability(1, 0, bench.now_ms, is_operative=False)
    bench.plug()
    assert transactions(bench) == []
    assert bench.core.status(1)[0] == "Unavailable"


# -- resets


def resets(bench: Bench) -> list[ResetDue]:
    return [e for e in bench.told() if isinstance(e, ResetDue)]


def test_a_reset_ends_what_runs_first() -> None:
    bench = charging()
    answer = bench.core.reset(0, bench.now_ms, is_hard=True, reason="HardReset")
    events = bench.told()
    assert answer.status == "Accepted"
    assert ended(events) == ("ResetCommand", "HardReset")
    assert events[-1] == ResetDue(0, True, bench.now_ms)


def test_b12_a_reset_on_idle_waits_and_lets_nobody_new_in() -> None:
    bench = charging(2)
    assert bench.core.reset(0, bench.now_ms, on_idle=True).status == "Scheduled"
    assert resets(bench) == []
    assert bench.core.status(2)[0] == "Unavailable"
    assert bench.core.authorized(2, Token("B"), YES, bench.now_ms) == "Unavailable"
    bench.swipe()
    assert resets(bench) == [ResetDue(0, False, bench.now_ms)]
    bench.core.reset_done(0, bench.now_ms)
    assert bench.core.status(2)[0] == "Available"


def test_a_reset_of_an_evse_leaves_the_others() -> None:
    bench = charging(2)
    assert bench.core.reset(2, bench.now_ms).status == "Accepted"
    assert of_transactions(bench.told()) == []
    assert bench.core.reset(3, bench.now_ms).status == "Rejected"


def test_a_reset_that_resumes_ends_nothing() -> None:
    bench = charging()
    bench.core.reset(0, bench.now_ms, resumes=True)
    events = bench.told()
    assert of_transactions(events) == []
    assert events == [ResetDue(0, False, bench.now_ms)]
