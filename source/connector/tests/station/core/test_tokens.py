"""Who may charge: cache, local list, groups, master pass, offline (2.x, block C)."""

from __future__ import annotations

import pytest

from connector.station.core.events import AuthorizeWanted, CoreEvent
from connector.station.core.tokens import Entry, Verdict
from connector.station.ports import Token
from connector.tests.station.core.bench import CARD, Bench, ended, of_transactions

YES, NO = Verdict("Accepted"), Verdict("Blocked")
OTHER = Token("OTHER")


def asked(events: list[CoreEvent]) -> list[Token]:
    return [e.token for e in events if isinstance(e, AuthorizeWanted)]


def plugged(**values: str) -> Bench:
    bench = Bench(**values)
    bench.plug()
    bench.told()
    return bench


def test_c12_what_was_learnt_starts_without_a_question() -> None:
    bench = plugged(AuthCtrlr__LocalPreAuthorize="true")
    bench.core.tokens.learn(CARD, YES, bench.now_ms)
    bench.swipe()
    events = bench.told()
    assert asked(events) == []
    assert of_transactions(events)[0] == ("Started", "Authorized")


def test_c12_what_was_learnt_is_forgotten_in_time() -> None:
    bench = plugged(AuthCtrlr__LocalPreAuthorize="true", AuthCacheCtrlr__LifeTime="60")
    bench.core.tokens.learn(CARD, YES, bench.now_ms)
    bench.wait(61)
    bench.swipe()
    assert asked(bench.told()) == [CARD]


@pytest.mark.parametrize(("is_last", "questions"), [("true", 0), ("false", 1)])
def test_c14_who_is_listed_as_blocked_is_asked_about_if_wanted(
    is_last: str, questions: int
) -> None:
    bench = plugged(
        AuthCtrlr__LocalPreAuthorize="true",
        LocalAuthListCtrlr__DisablePostAuthorize=is_last,
    )
    assert bench.core.update_list(1, [Entry(CARD, NO)], is_full=True) == "Accepted"
    bench.swipe()
    assert len(asked(bench.told())) == questions


def test_c13_offline_the_list_decides() -> None:
    bench = plugged()
    bench.core.update_list(1, [Entry(CARD, YES), Entry(OTHER, NO)], is_full=True)
    bench.core.went_offline(bench.now_ms)
    bench.swipe(OTHER)
    assert of_transactions(bench.told()) == []
    bench.swipe(CARD)
    assert of_transactions(bench.told())[0][0] == "Started"
    assert bench.hardware.offers[1] == 4140.0


@pytest.mark.parametrize(("flag", "begins"), [("true", True), ("false", False)])
def test_c15_offline_strangers_charge_where_allowed(flag: str, begins: bool) -> None:
    bench = plugged(AuthCtrlr__OfflineTxForUnknownIdEnabled=flag)
    bench.core.went_offline(bench.now_ms)
    bench.swipe()
    assert bool(of_transactions(bench.told())) is begins


def test_a_question_that_nobody_answers_is_decided_here() -> None:
    bench = plugged(AuthCtrlr__OfflineTxForUnknownIdEnabled="true")
    bench.swipe()
    assert bench.core.unanswered(1, CARD, bench.now_ms) == "Started"


def test_a_card_may_be_for_some_evses_alone() -> None:
    bench = plugged()
    verdict = Verdict("Accepted", evses=(2,))
    status = bench.core.authorized(1, CARD, verdict, bench.now_ms)
    assert status == "NotAtThisLocation"


def master_bench(*, knows: bool) -> Bench:
    bench = Bench(evses=2, AuthCtrlr__MasterPassGroupId="MASTERS")
    for evse in (1, 2):
        bench.plug(evse)
        bench.core.authorized(evse, Token(f"CARD-{evse}"), YES, bench.now_ms)
    if knows:
        entry = Entry(OTHER, Verdict("Accepted", "MASTERS"))
        bench.core.update_list(1, [entry], is_full=True)
    bench.told()
    return bench


@pytest.mark.parametrize("knows", [True, False])
def test_c16_a_master_pass_stops_all(knows: bool) -> None:
    bench = master_bench(knows=knows)
    bench.swipe(OTHER)
    for each in asked(bench.told()):
        verdict = Verdict("Accepted", "MASTERS")
        bench.core.authorized(1, each, verdict, bench.now_ms)
    assert list(bench.core.all_running()) == []


def test_c16_a_master_pass_at_an_evse_stops_that_one() -> None:
    bench = master_bench(knows=True)
    bench.swipe(OTHER, evse=2)
    assert ended(bench.told()) == ("StopAuthorized", "MasterPass")
    assert [s.evse for s in bench.core.all_running()] == [1]


def test_c16_a_master_pass_starts_nothing() -> None:
    bench = plugged(AuthCtrlr__MasterPassGroupId="MASTERS")
    verdict = Verdict("Accepted", "MASTERS")
    bench.core.authorized(1, CARD, verdict, bench.now_ms)
    assert of_transactions(bench.told()) == []


def test_a_button_needs_nobody_to_ask_and_is_not_learnt() -> None:
    bench = plugged()
    button = Token("", "NoAuthorization")
    bench.swipe(button)
    events = bench.told()
    assert asked(events) == []
    assert of_transactions(events)[0][0] == "Started"
    bench.core.tokens.learn(button, YES, bench.now_ms)
    assert bench.core.tokens.cached() == []


def test_the_group_of_a_later_answer_lets_its_others_stop() -> None:
    bench = plugged()
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    session = bench.core.evses[1].session
    assert session is not None
    verdict = Verdict("Accepted", "FAMILY")
    bench.core.judged(session, CARD, verdict, bench.now_ms)
    assert bench.core.authorized(1, OTHER, verdict, bench.now_ms) == "Stopped"


def test_the_version_of_an_empty_list_is_0_and_of_none_minus_1() -> None:
    bench = Bench()
    bench.core.update_list(7, [Entry(CARD, YES)], is_full=True)
    assert bench.core.list_version() == 7
    assert bench.core.update_list(7, [], is_full=False) == "VersionMismatch"
    assert bench.core.update_list(8, [Entry(CARD, None)], is_full=False) == "Accepted"
    assert bench.core.list_version() == 0
    assert Bench(LocalAuthListCtrlr__Enabled="false").core.list_version() == -1


def test_a_cache_that_is_off_cannot_be_cleared() -> None:
    assert Bench().core.clear_cache().status == "Accepted"
    assert Bench(AuthCacheCtrlr__Enabled="false").core.clear_cache().status == (
        "Rejected"
    )


def test_an_invalid_card_may_have_some_energy_first() -> None:
    bench = plugged(
        TxCtrlr__StopTxOnInvalidId="false", TxCtrlr__MaxEnergyOnInvalidId="500"
    )
    bench.core.authorized(1, CARD, YES, bench.now_ms)
    bench.draw()
    session = bench.core.evses[1].session
    assert session is not None
    bench.core.judged(session, None, NO, bench.now_ms)
    assert bench.hardware.offers[1] == 22_080.0
    bench.hardware.energy_wh += 500
    bench.wait(10)
    assert bench.hardware.offers[1] == 0.0
    assert bench.core.evses[1].is_running
    bench.core.judged(session, None, YES, bench.now_ms)
    assert bench.hardware.offers[1] == 22_080.0
