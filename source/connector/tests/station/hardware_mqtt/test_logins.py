"""Who is logged in, as the auth service says."""

from __future__ import annotations

from typing import Any

import pytest

from connector.tests.station.hardware_mqtt.conftest import Rig


def test_a_card_brings_its_own_limit(rig: Rig) -> None:
    rig.plug()
    rig.asked("config")
    rig.say(
        "auth",
        "state",
        {"auth": "done", "tagid": "TAG1", "imax": 8, "pmax": 22, "ocpp_check": True},
    )
    rig.turn(accepts=True)

    assert rig.evse.session.token.id == "TAG1"
    assert max(each["imax"] for each in rig.asked("config")) == 8.0
    assert rig.evse.offered_w == 8 * 690


def test_a_card_that_needs_no_check_is_not_asked_about(rig: Rig) -> None:
    rig.plug()
    rig.say("auth", "state", {"auth": "done", "tagid": "LOCAL", "ocpp_check": False})

    assert rig.evse.is_running


@pytest.mark.parametrize("how", [{}, {"auth": "done", "tagid": "tag1"}])
def test_a_repeated_login_is_a_single_sign_on(rig: Rig, how: dict[str, Any]) -> None:
    state = {"auth": "done", "tagid": "TAG1"} | how
    rig.plug()
    rig.say(
        "auth", "login", {"state": {"auth": "done", "tagid": "TAG1"}}, kind="response"
    )
    rig.turn(accepts=True)
    key = rig.evse.session.key
    for _ in range(3):
        rig.say("auth", "state", state)
        rig.turn(accepts=True)

    assert rig.evse.is_running
    assert rig.evse.session.key == key
    assert rig.ask("authorize", "TAG1") is True
    assert rig.evse.session.key == key


@pytest.mark.parametrize("name", ["logout", "state"])
def test_who_logs_out_stops(rig: Rig, name: str) -> None:
    rig.plug()
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=True)
    rig.say("auth", name, {"auth": "idle"})
    rig.turn()

    assert not rig.evse.is_running


def test_a_login_that_is_repeated_while_it_is_asked_about_is_one(rig: Rig) -> None:
    rig.plug()
    for port, name in (("auth", "login"), ("auth", "login"), ("auth", "state")):
        rig.say(port, name, {"auth": "done", "tagid": "TAG1"})
    rig.say("ocpp", "authorize", "TAG1", kind="request")
    rig.turn(accepts=True)

    assert rig.evse.is_running
    assert sum(type(e).__name__ == "AuthorizeWanted" for e in rig.events) == 1
    assert [m.data for _, _, m in rig.wire.told if m.type == "response"] == [True]


def test_what_was_stopped_from_afar_is_not_begun_by_a_state_that_is_repeated(
    rig: Rig,
) -> None:
    rig.plug()
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=True)
    rig.core.remote_stop(rig.now_ms, key=rig.evse.session.key)
    rig.turn()
    assert rig.asked("logout") == [0.0]
    rig.say("auth", "logout", {"auth": "done", "tagid": "TAG1"}, kind="response")
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=True)
    assert not rig.evse.is_running

    rig.say("auth", "login", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=True)
    assert rig.evse.is_running


def test_another_card_takes_the_place_of_one_that_may_not_charge(rig: Rig) -> None:
    rig.plug()
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=False)
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG2"})
    rig.turn(accepts=True)
    assert rig.evse.session.token.id == "TAG2"

    rig.say("auth", "logout", {})
    rig.turn()
    assert not rig.evse.is_running


def test_a_late_answer_to_a_logout_logs_nobody_out(rig: Rig) -> None:
    rig.plug()
    rig.say("auth", "state", {"auth": "done", "tagid": "TAG1"})
    rig.turn(accepts=True)
    rig.say("auth", "logout", {"auth": "idle"}, kind="response")

    assert rig.evse.is_running


def test_a_login_that_fails_stops_nothing(rig: Rig) -> None:
    rig.charge()
    for auth in ("fail", "pending"):
        rig.say("auth", "state", {"auth": auth})
        rig.say("charge", "msg", {"auth": auth})

    assert rig.evse.is_running
