"""Reservations: EVSEs, kinds of connectors, groups, ends (1.6, 5.13; 2.x block H)."""

from __future__ import annotations

from connector.station.core.events import CoreEvent, Reported, SessionEvent
from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Verdict
from connector.station.ports import Token
from connector.tests.station.core.bench import CARD, T0_MS, Bench

YES = Verdict("Accepted")
STRANGER = Token("STRANGER")
LATER_MS = T0_MS + 600_000


def kept(evse: int = 1, id_: int = 1, **members: str) -> Reservation:
    return Reservation(id_, evse, CARD, LATER_MS, **members)


def updates(events: list[CoreEvent]) -> list[object]:
    found = [e for e in events if isinstance(e, Reported)]
    return [e.details["reservationUpdateStatus"] for e in found]


def test_a_stranger_cannot_charge_where_it_is_reserved() -> None:
    bench = Bench()
    bench.core.reserve(kept(), bench.now_ms)
    bench.plug()
    assert bench.core.authorized(1, STRANGER, YES, bench.now_ms) == "Reserved"


def test_a_transaction_uses_it_up_and_says_so_once() -> None:
    bench = Bench()
    bench.core.reserve(kept(id_=5), bench.now_ms)
    assert bench.core.authorized(1, CARD, YES, bench.now_ms) == "Waiting"
    assert len(bench.core.reservations) == 1
    bench.plug()
    told = [e for e in bench.told() if isinstance(e, SessionEvent)]
    assert [event.reservation_id for event in told][:2] == [5, None]
    assert len(bench.core.reservations) == 0


def test_who_does_not_come_leaves_it_as_it_was() -> None:
    bench = Bench()
    bench.core.reserve(kept(), bench.now_ms)
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.wait(60)
    assert bench.statuses(bench.told()) == ["Reserved", "Preparing", "Reserved"]


def test_a_card_of_the_group_may_use_it() -> None:
    bench = Bench()
    bench.core.reserve(kept(group="FAMILY"), bench.now_ms)
    verdict = Verdict("Accepted", "FAMILY")
    assert bench.core.authorized(1, STRANGER, verdict, bench.now_ms) == "Waiting"


def test_it_expires_and_that_is_told() -> None:
    bench = Bench()
    bench.core.reserve(kept(), bench.now_ms)
    assert bench.wait(1) == LATER_MS
    bench.wait(600)
    events = bench.told()
    assert updates(events) == ["Expired"]
    assert bench.statuses(events) == ["Reserved", "Available"]


def test_a_fault_removes_it_and_that_is_told() -> None:
    bench = Bench()
    bench.core.reserve(kept(), bench.now_ms)
    bench.core.fault(1, "GroundFailure", bench.now_ms)
    assert updates(bench.told()) == ["Removed"]


def test_one_for_any_evse_ends_with_the_last_that_is_of_use() -> None:
    bench = Bench(evses=2)
    bench.core.reserve(kept(0), bench.now_ms)
    bench.core.change_availability(1, 0, bench.now_ms, is_operative=False)
    assert updates(bench.told()) == []
    bench.core.change_availability(2, 0, bench.now_ms, is_operative=False)
    assert updates(bench.told()) == ["Removed"]


def test_what_is_not_free_cannot_be_reserved() -> None:
    bench = Bench(evses=4)
    bench.plug(1)
    bench.core.fault(2, "GroundFailure", bench.now_ms)
    bench.core.change_availability(3, 0, bench.now_ms, is_operative=False)
    answers = [bench.core.reserve(kept(evse, evse), bench.now_ms) for evse in range(6)]
    assert answers == [
        "Accepted",
        "Occupied",
        "Faulted",
        "Unavailable",
        "Occupied",
        "Rejected",
    ]


def test_what_is_over_already_is_rejected() -> None:
    bench = Bench()
    past = Reservation(1, 1, CARD, bench.now_ms)
    assert bench.core.reserve(past, bench.now_ms) == "Rejected"


def test_the_same_id_replaces_and_a_failure_keeps_the_old_one() -> None:
    bench = Bench(evses=2)
    bench.core.reserve(kept(1), bench.now_ms)
    assert bench.core.reserve(kept(2), bench.now_ms) == "Accepted"
    assert bench.core.reserve(kept(9), bench.now_ms) == "Rejected"
    assert [r.evse for r in bench.core.reservations] == [2]


def test_one_for_any_shows_where_the_last_one_is_free() -> None:
    bench = Bench(evses=2)
    bench.core.reserve(kept(0), bench.now_ms)
    assert bench.core.status(1)[0] == bench.core.status(2)[0] == "Available"
    bench.plug(1)
    assert bench.core.authorized(1, STRANGER, YES, bench.now_ms) == "Started"
    assert bench.core.status(2)[0] == "Reserved"
    bench.plug(2)
    assert bench.core.authorized(2, STRANGER, YES, bench.now_ms) == "Reserved"
    assert bench.core.authorized(2, CARD, YES, bench.now_ms) == "Started"


def test_a_kind_of_connector_that_is_not_there_is_rejected() -> None:
    bench = Bench()
    by_type = kept(0, connector_type="cType2")
    assert bench.core.reserve(by_type, bench.now_ms) == "Accepted"
    other = kept(0, 2, connector_type="cCCS2")
    assert bench.core.reserve(other, bench.now_ms) == "Rejected"


def test_a_variable_may_forbid_them() -> None:
    bench = Bench(ReservationCtrlr__NonEvseSpecific="false")
    assert bench.core.reserve(kept(0), bench.now_ms) == "Rejected"
    bench = Bench(ReservationCtrlr__Enabled="false")
    assert bench.core.reserve(kept(), bench.now_ms) == "Rejected"


def test_cancelling_frees_it() -> None:
    bench = Bench()
    bench.core.reserve(kept(), bench.now_ms)
    assert bench.core.cancel_reservation(1, bench.now_ms).is_accepted
    assert not bench.core.cancel_reservation(1, bench.now_ms).is_accepted
    assert bench.statuses(bench.told()) == ["Reserved", "Available"]


def test_when_it_is_used_up_the_others_are_free_again() -> None:
    bench = Bench(evses=2)
    bench.core.in_bay(2, bench.now_ms, is_occupied=True)
    bench.plug(2)
    bench.core.reserve(kept(0), bench.now_ms)
    bench.unplug(2)
    bench.core.fault(2, "GroundFailure", bench.now_ms)
    bench.told()
    shown = {each: bench.core.status(each)[0] for each in (1, 2)}
    bench.core.fault(2, "NoError", bench.now_ms)
    bench.plug(2)
    bench.core.authorized(2, CARD, YES, bench.now_ms)
    told = bench.told()

    assert shown[1] == "Reserved"
    assert bench.statuses(told, 1)[-1] == bench.core.status(1)[0] == "Available"
