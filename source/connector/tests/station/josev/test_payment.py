"""Who pays: contracts, Josev's own OCPP client, and whoever else judges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.station.josev.messages import EvCertificate
from connector.station.josev.options import JosevOptions
from connector.station.ports import Token
from connector.tests.station.josev.rig import CARD, Rig
from connector.tests.station.josev.sites import AC

CONTRACT = "DE8ACC12E46L89"


@pytest.fixture
def rig() -> Rig:
    found = Rig()
    found.plug()
    found.state("SupportedAppProtocol", protocol="ISO_15118_2")
    found.state("Authorization", selectedPaymentOption="PnC")
    return found


def ask(rig: Rig, token: str = CONTRACT, kind: str = "e_maid") -> str:
    return rig.say(
        "authorization", "request", evse_id=AC, id_token=token, token_type=kind
    )


def test_a_contract_is_judged_by_the_central_system(rig: Rig) -> None:
    id_ = ask(rig)

    assert rig.answer(id_) == {"status": "accepted"}
    session = rig.evse.session
    assert session is not None
    assert session.token == Token(CONTRACT, "eMAID")
    assert session.payment == "pnc"


def test_a_contract_that_is_blocked_is_rejected(rig: Rig) -> None:
    rig.accepts = False

    assert rig.answer(ask(rig)) == {"status": "rejected"}


def test_asking_again_does_not_stop_who_charges(rig: Rig) -> None:
    ask(rig)

    assert rig.answer(ask(rig)) == {"status": "accepted"}
    assert rig.answer(ask(rig, "OTHER")) == {"status": "rejected"}
    assert rig.evse.is_running


def test_an_answer_that_does_not_come_is_a_no(rig: Rig) -> None:
    rig.accepts = None
    id_ = ask(rig)
    rig.wait(29)
    assert rig.answer(id_) is None
    rig.wait(2)

    assert rig.answer(id_) == {"status": "rejected"}
    rig.judge(Token(CONTRACT, "eMAID"), accepts=True)
    assert rig.answer(id_) == {"status": "rejected"}


@pytest.mark.parametrize("accepts", [True, False])
def test_contracts_may_have_a_judge_of_their_own(rig: Rig, accepts: bool) -> None:
    asked: list[tuple[int, Token, Callable[[bool], None]]] = []

    class Judge:
        def judge(self, evse: int, contract: Token, done: Any) -> None:
            asked.append((evse, contract, done))

    rig.outside.contracts = Judge()
    id_ = ask(rig)
    [(evse, contract, done)] = asked
    assert (evse, contract) == (1, Token(CONTRACT, "eMAID"))
    assert rig.answer(id_) is None
    done(accepts)
    done(not accepts)
    rig.turn()

    word = "accepted" if accepts else "rejected"
    assert rig.answer(id_) == {"status": word}
    assert rig.evse.is_running is accepts


@pytest.mark.parametrize(("token", "kind"), [("", "e_maid"), ("x" * 37, "e_maid")])
def test_what_is_no_token_is_rejected(rig: Rig, token: str, kind: str) -> None:
    answer = rig.answer(ask(rig, token, kind))

    assert answer is not None
    assert answer["status"] == "rejected"


def test_nobody_charges_for_nothing_unless_the_station_lets_all(rig: Rig) -> None:
    answer = rig.ask("authorization", evse_id=AC, token_type="no_authorization")
    assert answer["status"] == "rejected"
    rig.values.values["AuthCtrlr/Enabled"] = "false"
    answer = rig.ask("authorization", evse_id=AC, token_type="no_authorization")

    assert answer == {"status": "accepted"}


def test_certificates_of_vehicles(rig: Rig) -> None:
    asked: list[tuple[EvCertificate, Callable[[str, str], None]]] = []

    class Source:
        def get(self, evse: int, request: EvCertificate, done: Any) -> None:
            asked.append((request, done))

    def request() -> str:
        return rig.say(
            "x_ev_certificate",
            "request",
            evse_id=AC,
            iso15118_schema_version="urn:iso:15118:2:2013:MsgDef",
            action="install",
            exi="gJgC",
        )

    id_ = request()
    assert rig.answer(id_)["status"] == "Failed"  # type: ignore[index]
    rig.outside.certificates = Source()
    first, second = request(), request()
    asked[0][1]("Accepted", "gKkD")
    asked[0][1]("Failed", "")
    rig.wait(31)

    answer = {"evse_id": AC, "status": "Accepted", "exi_response": "gKkD"}
    assert asked[0][0].action == "Install"
    assert rig.answer(first) == answer
    assert rig.answer(second) == {"evse_id": AC, "status": "Failed", "exi_response": ""}


def test_what_a_vehicle_says_of_itself(rig: Rig) -> None:
    told: list[Any] = []
    rig.outside.ev_info = lambda evse, info: told.append((evse, info.evcc_id))
    rig.outside.needs = lambda *needs: told.append(needs)
    rig.say(
        "x_ev_info",
        evse_id=AC,
        evcc_id="AABBCC",
        departure_time=3600,
        energy_wanted=20_000,
        soc=55,
    )
    needs = {"requestedEnergyTransfer": "AC_three_phase"}
    rig.say("x_charging_needs", evse_id=AC, charging_needs=needs, max_schedule_tuples=3)

    assert told == [(1, "AABBCC"), (1, needs, 3)]
    assert rig.evse.departure_ms == rig.now_ms + 3_600_000
    assert rig.evse.energy_wanted_wh == 20_000
    assert rig.bridge.read(1).state_of_charge == 0.55
    options = rig.ask("x_session_options", evse_id=AC)
    assert options["payment_options"] == ["EIM", "PnC"]


# -- Josev's own OCPP client


@pytest.fixture
def other() -> Rig:
    found = Rig(options=JosevOptions(ocpp="josev"))
    found.accepts = None
    found.to_authorization()
    return found


def asked_of_josev(rig: Rig) -> Any:
    [found] = [m for m in rig.heard.take("authorization") if m.type == "request"]
    return found


def test_a_card_is_shown_to_josev(other: Rig) -> None:
    decided: list[str] = []
    other.swipe()
    other.bridge.authorizing.ask_josev(CARD, decided.append)
    asked = asked_of_josev(other)
    assert asked.data == {
        "evse_id": AC,
        "id_token": CARD.id,
        "token_type": "ISO14443",
    }
    other.say("authorization", "response", asked.id, status="accepted")
    other.say("authorization", "response", asked.id, status="rejected")

    assert decided == ["accepted"]


def test_josev_that_does_not_answer_is_a_no(other: Rig) -> None:
    decided: list[str] = []
    other.swipe()
    other.bridge.authorizing.ask_josev(CARD, decided.append)
    other.turn()
    other.wait(31)

    assert decided == ["rejected"]


def test_its_central_system_starts_and_stops(other: Rig) -> None:
    other.say(
        "authorization",
        evse_id=AC,
        id_token="REMOTE",
        token_type="central",
        status="accepted",
    )
    assert other.evse.is_running
    other.say("hlc_charging", evse_id=AC, status=True)
    other.words()
    other.say("transaction_status", evse_id=AC, status="started")
    other.say("transaction_status", evse_id=AC, status="ended")

    assert other.words("cs_contactor_status") == ["opened"]
    assert not other.evse.is_running


def test_its_central_system_takes_an_authorization_back(other: Rig) -> None:
    news = {"evse_id": AC, "id_token": "T", "token_type": "central"}
    other.say("authorization", **news, status="accepted")
    other.say("authorization", **news, status="deauthorized")

    assert not other.evse.is_running


def test_it_is_told_who_we_are_and_may_reset_us(other: Rig) -> None:
    resets: list[int] = []
    other.outside.device_model = lambda: {"identity": "CP 1"}
    other.outside.reset = lambda: resets.append(1)
    assert other.ask("device_model") == {"identity": "CP 1"}
    other.say("reset")
    assert resets == [1]
    answer = other.ask("authorization", evse_id=AC, id_token="X", token_type="local")
    assert answer["status"] == "rejected"


def test_nobody_else_is_told_who_we_are(rig: Rig) -> None:
    rig.outside.device_model = lambda: {"basic_auth_password": "secret"}
    rig.outside.reset = lambda: pytest.fail("reset")

    assert rig.ask("device_model")["status"] == "rejected"
    rig.say("reset")
    rig.say("transaction_status", evse_id=AC, status="ended")
