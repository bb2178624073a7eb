"""Logs and firmware: what a station tells long after it has accepted the command."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.station import Station
from connector.tests.csms.conftest import StationEnd, settle
from connector.tests.csms.v2.conftest import AGREES, Station2
from connector.tests.web.api.conftest import NAME, Api
from connector.tests.web.api.test_configuration import begin_2
from connector.tests.web.api.test_events import listen
from connector.tests.web.api.test_journal import given
from connector.tests.web.api.test_outcome_events import (
    ACCEPTED,
    STATION,
    give,
    stages,
)
from connector.web.events.file_effects import WITHIN_S

PLACE = "ftp://192.0.2.1/"
LOG = ("get_log", {"location": PLACE})
FIRMWARE = ("update_firmware", {"location": PLACE})
SAID = {
    "get_log": "DiagnosticsStatusNotification",
    "update_firmware": "FirmwareStatusNotification",
}


async def connect(api: Api, identity: str = NAME, **answers: Any) -> StationEnd:
    agreed = {
        "GetDiagnostics": {"fileName": "diag.zip"},
        "GetLog": ACCEPTED,
        "UpdateFirmware": {},
        "SignedUpdateFirmware": ACCEPTED,
    }
    return await api.connect(identity, **(agreed | answers))


async def shown(api: Api) -> list[tuple[str, str | None, bool]]:
    """How far each has come, the newest first."""
    return [(g["stage"], g["seen"], g["failed"]) for g in await given(api)]


@pytest.mark.parametrize(
    ("order", "statuses", "what"),
    [
        (LOG, ["Uploading", "UploadFailed"], "Log: UploadFailed"),
        (FIRMWARE, ["DownloadFailed"], "Firmware update: DownloadFailed"),
        (
            FIRMWARE,
            ["Downloaded", "Installing", "InstallationFailed"],
            "Firmware update: InstallationFailed",
        ),
    ],
)
async def test_what_fails_after_it_was_accepted_is_told_as_failed(
    api: Api, order: tuple[str, Any], statuses: list[str], what: str
) -> None:
    end = await connect(api)
    async with listen(api, "?types=outcome") as listener:
        outcome = await give(api, "0", *order)
        await stages(listener, 3)
        for status in statuses:
            await end.say(SAID[order[0]], status=status)
        [told] = await stages(listener, 1)

    assert (told["stage"], told["seen"], told["failed"]) == ("failed", what, True)
    assert told["outcome"] == outcome
    assert await shown(api) == [("failed", what, True)]
    [kept] = await given(api)
    assert list(kept["times"]) == ["asked", "sent", "accepted", "failed"]


@pytest.mark.parametrize(
    ("order", "statuses", "what"),
    [
        (LOG, ["Uploading", "Uploaded"], "Log: Uploaded"),
        (
            FIRMWARE,
            ["Downloading", "Downloaded", "Installing", "Installed"],
            "Firmware update: Installed",
        ),
    ],
)
async def test_only_the_last_good_word_shows_that_it_took_effect(
    api: Api, order: tuple[str, Any], statuses: list[str], what: str
) -> None:
    end = await connect(api)
    await give(api, "0", *order)
    for status in statuses[:-1]:
        await end.say(SAID[order[0]], status=status)
    assert await shown(api) == [("accepted", None, False)]

    await end.say(SAID[order[0]], status=statuses[-1])

    assert await shown(api) == [("in_force", what, False)]


async def test_what_is_told_is_about_the_request_of_its_id(api: Api) -> None:
    end = await connect(api)
    for number in (7, 8):
        value = {"requestId": number, "log": {"remoteLocation": PLACE}}
        await give(api, "0", "get_log", value | {"logType": "DiagnosticsLog"})

    for number, status in ((9, "Uploaded"), (7, "UploadFailure"), (8, "Uploaded")):
        await end.say("LogStatusNotification", status=status, requestId=number)

    assert await shown(api) == [
        ("in_force", "Log: Uploaded", False),
        ("failed", "Log: UploadFailure", True),
    ]


async def test_signed_firmware_is_followed_by_its_id_too(api: Api) -> None:
    end = await connect(api)
    firmware = {"signature": "c2ln", "signingCertificate": "cert"}
    await give(api, "0", "update_firmware", {"location": PLACE, "firmware": firmware})
    [asked] = end.asked("SignedUpdateFirmware")

    await end.say(
        "SignedFirmwareStatusNotification",
        status="InvalidSignature",
        requestId=asked["requestId"],
    )

    assert await shown(api) == [("failed", "Firmware update: InvalidSignature", True)]


async def test_of_two_without_ids_the_newest_is_meant_and_that_once(api: Api) -> None:
    end = await connect(api)
    await give(api, "0", *FIRMWARE)
    await give(api, "0", *FIRMWARE)
    for status in ("Installed", "Installed", "DownloadFailed"):
        await end.say("FirmwareStatusNotification", status=status)

    assert await shown(api) == [
        ("in_force", "Firmware update: Installed", False),
        ("accepted", None, False),
    ]


async def test_a_station_that_tries_again_may_do_it_after_all(api: Api) -> None:
    end = await connect(api)
    await give(api, "0", *FIRMWARE)
    for status in ("DownloadFailed", "Downloading", "Downloaded", "Installed"):
        await end.say("FirmwareStatusNotification", status=status)

    assert await shown(api) == [("in_force", "Firmware update: Installed", False)]


async def test_a_refused_one_is_not_waited_for(api: Api) -> None:
    end = await connect(api, GetLog={"status": "Rejected"})
    await give(api, "0", "get_log", {"logType": "DiagnosticsLog", "location": PLACE})
    await end.say("LogStatusNotification", status="UploadFailure")

    assert await shown(api) == [("rejected", None, False)]


async def test_what_is_told_before_the_answer_was_dealt_with_counts(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = await connect(api)
    call = Station.call

    async def call_and_hear(station: Station, action: str, payload: Any) -> Any:
        answer = await call(station, action, payload)
        await end.say("FirmwareStatusNotification", status="DownloadFailed")
        return answer

    monkeypatch.setattr(Station, "call", call_and_hear)
    await give(api, "0", *FIRMWARE)

    assert await shown(api) == [("failed", "Firmware update: DownloadFailed", True)]


async def test_a_call_of_the_same_action_is_followed_as_well(api: Api) -> None:
    end = await connect(api)
    call = {"action": "GetDiagnostics", "payload": {"location": PLACE}}
    await api.client.post(f"{STATION}/calls", json=call)
    await end.say("DiagnosticsStatusNotification", status="UploadFailed")

    assert await shown(api) == [("failed", "Log: UploadFailed", True)]


async def test_nobody_waits_for_ever(api: Api) -> None:
    end = await connect(api)
    await give(api, "0", *LOG)
    api.harness.clock.advance(WITHIN_S + 1)
    await end.say("DiagnosticsStatusNotification", status="UploadFailed")

    assert await shown(api) == [("accepted", None, False)]


async def test_a_station_that_is_forgotten_is_not_waited_for(api: Api) -> None:
    path = "/api/v1/stations/CP-NEW"
    await api.client.put(path, json={})
    end = await connect(api, "CP-NEW")
    await api.client.post(f"{path}/0/get_log", json={"value": LOG[1]})
    assert (await api.client.delete(path)).status_code == 204
    await api.client.put(path, json={})
    end = await connect(api, "CP-NEW")
    await end.say("DiagnosticsStatusNotification", status="UploadFailed")

    assert (await api.get(f"{path}/commands"))["items"] == []


@pytest.mark.parametrize(
    "status", ["NotSupportedOperation", "PermissionDenied", "AcceptedCanceled"]
)
async def test_a_station_of_2_tells_of_its_request_and_why(
    api: Api, status: str
) -> None:
    end = await begin_2(api, GetLog=ACCEPTED)
    await give(api, "0", "get_log", {"location": PLACE})
    [asked] = end.asked("GetLog")
    await end.say("LogStatusNotification", status=status, requestId=asked["requestId"])

    assert await shown(api) == [("failed", f"Log: {status}", True)]


async def test_a_station_of_2_1_tells_why_and_no_secret(api: Api) -> None:
    end = api.harness.begin(NAME, "ocpp2.1", AGREES | {"GetLog": ACCEPTED}, Station2)
    await settle()
    await end.boot()
    await give(api, "0", "get_log", {"location": PLACE})
    why = {"reasonCode": "NoRoute", "additionalInfo": "ftp://me:d0c0ffee@192.0.2.1/"}
    await end.say("LogStatusNotification", status="UploadFailure", statusInfo=why)

    [(_, seen, _)] = await shown(api)
    assert seen is not None
    assert seen.startswith("Log: UploadFailure: 'NoRoute': ")
    assert "d0c0ffee" not in seen


async def test_firmware_of_a_station_of_2_without_an_id_is_the_newest(api: Api) -> None:
    end = await begin_2(api, UpdateFirmware=ACCEPTED)
    await give(api, "0", *FIRMWARE)
    await end.say("FirmwareStatusNotification", status="Installed")

    assert await shown(api) == [("in_force", "Firmware update: Installed", False)]
    assert (await given(api))[0]["station"] == NAME
