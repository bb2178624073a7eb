"""The services of the hardware: what they are asked, and what their events become."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.core.reservations import Reservation
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt import Topics, Units
from connector.station.hardware_mqtt.topics import Place
from connector.station.ports import Token
from connector.tests.station.hardware_mqtt.conftest import Rig


def limits(rig: Rig) -> list[float]:
    return [each["imax"] for each in rig.asked("config")]


def test_after_a_connect_everything_is_asked_and_said(rig: Rig) -> None:
    rig.wire.asked.clear()
    rig.hardware.connected()
    asked = [(port, m.name, m.data) for evse, port, m in rig.wire.asked if evse == 2]

    subscribe = {"action": "subscribe"}
    assert asked == [
        ("charge", "subscribe", subscribe),
        ("auth", "subscribe", subscribe),
        *(
            ("meter", verb, subscribe)
            for verb in ("tension", "current", "power", "energy", "over-limit")
        ),
        ("meter", "energy", {"action": "read"}),
        ("charge", "state", {"action": "read"}),
        ("meter", "config", {"imax": 0.0, "pmax": 0.0}),
        ("charge", "remote_power", False),
    ]
    assert all(m.type == "request" and m.id for _, _, m in rig.wire.asked)


def test_a_limit_is_amperes_and_kilowatts(rig: Rig) -> None:
    rig.asked("config")
    rig.hardware.offer(1, 11_040.0, 3)
    rig.hardware.offer(1, 3_680.0, 1)
    rig.hardware.offer(1, 0.0, None)

    assert rig.asked("config") == [
        {"imax": 16.0, "pmax": 11.04},
        {"imax": 16.0, "pmax": 3.68},
        {"imax": 0.0, "pmax": 0.0},
    ]


def test_what_is_plugged_in_and_drawn_is_known(rig: Rig) -> None:
    rig.plug()
    assert rig.core.status(1)[0] == "Preparing"
    assert rig.asked("login") == [{}]
    rig.ask("transaction", {"start": "TAG1"}, accepts=True)
    rig.say("charge", "msg", {"power": {"charging": 16.0}})
    assert rig.core.status(1)[0] == "Charging"
    rig.say("charge", "msg", {"plugged": "lock"})
    assert rig.core.status(1)[0] == "Charging"
    rig.say("charge", "msg", {"power": "idle"})
    assert rig.core.status(1)[0] == "SuspendedEV"
    rig.say("charge", "msg", {"power": {"stop": 1_200.0}})
    assert rig.hardware.read(1).energy_wh == 1_200.0
    rig.say("charge", "msg", {"plugged": "plugout"})
    assert rig.core.status(1)[0] == "Available"
    assert not rig.evse.is_running


def test_a_whole_state_says_the_same(rig: Rig) -> None:
    state = {
        "imax": 16,
        "pmax": 11,
        "plugged": "plugin",
        "power": "start",
        "iso": "iso20",
        "auth": "idle",
        "payment": "pnc",
    }
    rig.say("charge", "state", {"state": state})
    session = rig.evse.session

    assert (session.protocol, session.payment) == ("iso20", "pnc")
    assert rig.evse.demand.value == "charging"
    rig.say("charge", "state", state, kind="response")
    assert rig.evse.session is session


def test_what_is_told_twice_is_told_once(rig: Rig) -> None:
    rig.charge()
    key = rig.evse.session.key
    for _ in range(3):
        rig.plug()

    assert rig.evse.session.key == key


def test_the_hardware_allows_less_than_the_central_system(rig: Rig) -> None:
    rig.say("charge", "state", {"imax": 10})
    rig.charge()
    rig.turn()

    assert set(limits(rig)[-2:]) <= {10.0}
    assert rig.evse.offered_w == 10 * 690
    rig.say("charge", "state", {"imax": 16})
    assert limits(rig)[-1] == 16.0


def test_a_lesser_answer_to_a_limit_is_a_bound(rig: Rig) -> None:
    rig.charge()
    config_id = [m.id for _, _, m in rig.wire.asked if m.name == "config"][-1]
    rig.say("meter", "config", {"imax": 13, "pmax": 22}, kind="response", id_="other")
    assert rig.evse.offered_w == 22_080
    rig.say("meter", "config", {"imax": 13, "pmax": 22}, kind="response", id_=config_id)

    assert rig.evse.offered_w == 13 * 690


def test_who_draws_too_much_for_too_long_is_switched_off(rig: Rig) -> None:
    rig.charge()
    rig.asked("config")
    rig.say("meter", "over-limit", {"total": 20.0})
    assert len(limits(rig)) == 1
    assert rig.core.status(1)[1] == "NoError"
    rig.wait(11)
    rig.say("meter", "over-limit", True)

    assert rig.core.status(1)[:2] == ("Faulted", "OverCurrentFailure")
    assert rig.asked("remote_power")[-1] is False
    rig.say("charge", "msg", {"plugged": "plugout"})
    assert rig.core.status(1)[:2] == ("Available", "NoError")


def test_who_drew_too_much_once_goes_on(rig: Rig) -> None:
    rig.charge()
    rig.say("meter", "over-limit", True)
    rig.say("meter", "over-limit", False)
    rig.wait(11)
    rig.say("meter", "over-limit", True)

    assert rig.core.status(1)[0] == "Charging"


def test_a_reservation_reaches_the_hardware(rig: Rig) -> None:
    rig.ask("subscribe", True)
    rig.heard()
    expiry_ms = rig.now_ms + 600_000
    rig.core.reserve(Reservation(5, 1, Token("TAG1"), expiry_ms), rig.now_ms)
    rig.turn()
    expected = {
        "id": 5,
        "tagid": "TAG1",
        "start": rig.now_ms // 1000,
        "stop": expiry_ms // 1000,
        "status": "accepted",
    }
    assert rig.asked("reserve") == [expected]
    assert rig.heard() == [{"reservation": expected}]
    assert rig.ask("status-notification", "reserved") == {}

    rig.core.cancel_reservation(5, rig.now_ms)
    rig.turn()

    assert rig.asked("reserve") == [{"id": 5, "status": "cancel"}]


def test_hardware_that_falls_silent_is_no_hardware(rig: Rig) -> None:
    rig.charge()
    rig.asked("state")
    rig.wait(16)
    assert rig.asked("state") == [{"action": "read"}]
    assert rig.core.status(1)[0] == "Charging"
    rig.wait(15)

    status, code, info = rig.core.status(1)
    assert (status, code) == ("Faulted", "InternalError")
    assert "silent" in info
    assert rig.asked("remote_power")[-1] is False
    assert rig.evse.is_running


def test_hardware_that_comes_back_is_asked_how_things_are(rig: Rig) -> None:
    key = rig.charge()
    rig.wait(31)
    rig.asked("subscribe")
    rig.say("charge", "state", {"plugged": "lock", "power": "start"})
    rig.turn()

    assert rig.core.status(1)[0] == "Charging"
    assert rig.evse.session.key == key
    assert rig.asked("remote_power")[-1] is True
    assert len(rig.asked("subscribe")) == 2


def test_a_start_at_silent_hardware_is_refused(rig: Rig) -> None:
    rig.plug()
    rig.wait(31)

    assert "silent" in rig.ask("transaction", {"start": "TAG1"}, accepts=True)["error"]


def test_the_will_of_the_hardware_is_heard_at_once(rig: Rig) -> None:
    rig.charge()
    rig.charge("TAG2", 2)
    rig.say("charge", "gone", {})

    assert rig.core.status(1)[0] == "Faulted"
    assert rig.core.status(2)[0] == "Charging"
    assert rig.asked("remote_power")[-1] is False


def test_what_was_broken_before_is_so_after(rig: Rig) -> None:
    rig.ask("status-notification", {"error": "GroundFailure"})
    rig.wait(31)
    rig.say("charge", "state", {"plugged": "plugout"})

    assert rig.core.status(1)[:2] == ("Faulted", "GroundFailure")


@pytest.mark.parametrize("by_ms", [-3_600_000, 3_600_000])
def test_a_clock_that_is_set_makes_nobody_silent(rig: Rig, by_ms: int) -> None:
    rig.wait(10)
    rig.now_ms += by_ms
    rig.hardware.time_moved(by_ms)
    rig.wait(10)
    assert rig.core.status(1)[0] == "Available"
    rig.wait(11)

    assert rig.core.status(1)[0] == "Faulted"


def test_it_says_when_it_is_due(rig: Rig) -> None:
    assert rig.hardware.step(rig.now_ms) == rig.now_ms + 15_000


@pytest.mark.parametrize(
    ("port", "name", "data"),
    [
        ("charge", "msg", {"plugged": "maybe"}),
        ("charge", "msg", {"power": {"start": 1}}),
        ("charge", "msg", {"unheard": 1}),
        ("charge", "msg", {"iso": "iso99"}),
        ("charge", "msg", {"imax": -1}),
        ("charge", "msg", 7),
        ("auth", "state", {"auth": "done"}),
        ("auth", "state", {"auth": "done", "tagid": "A", "ocpp_check": "no"}),
        ("auth", "state", {"auth": "maybe"}),
        ("meter", "energy", -5),
        ("meter", "energy", "much"),
        ("meter", "hue", 5),
        ("meter", "current", {"tag": "Power", "total": 1}),
    ],
)
def test_what_a_service_says_wrongly_changes_nothing(
    rig: Rig, port: str, name: str, data: Any, caplog: pytest.LogCaptureFixture
) -> None:
    rig.charge()
    before = (rig.core.status(1), rig.hardware.read(1), rig.evse.offered_w)
    rig.wire.told.clear()
    with caplog.at_level("INFO"):
        rig.say(port, name, data)

    assert (rig.core.status(1), rig.hardware.read(1), rig.evse.offered_w) == before
    assert rig.wire.told == []
    assert "expected" in caplog.text


def test_compat_restores_the_numbers_of_the_binding() -> None:
    rig = Rig("tux-evse")
    rig.say(
        "meter",
        "current",
        {"tag": "Current", "total": 31_500, "l1": 10_500, "l2": 10_500, "l3": 10_500},
    )
    rig.say(
        "meter",
        "tension",
        {"tag": "Tension", "total": 0, "l1": 230_000, "l2": 231_000, "l3": 229_000},
    )
    rig.say(
        "meter",
        "power",
        {"tag": "Power", "total": 7_200_000, "l1": 0, "l2": 0, "l3": 0},
    )
    rig.say(
        "meter",
        "energy",
        {"tag": "Energy", "total": 1_500_000, "l1": 0, "l2": 0, "l3": 0},
    )
    reading = rig.hardware.read(1)

    assert reading.currents_a == (10.5, 10.5, 10.5)
    assert reading.voltages == (230.0, 231.0, 229.0)
    assert reading.power_w == 7_200.0
    assert reading.energy_wh == 1_500.0
    rig.asked("config")
    rig.hardware.offer(1, 11_400.0, 3)
    assert rig.asked("config") == [{"imax": 16, "pmax": 11}]


def test_compat_has_numbers_for_transactions() -> None:
    rig = Rig("tux-evse")
    rig.say("meter", "energy", {"tag": "Energy", "total": 20_000})
    id_ = rig.charge()

    assert isinstance(id_, int)
    assert 0 <= id_ < 2**31
    assert rig.ask("transaction", {"stop": 100_000}) == id_
    assert rig.hardware.read(1).energy_wh == 100


@pytest.mark.parametrize("compat", ["", "tux-evse"])
def test_the_number_of_the_central_system_is_the_transactions_id(compat: str) -> None:
    rig = Rig(compat)
    rig.ask("subscribe", True)
    own = rig.charge()
    session = rig.evse.session
    session.id_16 = 101
    rig.heard()
    rig.core.judged(session, None, Verdict("Accepted"), rig.now_ms)
    rig.core.judged(session, None, Verdict("Accepted"), rig.now_ms)

    assert own != 101
    assert rig.heard() == [{"transaction": [True, 101]}]
    assert rig.ask("transaction", {"stop": 0}) == 101
    assert rig.heard()[-1] == {"transaction": [False, 101]}


def test_a_compat_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 'tux-evse'"):
        Units("tux")


@pytest.mark.parametrize("prefix", ["", "/a", "a/", "a/+/b", "#"])
def test_a_prefix_that_cannot_be_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        Topics(prefix)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("a/b/CP/1/ocpp/in", Place("CP", 1, "ocpp")),
        ("a/b/CP/0/meter/out", Place("CP", 0, "meter")),
        ("a/b/CP/1/ocpp/out", None),
        ("a/b/CP/1/charge/in", None),
        ("a/b/CP/x/charge/out", None),
        ("a/b/CP/\u0661/charge/out", None),
        ("a/b/CP/9999/charge/out", None),
        ("a/b/CP/1/door/out", None),
        ("a/b/CP/1/charge/out/more", None),
        ("other/CP/1/charge/out", None),
    ],
)
def test_topics_are_read(topic: str, expected: Place | None) -> None:
    assert Topics("a/b").place(topic) == expected


def test_an_odd_identity_is_one_level_of_a_topic() -> None:
    name = Topics.name("a/b+c#d e")
    topics = Topics("p")

    assert not set(name) & set("/+#")
    assert topics.place(topics.told(Place(name, 1, "meter"))) == Place(name, 1, "meter")
