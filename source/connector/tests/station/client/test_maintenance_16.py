"""Firmware, logs and certificates of 1.6: what is asked, and what is told of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from connector.station.times import iso
from connector.tests.authority import Authority
from connector.tests.station.client.bench import Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
TIME = "2026-02-01T00:00:00Z"
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "1",
}


async def report(place: Place, action: str, **details: Any) -> None:
    place.core.report(action, details, place.clock.now_ms())
    await settle()


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("UpdateFirmware", {"location": "http://[", "retrieveDate": TIME}, {}),
        (
            "SignedUpdateFirmware",
            {
                "requestId": 5,
                "firmware": {
                    "location": "http://127.0.0.1:9/f.bin",
                    "retrieveDateTime": TIME,
                    "signingCertificate": "PEM",
                    "signature": "SIGN",
                },
            },
            {"status": "InvalidCertificate"},
        ),
        (
            "InstallCertificate",
            {"certificateType": "CentralSystemRootCertificate", "certificate": "PEM"},
            {"status": "Rejected"},
        ),
        ("CertificateSigned", {"certificateChain": "PEM"}, {"status": "Rejected"}),
        (
            "DeleteCertificate",
            {"certificateHashData": HASH},
            {"status": "NotFound"},
        ),
        (
            "GetInstalledCertificateIds",
            {"certificateType": "ManufacturerRootCertificate"},
            {"status": "NotFound"},
        ),
    ],
)
async def test_what_cannot_be_is_refused(
    start: Start, action: str, payload: Json, answer: Json
) -> None:
    place = await start()

    assert await place.central.ask(action, **payload) == answer


async def test_a_time_that_is_none_is_named(start: Start) -> None:
    place = await start()
    frame = await place.central.frame(
        "UpdateFirmware", {"location": "http://h/f", "retrieveDate": "soon"}
    )

    assert frame[0] == 4
    assert "retrieveDate" in frame[3]


async def test_a_root_is_installed_listed_and_deleted(
    start: Start, tmp_path: Path
) -> None:
    place = await start(begins=False)
    place.central.now = lambda: iso(time.time_ns() // 1_000_000)  # type: ignore[method-assign]
    await place.start()
    pem = Authority(tmp_path).file.read_text()
    kind = "CentralSystemRootCertificate"
    answer = await place.central.ask(
        "InstallCertificate", certificateType=kind, certificate=pem
    )
    assert answer == {"status": "Accepted"}
    found = await place.central.ask("GetInstalledCertificateIds", certificateType=kind)
    (hashes,) = found["certificateHashData"]
    answer = await place.central.ask("DeleteCertificate", certificateHashData=hashes)

    assert answer == {"status": "Accepted"}


async def test_a_log_has_a_name_and_its_upload_is_told(start: Start) -> None:
    place = await start()
    answer = await place.central.ask("GetDiagnostics", location="ftp://127.0.0.1:9/")
    await place.client.parts.maintenance.logs.settled()
    await settle()

    assert answer["fileName"].endswith(".log")
    told = [p["status"] for p in place.central.of("DiagnosticsStatusNotification")]
    assert told == ["Uploading", "UploadFailed"]


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
    ("answer", "repeats"),
    [
        ({"status": "Accepted"}, 1),
        ({"status": "Rejected"}, 0),
        ('[4, "$ID", "NotSupported", "", {}]', 0),
    ],
)
async def test_a_certificate_is_asked_for_when_wanted(
    start: Start, answer: object, repeats: int
) -> None:
    place = await start()
    place.central.answers["SignCertificate"] = answer
    said = await place.central.ask(
        "ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate"
    )
    assert said == {"status": "Accepted"}
    (request,) = place.central.of("SignCertificate")
    assert "CERTIFICATE REQUEST" in request["csr"]
    await place.wait(31)

    assert len(place.central.of("SignCertificate")) == 1 + repeats


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
            "LogStatusNotification",
        ),
        (
            "ExtendedTriggerMessage",
            "FirmwareStatusNotification",
            "SignedFirmwareStatusNotification",
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
