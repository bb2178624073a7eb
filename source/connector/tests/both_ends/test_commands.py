"""Every command of the catalogue, at a station of every version that agrees to all."""

from __future__ import annotations

from typing import Any

import pytest

from connector.datapoints import catalogue
from connector.ocppj.routes import ROUTES
from connector.tests.both_ends.central import CentralEnd
from connector.tests.both_ends.test_up import mistakes

EXPIRY = "2026-01-31T13:00:00Z"
PERIODS = [{"startPeriod": 0, "limit": 4140.0}]
SCHEDULE = {"chargingRateUnit": "W", "chargingSchedulePeriod": PERIODS}
PROFILE = {
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
}
PROFILE_16 = PROFILE | {"chargingProfileId": 1, "chargingSchedule": SCHEDULE}
PROFILE_2 = PROFILE | {"id": 1, "chargingSchedule": [{"id": 1, **SCHEDULE}]}
VALUES: dict[str, list[Any]] = {
    "power_limit": [4140, 0, None],
    "current_limit": [16, None],
    "enabled": [False, True],
    "phases": [1, 3, None],
    "charging_schedule": [
        {"start": None, "unit": "W", "periods": [[0, 11000], [3600, 4140]]}
    ],
    "send_charging_profile": [4140],
    "clear_charging_profile": [None, {}],
    "get_composite_schedule": [3600],
    "charge": [True],
    "start": ["04A2B3C4", {"id": "04A2B3C4", "type": "ISO14443"}],
    "available": [False, True],
    "unlock": [True],
    "reset": ["soft", "immediate"],
    "trigger_message": ["StatusNotification", 3],
    "configuration": [None],
    "reserve": [{"idTag": "04A2B3C4", "expiryDate": EXPIRY}],
    "cancel_reservation": [{"reservationId": 1}],
    "local_list": [None],
    "update_firmware": [{"location": "https://example.com/fw.bin"}],
    "get_log": [None],
    "data_transfer": [{"vendorId": "ACME"}],
    "display_message": ["Hello"],
    "password": [True],
    "security_profile": [{"profile": 1, "url": "ws://127.0.0.1", "slot": 2}],
    "call": [{"action": "ClearCache"}],
}
"""What is written, one after the other."""
FIRST: dict[str, dict[str, Any]] = {
    "phases": {"power_limit": 4140},
    "security_profile": {"password": True},
}
"""What has to be written before."""
OTHERWISE = {
    ("1.6", "0", "display_message"): "unsupported",
}
"""Where an outcome is another one than `accepted`."""
COMMANDS = [
    (version, where, name)
    for version in ROUTES
    for where in ("0", "1")
    for name in catalogue.commands_at(where, speaks_2=version != "1.6")
]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("version", "where", "name"), COMMANDS)
async def test_a_command_ends_as_the_station_says(
    central: CentralEnd,
    version: str,
    where: str,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity = f"command-{version}-{where}-{name}"
    end = await central.connect(identity, version)
    expected = OTHERWISE.get((version, where, name), "accepted")
    for first, value in FIRST.get(name, {}).items():
        assert (await central.order(identity, first, value, where)).is_accepted
    for value in VALUES[name]:
        outcome = await central.order(identity, name, value, where)
        assert outcome.outcome == expected, (value, outcome)

    assert await end.is_alive()
    assert not mistakes(caplog)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("version", "profile"),
    [("1.6", PROFILE_16), ("2.0.1", PROFILE_2), ("2.1", PROFILE_2)],
)
async def test_a_whole_profile_is_taken(
    central: CentralEnd, version: str, profile: dict[str, Any]
) -> None:
    identity = f"profile-{version}"
    end = await central.connect(identity, version)
    outcome = await central.order(identity, "send_charging_profile", profile, "1")

    assert outcome.is_accepted, outcome
    assert "SetChargingProfile" in end.behaviour.asked


def test_every_command_is_written() -> None:
    assert VALUES.keys() == catalogue.COMMANDS.keys()
