"""Firmware and logs of 2.x: what is asked for, and how far it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from connector.csms.file_places import FilePlace
from connector.csms.options import FileOptions
from connector.datapoints.outcomes import OutcomeName
from connector.tests.csms.conftest import NAME
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import command, run

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

NOW, LATER = "2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z"
YES = {"status": "Accepted"}
DAY_MS = 86_400_000
SIGNED = {"signature": "c2ln", "signingCertificate": "cert"}
ANSWERS = {
    "GetLog": {"status": "Accepted", "filename": "log.zip"},
    "UpdateFirmware": YES,
    "PublishFirmware": YES,
    "UnpublishFirmware": {"status": "Unpublished"},
}


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any, tmp_path: Path) -> Pair:
    system = await start2(files=FileOptions(tmp_path, http_host="0.0.0.0"))
    system.central.blocks.files.port = 8080
    station = await system.connect_2(version=request.param, boots=True, **ANSWERS)
    system.station().session.link.reached_at = "192.0.2.7"
    return system, station


def asked(station: Station2, action: str) -> Json:
    """The only request of this kind."""
    (payload,) = station.asked(action)
    return payload


def opened(system: Harness2, url: str) -> FilePlace | None:
    found: FilePlace | None = system.central.blocks.files.find(urlsplit(url).path.split("/")[2])  # fmt: skip
    return found


# -- logs


@pytest.mark.parametrize("value", [None, "null", {}, {"logType": "DiagnosticsLog"}])
async def test_a_log_comes_to_our_own_place(pair: Pair, value: object) -> None:
    system, station = pair

    outcome = await command(system, "get_log", value)

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert re.fullmatch(r"requestId \d+, log\.zip", outcome.detail)
    payload = asked(station, "GetLog")
    url = payload["log"]["remoteLocation"]
    number = system.station().learned["request_id"]
    assert payload == {"logType": "DiagnosticsLog", "log": {"remoteLocation": url}, "requestId": number}  # fmt: skip
    assert re.fullmatch(r"http://192\.0\.2\.7:8080/files/[\w-]{22,}/", url)
    expires_ms = system.clock.now_ms() + DAY_MS
    assert opened(system, url) == FilePlace("upload", NAME, expires_ms)


@pytest.mark.parametrize(
    "value",
    [
        {"location": "ftp://x/", "startTime": NOW, "stopTime": LATER, "retries": 3},
        {
            "log": {
                "remoteLocation": "ftp://x/",
                "oldestTimestamp": NOW,
                "latestTimestamp": LATER,
            },
            "retries": 3,
        },
    ],
)
async def test_the_members_of_both_versions_are_understood(
    pair: Pair, value: Json
) -> None:
    system, station = pair

    await command(system, "get_log", {**value, "logType": "SecurityLog", "requestId": 70})  # fmt: skip
    await command(system, "get_log", None)

    first, second = station.asked("GetLog")
    assert first == {
        "logType": "SecurityLog",
        "log": {
            "remoteLocation": "ftp://x/",
            "oldestTimestamp": NOW,
            "latestTimestamp": LATER,
        },
        "retries": 3,
        "requestId": 70,
    }
    assert second["requestId"] == 71


@pytest.mark.parametrize(
    ("answer", "name"),
    [("AcceptedCanceled", OutcomeName.ACCEPTED), ("Rejected", OutcomeName.REJECTED)],
)
async def test_each_answer_to_a_log_has_its_outcome(
    pair: Pair, answer: str, name: OutcomeName
) -> None:
    system, station = pair
    station.answers["GetLog"] = {"status": answer}

    assert (await command(system, "get_log", None)).outcome is name


async def test_a_log_type_of_2_1_is_unknown_to_2_0_1(pair: Pair) -> None:
    system, station = pair

    outcome = await command(system, "get_log", {"logType": "DataCollectorLog"})

    is_21 = station.session.version == "2.1"
    expected = OutcomeName.ACCEPTED if is_21 else OutcomeName.INVALID
    assert outcome.outcome is expected


@pytest.mark.parametrize(
    ("status", "is_bad"),
    [
        ("Idle", False),
        ("Uploading", False),
        ("Uploaded", False),
        ("AcceptedCanceled", False),
        ("UploadFailure", True),
        ("BadMessage", True),
        ("NotSupportedOperation", True),
        ("PermissionDenied", True),
    ],
)
async def test_the_status_of_a_log_is_shown(
    pair: Pair, caplog: pytest.LogCaptureFixture, status: str, is_bad: bool
) -> None:
    system, station = pair

    assert await station.say("LogStatusNotification", status=status, requestId=3) == {}

    assert system.newest("log_status", "0") == status
    assert (f"CP-7: log_status {status} (requestId 3)" in caplog.text) is is_bad


# -- firmware


@pytest.mark.parametrize(
    "value",
    [
        {"location": "https://x/fw", "retrieveDate": NOW, "retries": 2, **SIGNED},
        {"location": "https://x/fw", **SIGNED, "retries": 2},
        {"firmware": {"location": "https://x/fw", **SIGNED}, "retries": 2},
        {
            "firmware": {"location": "https://x/fw", "retrieveDateTime": NOW, **SIGNED},
            "retries": 2,
        },
    ],
)
async def test_firmware_is_asked_for_as_in_both_versions(
    pair: Pair, value: Json
) -> None:
    system, station = pair

    outcome = await command(system, "update_firmware", value)

    number = system.station().learned["request_id"]
    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, f"requestId {number}")  # fmt: skip
    assert asked(station, "UpdateFirmware") == {
        "requestId": number,
        "retries": 2,
        "firmware": {"location": "https://x/fw", "retrieveDateTime": NOW, **SIGNED},
    }


@pytest.mark.parametrize(
    "value", [{"file": "fw.bin"}, {"firmware": {"file": "fw.bin"}}]
)
async def test_a_file_of_ours_is_offered(
    pair: Pair, tmp_path: Path, value: Json
) -> None:
    system, station = pair
    (tmp_path / "firmware").mkdir()
    (tmp_path / "firmware/fw.bin").write_bytes(b"firmware")

    outcome = await command(system, "update_firmware", {**value, "installDateTime": LATER})  # fmt: skip

    assert outcome.is_accepted
    firmware = asked(station, "UpdateFirmware")["firmware"]
    assert firmware["installDateTime"] == LATER
    place = opened(system, firmware["location"])
    assert place is not None
    assert (place.kind, place.file) == ("download", "fw.bin")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"file": "none"}, "is not there"),
        ({"file": "a", "location": "b"}, "file and location are given"),
        ({}, "location is missing"),
        ({"firmware": "x"}, "firmware"),
        ({"location": "x", "retries": "x"}, "retries"),
    ],
)
async def test_what_is_no_firmware_is_invalid(
    pair: Pair, value: Json, problem: str
) -> None:
    system, station = pair

    outcome = await command(system, "update_firmware", value)

    assert outcome.outcome is OutcomeName.INVALID
    assert problem in outcome.detail
    assert station.asked("UpdateFirmware") == []


@pytest.mark.parametrize("status", ["InvalidCertificate", "RevokedCertificate", "Rejected"])  # fmt: skip
async def test_firmware_that_is_refused_is_rejected(pair: Pair, status: str) -> None:
    system, station = pair
    station.answers["UpdateFirmware"] = {"status": status}

    outcome = await command(system, "update_firmware", {"location": "https://x"})

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail.startswith(f"{status}, requestId ")


FINE = "Downloaded Downloading DownloadScheduled DownloadPaused Idle Installing Installed InstallRebooting InstallScheduled SignatureVerified"  # fmt: skip
BAD = "DownloadFailed InstallationFailed InstallVerificationFailed InvalidSignature"


@pytest.mark.parametrize("status", [*FINE.split(), *BAD.split()])
async def test_every_status_of_firmware_is_shown(
    pair: Pair, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    system, station = pair
    info = {"statusInfo": {"reasonCode": "OutOfStorage", "additionalInfo": "full"}}
    more = info if station.session.version == "2.1" else {}

    await station.say("FirmwareStatusNotification", status=status, requestId=3, **more)

    assert system.newest("firmware_status", "0") == status
    told = f"CP-7: firmware_status {status} (requestId 3)"
    assert (told in caplog.text) is (status in BAD.split())
    assert ("'OutOfStorage': 'full'" in caplog.text) is (told in caplog.text and bool(more))  # fmt: skip


# -- firmware that is published


async def test_firmware_is_published_and_no_more(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    checksum = {"checksum": "d41d8cd98f00b204e9800998ecf8427e"}
    payload = {"location": "https://x/fw", "requestId": 4, **checksum}

    published = await run(system, "PublishFirmware", payload)
    await station.say("PublishFirmwareStatusNotification", status="PublishFailed")
    status = {"status": "Published", "location": ["http://lc/fw"], "requestId": 4}
    await station.say("PublishFirmwareStatusNotification", **status)
    shown = orjson.loads(str(system.newest("published_firmware", "0")))
    gone = await run(system, "UnpublishFirmware", checksum)

    assert published.is_accepted
    assert gone.is_accepted
    assert shown == status
    assert system.newest("published_firmware", "0") is None
    assert "CP-7: published_firmware PublishFailed" in caplog.text


@pytest.mark.parametrize(("status", "is_shown"), [("DownloadOngoing", True), ("NoFirmware", False)])  # fmt: skip
async def test_what_is_not_unpublished_is_rejected(
    pair: Pair, status: str, is_shown: bool
) -> None:
    system, station = pair
    station.answers["UnpublishFirmware"] = {"status": status}
    await station.say("PublishFirmwareStatusNotification", status="Downloading")

    outcome = await run(system, "UnpublishFirmware", {"checksum": "x"})

    assert (outcome.outcome, outcome.detail) == (OutcomeName.REJECTED, status)
    assert (system.newest("published_firmware", "0") is not None) is is_shown


# -- who may


@pytest.mark.parametrize("action", ["LogStatusNotification", "FirmwareStatusNotification", "PublishFirmwareStatusNotification"])  # fmt: skip
async def test_a_bad_status_is_refused(pair: Pair, action: str) -> None:
    with pytest.raises(Exception, match="Violation"):
        await pair[1].say_raw(action, {"requestId": 1})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_tells_what_it_was_asked(
    start2: Any, version: str
) -> None:
    system = await start2(stations={})
    station = await system.connect_2(version=version, boots=True, **ANSWERS)
    refused = [
        await station.refused("LogStatusNotification", status="Idle"),
        await station.refused("PublishFirmwareStatusNotification", status="Idle"),
    ]

    asked = await command(system, "trigger_message", "LogStatusNotification")
    await station.say("LogStatusNotification", status="Idle")
    log = await command(system, "get_log", None)
    firmware = await command(system, "update_firmware", {"location": "https://x"})

    assert refused == ["SecurityError", "SecurityError"]
    assert asked.is_accepted
    assert {log.outcome, firmware.outcome} == {OutcomeName.REJECTED}
    assert station.asked("GetLog") == station.asked("UpdateFirmware") == []
