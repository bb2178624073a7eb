"""A station that is configured before it is accepted (`setup_while_pending`)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks
from connector.csms.remote_control import trigger_message
from connector.datapoints.outcomes import OutcomeName
from connector.tests.csms.conftest import NAME, Json, settle
from connector.tests.csms.v2.conftest import AGREES, Harness2, Station2
from connector.tests.csms.v2.desk import run
from connector.tests.csms.v2.test_setup import reported

HELD = {NAME: StationOptions(quirks=Quirks(setup_while_pending=True))}


async def end_of(system: Harness2, version: str, **answers: Any) -> Any:
    if version == "1.6":
        return await system.connect(**answers)
    return await system.connect_2(version=version, **answers)


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_it_is_pending_until_it_is_configured_and_then_boots_again(
    start2: Any, version: str
) -> None:
    system = await start2(stations=HELD)
    station = await end_of(system, version)

    first = await station.boot()
    await settle()
    again = await station.boot()

    assert (first["status"], first["interval"]) == ("Pending", 30)
    assert station.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    assert again["status"] == "Accepted"
    reads = "GetConfiguration" if version == "1.6" else "GetVariables"
    assert station.asked(reads)


async def test_transaction_messages_are_kept_by_the_station_meanwhile(
    start2: Any,
) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2()
    is_read = asyncio.Event()

    async def slowly(payload: Json) -> Json:
        await is_read.wait()
        return dict(AGREES["GetVariables"](payload))

    station.answers["GetVariables"] = slowly
    await station.boot()

    code = await station.refused(
        "TransactionEvent",
        eventType="Started",
        timestamp=station.time(),
        triggerReason="CablePluggedIn",
        seqNo=0,
        transactionInfo={"transactionId": "tx"},
        evse={"id": 1},
    )

    assert code == "SecurityError"
    assert system.store.transaction_records == []
    is_read.set()
    await settle()
    await station.boot()
    await station.event("Started", 0)
    assert len(system.store.transaction_records) == 1


async def test_a_new_link_begins_anew(start2: Any) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2(boots=True)
    await settle()
    await station.leave()
    station = await system.connect_2()

    assert (await station.boot())["status"] == "Pending"


async def report(station: Station2, request_id: int, *items: Json) -> Json:
    return await station.say(
        "NotifyReport",
        requestId=request_id,
        generatedAt=station.time(),
        seqNo=0,
        reportData=list(items),
    )


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_its_inventory_is_taken_while_it_is_pending(
    start2: Any, version: str
) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2(
        version=version, GetBaseReport={"status": "Accepted"}
    )
    await station.boot()
    await settle()
    [request] = station.asked("GetBaseReport")

    said = await report(
        station,
        request["requestId"],
        reported("Connector", "ConnectorType", "cCCS2", id=2, connectorId=2),
    )

    assert said == {}
    assert system.station().parts == ("2.1", "2.2")
    assert system.station().is_dc
    assert station.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    assert (await station.boot())["status"] == "Accepted"


async def test_a_report_that_nobody_asked_for_is_refused(start2: Any) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2(GetBaseReport={"status": "Accepted"})
    await station.boot()
    await settle()

    wrong = station.asked("GetBaseReport")[0]["requestId"] + 1
    code = await station.refused(
        "NotifyReport", requestId=wrong, generatedAt=station.time(), seqNo=0
    )

    assert code == "SecurityError"


async def test_it_shows_pending_until_its_boot_is_accepted(start2: Any) -> None:
    system = await start2(stations=HELD)
    station = await system.connect_2()
    await station.boot()
    assert system.newest("registration", "0") == "Pending"
    await settle()
    assert system.newest("registration", "0") == "Pending"
    await station.boot()
    assert system.newest("registration", "0") == "Accepted"


# -- a station that nobody has adopted

NEW = "CP-9"
VALUES = [{"timestamp": "2026-01-31T12:00:00Z", "sampledValue": [{"value": 5}]}]
PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [
        {
            "id": 1,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1}],
        }
    ],
}
MODEL = {"generatedAt": "2026-01-31T12:00:00Z", "seqNo": 0}
REPORTS: list[tuple[str, Json, str, Json]] = [
    ("GetBaseReport", {"reportBase": "FullInventory"}, "NotifyReport", MODEL),
    ("GetReport", {}, "NotifyReport", MODEL),
    ("GetMonitoringReport", {}, "NotifyMonitoringReport", MODEL),
    (
        "GetChargingProfiles",
        {"chargingProfile": {}},
        "ReportChargingProfiles",
        {"chargingLimitSource": "CSO", "evseId": 1, "chargingProfile": [PROFILE]},
    ),
    ("GetDisplayMessages", {}, "NotifyDisplayMessages", {}),
]


@pytest.mark.parametrize(("action", "more", "message", "told"), REPORTS)
async def test_a_report_that_a_request_asked_for_is_taken_of_any_station(
    start2: Any, action: str, more: Json, message: str, told: Json
) -> None:
    system = await start2()
    station = await system.connect_2(
        NEW, boots=True, **{action: {"status": "Accepted"}}
    )
    assert await station.refused(message, requestId=7, **told) == "SecurityError"

    outcome = await run(system, action, {"requestId": 7, **more}, NEW)

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert await station.say(message, requestId=7, **told) == {}
    assert await station.refused(message, requestId=8, **told) == "SecurityError"
    await settle()
    assert await system.store.variables(NEW) == {}


async def test_a_report_may_come_before_the_answer(start2: Any) -> None:
    system = await start2()
    said: list[Json] = []

    async def early(payload: Json) -> Json:
        said.append(
            await station.session.call_action(
                "NotifyReport", {"requestId": payload["requestId"], **MODEL}
            )
        )
        return {"status": "Accepted"}

    station = await system.connect_2(NEW, boots=True, GetReport=early)
    await run(system, "GetReport", {"requestId": 7}, NEW)

    assert said == [{}]


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("FirmwareStatusNotification", {"status": "Idle"}),
        ("LogStatusNotification", {"status": "Idle"}),
        ("MeterValues", {"evseId": 1, "meterValue": VALUES}),
    ],
)
@pytest.mark.parametrize("asks", ["request", "command"])
async def test_what_was_triggered_is_answered_whoever_did(
    start2: Any, message: str, payload: Json, asks: str
) -> None:
    system = await start2()
    station = await system.connect_2(NEW, boots=True)
    assert await station.refused(message, **payload) == "SecurityError"

    if asks == "request":
        await run(system, "TriggerMessage", {"requestedMessage": message}, NEW)
    else:
        await trigger_message(system.station(NEW), "0", message)

    assert await station.say(message, **payload) == {}


async def test_what_was_triggered_at_a_station_of_16_by_a_request_is_answered(
    start2: Any,
) -> None:
    system = await start2()
    station = await system.connect(NEW, boots=True)
    values = [{"timestamp": station.time(), "sampledValue": [{"value": "5"}]}]

    await run(system, "TriggerMessage", {"requestedMessage": "MeterValues"}, NEW)

    assert await station.say("MeterValues", connectorId=1, meterValue=values) == {}


async def test_what_was_asked_of_a_waiting_station_is_bounded(start2: Any) -> None:
    system = await start2()
    await system.connect_2(NEW, boots=True, GetReport={"status": "Accepted"})
    for number in range(40):
        await run(system, "GetReport", {"requestId": number + 1}, NEW)
    asked = system.station(NEW).asked
    assert list(asked) == [f"NotifyReport {number}" for number in range(9, 41)]
