"""Every action that a station of any version may send is answered as it must be."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from connector.datapoints.action_table import FATES
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import schemas
from connector.tests.both_ends.central import CentralEnd
from connector.tests.ocppj.examples import SIZES, Size, request

WORDS = {
    "Authorize": "Accepted",
    "BootNotification": "Accepted",
    "DataTransfer": "UnknownVendorId",
    "Get15118EVCertificate": "Failed",
    "GetCertificateChainStatus": "Failed",
    "GetCertificateStatus": "Failed",
    "NotifyEVChargingNeeds": "Rejected",
    "NotifyEVChargingSchedule": "Accepted",
    "OpenPeriodicEventStream": "Accepted",
    "PullDynamicScheduleUpdate": "Rejected",
    "SignCertificate": "Rejected",
    "StartTransaction": "Accepted",
    "StopTransaction": "Accepted",
    "TransactionEvent": "Accepted",
    "VatNumberValidation": "Rejected",
}
"""What is said where an answer says yes or no: the examples ask for no certificate that
there is, and for no schedule that we gave."""
OF_SOMETHING_ELSE = {
    ("1.6", "MeterValues"),
    ("1.6", "StopTransaction"),
    ("2.0.1", "MeterValues"),
    ("2.0.1", "ReservationStatusUpdate"),
    ("2.1", "MeterValues"),
    ("2.1", "NotifyPriorityCharging"),
    ("2.1", "ReservationStatusUpdate"),
}
"""They tell of a transaction or a reservation, and here is none."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

UP = [(version, action) for version, r in ROUTES.items() for action in sorted(r.up)]
SENT_UP = [
    (version, action) for version, r in ROUTES.items() for action in sorted(r.sent_up)
]
NAMES = {
    (version, action): set(fate.names)
    for version, (up, _) in FATES.items()
    for action, fate in up.items()
}
TELLING = [each for each in UP if NAMES.get(each) and each not in OF_SOMETHING_ELSE]


ONLY_PART = {"seqNo": 0, "tbc": False}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("version", "action"), UP)
async def test_an_action_is_answered_and_the_link_stays_up(
    central: CentralEnd,
    version: str,
    action: str,
    size: Size,
    caplog: pytest.LogCaptureFixture,
) -> None:
    end = await central.connect(f"up-{version}-{action}-{size}", version)
    answer = await end.say(action, request(version, action, size))

    assert answer[0] == 3, answer
    assert schemas(version, formats="all").response(action).is_valid(answer[2])
    assert words(answer[2]) <= {WORDS.get(action)}
    assert await end.is_alive()
    assert not mistakes(caplog)


@pytest.mark.parametrize(("version", "action"), TELLING)
async def test_what_a_station_tells_is_shown(
    central: CentralEnd, version: str, action: str
) -> None:
    identity = f"told-{version}-{action}"
    end = await central.connect(identity, version)
    before = len(central.facts)
    payload = request(version, action, "full")
    if "tbc" in payload:
        payload |= {n: v for n, v in ONLY_PART.items() if n in payload}
    if "offline" in payload:
        payload["offline"] = False
    await end.say(action, payload)

    await central.told(identity, before, NAMES[version, action])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("version", "action"), SENT_UP)
async def test_what_is_not_answered_becomes_values_all_the_same(
    central: CentralEnd,
    version: str,
    action: str,
    size: Size,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity = f"sent-{version}-{action}-{size}"
    end = await central.connect(identity, version)
    before = len(central.facts)
    payload = request(version, action, size)
    await end.tell(action, payload)

    await central.told(identity, before, {f"stream.{payload['id']}"})
    assert await end.is_alive()
    assert not mistakes(caplog)


def words(value: Any) -> set[str]:
    """The statuses of an answer, wherever they are."""
    if isinstance(value, list):
        return {word for item in value for word in words(item)}
    if not isinstance(value, dict):
        return set()
    own = {value["status"]} if "status" in value else set()
    return own | {word for item in value.values() for word in words(item)}


def mistakes(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of failures of our own."""
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
