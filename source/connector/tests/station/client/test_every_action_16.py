"""Every action of 1.6, as small and as full as its schema allows, is answered well."""

from __future__ import annotations

import logging

import pytest

from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas
from connector.station.client.versions import version_for
from connector.tests.ocppj.examples import SIZES, Size, request
from connector.tests.station.client.conftest import Start

DOWN = sorted(ROUTES["1.6"].down)


def test_there_is_a_handler_for_each_of_them() -> None:
    assert sorted(version_for("ocpp1.6").handlers) == DOWN


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("action", DOWN)
async def test_an_action_is_answered_and_the_station_goes_on(
    start: Start, action: str, size: Size, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    await place.charge()
    frame = await place.central.frame(action, request("1.6", action, size))

    assert frame[0] == 3, frame
    assert schemas("1.6").response(action).is_valid(frame[2]), frame
    await place.wait(20)
    assert place.client.is_accepted
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


PERIODS = [{"startPeriod": -5, "limit": 1e300}, {"startPeriod": -9, "limit": -1e300}]
HUGE = 2**62


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("GetCompositeSchedule", {"connectorId": 1, "duration": HUGE}),
        ("GetCompositeSchedule", {"connectorId": -1, "duration": -HUGE}),
        ("RemoteStopTransaction", {"transactionId": -HUGE}),
        ("RemoteStartTransaction", {"idTag": "", "connectorId": HUGE}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": str(HUGE)}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "-1"}),
        ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "0"}),
        ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "1e9"}),
        ("ChangeConfiguration", {"key": "WebSocketPingInterval", "value": str(HUGE)}),
        ("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": str(HUGE)}),
        (
            "ReserveNow",
            {
                "connectorId": 1,
                "expiryDate": "9999-12-31T23:59:59.999999Z",
                "idTag": "T",
                "reservationId": -HUGE,
            },
        ),
        (
            "ReserveNow",
            {
                "connectorId": 1,
                "expiryDate": "0001-01-01T00:00:00+14:00",
                "idTag": "T",
                "reservationId": 1,
            },
        ),
        (
            "SendLocalList",
            {
                "listVersion": HUGE,
                "updateType": "Full",
                "localAuthorizationList": [
                    {
                        "idTag": f"T{number}",
                        "idTagInfo": {"status": "Accepted", "expiryDate": "never"},
                    }
                    for number in range(3000)
                ],
            },
        ),
        (
            "SetChargingProfile",
            {
                "connectorId": 1,
                "csChargingProfiles": {
                    "chargingProfileId": -HUGE,
                    "stackLevel": HUGE,
                    "chargingProfilePurpose": "TxDefaultProfile",
                    "chargingProfileKind": "Recurring",
                    "validFrom": "9999-12-31T23:59:59Z",
                    "validTo": "0001-01-01T00:00:00Z",
                    "chargingSchedule": {
                        "chargingRateUnit": "A",
                        "startSchedule": "yesterday",
                        "duration": -1,
                        "chargingSchedulePeriod": PERIODS,
                    },
                },
            },
        ),
        (
            "UpdateFirmware",
            {
                "location": "ftp://127.0.0.1:9/f",
                "retrieveDate": "9999-12-31T23:59:59Z",
                "retries": HUGE,
                "retryInterval": HUGE,
            },
        ),
        ("DataTransfer", {"vendorId": "", "data": "x" * 500_000}),
    ],
)
async def test_absurd_numbers_stop_nobody(
    start: Start,
    action: str,
    payload: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = await start()
    await place.charge()
    frame = await place.central.frame(action, payload)
    assert frame[0] in (3, 4)
    await place.wait(30, step_s=5)

    assert place.client.is_accepted
    assert len(list(place.core.all_running())) == 1
    assert 0 <= place.hardware.offers[1] <= 22_080.0
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
