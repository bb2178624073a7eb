"""Requests at their edges: places that do not exist, and what the answers say then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.station.core.tokens import Verdict
from connector.station.ports import Token
from connector.tests.station.client.v2.bench import Json, Place2, profile, token
from connector.tests.station.client.v2.conftest import Start2

REJECTED, ACCEPTED = "Rejected", "Accepted"
LATER = "2026-01-31T13:00:00Z"


@pytest.mark.parametrize(
    ("action", "payload", "status", "reason"),
    [
        (
            "RequestStartTransaction",
            {"evseId": 9, "remoteStartId": 1, "idToken": token()},
            REJECTED,
            "UnknownEvse",
        ),
        ("RequestStopTransaction", {"transactionId": "x"}, REJECTED, "TxNotFound"),
        (
            "ChangeAvailability",
            {"operationalStatus": "Operative", "evse": {"id": 9}},
            REJECTED,
            "UnknownEvse",
        ),
        (
            "ChangeAvailability",
            {"operationalStatus": "Operative", "evse": {"id": 1, "connectorId": 9}},
            REJECTED,
            "UnknownConnectorId",
        ),
        ("Reset", {"type": "Immediate", "evseId": 9}, REJECTED, "UnknownEvse"),
        (
            "UnlockConnector",
            {"evseId": 9, "connectorId": 1},
            "UnknownConnector",
            "UnknownConnectorId",
        ),
        (
            "ReserveNow",
            {"id": 1, "expiryDateTime": LATER, "idToken": token(), "evseId": 9},
            REJECTED,
            "UnknownEvse",
        ),
        (
            "SetChargingProfile",
            {"evseId": 9, "chargingProfile": profile(1.0)},
            REJECTED,
            "UnknownEvse",
        ),
        ("GetCompositeSchedule", {"evseId": 9, "duration": 1}, REJECTED, "UnknownEvse"),
        ("CancelReservation", {"reservationId": 1}, REJECTED, "NotFound"),
        (
            "CustomerInformation",
            {"requestId": 1, "report": True, "clear": False},
            "Invalid",
            "MissingParam",
        ),
        (
            "CustomerInformation",
            {"requestId": 1, "report": False, "clear": False, "idToken": token()},
            REJECTED,
            "InvalidValue",
        ),
        (
            "SendLocalList",
            {
                "versionNumber": 1,
                "updateType": "Full",
                "localAuthorizationList": [{"idToken": token()}],
            },
            "Failed",
            "InvalidValue",
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    start: Start2, action: str, payload: Json, status: str, reason: str
) -> None:
    place = await start()
    answer = await place.answered(action, **payload)

    assert answer["status"] == status
    assert answer["statusInfo"]["reasonCode"] == reason


@pytest.mark.parametrize(
    "text", ["rubbish", "", "0001-01-01T00:00:00+14:00", "2026-13-01T00:00:00Z"]
)
async def test_a_time_that_is_none_is_a_callerror(start: Start2, text: str) -> None:
    place = await start()
    payload = {"id": 1, "expiryDateTime": text, "idToken": token()}
    frame = await place.central.frame("ReserveNow", payload)

    assert frame[0] == 4
    assert frame[2] == "PropertyConstraintViolation"


async def test_a_start_is_told_with_its_id(start: Start2) -> None:
    place = await start()
    await place.plug()
    answer = await place.answered(
        "RequestStartTransaction",
        evseId=1,
        remoteStartId=77,
        idToken=token(),
        chargingProfile=profile(5000.0, chargingProfilePurpose="TxProfile"),
    )
    first = place.central.events()[0]

    assert first["triggerReason"] == "RemoteStart"
    assert first["transactionInfo"]["remoteStartId"] == 77
    assert "transactionId" not in answer
    assert place.hardware.offers[1] == 5000.0


async def test_a_start_names_the_transaction_that_runs_already(start: Start2) -> None:
    place = await start(initial={"TxCtrlr/TxStartPoint": "EVConnected"})
    await place.plug()
    (first,) = place.central.events("Started")
    answer = await place.answered(
        "RequestStartTransaction", evseId=1, remoteStartId=77, idToken=token()
    )

    assert answer["transactionId"] == first["transactionInfo"]["transactionId"]


async def test_a_start_with_another_profile_is_refused(start: Start2) -> None:
    place = await start()
    await place.plug()
    answer = await place.answered(
        "RequestStartTransaction",
        evseId=1,
        remoteStartId=77,
        idToken=token(),
        chargingProfile=profile(5000.0),
    )

    assert answer["status"] == REJECTED
    assert place.central.events() == []


async def test_a_reservation_is_used_and_told(start: Start2) -> None:
    place = await start()
    card = {"idToken": "CARD-1", "type": "ISO14443"}
    await place.answered(
        "ReserveNow", id=6, expiryDateTime=LATER, idToken=card, evseId=1
    )
    await place.charge()

    assert place.central.events()[0]["reservationId"] == 6


async def test_a_group_may_use_a_reservation(start: Start2) -> None:
    place = await start()
    group = {"idToken": "FLEET", "type": "Central"}
    await place.answered(
        "ReserveNow",
        id=6,
        expiryDateTime=LATER,
        idToken=token(),
        groupIdToken=group,
        evseId=1,
    )
    await place.charge()
    assert place.central.events() == []
    place.central.answers["Authorize"] = {
        "idTokenInfo": {"status": "Accepted", "groupIdToken": group}
    }
    place.core.clear_cache()
    await place.swipe(Token("CARD-2"))

    assert place.central.events()[0]["reservationId"] == 6


async def test_a_reservation_that_expires_is_told(start: Start2) -> None:
    place = await start()
    await place.answered(
        "ReserveNow", id=6, expiryDateTime="2026-01-31T12:01:00Z", idToken=token()
    )
    await place.wait(61, step_s=10)

    assert place.central.of("ReservationStatusUpdate") == [
        {"reservationId": 6, "reservationUpdateStatus": "Expired"}
    ]


async def test_a_change_waits_for_the_end_of_a_transaction(start: Start2) -> None:
    place = await start()
    await place.charge()
    answer = await place.answered(
        "ChangeAvailability", operationalStatus="Inoperative", evse={"id": 1}
    )
    before = place.core.evses[1].status_2(1)
    await place.unplug()

    assert (answer["status"], before) == ("Scheduled", "Occupied")
    assert place.core.evses[1].status_2(1) == "Unavailable"


async def test_a_reset_waits_for_the_end_of_a_transaction(start: Start2) -> None:
    place = await start()
    await place.charge()
    answer = await place.answered("Reset", type="OnIdle")
    await place.unplug()
    await place.wait(10)
    boots = place.central.of("BootNotification")

    assert answer["status"] == "Scheduled"
    assert [each["reason"] for each in boots] == ["PowerUp", "RemoteReset"]


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_transaction_may_go_on_over_a_reset(start: Start2) -> None:
    place = await start()
    await place.charge()
    key = place.key
    await place.answered("Reset", type="ImmediateAndResume")
    await place.wait(10)

    assert len(place.central.of("BootNotification")) == 2
    assert place.central.events("Ended") == []
    assert place.key == key


async def test_an_evse_is_reset_alone(start: Start2) -> None:
    place = await start(evses=2)
    await place.charge(2)
    answer = await place.answered("Reset", type="Immediate", evseId=1)
    await place.wait(5)

    assert answer["status"] == ACCEPTED
    assert len(place.central.of("BootNotification")) == 1
    assert len(list(place.core.all_running())) == 1


async def test_who_charges_keeps_the_cable(start: Start2) -> None:
    place = await start()
    await place.charge()
    answer = await place.answered("UnlockConnector", evseId=1, connectorId=1)

    assert answer["status"] == "OngoingAuthorizedTransaction"
    assert place.hardware.unlocked == []


async def test_a_queue_is_told_of(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path)
    await place.charge()
    key = place.key
    assert await place.answered("GetTransactionStatus") == {"messagesInQueue": False}
    place.client.telling.hold(60)
    await place.unplug()
    found = await place.answered("GetTransactionStatus", transactionId=key)

    assert found == {"ongoingIndicator": False, "messagesInQueue": True}


async def test_a_customer_is_told_of_and_forgotten(start: Start2) -> None:
    place = await start()
    for id_ in ("A", "B"):
        verdict, now_ms = Verdict("Accepted"), place.clock.now_ms()
        place.core.tokens.learn(Token(id_), verdict, now_ms)
    await place.answered(
        "CustomerInformation", requestId=1, report=True, clear=True, idToken=token("a")
    )
    (told,) = place.central.of("NotifyCustomerInformation")

    assert told["data"] == "cache: Accepted"
    assert [folded for folded, *_ in place.core.tokens.cached()] == ["b"]


async def test_a_listed_token_needs_no_question(start: Start2) -> None:
    place = await start(initial={"AuthCtrlr/LocalPreAuthorize": "true"})
    card = {"idToken": "CARD-1", "type": "ISO14443"}
    listed: dict[str, Any] = {"idToken": card, "idTokenInfo": {"status": "Accepted"}}
    for version in (3, 2):
        await place.answered(
            "SendLocalList",
            versionNumber=version,
            updateType="Full" if version == 3 else "Differential",
            localAuthorizationList=[listed],
        )
    await place.charge()

    assert await place.answered("GetLocalListVersion") == {"versionNumber": 3}
    assert place.central.of("Authorize") == []
    assert place.central.events()


async def test_a_vendor_is_answered_by_who_knows_him(start: Start2) -> None:
    place = await start()
    place.client.data_transfers["ACME"] = lambda message, data: {
        "status": "Accepted",
        "data": [message, data],
    }
    answer = await place.answered(
        "DataTransfer", vendorId="ACME", messageId="m", data={"a": 1}
    )

    assert answer["data"] == ["m", {"a": 1}]


async def test_the_password_is_never_told(start: Start2) -> None:
    place = await start()
    name: Json = {
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "BasicAuthPassword"},
    }
    answer = await place.answered("GetVariables", getVariableData=[name])
    (result,) = answer["getVariableResult"]

    assert result["attributeStatus"] == REJECTED
    assert "attributeValue" not in result


async def test_a_transaction_goes_on_while_profiles_contradict(start: Start2) -> None:
    place = await start()
    await place.charge()
    for number in range(1, 5):
        await _limit(place, number, 5000.0 + number)

    assert place.hardware.offers[1] == 5004.0
    assert place.key


async def _limit(place: Place2, number: int, limit: float) -> None:
    wire = profile(limit, id=number, stackLevel=number)
    answer = await place.answered("SetChargingProfile", evseId=1, chargingProfile=wire)
    assert answer["status"] == ACCEPTED, answer
