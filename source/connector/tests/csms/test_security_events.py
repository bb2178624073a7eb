"""Security events are shown; the critical ones are logged, but not for ever."""

from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest

from connector.tests.csms.conftest import Harness

TIME = "2026-01-31T12:00:00Z"


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": TIME, **more}


@pytest.mark.parametrize(
    ("kind", "is_logged"),
    [
        ("FirmwareUpdated", True),
        ("FailedToAuthenticateAtCentralSystem", False),
        ("SettingSystemTime", True),
        # Of each boot: told, and no warning.
        ("StartupOfTheDevice", False),
        ("ResetOrReboot", True),
        ("SecurityLogWasCleared", True),
        ("ReconfigurationOfSecurityParameters", False),
        ("MemoryExhaustion", True),
        ("InvalidMessages", False),
        ("TamperDetectionActivated", True),
        ("InvalidTLSVersion", False),
        ("MaintenanceLoginFailed", True),
        ("SomethingElse", False),
    ],
)
async def test_every_event_is_shown_and_critical_ones_are_logged(
    system: Harness, caplog: pytest.LogCaptureFixture, kind: str, is_logged: bool
) -> None:
    end = await system.connect()

    assert await end.say("SecurityEventNotification", **event(kind)) == {}

    assert orjson.loads(str(system.newest("security_event", "0"))) == event(kind)
    assert (f"CP-7: security event {kind}" in caplog.text) is is_logged


async def test_a_station_that_repeats_itself_does_not_fill_the_log(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()

    for _ in range(3):
        await end.say("SecurityEventNotification", **event("MemoryExhaustion"))
    await end.say("SecurityEventNotification", **event("ResetOrReboot"))
    await system.advance(60)
    await end.say("SecurityEventNotification", **event("MemoryExhaustion"))

    assert caplog.text.count("security event MemoryExhaustion") == 2
    assert caplog.text.count("security event ResetOrReboot") == 1
    assert len(system.told("security_event", "0")) == 5


async def test_those_that_are_not_critical_are_in_the_log_of_who_wants_more(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    end = await system.connect()

    for _ in range(2):
        await end.say("SecurityEventNotification", **event("InvalidMessages"))

    [record] = [r for r in caplog.records if "security event" in r.getMessage()]
    assert record.levelno == logging.INFO


async def test_no_secret_is_shown_or_logged(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()
    text = "-----BEGIN EC PRIVATE KEY-----\ns3cret\n-----END EC PRIVATE KEY-----"

    await end.say(
        "SecurityEventNotification", **event("TamperDetectionActivated", techInfo=text)
    )

    assert "s3cret" not in caplog.text
    assert "s3cret" not in str(system.newest("security_event", "0"))
