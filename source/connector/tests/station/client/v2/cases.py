"""Every command of 2.x: asked of a station in which a vehicle charges at EVSE 1.

What it is asked, what it answers, and what is so afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.station.client.v2.desk import desk_of
from connector.station.core.reservations import Reservation
from connector.station.ports import Token
from connector.tests.station.client.v2.bench import (
    Json,
    Place2,
    profile,
    token,
    variable,
)

LATER, LATER_MS = "2026-01-31T13:00:00Z", 1_769_864_400_000
HASHES = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "1",
}
TARIFF: Json = {
    "tariffId": "T1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.5}], "taxRates": [{"type": "VAT", "tax": 20}]},
}
MESSAGE: Json = {
    "id": 3,
    "priority": "NormalCycle",
    "message": {"format": "UTF8", "content": "Hello"},
}
Check = Callable[[Place2], bool]


def always(_place: Place2) -> bool:
    return True


@dataclass(frozen=True)
class Case:
    """``payload`` may ask the place; ``then`` is what is so afterwards."""

    payload: Json | Callable[[Place2], Json] = field(default_factory=dict)
    answer: Json = field(default_factory=lambda: {"status": "Accepted"})
    then: Check = always
    before: Callable[[Place2], Any] | None = None

    def asked(self, place: Place2) -> Json:
        return self.payload(place) if callable(self.payload) else self.payload


def heard(action: str, **members: Any) -> Check:
    """The central system has heard such a call."""

    def holds(place: Place2) -> bool:
        return any(members.items() <= each.items() for each in place.central.of(action))

    return holds


def reserve(place: Place2) -> None:
    wanted = Reservation(5, 2, Token("FAR"), LATER_MS)
    place.core.reserve(wanted, place.clock.now_ms())


def installed(limit: float = 7000.0, **more: Any) -> Callable[[Place2], None]:
    def install(place: Place2) -> None:
        wire = profile(limit, **more)
        now_ms = place.clock.now_ms()
        profiles = place.client.parts.profiles
        found = profiles.install(1, wire, now_ms, version=place.version)
        assert found.is_accepted, found

    return install


def offers(watts: float) -> Check:
    return lambda place: place.hardware.offers[1] == watts


def status_of(evse: int, status: str) -> Check:
    return lambda place: place.core.evses[evse].status_2(1) == status


async def shows(place: Place2) -> None:
    await place.answered("SetDisplayMessage", message=MESSAGE)


async def lists(place: Place2) -> None:
    await place.answered(
        "SendLocalList",
        versionNumber=4,
        updateType="Full",
        localAuthorizationList=[
            {"idToken": token("A"), "idTokenInfo": {"status": "Accepted"}}
        ],
    )


def shown(ids: list[int]) -> Check:
    return lambda place: (
        [each["id"] for each in desk_of(place.client).displays.shown()] == ids
    )


async def watches(place: Place2) -> None:
    await place.answered("SetVariableMonitoring", setMonitoringData=[MONITOR])


MONITOR: Json = {
    "value": 20.0,
    "type": "UpperThreshold",
    "severity": 5,
    **variable("TxCtrlr/EVConnectionTimeOut"),
}
WAIT = variable("TxCtrlr/EVConnectionTimeOut")
MONITORED: Json = {
    "id": 1,
    "status": "Accepted",
    "type": MONITOR["type"],
    "severity": MONITOR["severity"],
    **WAIT,
}
NETWORK: Json = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": "ws://other/ocpp",
    "messageTimeout": 30,
    "securityProfile": 0,
    "ocppInterface": "Wired0",
}

CASES: dict[str, Case] = {
    "CancelReservation": Case(
        {"reservationId": 5},
        then=lambda place: len(place.core.reservations) == 0,
        before=reserve,
    ),
    "CertificateSigned": Case({"certificateChain": "rubbish"}, {"status": "Rejected"}),
    "ChangeAvailability": Case(
        {"operationalStatus": "Inoperative", "evse": {"id": 2}},
        then=status_of(2, "Unavailable"),
    ),
    "ClearCache": Case(then=lambda place: place.core.tokens.cached() == []),
    "ClearChargingProfile": Case(
        {"chargingProfileId": 7},
        then=offers(22_080.0),
        before=installed(),
    ),
    "ClearDisplayMessage": Case({"id": 3}, then=shown([]), before=shows),
    "ClearVariableMonitoring": Case(
        {"id": [1]},
        {"clearMonitoringResult": [{"id": 1, "status": "Accepted"}]},
        then=lambda place: desk_of(place.client).watching.monitors.report() == [],
        before=watches,
    ),
    "CostUpdated": Case(
        lambda place: {"transactionId": place.key, "totalCost": 2.5},
        {},
        then=lambda place: [s.cost for s in place.core.all_running()] == [2.5],
    ),
    "CustomerInformation": Case(
        {
            "requestId": 4,
            "report": True,
            "clear": True,
            "idToken": token("CARD-1", "ISO14443"),
        },
        then=lambda place: (
            heard("NotifyCustomerInformation", requestId=4, tbc=False)(place)
            and place.core.tokens.cached() == []
        ),
    ),
    "DataTransfer": Case({"vendorId": "nobody"}, {"status": "UnknownVendorId"}),
    "DeleteCertificate": Case({"certificateHashData": HASHES}, {"status": "NotFound"}),
    "GetBaseReport": Case(
        {"requestId": 1, "reportBase": "FullInventory"},
        then=heard("NotifyReport", requestId=1, seqNo=0, tbc=True),
    ),
    "GetChargingProfiles": Case(
        {"requestId": 2, "chargingProfile": {"chargingProfileId": [7]}},
        then=heard("ReportChargingProfiles", requestId=2, evseId=1),
        before=installed(),
    ),
    "GetCompositeSchedule": Case(
        {"duration": 60, "evseId": 1, "chargingRateUnit": "W"},
        {
            "status": "Accepted",
            "schedule": {
                "evseId": 1,
                "duration": 60,
                "scheduleStart": "2026-01-31T12:00:00.000Z",
                "chargingRateUnit": "W",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 7000.0, "numberPhases": 3}
                ],
            },
        },
        before=installed(),
    ),
    "GetDisplayMessages": Case(
        {"requestId": 6},
        then=heard("NotifyDisplayMessages", requestId=6, messageInfo=[MESSAGE]),
        before=shows,
    ),
    "GetInstalledCertificateIds": Case({}, {"status": "NotFound"}),
    "GetLocalListVersion": Case({}, {"versionNumber": 4}, before=lists),
    "GetLog": Case(
        {
            "logType": "DiagnosticsLog",
            "requestId": 8,
            "log": {"remoteLocation": "ftp://nowhere/x"},
        },
        then=heard(
            "LogStatusNotification", requestId=8, status="NotSupportedOperation"
        ),
    ),
    "GetMonitoringReport": Case(
        {"requestId": 9},
        then=heard("NotifyMonitoringReport", requestId=9),
        before=watches,
    ),
    "GetReport": Case(
        {"requestId": 3, "componentVariable": [{"component": {"name": "TxCtrlr"}}]},
        then=heard("NotifyReport", requestId=3, tbc=False),
    ),
    "GetTransactionStatus": Case(
        lambda place: {"transactionId": place.key},
        {"ongoingIndicator": True, "messagesInQueue": False},
    ),
    "GetVariables": Case(
        {"getVariableData": [WAIT]},
        {
            "getVariableResult": [
                {"attributeStatus": "Accepted", "attributeValue": "60", **WAIT}
            ]
        },
    ),
    "InstallCertificate": Case(
        {"certificateType": "CSMSRootCertificate", "certificate": "rubbish"},
        {"status": "Rejected"},
    ),
    "PublishFirmware": Case(
        {"location": "http://h/f", "checksum": "c", "requestId": 1},
        {"status": "Rejected"},
    ),
    "RequestStartTransaction": Case(
        {
            "evseId": 2,
            "remoteStartId": 12,
            "idToken": token(),
            "chargingProfile": profile(5000.0, chargingProfilePurpose="TxProfile"),
        },
        then=lambda place: place.core.evses[2].awaited == Token("FAR", "Central"),
    ),
    "RequestStopTransaction": Case(
        lambda place: {"transactionId": place.key},
        then=lambda place: (
            place.central.events("Ended")[0]["triggerReason"] == "RemoteStop"
            and not place.hardware.closed[1]
        ),
    ),
    "ReserveNow": Case(
        {"id": 6, "expiryDateTime": LATER, "idToken": token(), "evseId": 2},
        then=status_of(2, "Reserved"),
    ),
    "Reset": Case(
        {"type": "Immediate"},
        then=lambda place: (
            place.central.of("BootNotification")[-1]["reason"] == "RemoteReset"
            and place.central.events("Ended")[0]["transactionInfo"]["stoppedReason"]
            == "ImmediateReset"
        ),
    ),
    "SendLocalList": Case(
        {
            "versionNumber": 4,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idToken": token("A"), "idTokenInfo": {"status": "Accepted"}}
            ],
        },
        then=lambda place: place.core.list_version() == 4,
    ),
    "SetChargingProfile": Case(
        {"evseId": 1, "chargingProfile": profile(6000.0)}, then=offers(6000.0)
    ),
    "SetDisplayMessage": Case({"message": MESSAGE}, then=shown([3])),
    "SetMonitoringBase": Case(
        {"monitoringBase": "FactoryDefault"},
        then=lambda place: (
            place.variables.text("MonitoringCtrlr/ActiveMonitoringBase")
            == "FactoryDefault"
            and desk_of(place.client).watching.monitors.report() == []
        ),
        before=watches,
    ),
    "SetMonitoringLevel": Case(
        {"severity": 3},
        then=lambda place: (
            place.variables.text("MonitoringCtrlr/ActiveMonitoringLevel") == "3"
        ),
    ),
    "SetNetworkProfile": Case(
        {"configurationSlot": 2, "connectionData": NETWORK},
        then=lambda place: place.variables.remembered("networks") == {"2": NETWORK},
    ),
    "SetVariableMonitoring": Case(
        {"setMonitoringData": [MONITOR]},
        {"setMonitoringResult": [MONITORED]},
        then=heard("NotifyEvent"),
    ),
    "SetVariables": Case(
        {"setVariableData": [{"attributeValue": "30", **WAIT}]},
        {"setVariableResult": [{"attributeStatus": "Accepted", **WAIT}]},
        then=lambda place: place.variables.number("TxCtrlr/EVConnectionTimeOut") == 30,
    ),
    "TriggerMessage": Case(
        {"requestedMessage": "MeterValues", "evse": {"id": 2}},
        then=heard("MeterValues", evseId=2),
    ),
    "UnlockConnector": Case(
        {"evseId": 2, "connectorId": 1},
        {"status": "Unlocked"},
        then=lambda place: place.hardware.unlocked == [(2, 1)],
    ),
    "UnpublishFirmware": Case({"checksum": "c"}, {"status": "NoFirmware"}),
    "UpdateFirmware": Case(
        {
            "requestId": 10,
            "firmware": {"location": "http://h/x", "retrieveDateTime": LATER},
        },
        then=heard("FirmwareStatusNotification", status="DownloadScheduled"),
    ),
}

DYNAMIC: Json = {"chargingProfileKind": "Dynamic", "id": 21}

CASES_21: dict[str, Case] = {
    **CASES,
    "AFRRSignal": Case({"timestamp": LATER, "signal": 1}, {"status": "Rejected"}),
    "AdjustPeriodicEventStream": Case(
        {"id": 1, "params": {"interval": 5}}, {"status": "Rejected"}
    ),
    "ChangeTransactionTariff": Case(
        lambda place: {"transactionId": place.key, "tariff": TARIFF},
        then=heard("TransactionEvent", triggerReason="TariffChanged"),
    ),
    "ClearDERControl": Case({"isDefault": True}, {"status": "NotSupported"}),
    "ClearTariffs": Case({}, {"clearTariffsResult": [{"status": "NoTariff"}]}),
    "GetDERControl": Case({"requestId": 1}, {"status": "NotSupported"}),
    "GetPeriodicEventStream": Case({}, {}),
    "GetTariffs": Case({"evseId": 0}, {"status": "NoTariff"}),
    "NotifyAllowedEnergyTransfer": Case(
        lambda place: {"transactionId": place.key, "allowedEnergyTransfer": ["DC"]},
        {"status": "Rejected"},
    ),
    "NotifyWebPaymentStarted": Case(
        {"evseId": 2, "timeout": 60},
        {},
        then=lambda place: set(desk_of(place.client).web_payments) == {2},
    ),
    "RequestBatterySwap": Case(
        {"idToken": token(), "requestId": 1}, {"status": "Rejected"}
    ),
    "SetDERControl": Case(
        {"isDefault": True, "controlId": "1", "controlType": "VoltVar"},
        {"status": "NotSupported"},
    ),
    "SetDefaultTariff": Case(
        {"evseId": 1, "tariff": TARIFF},
        then=lambda place: (
            [each["evseIds"] for each in desk_of(place.client).tariffs.assignments(0)]
            == [[1]]
        ),
    ),
    "UpdateDynamicSchedule": Case(
        {"chargingProfileId": 21, "scheduleUpdate": {"limit": 5000.0}},
        then=offers(5000.0),
        before=installed(9000.0, **DYNAMIC),
    ),
    "UsePriorityCharging": Case(
        lambda place: {"transactionId": place.key, "activate": True},
        then=offers(20_000.0),
        before=lambda place: (
            installed(7000.0)(place),
            installed(20_000.0, id=9, chargingProfilePurpose="PriorityCharging")(place),
        ),
    ),
}
BY_VERSION = {"2.0.1": CASES, "2.1": CASES_21}
