"""Monitors, their events and their streams."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.tests.station.client.v2.bench import Json, Place2
from connector.tests.station.client.v2.cases import MONITOR, WAIT
from connector.tests.station.client.v2.conftest import Start2

PERIOD: Json = {"value": 10.0, "type": "Periodic", "severity": 5, **WAIT}


async def watch(place: Place2, item: Json) -> int:
    answer = await place.answered("SetVariableMonitoring", setMonitoringData=[item])
    (result,) = answer["setMonitoringResult"]
    assert result["status"] == "Accepted", result
    found: int = result["id"]
    return found


async def test_a_threshold_is_told_once(start: Start2) -> None:
    place = await start()
    await watch(place, MONITOR)
    await place.wait(60, step_s=10)
    (told,) = place.central.of("NotifyEvent")

    assert told["eventData"][0]["trigger"] == "Alerting"
    assert told["eventData"][0]["actualValue"] == "60"


async def test_a_change_that_is_set_is_told_at_once(start: Start2) -> None:
    place = await start()
    await watch(place, MONITOR | {"type": "Delta", "value": 1.0})
    await place.answered(
        "SetVariables", setVariableData=[{"attributeValue": "20", **WAIT}]
    )
    (told,) = place.central.of("NotifyEvent")

    assert told["eventData"][0]["actualValue"] == "20"


async def test_a_period_is_told_again_and_again(start: Start2) -> None:
    place = await start()
    await watch(place, PERIOD)
    await place.wait(35, step_s=5)

    assert len(place.central.of("NotifyEvent")) == 3


async def test_monitors_survive_a_restart(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path)
    await watch(place, PERIOD)
    await place.stop()
    again = await start(tmp_path)
    await again.wait(25, step_s=5)

    assert len(again.central.of("NotifyEvent")) == 2


async def test_a_monitor_that_was_cleared_is_silent(start: Start2) -> None:
    place = await start()
    number = await watch(place, PERIOD)
    await place.answered("ClearVariableMonitoring", id=[number])
    await place.wait(30, step_s=5)
    answer = await place.answered("GetMonitoringReport", requestId=1)

    assert place.central.of("NotifyEvent") == []
    assert answer["status"] == "EmptyResultSet"


async def test_nothing_is_told_of_what_is_less_severe(start: Start2) -> None:
    place = await start()
    await place.answered("SetMonitoringLevel", severity=3)
    await watch(place, PERIOD)
    await place.wait(30, step_s=5)

    assert place.central.of("NotifyEvent") == []


@pytest.mark.parametrize(
    ("action", "member", "item"),
    [
        ("GetVariables", "getVariableData", WAIT),
        ("SetVariables", "setVariableData", {"attributeValue": "1", **WAIT}),
        ("SetVariableMonitoring", "setMonitoringData", MONITOR),
        ("ClearVariableMonitoring", "id", 1),
    ],
)
async def test_more_than_one_message_takes_is_refused(
    start: Start2, action: str, member: str, item: object
) -> None:
    place = await start()
    frame = await place.central.frame(action, {member: [item] * 51})

    assert frame[0] == 4
    assert frame[2] == "OccurrenceConstraintViolation"


# -- streams


async def stream(place: Place2, **params: int) -> int:
    return await watch(place, PERIOD | {"periodicEventStream": params})


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_stream_takes_the_place_of_events(start: Start2) -> None:
    place = await start()
    number = await stream(place, values=3)
    await place.wait(65, step_s=5)
    (opened,) = place.central.of("OpenPeriodicEventStream")
    sent = [payload for _, payload in place.central.sent]

    assert opened["constantStreamData"]["variableMonitoringId"] == number
    assert place.central.of("NotifyEvent") == []
    assert [[each["v"] for each in each_["data"]] for each_ in sent] == [["60"] * 3] * 2
    assert sent[0]["data"][1]["t"] == 10


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_stream_sends_what_is_old_enough(start: Start2) -> None:
    place = await start()
    await stream(place, interval=15)
    await place.wait(40, step_s=5)

    assert [len(payload["data"]) for _, payload in place.central.sent] == [2]


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_stream_that_is_refused_stays_events(start: Start2) -> None:
    place = await start()
    place.central.answers["OpenPeriodicEventStream"] = {"status": "Rejected"}
    await stream(place, values=1)
    await place.wait(25, step_s=5)

    assert len(place.central.of("NotifyEvent")) == 2
    assert place.central.sent == []


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_stream_is_adjusted_and_closed(start: Start2) -> None:
    place = await start()
    number = await stream(place, values=50)
    adjusted = await place.answered(
        "AdjustPeriodicEventStream", id=number, params={"values": 1}
    )
    known = await place.answered("GetPeriodicEventStream")
    await place.wait(15, step_s=5)
    await place.answered("ClearVariableMonitoring", id=[number])

    assert adjusted["status"] == "Accepted"
    assert known["constantStreamData"][0]["params"]["values"] == 1
    assert len(place.central.sent) == 1
    assert place.central.of("ClosePeriodicEventStream") == [{"id": number}]
    assert await place.answered("GetPeriodicEventStream") == {}


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_stream_is_opened_again_on_the_next_link(start: Start2) -> None:
    place = await start()
    await stream(place, values=1)
    await place.central.drop()
    await place.wait(10)

    assert len(place.central.of("OpenPeriodicEventStream")) == 2


# -- reports


async def test_an_inventory_is_told_in_numbered_parts(start: Start2) -> None:
    place = await start()
    await place.answered("GetBaseReport", requestId=5, reportBase="FullInventory")
    parts = place.central.of("NotifyReport")
    told = [
        (each["component"]["name"], each["variable"]["name"])
        for part in parts
        for each in part["reportData"]
    ]

    assert [part["seqNo"] for part in parts] == list(range(len(parts)))
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert all(len(part["reportData"]) <= 50 for part in parts)
    assert len(told) > 100
    assert ("TxCtrlr", "EVConnectionTimeOut") in told


async def test_a_report_of_nothing_is_empty(start: Start2) -> None:
    place = await start()
    answer = await place.answered(
        "GetReport", requestId=5, componentVariable=[{"component": {"name": "None"}}]
    )

    assert answer["status"] == "EmptyResultSet"
