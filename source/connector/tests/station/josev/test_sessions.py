"""Sessions of vehicles that speak: contactor, pilot, authorization, limits."""

from __future__ import annotations

import pytest

from connector.station.core.events import SessionEvent
from connector.station.ports import Demand, Token
from connector.tests.station.josev.rig import CARD, Rig
from connector.tests.station.josev.sites import ac


@pytest.fixture
def rig() -> Rig:
    found = Rig()
    found.heard.take()
    return found


def ended(rig: Rig) -> list[str | None]:
    return [
        e.stopped_reason
        for e in rig.events
        if isinstance(e, SessionEvent) and e.kind == "Ended"
    ]


def test_a_vehicle_that_comes_is_seen_and_then_called(rig: Rig) -> None:
    rig.plug()

    assert rig.pilots() == ["B1", "B2"]


def test_nothing_flows_before_the_vehicle_is_ready(rig: Rig) -> None:
    rig.to_authorization()
    rig.swipe()

    assert not rig.hardware.outlets[1].is_closed
    assert rig.evse.is_running
    assert rig.evse.demand is Demand.IDLE


def test_power_delivery_shows_the_pilot_and_closes_the_contactor(rig: Rig) -> None:
    rig.to_authorization()
    rig.swipe()
    rig.words()
    rig.say("hlc_charging", evse_id=rig.id(), status=True)

    assert rig.words() == ["C2", "closed"]
    assert rig.hardware.outlets[1].is_closed
    assert rig.evse.charging_state == "Charging"
    status = rig.ask("cs_contactor_status", evse_id=rig.id())
    assert status == {"evse_id": rig.id(), "status": "closed"}


def test_who_stops_is_told_the_pilot_again(rig: Rig) -> None:
    rig.to_charging()
    rig.say("hlc_charging", evse_id=rig.id(), status=False)
    for say in (
        lambda: rig.ask("stop_charging", evse_id=rig.id()),
        lambda: rig.say("hlc_charging", evse_id=rig.id(), status=False),
        lambda: rig.say("transaction_status", evse_id=rig.id(), status="ended"),
        lambda: rig.state("SessionStop"),
    ):
        rig.heard.take()
        say()
        assert rig.pilots() == ["B2"]
    assert rig.evse.is_running


def test_the_end_of_power_delivery_opens_it_and_shows_the_pilot(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    rig.say("hlc_charging", evse_id=rig.id(), status=False)
    answer = rig.ask("stop_charging", evse_id=rig.id())

    assert rig.words() == ["opened", "B2"]
    assert answer == {"evse_id": rig.id(), "status": "accepted"}
    assert not rig.hardware.outlets[1].is_closed
    assert rig.evse.charging_state == "SuspendedEV"


@pytest.mark.parametrize("key", ["selectedPaymentOption", "selected_payment_option"])
@pytest.mark.parametrize("word", ["EIM", "eim", "Eim"])
def test_a_vehicle_is_told_once_who_pays(rig: Rig, key: str, word: str) -> None:
    rig.plug()
    rig.state("SupportedAppProtocol", protocol="ISO_15118_2")
    for _ in range(3):
        rig.state("Authorization", **{key: word})
    assert rig.words("authorization") == []
    rig.swipe()
    rig.state("Authorization", **{key: word})
    [told] = rig.heard.take("authorization")

    assert told.type == "update"
    assert told.data == {
        "evse_id": rig.id(),
        "id_token": CARD.id,
        "token_type": "ISO14443",
        "status": "accepted",
    }


def test_who_was_authorized_before_is_told_at_once(rig: Rig) -> None:
    rig.plug()
    rig.swipe()
    rig.state("SupportedAppProtocol", protocol="ISO_15118_2")
    rig.state("Authorization")

    assert rig.words("authorization") == ["accepted"]


def test_a_card_that_is_not_accepted_is_told(rig: Rig) -> None:
    rig.accepts = False
    rig.to_authorization()
    rig.swipe()

    assert rig.words("authorization") == ["rejected"]
    assert rig.evse.session is not None
    assert not rig.evse.session.is_authorized


def test_a_card_that_the_station_itself_refuses_is_told() -> None:
    rig = Rig()
    rig.core.went_offline(rig.now_ms)
    rig.to_authorization()
    rig.swipe()

    assert rig.words("authorization") == ["rejected"]


def test_a_vehicle_for_which_nobody_comes_is_told(rig: Rig) -> None:
    rig.to_authorization()
    rig.wait(54)
    assert rig.words("authorization") == []
    rig.wait(2)

    assert rig.words("authorization") == ["rejected"]


def test_din_asks_by_another_name(rig: Rig) -> None:
    rig.plug()
    rig.state("SupportedAppProtocol", protocol="DIN_SPEC_70121")
    rig.state("ServicePaymentSelection")
    for _ in range(3):
        rig.state("ContractAuthentication")
    rig.swipe()
    rig.state("ContractAuthentication")

    assert rig.words("authorization") == ["accepted"]
    assert rig.evse.session is not None
    assert rig.evse.session.payment == "eim"


def test_the_next_session_asks_anew(rig: Rig) -> None:
    rig.accepts = False
    rig.to_authorization()
    rig.swipe()
    rig.state("SessionStop")
    rig.accepts = True
    rig.words()
    rig.state("SupportedAppProtocol", protocol="ISO_15118_2")
    rig.state("Authorization")
    rig.swipe()

    assert rig.words("authorization") == ["accepted"]


def test_minus_20_has_the_contactor_closed_before_power_delivery() -> None:
    rig = Rig(ac(max_discharge_w=11_000))
    rig.to_authorization(protocol="ISO_15118_20_AC")
    rig.swipe()
    rig.words()
    rig.state("ScheduleExchange")
    rig.state("ScheduleExchange")

    assert rig.words() == ["C2", "closed"]
    assert rig.evse.session is not None
    assert rig.evse.session.protocol == "iso20"


def test_who_may_charge_no_more_is_told_before_the_contactor_opens(rig: Rig) -> None:
    rig.to_charging()
    rig.heard.take()
    session = rig.evse.session
    assert session is not None
    rig.core.deauthorized(session, rig.now_ms)
    rig.turn()

    assert rig.words() == ["deauthorized"]
    limits = rig.limits()
    assert limits["status_code"] == "evse_shutdown"
    assert limits["ac"]["max_current"]["l1"] == 0.0
    assert rig.hardware.outlets[1].is_closed
    assert rig.hardware.outlets[1].limit_w == 0.0
    rig.say("hlc_charging", evse_id=rig.id(), status=False)
    assert rig.words() == ["opened", "B2"]
    assert ended(rig) == ["DeAuthorized"]


def test_a_vehicle_that_does_not_stop_is_switched_off(rig: Rig) -> None:
    rig.to_charging()
    rig.swipe()
    rig.words()
    assert rig.hardware.outlets[1].is_closed
    rig.wait(4)

    assert rig.words() == ["opened"]
    assert not rig.hardware.outlets[1].is_closed


def test_an_emergency_opens_it_at_once(rig: Rig) -> None:
    rig.to_charging()
    rig.heard.take()
    rig.hardware.fault(1, "GroundFailure", "EmergencyStop")
    rig.turn()

    assert not rig.hardware.outlets[1].is_closed
    limits = rig.limits()
    assert limits["status_code"] == "evse_emergency_shutdown"
    assert limits["ac"]["rcd_error"] is True
    assert "opened" in rig.words("cs_contactor_status")


def test_unplugged_while_charging(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    rig.unplug()

    assert rig.words() == ["opened", "A1"]
    assert not rig.hardware.outlets[1].is_closed
    assert ended(rig) == ["EVDisconnected"]
    rig.state("SessionStop")
    assert rig.bridge.posts[1].v2g is None


def test_a_contactor_that_does_not_close_is_an_error(rig: Rig) -> None:
    rig.to_authorization()
    rig.swipe()
    rig.words()
    rig.hardware.outlets[1].stuck = False
    rig.say("hlc_charging", evse_id=rig.id(), status=True)
    assert rig.ask("cs_contactor_status", evse_id=rig.id())["status"] == "opened"
    rig.wait(4)

    assert "error" in rig.words("cs_contactor_status")
    assert rig.ask("cs_contactor_status", evse_id=rig.id())["status"] == "error"
    assert rig.core.status(1, 1)[1] == "PowerSwitchFailure"
    rig.hardware.outlets[1].stuck = None
    rig.unplug()
    assert rig.core.status(1, 1)[0] == "Available"


def test_a_contactor_that_is_welded_is_an_error(rig: Rig) -> None:
    rig.to_charging()
    rig.hardware.outlets[1].stuck = True
    rig.say("hlc_charging", evse_id=rig.id(), status=False)
    rig.wait(4)
    rig.unplug()
    rig.wait(1)

    assert rig.core.status(1, 1)[0] == "Faulted"
    assert rig.limits()["status_code"] == "evse_malfunction"


def test_a_session_that_fell_silent_is_over(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    rig.wait(59)
    assert rig.hardware.outlets[1].is_closed
    rig.wait(2)

    assert rig.words() == ["opened", "B2"]
    assert rig.evse.is_running


def test_a_lost_match_ends_the_session(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    rig.say("slac_status", evse_id=rig.id(), run_id="r", status="unmatched")

    assert rig.words() == ["opened", "B2"]


def test_who_is_found_charging_goes_on(rig: Rig) -> None:
    """The bridge was started anew while a vehicle charged."""
    rig.plug()
    rig.swipe()
    rig.words()
    rig.state("ChargingStatus")

    assert rig.words() == ["C2", "closed"]


def test_late_news_of_a_vehicle_that_has_left_mean_nothing(rig: Rig) -> None:
    rig.state("ChargingStatus")
    rig.say("hlc_charging", evse_id=rig.id(), status=True)

    assert rig.words() == []
    assert not rig.hardware.outlets[1].is_closed


def test_nothing_flows_without_an_authorization(rig: Rig) -> None:
    rig.to_authorization()
    rig.say("hlc_charging", evse_id=rig.id(), status=True)

    assert rig.words("cs_contactor_status") == []
    assert not rig.hardware.outlets[1].is_closed
    rig.swipe(Token("LATE"))
    assert rig.hardware.outlets[1].is_closed


async def test_unlocking_and_resetting_switch_off_first(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    assert await rig.bridge.unlock(1, 1) == "Unlocked"
    assert rig.words("cs_contactor_status") == ["opened"]
    rig.say("hlc_charging", evse_id=rig.id(), status=True)
    await rig.bridge.reset(0, is_hard=False)
    assert rig.bridge.posts[1].v2g is None


def test_a_clock_that_is_set_ends_no_session(rig: Rig) -> None:
    rig.to_charging()
    rig.words()
    rig.now_ms += 3_600_000
    rig.bridge.time_moved(3_600_000)
    rig.turn()

    assert rig.words() == []
    assert rig.hardware.outlets[1].is_closed
