"""Every message of a station gets a valid answer, whatever else happens."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.csms.events import ConnectorsChanged, StatusChanged
from connector.csms.station import MAX_PLACES
from connector.ocppj.routes import ROUTES
from connector.tests.csms.conftest import NAME, Harness

Json = dict[str, Any]
TIME = "2026-01-31T12:00:00Z"

SMALLEST: dict[str, Json] = {
    "Authorize": {"idTag": "card"},
    "BootNotification": {"chargePointVendor": "V", "chargePointModel": "M"},
    "DataTransfer": {"vendorId": "V"},
    "DiagnosticsStatusNotification": {"status": "Uploaded"},
    "FirmwareStatusNotification": {"status": "Installed"},
    "Heartbeat": {},
    "LogStatusNotification": {"status": "Uploaded"},
    "MeterValues": {
        "connectorId": 1,
        "meterValue": [{"timestamp": TIME, "sampledValue": [{"value": "1"}]}],
    },
    "SecurityEventNotification": {"type": "TamperDetection", "timestamp": TIME},
    "SignCertificate": {"csr": "csr"},
    "SignedFirmwareStatusNotification": {"status": "Installed"},
    "StartTransaction": {
        "connectorId": 1,
        "idTag": "card",
        "meterStart": 0,
        "timestamp": TIME,
    },
    "StatusNotification": {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Available",
    },
    "StopTransaction": {"transactionId": 1, "meterStop": 1, "timestamp": TIME},
}


@pytest.mark.parametrize("action", sorted(ROUTES["1.6"].up))
async def test_every_action_of_a_station_gets_a_valid_answer(
    system: Harness, action: str
) -> None:
    end = await system.connect()
    assert isinstance(await end.say(action, **SMALLEST[action]), dict)


@pytest.mark.parametrize("action", sorted(ROUTES["1.6"].up))
async def test_what_a_handler_raises_touches_nobody_else(
    system: Harness, action: str
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    system.central.reception.of_16[action] = fail
    end = await system.connect()
    assert await end.refused(action, **SMALLEST[action]) == "InternalError"
    other = "DataTransfer" if action != "DataTransfer" else "Heartbeat"
    assert await end.say(other, **SMALLEST[other])
    assert system.newest("connected", "0") is True


async def test_what_a_listener_raises_touches_nobody_else(system: Harness) -> None:
    def fail(event: StatusChanged) -> None:
        raise ZeroDivisionError

    system.central.events.subscribe(StatusChanged, fail)
    system.hear(StatusChanged)
    end = await system.connect()
    assert await end.status("Available") == {}
    assert len(system.events) == 1


async def test_a_listener_that_left_hears_nothing(system: Harness) -> None:
    heard: list[StatusChanged] = []
    leave = system.central.events.subscribe(StatusChanged, heard.append)
    leave()
    end = await system.connect()
    await end.status("Available")
    assert heard == []


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        ("DiagnosticsStatusNotification", "log_status", "Uploaded"),
        ("LogStatusNotification", "log_status", "Uploaded"),
        ("FirmwareStatusNotification", "firmware_status", "Installed"),
        ("SignedFirmwareStatusNotification", "firmware_status", "Installed"),
    ],
)
async def test_what_a_station_notifies_of_is_shown(
    system: Harness, action: str, name: str, value: str
) -> None:
    end = await system.connect()
    assert await end.say(action, **SMALLEST[action]) == {}
    assert system.newest(name, "0") == value


@pytest.mark.parametrize(
    ("action", "name", "answer"),
    [
        ("DataTransfer", "last_data_transfer", {"status": "UnknownVendorId"}),
        ("SecurityEventNotification", "security_event", {}),
    ],
)
async def test_structures_are_shown_as_json(
    system: Harness, action: str, name: str, answer: Json
) -> None:
    end = await system.connect()
    assert await end.say(action, **SMALLEST[action]) == answer
    assert orjson.loads(str(system.newest(name, "0"))) == SMALLEST[action]


STATUSES_16 = {
    "DiagnosticsStatusNotification": "Idle Uploaded UploadFailed Uploading",
    "LogStatusNotification": "BadMessage Idle NotSupportedOperation PermissionDenied "
    "Uploaded UploadFailure Uploading",
    "FirmwareStatusNotification": "Downloaded DownloadFailed Downloading Idle "
    "InstallationFailed Installing Installed",
    "SignedFirmwareStatusNotification": "Downloaded DownloadFailed Downloading "
    "DownloadScheduled DownloadPaused Idle InstallationFailed Installing Installed "
    "InstallRebooting InstallScheduled InstallVerificationFailed InvalidSignature "
    "SignatureVerified",
}


@pytest.mark.parametrize("is_adopted", [True, False])
@pytest.mark.parametrize(
    ("action", "status"),
    [(action, each) for action, text in STATUSES_16.items() for each in text.split()],
)
async def test_every_status_is_answered_whoever_asked_for_it_or_nobody(
    system: Harness, action: str, status: str, is_adopted: bool
) -> None:
    identity = NAME if is_adopted else "CP-new"
    end = await system.connect(identity)
    system.station(identity).asked = {action: None}
    more = {"requestId": 5} if action.startswith(("Log", "Signed")) else {}
    if not is_adopted and action.startswith("Signed"):
        assert await end.refused(action, status=status, **more) == "SecurityError"
        return
    for _ in range(2):
        assert await end.say(action, status=status, **more) == {}
    name = "log_status" if "Firmware" not in action else "firmware_status"
    assert system.told(name, "0", identity) == [status, status]


async def test_a_progress_is_logged_once_and_a_failure_as_a_warning(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    end = await system.connect()
    for status in ("Downloading", "Downloading", "DownloadFailed"):
        await end.say("SignedFirmwareStatusNotification", status=status, requestId=5)
    lines = [r for r in caplog.records if "firmware_status" in r.getMessage()]
    assert [(r.levelname, r.getMessage()) for r in lines] == [
        ("INFO", "CP-7: firmware_status Downloading (requestId 5)"),
        ("WARNING", "CP-7: firmware_status DownloadFailed (requestId 5)"),
    ]


async def test_a_station_is_seen_again_at_most_every_30_seconds(
    system: Harness,
) -> None:
    end = await system.connect()
    for _ in range(7):
        await system.advance(10)
        await end.status("Available")
    assert system.told("last_seen", "0") == [
        f"2026-01-31T12:{time}Z" for time in ("00:00", "00:30", "01:00")
    ]


# -- statuses


@pytest.mark.parametrize(
    ("status", "letter", "is_plugged", "is_charging"),
    [
        ("Available", "A", False, False),
        ("Reserved", "A", False, False),
        ("Preparing", "B", True, False),
        ("SuspendedEVSE", "B", True, False),
        ("Finishing", "B", True, False),
        ("SuspendedEV", "B", True, False),
        ("Charging", "C", True, True),
        ("Unavailable", "F", None, False),
        ("Faulted", "E", None, False),
    ],
)
async def test_what_follows_from_a_status(
    system: Harness,
    status: str,
    letter: str,
    is_plugged: bool | None,
    is_charging: bool,
) -> None:
    end = await system.connect()
    await end.status(status, vendorErrorCode="E7")
    assert system.newest("status") == status
    assert system.newest("error_code") == "NoError"
    assert system.newest("vendor_error_code") == "E7"
    assert system.newest("status_iec") == letter
    assert system.newest("plugged") is is_plugged
    assert system.newest("charging") is is_charging


async def test_a_status_that_nobody_knows_is_shown_as_it_is(system: Harness) -> None:
    end = await system.connect()
    payload = SMALLEST["StatusNotification"] | {"status": "Dreaming"}
    assert await end.say_raw("StatusNotification", payload) == {}
    assert system.newest("status") == "Dreaming"
    assert system.newest("status_iec") is None
    assert system.newest("plugged") is None
    assert system.newest("charging") is False


async def test_the_station_as_a_whole_has_a_status_and_nothing_that_follows(
    system: Harness,
) -> None:
    end = await system.connect()
    await end.status("Available", connector=0)
    assert system.newest("status", "0") == "Available"
    assert system.told("plugged", "0") == []


async def test_only_another_status_is_an_event(system: Harness) -> None:
    system.hear(StatusChanged)
    end = await system.connect()
    for status in ("Available", "Available", "Preparing"):
        await end.status(status)
    assert len(system.events) == 2


# -- places


async def test_connectors_grow_on_sight(system: Harness) -> None:
    system.hear(ConnectorsChanged)
    end = await system.connect()
    await end.status("Available", connector=0)
    await end.status("Available", connector=1)
    assert system.events == []
    await end.status("Available", connector=3)
    assert system.newest("connectors", "0") == 3
    assert system.station().places == ["1", "2", "3"]
    assert len(system.events) == 1
    assert system.store.station_records[NAME].connectors == 3


@pytest.mark.parametrize("connector", [MAX_PLACES + 1, 10**9, -1])
async def test_a_place_that_cannot_be_is_answered_logged_and_never_a_key(
    system: Harness, connector: int, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()
    for _ in range(2):
        assert await end.status("Charging", connector=connector) == {}
        assert await end.meter({"value": "1"}, connector=connector) == {}
    assert {datum.where for datum in system.data()} == {"0"}
    assert caplog.text.count(f"speaks of connector {connector}") == 1


async def test_the_last_place_is_one(system: Harness) -> None:
    end = await system.connect()
    await end.status("Charging", connector=MAX_PLACES)
    assert system.newest("status", str(MAX_PLACES)) == "Charging"


# -- words that are no texts


@pytest.mark.parametrize("member", ["measurand", "unit", "phase", "location"])
@pytest.mark.parametrize("value", [5, ["W"], {"a": 1}, None, True])
async def test_a_word_that_is_no_text_leaves_other_values_alone(
    system: Harness, member: str, value: object
) -> None:
    end = await system.connect()
    samples = [{"value": "7", "measurand": "Voltage"}, {"value": "1", member: value}]
    payload = {
        "connectorId": 1,
        "meterValue": [{"timestamp": TIME, "sampledValue": samples}],
    }
    assert await end.say_raw("MeterValues", payload) == {}
    assert system.newest("Voltage") == 7.0
