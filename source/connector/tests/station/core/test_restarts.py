"""What survives a restart."""

from __future__ import annotations

import json
import logging

import pytest

from connector.station.core.events import SessionEvent
from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Entry, Verdict
from connector.tests.station.core.bench import CARD, Bench, ended, of_transactions

YES = Verdict("Accepted")


def charging(**values: str) -> Bench:
    bench = Bench(evses=2, **values)
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    return bench


def restart(bench: Bench, seconds: int = 30, reason: str = "PowerLoss") -> None:
    kept = json.loads(json.dumps(bench.core.save(bench.now_ms)))
    bench.now_ms += seconds * 1000
    bench.hardware.offers.clear()
    bench.hardware.closed.clear()
    bench.core = bench.new_core(2)
    bench.core.restore(kept, bench.now_ms, reason=reason)


@pytest.mark.parametrize(
    ("reason", "trigger"),
    [("PowerLoss", "AbnormalCondition"), ("Reboot", "ResetCommand")],
)
def test_what_ran_is_ended_for_its_reason(reason: str, trigger: str) -> None:
    bench = charging()
    told_before = [e for e in bench.told() if isinstance(e, SessionEvent)]
    restart(bench, reason=reason)
    events = bench.told()
    assert ended(events) == (trigger, reason)
    [last] = [e for e in events if isinstance(e, SessionEvent)]
    assert last.session.key == told_before[0].session.key
    assert (last.number, last.is_offline) == (len(told_before), True)


def test_e17_what_ran_goes_on_where_the_vehicle_is_still_there() -> None:
    bench = charging(TxCtrlr__TxResumptionTimeout="60")
    bench.told()
    restart(bench)
    bench.plug()
    bench.draw()
    assert of_transactions(bench.told())[0] == ("Updated", "TxResumed")
    assert bench.hardware.closed[1]
    bench.unplug()
    assert ended(bench.told()) == ("EVCommunicationLost", "EVDisconnected")


def test_e17_without_the_vehicle_it_ends_for_the_reason_of_the_restart() -> None:
    bench = charging(TxCtrlr__TxResumptionTimeout="60")
    restart(bench)
    bench.wait(60)
    assert ended(bench.told()) == ("EVConnectTimeout", "PowerLoss")


def test_e17_after_too_long_a_time_it_ends() -> None:
    bench = charging(TxCtrlr__TxResumptionTimeout="60")
    restart(bench, 61)
    assert ended(bench.told())[1] == "PowerLoss"


def test_lists_reservations_and_what_is_off_are_kept() -> None:
    bench = charging()
    core = bench.core
    core.update_list(4, [Entry(CARD, Verdict("Accepted", "FAMILY"))], is_full=True)
    core.reserve(Reservation(3, 2, CARD, bench.now_ms + 3_600_000), bench.now_ms)
    core.change_availability(1, 0, bench.now_ms, is_operative=False)
    restart(bench)
    core = bench.core
    assert core.list_version() == 4
    assert core.tokens.known(CARD, bench.now_ms) == Verdict("Accepted", "FAMILY")
    assert core.status(1)[0] == "Unavailable"
    assert core.status(2)[0] == "Reserved"


def test_what_was_learnt_is_kept() -> None:
    bench = charging()
    restart(bench)
    assert bench.core.tokens.known(CARD, bench.now_ms) == YES


def test_the_revision_counts_what_has_to_be_saved() -> None:
    bench = Bench()
    revisions = [bench.core.revision]
    bench.plug()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    revisions.append(bench.core.revision)
    bench.core.change_availability(1, 0, bench.now_ms, is_operative=False)
    revisions.append(bench.core.revision)
    assert revisions == sorted(set(revisions))


@pytest.mark.parametrize(
    "rubbish",
    [
        {"sessions": [{"key": "x"}], "list": {"version": "?"}},
        {"sessions": "none", "reservations": [{"id": 1}], "inoperative": []},
        {"cache": [[1]], "saved_ms": "yesterday", "sessions": [7, None]},
    ],
)
def test_rubbish_is_left_out_and_said(
    rubbish: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    with caplog.at_level(logging.WARNING):
        bench.core.restore(rubbish, bench.now_ms)
    assert "cannot be read" in caplog.text
    assert list(bench.core.all_running()) == []
    bench.plug()
    assert bench.core.authorized(1, CARD, YES, bench.now_ms) == "Started"
