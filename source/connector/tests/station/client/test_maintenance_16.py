"""Firmware, logs and certificates of 1.6: what is asked, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.station.client.parts import FirmwareUpdate, LogUpload
from connector.tests.station.client.bench import Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
TIME, TIME_MS = "2026-02-01T00:00:00Z", 1_769_904_000_000
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "1",
}


async def report(place: Place, action: str, **details: Any) -> None:
    place.core.report(action, details, place.clock.now_ms())
    await settle()


async def test_firmware_without_signature(start: Start) -> None:
    place = await start()
    answer = await place.central.ask(
        "UpdateFirmware", location="http://h/f.bin", retrieveDate=TIME, retries=2
    )

    assert answer == {}
    assert place.mender.asked == [
        FirmwareUpdate("http://h/f.bin", retrieve_ms=TIME_MS, retries=2)
    ]


async def test_firmware_with_signature(start: Start) -> None:
    place = await start()
    place.mender.status = "InvalidCertificate"
    firmware = {
        "location": "http://h/f.bin",
        "retrieveDateTime": TIME,
        "signingCertificate": "PEM",
        "signature": "SIGN",
    }
    answer = await place.central.ask(
        "SignedUpdateFirmware", requestId=5, firmware=firmware
    )

    assert answer == {"status": "InvalidCertificate"}
    assert place.mender.asked == [
        FirmwareUpdate("http://h/f.bin", 5, TIME_MS, None, "PEM", "SIGN")
    ]


async def test_a_time_that_is_none_is_named(start: Start) -> None:
    place = await start()
    frame = await place.central.frame(
        "UpdateFirmware", {"location": "http://h/f", "retrieveDate": "soon"}
    )

    assert frame[2:4] == [
        "PropertyConstraintViolation",
        "retrieveDate: expected a time of ISO 8601",
    ]


async def test_diagnostics(start: Start) -> None:
    place = await start()
    answer = await place.central.ask(
        "GetDiagnostics", location="http://h/", startTime=TIME
    )

    assert answer == {"fileName": "log.txt"}
    assert place.mender.asked == [LogUpload("http://h/", oldest_ms=TIME_MS)]


async def test_no_diagnostics_have_no_name(start: Start) -> None:
    place = await start()
    place.mender.filename = ""

    assert await place.central.ask("GetDiagnostics", location="http://h/") == {}


async def test_logs(start: Start) -> None:
    place = await start()
    place.mender.status = "AcceptedCanceled"
    answer = await place.central.ask(
        "GetLog",
        log={"remoteLocation": "http://h/", "latestTimestamp": TIME},
        logType="SecurityLog",
        requestId=8,
    )

    assert answer == {"status": "AcceptedCanceled", "filename": "log.txt"}
    assert place.mender.asked == [
        LogUpload("http://h/", "SecurityLog", 8, None, TIME_MS)
    ]


async def test_certificates(start: Start) -> None:
    place = await start()
    central, accepted = place.central, {"status": "Accepted"}
    kind = "CentralSystemRootCertificate"
    assert (
        await central.ask("InstallCertificate", certificateType=kind, certificate="PEM")
        == accepted
    )
    assert await central.ask("CertificateSigned", certificateChain="PEM2") == accepted
    assert await central.ask("DeleteCertificate", certificateHashData=HASH) == accepted
    found = await central.ask("GetInstalledCertificateIds", certificateType=kind)
    assert found == {"status": "NotFound"}
    place.mender.hashes = [HASH]
    found = await central.ask("GetInstalledCertificateIds", certificateType=kind)

    assert found == {"status": "Accepted", "certificateHashData": [HASH]}
    assert place.mender.asked == [
        ("CSMSRootCertificate", "PEM"),
        ("ChargingStationCertificate", "PEM2"),
        HASH,
        ("CSMSRootCertificate",),
        ("CSMSRootCertificate",),
    ]


@pytest.mark.parametrize(
    ("action", "details", "told"),
    [
        (
            "FirmwareStatusNotification",
            {"status": "Downloading"},
            ("FirmwareStatusNotification", {"status": "Downloading"}),
        ),
        (
            "FirmwareStatusNotification",
            {"status": "InvalidSignature"},
            ("FirmwareStatusNotification", {"status": "InstallationFailed"}),
        ),
        (
            "FirmwareStatusNotification",
            {"status": "InvalidSignature", "requestId": 3},
            (
                "SignedFirmwareStatusNotification",
                {"status": "InvalidSignature", "requestId": 3},
            ),
        ),
        (
            "LogStatusNotification",
            {"status": "UploadFailure"},
            ("DiagnosticsStatusNotification", {"status": "UploadFailed"}),
        ),
        (
            "LogStatusNotification",
            {"status": "Uploading", "requestId": 4},
            ("LogStatusNotification", {"status": "Uploading", "requestId": 4}),
        ),
        (
            "SecurityEventNotification",
            {"type": "TamperDetectionActivated", "timestamp": TIME, "techInfo": "t"},
            (
                "SecurityEventNotification",
                {
                    "type": "TamperDetectionActivated",
                    "timestamp": TIME,
                    "techInfo": "t",
                },
            ),
        ),
    ],
)
async def test_what_happens_is_told_in_the_words_of_1_6(
    start: Start, action: str, details: Json, told: tuple[str, Json]
) -> None:
    place = await start()
    place.central.forget()
    await report(place, action, **details)

    assert place.central.heard == [told]


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("FirmwareStatusNotification", {"status": "InstallScheduled"}),
        ("NotifyEvent", {"eventData": []}),
        ("ReservationStatusUpdate", {"reservationId": 1}),
    ],
)
async def test_what_1_6_has_no_word_for_is_not_told(
    start: Start, action: str, details: Json
) -> None:
    place = await start()
    place.central.forget()
    await report(place, action, **details)

    assert place.central.heard == []


async def test_reports_wait_for_a_link(start: Start) -> None:
    place = await start()
    place.central.shut()
    await place.central.drop()
    place.central.forget()
    await report(place, "FirmwareStatusNotification", status="Installed")
    await report(place, "SecurityEventNotification", type="StartupOfTheDevice")
    place.central.open()
    await place.wait(60)

    assert sorted(place.central.actions("Heartbeat")) == [
        "FirmwareStatusNotification",
        "SecurityEventNotification",
    ]


@pytest.mark.parametrize(
    ("answer", "is_accepted"),
    [
        ({"status": "Accepted"}, True),
        ({"status": "Rejected"}, False),
        ('[4, "$ID", "NotSupported", "", {}]', False),
    ],
)
async def test_a_request_to_sign_hears_its_answer(
    start: Start, answer: object, is_accepted: bool
) -> None:
    place = await start()
    place.central.answers["SignCertificate"] = answer
    await report(place, "SignCertificate", csr="PEM")

    assert place.central.of("SignCertificate") == [{"csr": "PEM"}]
    assert place.mender.signing == [is_accepted]


@pytest.mark.parametrize(
    ("can_sign", "status"), [(True, "Accepted"), (False, "Rejected")]
)
async def test_a_certificate_is_asked_for_when_wanted(
    start: Start, can_sign: bool, status: str
) -> None:
    place = await start()
    place.mender.can_sign = can_sign
    answer = await place.central.ask(
        "ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate"
    )

    assert answer == {"status": status}
    assert place.mender.asked == ["ChargingStationCertificate"]


@pytest.mark.parametrize(
    ("asked", "message", "told"),
    [
        (
            "TriggerMessage",
            "DiagnosticsStatusNotification",
            "DiagnosticsStatusNotification",
        ),
        ("TriggerMessage", "FirmwareStatusNotification", "FirmwareStatusNotification"),
        (
            "ExtendedTriggerMessage",
            "LogStatusNotification",
            "DiagnosticsStatusNotification",
        ),
    ],
)
async def test_states_are_told_when_asked_for(
    start: Start, asked: str, message: str, told: str
) -> None:
    place = await start()
    place.central.forget()
    await place.central.ask(asked, requestedMessage=message)

    assert place.central.heard == [(told, {"status": "Idle"})]
