"""Being accepted: Accepted, Pending, Rejected, rubbish, and going on after a link."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connector.tests.station.client.bench import SILENCE, settle
from connector.tests.station.client.conftest import Start


async def test_a_station_says_who_it_is_and_then_its_statuses(start: Start) -> None:
    place = await start()

    assert place.central.actions() == [
        "BootNotification",
        "SecurityEventNotification",
        "StatusNotification",
        "StatusNotification",
    ]
    assert place.client.is_accepted
    assert [p["connectorId"] for p in place.central.of("StatusNotification")] == [1, 0]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_until_it_is_accepted_a_station_only_asks_again(
    start: Start, status: str
) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot(status, 60)
    await place.start()
    await place.plug()
    await place.wait(59)
    assert place.central.actions() == ["BootNotification"]

    place.central.answers["BootNotification"] = place.central.boot("Accepted", 300)
    await place.wait(2)
    assert place.central.actions()[1:] == [
        "BootNotification",
        "SecurityEventNotification",
        "StatusNotification",
        "StatusNotification",
    ]


async def test_an_interval_of_0_does_not_make_it_ask_at_once(start: Start) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 0)
    await place.start()
    await place.wait(25)
    assert len(place.central.of("BootNotification")) == 1
    await place.wait(10)
    assert len(place.central.of("BootNotification")) == 2


async def test_a_central_system_that_leaves_is_not_asked_sooner(start: Start) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 600)
    await place.start()
    await place.central.drop()
    await place.wait(300, step_s=10)

    assert len(place.central.dialled) == 2
    assert len(place.central.of("BootNotification")) == 1


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("RemoteStartTransaction", {"idTag": "FAR", "connectorId": 1}),
        ("RemoteStopTransaction", {"transactionId": 101}),
    ],
)
async def test_a_pending_station_starts_and_stops_nothing(
    start: Start, tmp_path: Path, action: str, payload: dict[str, Any]
) -> None:
    settings = {"TxCtrlr/TxResumptionTimeout": "600"}
    place = await start(tmp_path, initial=settings)
    await place.charge()
    place.central.answers["BootNotification"] = place.central.boot("Pending", 600)
    if action == "RemoteStartTransaction":
        await place.unplug()
    await place.stop()
    again = await start(tmp_path, initial=settings, central=place.central)
    await again.plug()
    before = len(list(again.core.all_running()))

    assert await again.central.ask(action, **payload) == {"status": "Rejected"}
    assert len(list(again.core.all_running())) == before


async def test_a_pending_station_answers_and_tells_what_it_is_asked(
    start: Start,
) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 600)
    await place.start()
    place.central.forget()
    answer = await place.central.ask("GetConfiguration", key=["HeartbeatInterval"])
    assert answer["configurationKey"][0]["key"] == "HeartbeatInterval"
    for message in ("StatusNotification", "MeterValues", "Heartbeat"):
        answer = await place.central.ask("TriggerMessage", requestedMessage=message)
        assert answer == {"status": "Accepted"}

    assert place.central.actions() == [
        "StatusNotification",
        "StatusNotification",
        "MeterValues",
        "Heartbeat",
    ]


async def test_a_boot_that_was_asked_for_ends_the_wait(start: Start) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Pending", 600)
    await place.start()
    place.central.answers["BootNotification"] = place.central.boot("Accepted", 600)
    await place.central.ask("TriggerMessage", requestedMessage="BootNotification")

    assert place.client.is_accepted
    assert len(place.central.of("BootNotification")) == 2
    await place.wait(700, step_s=50)
    assert len(place.central.of("BootNotification")) == 2


async def test_a_rejected_station_does_what_nobody_asks(start: Start) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Rejected", 600)
    await place.start()
    frame = await place.central.frame("Reset", {"type": "Soft"})

    assert frame[0] == 4
    assert frame[2] == "SecurityError"


@pytest.mark.parametrize(
    "answer",
    [
        SILENCE,
        '[4, "$ID", "InternalError", "", {}]',
        '[3, "$ID", {"status": "Perhaps"}]',
        '[3, "$ID", "yes"]',
        '[3, "$ID"]',
        '[3, "another", {}]',
        "not even JSON",
        '{"status": "Accepted"}',
    ],
)
async def test_a_boot_without_a_proper_answer_is_repeated(
    start: Start, answer: object
) -> None:
    place = await start(begins=False)
    usual = place.central.answers["BootNotification"]
    place.central.answers["BootNotification"] = answer
    await place.start()
    await place.until_timeout()
    assert not place.client.is_accepted

    place.central.answers["BootNotification"] = usual
    await place.wait(31)
    assert place.client.is_accepted


async def test_heartbeats_come_when_nothing_else_was_said(start: Start) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = place.central.boot("Accepted", 100)
    await place.start()
    place.central.forget()
    await place.wait(60)
    await place.plug()
    await place.wait(60)
    assert place.central.actions() == ["StatusNotification"]
    await place.wait(45)
    assert place.central.actions() == ["StatusNotification", "Heartbeat"]
    await place.wait(200)
    assert place.central.actions().count("Heartbeat") == 3


async def test_a_lost_link_is_no_reason_to_boot_again(start: Start) -> None:
    place = await start()
    place.central.forget()
    await place.central.drop()
    assert not place.core.is_online
    await place.wait(3)

    assert place.central.actions() == ["Heartbeat"]
    assert place.client.is_accepted
    assert place.core.is_online


async def test_who_forgot_the_station_is_told_again_who_it_is(start: Start) -> None:
    place = await start()
    place.central.forget()
    place.central.answers["Heartbeat"] = '[4, "$ID", "SecurityError", "who?", {}]'
    await place.central.drop()
    await place.wait(3)

    assert place.central.actions()[:3] == [
        "Heartbeat",
        "BootNotification",
        "StatusNotification",
    ]


async def test_statuses_that_changed_without_a_link_are_told_after_it(
    start: Start,
) -> None:
    place = await start()
    place.central.shut()
    await place.central.drop()
    await place.plug()
    await place.unplug()
    await place.plug()
    place.central.forget()
    place.central.open()
    await place.wait(20)

    told = place.central.of("StatusNotification")
    assert [p["status"] for p in told] == ["Preparing"]


async def test_all_statuses_are_told_after_a_long_time(start: Start) -> None:
    place = await start()
    place.central.shut()
    await place.central.drop()
    await place.wait(300, step_s=5)
    place.central.forget()
    place.central.open()
    await place.wait(200, step_s=5)

    assert len(place.central.of("StatusNotification")) == 2


async def test_the_clock_is_the_central_systems(start: Start) -> None:
    place = await start(begins=False)
    place.central.now = lambda: "2031-05-06T07:08:09Z"  # type: ignore[method-assign]
    await place.start()
    place.central.forget()
    await place.plug()

    (told,) = place.central.of("StatusNotification")
    assert told["timestamp"].startswith("2031-05-06T07:08:09")


@pytest.mark.parametrize(
    "time", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "soon"]
)
async def test_a_time_that_cannot_be_is_not_taken(
    start: Start, time: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start(begins=False)
    place.central.now = lambda: time  # type: ignore[method-assign]
    before_ms = place.clock.now_ms()
    await place.start()

    assert place.clock.now_ms() == before_ms
    assert "currentTime" in caplog.text


async def test_a_clock_that_is_set_back_stops_no_samples(start: Start) -> None:
    place = await start(initial={"SampledDataCtrlr/TxUpdatedInterval": "10"})
    await place.charge()
    place.central.now = lambda: "2025-01-01T00:00:00Z"  # type: ignore[method-assign]
    await place.central.ask("TriggerMessage", requestedMessage="Heartbeat")
    place.central.forget()
    await place.wait(25)

    times = [p["meterValue"][0]["timestamp"] for p in place.central.of("MeterValues")]
    assert len(times) == 2
    assert all(datetime.fromisoformat(each).year == 2025 for each in times)


async def test_nothing_runs_while_nothing_happens(start: Start) -> None:
    await start()
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not [name for name in names if name.endswith("tells")]
    await settle()


async def test_nothing_of_a_station_is_logged_as_a_mistake(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    await place.charge()
    await place.wait(30)
    await place.unplug()

    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
