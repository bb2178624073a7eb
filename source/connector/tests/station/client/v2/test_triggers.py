"""TriggerMessage, while the station is accepted and before."""

from __future__ import annotations

from typing import Any

import pytest

from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.bench import Place2
from connector.tests.station.client.v2.conftest import Start2

AT = {"evse": {"id": 1, "connectorId": 1}}


async def trigger(place: Place2, message: str, **more: Any) -> str:
    place.central.forget()
    answer = await place.answered("TriggerMessage", requestedMessage=message, **more)
    found: str = answer["status"]
    return found


@pytest.mark.parametrize(
    ("message", "where", "told"),
    [
        ("Heartbeat", {}, "Heartbeat"),
        ("StatusNotification", AT, "StatusNotification"),
        ("MeterValues", {}, "MeterValues"),
        ("MeterValues", {"evse": {"id": 1}}, "MeterValues"),
        ("FirmwareStatusNotification", {}, "FirmwareStatusNotification"),
        ("LogStatusNotification", {}, "LogStatusNotification"),
    ],
)
@pytest.mark.parametrize("is_pending", [False, True])
async def test_what_is_asked_for_is_told(
    start: Start2, message: str, where: dict[str, Any], told: str, is_pending: bool
) -> None:
    place = await start(begins=False)
    if is_pending:
        place.central.answers["BootNotification"] = place.central.boot("Pending", 300)
    await place.start()

    assert await trigger(place, message, **where) == "Accepted"
    assert len(place.central.of(told)) == 1


async def test_a_pending_station_boots_again_when_asked(start: Start2) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 300)
    await place.start()
    assert await trigger(place, "BootNotification") == "Accepted"
    await place.wait(301, step_s=10)
    place.central.answers["BootNotification"] = place.central.boot("Accepted", 300)
    reasons = [each["reason"] for each in place.central.of("BootNotification")]
    assert await trigger(place, "BootNotification") == "Accepted"

    assert reasons == ["Triggered", "PowerUp"]
    assert place.client.is_accepted


async def test_a_pending_station_serves_its_inventory(start: Start2) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 300)
    await place.start()
    await place.answered("GetBaseReport", requestId=1, reportBase="SummaryInventory")

    assert place.central.of("NotifyReport")
    assert place.central.of("StatusNotification") == []


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        (
            "RequestStartTransaction",
            {"remoteStartId": 1, "idToken": {"idToken": "A", "type": "Central"}},
        ),
        ("RequestStopTransaction", {"transactionId": "x"}),
    ],
)
async def test_a_pending_station_starts_and_stops_nothing(
    start: Start2, action: str, payload: dict[str, Any]
) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 300)
    await place.start()
    await place.plug()
    answer = await place.answered(action, **payload)

    assert answer["status"] == "Rejected"
    assert list(place.core.all_running()) == []


async def test_a_transaction_is_told_when_asked(start: Start2) -> None:
    place = await start(evses=2)
    await place.charge()
    assert await trigger(place, "TransactionEvent", evse={"id": 2}) == "Rejected"
    assert await trigger(place, "TransactionEvent") == "Accepted"
    await settle()
    (told,) = place.central.events()

    assert told["triggerReason"] == "Trigger"
    assert told["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"


@pytest.mark.parametrize(
    ("message", "where", "status"),
    [
        ("BootNotification", {}, "Rejected"),
        ("StatusNotification", {}, "Rejected"),
        ("StatusNotification", {"evse": {"id": 1}}, "Rejected"),
        ("StatusNotification", {"evse": {"id": 9, "connectorId": 1}}, "Rejected"),
        ("StatusNotification", {"evse": {"id": 1, "connectorId": 9}}, "Rejected"),
        ("TransactionEvent", {}, "Rejected"),
        ("MeterValues", {"evse": {"id": 9}}, "Rejected"),
        ("SignCombinedCertificate", {}, "NotImplemented"),
        ("PublishFirmwareStatusNotification", {}, "NotImplemented"),
    ],
)
async def test_what_cannot_be_told_is_refused(
    start: Start2, message: str, where: dict[str, Any], status: str
) -> None:
    place = await start()

    assert await trigger(place, message, **where) == status
    assert place.central.heard == []


async def test_a_certificate_is_asked_for(start: Start2, tmp_path: Any) -> None:
    place = await start(tmp_path, initial={"SecurityCtrlr/OrganizationName": "ACME"})
    assert await trigger(place, "SignChargingStationCertificate") == "Accepted"
    (told,) = place.central.of("SignCertificate")

    assert told["certificateType"] == "ChargingStationCertificate"
    assert "CERTIFICATE REQUEST" in told["csr"]


async def test_a_rejected_station_serves_nobody(start: Start2) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Rejected", 300)
    await place.start()
    frame = await place.central.frame("ClearCache", {})

    assert frame[0] == 4
    assert frame[2] == "SecurityError"
