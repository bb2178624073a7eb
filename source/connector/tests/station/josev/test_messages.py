"""Every message of the interface, right and wrong."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.station.josev import readings
from connector.station.josev.messages import READERS
from connector.station.josev.options import EvseOptions, JosevOptions
from connector.station.josev.topics import Topics
from connector.station.model import EvseModel, StationModel
from connector.station.ports import Reading
from connector.tests.station.josev.rig import CARD, Rig
from connector.tests.station.josev.sites import AC, DC_1, DC_2, ac, dc

EVSE = {"evse_id": AC}
GOOD: dict[str, dict[str, Any]] = {
    "cs_parameters": {},
    "cs_status_and_limits": {},
    "device_model": {},
    "cp_pwm": {**EVSE, "hlc": False, "current": 16.0, "error_state": False},
    "authorization": {**EVSE, "id_token": "X1", "token_type": "e_maid"},
    "cs_contactor_status": EVSE,
    "stop_charging": EVSE,
    "meter_values": {**EVSE, "timestamp": "2026-03-01T10:00:00Z"},
    "cable_check": {**EVSE, "cable_check_action": "start"},
    "power_electronics_setpoint": {
        **EVSE,
        "ev_limits": {"maximum_voltage": 450.0},
        "ac": {"charge_active_power": 7000.0, "discharge_active_power": None},
    },
    "x_ev_certificate": {
        **EVSE,
        "iso15118_schema_version": "urn:iso:15118:2:2013:MsgDef",
        "action": "Install",
        "exi": "gJgC",
    },
    "x_session_options": EVSE,
    "slac_status": {**EVSE, "run_id": "5a11b0c2", "status": "matched"},
    "service_status": {
        "service": "iso15118",
        "software_version": "1.4",
        "api_version": "1",
        "status": "ready",
    },
    "iso15118_state_info": {
        **EVSE,
        "session_status": "SupportedAppProtocol",
        "info": {"protocol": "ISO_15118_2"},
    },
    "hlc_charging": {**EVSE, "status": True},
    "transaction_status": {**EVSE, "status": "ended"},
    "iso15118_charge_limit": {**EVSE, "limit": -5000.0},
    "reset": {},
    "x_ev_info": {**EVSE, "evcc_id": "AABB", "soc": 40, "departure_time": 3600},
    "x_charging_needs": {
        **EVSE,
        "charging_needs": {"requestedEnergyTransfer": "AC_three_phase"},
    },
}
REQUESTS = sorted(name for name, kind in READERS if kind == "request")
UPDATES = sorted(name for name, kind in READERS if kind == "update")
REFUSED = {
    "cp_pwm": ("status", "invalid"),
    "cs_contactor_status": ("status", "error"),
    "cable_check": ("isolation_level", "invalid"),
    "x_ev_certificate": ("status", "Failed"),
}


def camel(data: Any) -> Any:
    """The other spelling of every name."""
    if not isinstance(data, dict):
        return data
    found = {}
    for name, value in data.items():
        first, *rest = name.split("_")
        found[first + "".join(map(str.title, rest))] = camel(value)
    return found


def test_every_message_of_the_interface_is_here() -> None:
    assert {name for name, _ in READERS} == set(GOOD)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_is_answered(name: str) -> None:
    rig = Rig()
    rig.plug()
    answer = rig.ask(name, **GOOD[name], nobody_knows_this={"a": [1]})

    assert isinstance(answer, dict)


@pytest.mark.parametrize("name", REQUESTS)
def test_both_spellings_are_known(name: str) -> None:
    answers = []
    for data in (GOOD[name], camel(GOOD[name])):
        rig = Rig()
        rig.plug()
        answers.append(rig.ask(name, **data))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", [n for n in UPDATES if n not in ("reset",)])
def test_news_are_heard_in_both_spellings(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    rig.plug()
    data = dict(GOOD[name])
    rig.say(name, **data, nobody_knows_this=1)
    rig.say(name, **camel(data))

    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "name", [n for n in REQUESTS if "evse_id" in GOOD[n]] + ["cs_status_and_limits"]
)
def test_an_evse_that_is_not_here_is_answered(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    member, word = REFUSED.get(name, ("status", "rejected"))
    answer = rig.ask(name, **{**GOOD[name], "evse_id": "XX*NOT*E1"})

    assert answer[member] == word
    assert answer["evse_id"] == "XX*NOT*E1"
    assert AC in answer["info"]
    [record] = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert name in record.getMessage()


@pytest.mark.parametrize("name", [n for n in READERS if GOOD[n[0]]])
def test_what_is_malformed_is_refused_with_one_line(
    name: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    # Members that may be missing may all be missing in some.
    wrong: dict[str, Any] = {member: [1] for member in GOOD[name[0]]}
    if name == ("authorization", "response"):
        wrong = {"status": 7}
    if name[0] == "meter_values":
        wrong = {"evse_id": 3}
    id_ = rig.say(*name, **wrong)

    assert len([r for r in caplog.records if r.levelno == logging.WARNING]) == 1
    answer = rig.answer(id_)
    assert (answer is not None) == (name[1] == "request")
    if answer is not None:
        member, word = REFUSED.get(name[0], ("status", "rejected"))
        assert answer[member] == word


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"id":"1","name":"cp_pwm","type":"request"}',
        b'{"id":"1","name":"cp_pwm","type":"request","data":null}',
        b'{"id":"1","name":"cp_pwm","type":"request","data":[]}',
        b'{"id":"1","name":"nobody_knows","type":"request","data":{}}',
        b'{"id":"1","name":"nobody_knows","type":"update","data":{}}',
        b'{"id":"1","name":"cp_pwm","type":"response","data":{}}',
        b'{"id":7,"name":"cp_pwm","type":"request","data":{}}',
    ],
)
def test_rubbish_is_refused_with_one_line(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    rig.heard.take()
    rig.raw(body)

    assert len([r for r in caplog.records if r.levelno == logging.WARNING]) == 1
    answered = [m.type for m in rig.heard.take()]
    is_request = b'"1"' in body and b'"request"' in body
    assert answered == (["response"] if is_request else [])


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", AC, "start", "accepted", "EIM", "x" * 300])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def _messages(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    name, kind = draw(st.sampled_from(sorted(READERS)))
    members = dict(GOOD[name])
    for member in draw(st.lists(st.sampled_from(sorted(members) or ["x"]), max_size=2)):
        members[member] = draw(_json)
    return name, kind, members


@settings(max_examples=200)
@given(st.lists(_messages(), max_size=12))
def test_whatever_comes_every_request_is_answered_and_power_needs_a_card(
    messages: list[tuple[str, str, dict[str, Any]]],
) -> None:
    rig = Rig()
    rig.accepts = None
    rig.plug()
    asked = [rig.say(name, kind, **data) for name, kind, data in messages]
    rig.wait(40)

    for id_, (_, kind, _) in zip(asked, messages, strict=True):
        assert (rig.answer(id_) is not None) == (kind == "request")
    assert not rig.hardware.outlets[1].is_closed


# -- what is said


def test_parameters_of_two_evses() -> None:
    rig = Rig(dc(), JosevOptions(evses={1: EvseOptions(network_interface="eth1")}))
    answer = rig.ask("cs_parameters")

    assert answer["number_of_evses"] == 2
    first, second = answer["parameters"]
    assert (first["evse_id"], second["evse_id"]) == (DC_1, DC_2)
    assert (first["network_interface"], second["network_interface"]) == ("eth1", "plc1")
    [connector] = first["connectors"]
    assert connector["services"]["dc"] == {
        "connector_type": "DC_extended",
        "control_mode": "dynamic",
    }
    assert connector["services"]["dc_bpt"]["bpt_channel"] == "unified"


def test_connectors_of_an_evse_have_services_of_their_own() -> None:
    model = StationModel("CP", evses=(EvseModel(1, ("cType2", "cCCS2")),))
    rig = Rig(model)
    [evse] = rig.ask("cs_parameters")["parameters"]

    assert [list(each["services"]) for each in evse["connectors"]] == [["ac"], ["dc"]]
    assert evse["evse_id"] == "ZZ*OCX*ECP*1"


def test_ids_are_compared_without_separators() -> None:
    rig = Rig()
    evse_id = AC.replace("*", "").lower()

    assert rig.ask("cs_contactor_status", evse_id=evse_id) == {
        "evse_id": evse_id,
        "status": "opened",
    }


def test_a_meter_is_read() -> None:
    rig = Rig()
    rig.to_charging()
    rig.wait(50)
    answer = rig.ask("meter_values", evse_id=AC, timestamp="2026-03-01T10:00:00Z")

    assert answer["timestamp"].endswith("Z")
    assert answer["voltage"]["l3"] == pytest.approx(230, rel=0.02)
    assert answer["current"]["l1"] == pytest.approx(16, rel=0.05)
    assert 0.95 < answer["power_factor"] <= 1
    assert answer["total_active_energy_imported"] > 50
    # What the power factor of the simulated vehicle, 0.999, makes of it.
    share = answer["total_reactive_energy_imported"]
    share /= answer["total_active_energy_imported"]
    assert share == pytest.approx(0.0448, rel=0.01)


@pytest.mark.parametrize(("known", "told"), [(35.0, 35.0), (None, 0.0)])
def test_reactive_energy_is_what_the_meter_knows(
    known: float | None, told: float
) -> None:
    """Josev wants the member, also of a meter that counts no such energy."""
    shown = readings.of(Reading(4210.0, reactive_varh=known), ac().evses[0].rating, 0)

    assert shown["total_reactive_energy_imported"] == told


def test_signed_values_are_told() -> None:
    from connector.station.simulated.signing import MeterKey

    key = MeterKey()
    rig = Rig()
    rig.hardware._key = lambda: key
    [signed] = rig.ask("meter_values", timestamp="2026-03-01T10:00:00Z")[
        "signed_meter_values"
    ]

    assert signed["measurand"] == "Energy.Active.Import.Register"
    assert set(signed) == {
        "measurand",
        "signed_meter_data",
        "signing_method",
        "encoding_method",
        "public_key",
    }


def test_a_meter_of_dc() -> None:
    answer = Rig(dc()).ask("meter_values", evse_id=DC_2)

    assert answer["dc_current"] == 0.0
    assert answer["dc_voltage"] > 0
    assert answer["voltage"] == {"l1": 230.0, "l2": 230.0, "l3": 230.0}
    assert answer["total_active_energy_exported"] == 0.0


def test_where_there_are_two_an_evse_has_to_be_named() -> None:
    rig = Rig(dc())

    assert rig.ask("meter_values")["status"] == "rejected"
    answer = rig.ask("authorization", id_token="X", token_type="e_maid")
    assert answer["status"] == "rejected"
    rig.plug(2)
    rig.state("SupportedAppProtocol", 2, protocol="ISO_15118_2")
    rig.state("Authorization", 2, selectedPaymentOption="PnC")
    answer = rig.ask("authorization", id_token="X", token_type="e_maid")
    assert answer == {"status": "accepted"}
    assert rig.core.evses[2].is_running


def test_whoever_comes_late_is_told_everything() -> None:
    rig = Rig()
    rig.to_charging()
    rig.heard.take()
    rig.say("service_status", service="slac", status="ready")

    names = [m.name for m in rig.heard.take() if m.type == "update"]
    assert names == ["cs_status_and_limits", "cp_status", "cs_contactor_status"]
    rig.bridge.connected()
    [*_, pilot, contactor] = rig.heard.take()
    assert pilot.data["state"] == "C2"
    assert contactor.data["status"] == "closed"


def test_a_service_that_starts_anew_knows_no_session() -> None:
    rig = Rig()
    rig.to_charging()
    rig.words()
    rig.say("service_status", service="iso15118", status="starting")

    assert rig.words() == ["opened", "B2"]
    assert rig.evse.is_running


def test_topics() -> None:
    plain, extended = Topics(), Topics("site/1", extends=True)

    assert plain.to_josev("cp_status") == "cs/josev"
    assert plain.filters() == ["josev/cs/#", "smart_charging/iso15118/#"]
    assert extended.to_josev("cp_status") == "site/1/cs/josev/cp_status"
    assert extended.is_ours("site/1/josev/cs")
    assert extended.is_ours("site/1/josev/cs/cp_pwm")
    assert not plain.is_ours("site/1/josev/cs")
    assert not plain.is_ours("josev/csx")
    for wrong in ("/a", "a/", "a+", "#"):
        with pytest.raises(ValueError, match="prefix"):
            Topics(wrong)


def test_messages_are_as_josev_has_them() -> None:
    rig = Rig()
    for topic, message in rig.heard.messages:
        assert topic == "cs/josev"
        assert message.id
        assert isinstance(message.data, dict)
    assert orjson.dumps(rig.ask("cs_status_and_limits"))
    assert CARD.type == "ISO14443"
