"""The verbs of the port `ocpp`: what services ask, and what they are answered."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.core.events import Measured, Reported, SessionEvent
from connector.tests.station.hardware_mqtt.conftest import Rig


def error_of(answer: Any) -> str:
    assert answer["status"] == "rejected"
    return f"{answer['error']}: expected {answer.get('expected')}"


@pytest.mark.parametrize("accepts", [True, False])
def test_authorize_answers_what_the_central_system_says(
    rig: Rig, accepts: bool
) -> None:
    rig.ask("subscribe", True)
    rig.heard()

    assert rig.ask("authorize", "TAG1", accepts=accepts) is accepts
    assert {"authorized": accepts} in rig.heard()


def test_authorize_at_the_station_finds_an_evse(rig: Rig) -> None:
    assert (
        rig.ask("authorize", {"id": "TAG1", "type": "KeyCode"}, 0, accepts=True) is True
    )


def test_authorize_of_who_charges_already_stops_nothing(rig: Rig) -> None:
    key = rig.charge("TAG1", 2)

    assert rig.ask("authorize", "tag1", 2) is True
    assert rig.ask("authorize", "TAG1", 0) is True
    assert rig.core.evses[2].session.key == key
    assert rig.core.evses[2].is_running


def test_an_answer_waits_for_the_central_system_but_not_for_ever(rig: Rig) -> None:
    assert rig.ask("authorize", "TAG1") is None
    rig.say("charge", "state", {"plugged": "plugout"})
    rig.wait(31)

    answers = [m for _, _, m in rig.wire.told if m.type == "response"]
    assert "nobody answered" in error_of(answers[0].data)
    assert len(answers) == 1


def test_two_who_ask_about_one_card_are_one_question(rig: Rig) -> None:
    rig.ask("authorize", "TAG1", id_="a")
    rig.say("ocpp", "authorize", "tag1", kind="request", id_="b")
    rig.turn()
    token = rig.events[-1].token
    from connector.station.core.tokens import Verdict

    rig.core.authorized(1, token, Verdict("Accepted"), rig.now_ms)

    answers = {m.id: m.data for _, _, m in rig.wire.told if m.type == "response"}
    assert answers == {"a": True, "b": True}
    assert sum(type(e).__name__ == "AuthorizeWanted" for e in rig.events) == 1


def test_offline_the_station_decides(rig: Rig) -> None:
    rig.core.went_offline(rig.now_ms)

    assert rig.ask("authorize", "STRANGER") is False


def test_who_asked_while_the_link_went_is_answered(rig: Rig) -> None:
    rig.ask("authorize", "TAG1")
    rig.core.went_offline(rig.now_ms)
    rig.core.unanswered(1, rig.events[-1].token, rig.now_ms)

    assert [m.data for _, _, m in rig.wire.told if m.type == "response"] == [False]


def test_a_transaction_begins_and_ends_by_verbs(rig: Rig) -> None:
    rig.say("meter", "energy", {"total": 5_000.0})
    key = rig.charge()
    session = rig.evse.session
    assert session.key == key
    assert session.is_running
    assert session.meter_start_wh == 5_000.0
    assert rig.asked("remote_power")[-1] is True

    assert rig.ask("transaction", {"stop": 7_500.0}) == key

    ended = [e for e in rig.events if isinstance(e, SessionEvent)][-1]
    assert (ended.kind, ended.reading.energy_wh) == ("Ended", 7_500.0)
    assert ended.stopped_reason in ("Local", None)
    assert rig.asked("remote_power")[-1] is False
    assert rig.asked("logout") == [2_500.0]


def test_a_double_start_is_refused(rig: Rig) -> None:
    key = rig.charge()

    for tag in ("TAG1", "TAG2"):
        answer = error_of(rig.ask("transaction", {"start": tag}))
        assert f"transaction {key} runs already" in answer
    assert rig.evse.is_running
    assert rig.evse.session.key == key


def test_a_start_takes_over_what_an_authorize_has_begun(rig: Rig) -> None:
    rig.plug()
    assert rig.ask("authorize", "TAG1", accepts=True) is True
    key = rig.evse.session.key

    assert rig.ask("transaction", {"start": "TAG1"}) == key
    assert "runs already" in error_of(rig.ask("transaction", {"start": "TAG1"}))


def test_a_stop_without_a_start_is_refused(rig: Rig) -> None:
    assert "no transaction runs" in error_of(rig.ask("transaction", {"stop": 1}))

    rig.charge()
    rig.ask("transaction", {"stop": 1})

    assert "no transaction runs" in error_of(rig.ask("transaction", {"stop": 1}))


def test_who_may_not_charge_starts_nothing(rig: Rig) -> None:
    rig.plug()

    answer = error_of(rig.ask("transaction", {"start": "TAG1"}, accepts=False))

    assert "'TAG1' may not charge" in answer
    assert not rig.evse.is_running


def test_a_start_where_something_is_broken_is_refused(rig: Rig) -> None:
    rig.plug()
    rig.ask("status-notification", {"error": "GroundFailure"})

    answer = error_of(rig.ask("transaction", {"start": "TAG1"}, accepts=True))

    assert "EVSE 1 is Faulted" in answer


def test_after_a_stop_another_may_start(rig: Rig) -> None:
    first = rig.charge()
    rig.ask("transaction", {"stop": 100})
    rig.say("charge", "msg", {"plugged": "plugout"})
    rig.plug()

    second = rig.ask("transaction", {"start": "TAG2"}, accepts=True)

    assert second not in (None, first)
    assert rig.evse.session.token.id == "TAG2"


def test_each_evse_has_its_own_transaction(rig: Rig) -> None:
    keys = {rig.charge("TAG1", 1), rig.charge("TAG2", 2)}

    assert len(keys) == 2
    assert rig.ask("transaction", {"stop": 1}, 2) in keys
    assert rig.evse.is_running


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["preparing"], "Preparing"),
        (["unavailable"], "Unavailable"),
        (["unavailable", "available"], "Available"),
        (["preparing", "available"], "Available"),
        (["Available"], "Available"),
        ([{"error": "GroundFailure"}], "Faulted"),
        ([{"error": "groundfailure"}], "Faulted"),
        ([{"error": "GroundFailure"}, {"error": "NoError"}], "Available"),
        ([{"error": "GroundFailure"}, "available"], "Available"),
    ],
)
def test_a_status_of_a_service_is_a_fact_of_the_core(
    rig: Rig, statuses: list[Any], expected: str
) -> None:
    for status in statuses:
        assert rig.ask("status-notification", status) == {}

    assert rig.core.status(1)[0] == expected


def test_charging_and_finishing_follow_a_transaction(rig: Rig) -> None:
    rig.plug()
    rig.ask("transaction", {"start": "TAG1"}, accepts=True)
    assert rig.core.status(1)[0] == "SuspendedEV"
    rig.ask("status-notification", "charging")
    assert rig.core.status(1)[0] == "Charging"
    rig.ask("status-notification", "finishing")
    assert rig.core.status(1)[0] == "Finishing"
    assert not rig.evse.is_running


def test_an_error_of_the_station_is_one_of_all(rig: Rig) -> None:
    assert rig.ask("status-notification", {"error": "OtherError"}, 0) == {}
    assert [rig.core.status(evse)[0] for evse in (1, 2)] == ["Faulted", "Faulted"]
    rig.ask("status-notification", {"error": "NoError"}, 0)
    assert rig.core.status(1)[0] == "Available"


def test_nothing_is_reserved_by_saying_so(rig: Rig) -> None:
    assert "nothing is reserved" in error_of(rig.ask("status-notification", "reserved"))


def test_measures_that_are_pushed_are_told_of_the_transaction(rig: Rig) -> None:
    rig.charge()
    rig.events.clear()
    measure = {
        "timestamp": "2026-01-01T10:00:00Z",
        "session": 1_500.0,
        "current": {"l1": 16.0, "l2": 15.5, "l3": 15.0},
        "tension": {"l1": 230.0, "l2": 231.0, "l3": 232.0},
        "power": {"total": 10_700.0},
    }

    assert rig.ask("push-measure", measure) == {}

    told = [e for e in rig.events if isinstance(e, SessionEvent)]
    assert told[-1].kind == "Updated"
    reading = told[-1].reading or rig.hardware.read(1)
    assert reading.energy_wh == rig.evse.session.meter_start_wh + 1_500
    assert reading.currents_a == (16.0, 15.5, 15.0)
    assert reading.voltages == (230.0, 231.0, 232.0)
    assert reading.power_w == 10_700.0


def test_measures_outside_transactions_are_meter_values() -> None:
    rig = Rig(AlignedDataCtrlr__Measurands="Power.Active.Import")
    rig.ask("push-measure", {"power": 40}, 1)

    assert any(isinstance(e, Measured) for e in rig.events)


def test_the_main_meter_is_evse_0(rig: Rig) -> None:
    rig.ask("push-measure", {"power": 4_000, "current": {"l1": 17.4}}, 0)

    assert rig.hardware.read(0).power_w == 4_000


def test_a_heartbeat_comes_back_and_goes_on(rig: Rig) -> None:
    assert rig.ask("heartbeat", 4711, 0) == 4711
    assert rig.ask("heartbeat", "nonce") == "nonce"
    assert [e.action for e in rig.events if isinstance(e, Reported)] == [
        "Heartbeat"
    ] * 2


def test_events_flow_from_a_subscription_on(rig: Rig) -> None:
    rig.charge()
    assert rig.heard() == []
    assert rig.ask("subscribe", True) == {}
    assert rig.heard() == ["initialized"]
    key = rig.evse.session.key
    rig.offers.limit = 6_900.0
    rig.core.offer_anew(rig.now_ms)
    rig.ask("transaction", {"stop": 100})
    heard = rig.heard()

    assert {"powerlimit": {"tid": key, "imax": 10.0, "duration": 0}} in heard
    assert {"transaction": [False, key]} in heard
    rig.ask("subscribe", False)
    rig.charge()
    assert rig.heard() == []


def test_a_remote_stop_is_told_and_the_transaction_ends(rig: Rig) -> None:
    key = rig.charge()
    rig.ask("subscribe", True)
    rig.heard()
    rig.core.remote_stop(rig.now_ms, key=key)
    rig.turn()

    assert {"transaction": [False, key]} in rig.heard()
    assert [e.kind for e in rig.events if isinstance(e, SessionEvent)][-1] == "Ended"
    assert rig.asked("remote_power")[-1] is False


async def test_a_reset_is_told(rig: Rig) -> None:
    rig.ask("subscribe", True)
    rig.ask("subscribe", True, 0)
    rig.heard()
    await rig.hardware.reset(0, is_hard=True)

    assert rig.heard() == ["reset"]
    assert rig.asked("remote_power")[-1] is False
