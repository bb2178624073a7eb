"""What is kept while nobody listens, and how a station comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.errors import CommandTimeout, LinkClosed, RemoteProtocolError
from connector.station.demo import station16
from connector.tests.station.central import Central, Stage, running

LONG = 10**6


async def lose(stage: Stage) -> None:
    """The link ends and nobody lets the station in again."""
    stage.central.refusals = LONG
    await stage.central.cut()
    stage.central.take()


async def come_back(stage: Stage) -> None:
    stage.central.refusals = 0
    await stage.let_pass(35)


def of_transactions(central: Central) -> list[str]:
    names = {"StartTransaction", "MeterValues", "StopTransaction"}
    return [name for name, _ in central.heard if name in names]


# -- links


async def test_a_refused_link_is_tried_again() -> None:
    stage = Stage()
    stage.central.refusals = 3
    async with running(stage):
        await stage.let_pass(10)
        assert stage.central.refusals == 0
        assert stage.central.take()[0] == "BootNotification"


async def test_the_wait_between_refusals_grows_up_to_half_a_minute() -> None:
    stage = Stage()
    stage.central.refusals = LONG
    async with running(stage):
        await stage.let_pass(10)
        early = LONG - stage.central.refusals
        await stage.let_pass(290)
        late = LONG - stage.central.refusals - early
        assert 3 <= early <= 10
        assert 9 <= late <= 25


async def test_a_link_that_breaks_while_it_opens_is_tried_again() -> None:
    stage = Stage()
    opens = stage.central.open_link
    problems = [LinkClosed()]

    async def open_link() -> Any:
        if problems:
            raise problems.pop()
        return await opens()

    stage.station._open_link = open_link
    async with running(stage):
        await stage.let_pass(3)
        assert stage.central.take()[0] == "BootNotification"


async def test_after_an_outage_the_station_boots_and_tells_every_status(
    stage: Stage, central: Central
) -> None:
    await lose(stage)
    await come_back(stage)
    assert central.take() == ["BootNotification"] + ["StatusNotification"] * 2


async def test_a_station_that_ends_closes_its_link() -> None:
    stage = Stage()
    async with running(stage):
        link = stage.central.sessions[-1].link
    assert link.closed is not None  # type: ignore[attr-defined]
    assert link.closed.code == 1001  # type: ignore[attr-defined]


# -- what is kept


async def test_what_belongs_to_a_transaction_is_sent_in_its_order_after_an_outage(
    stage: Stage, central: Central
) -> None:
    await lose(stage)
    await stage.charge()
    await stage.let_pass(20)
    stage.core.unplug(1, stage.clock.now_ms())
    await come_back(stage)
    assert of_transactions(central) == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
        "StopTransaction",
    ]
    assert central.heard[0][0] == "BootNotification"
    ids = {
        payload["transactionId"]
        for name, payload in central.heard
        if name in {"MeterValues", "StopTransaction"}
    }
    assert ids == {41}


async def test_a_transaction_that_goes_on_over_an_outage_keeps_its_id(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    await lose(stage)
    await stage.let_pass(30)
    await come_back(stage)
    samples = central.payloads("MeterValues")
    assert {sample["transactionId"] for sample in samples} == {41}
    times = [sample["meterValue"][0]["timestamp"] for sample in samples]
    assert times == sorted(set(times))
    assert len(times) >= 5


async def test_statuses_of_an_outage_are_not_sent(
    stage: Stage, central: Central
) -> None:
    await lose(stage)
    for _ in range(3):
        stage.plug()
        await stage.let_pass(2)
        stage.core.unplug(1, stage.clock.now_ms())
        await stage.let_pass(2)
    await come_back(stage)
    assert central.statuses() == [(0, "Available"), (1, "Available")]


async def test_statuses_that_waited_when_the_link_ended_are_not_sent(
    stage: Stage, central: Central
) -> None:
    never = asyncio.get_running_loop().create_future()
    central.answers["Authorize"] = lambda payload: never
    stage.core.swipe(1, "CARD")
    stage.plug()
    await stage.let_pass(1)
    never.cancel()
    await lose(stage)
    await come_back(stage)
    assert central.take() == ["BootNotification"] + ["StatusNotification"] * 2


async def test_a_start_whose_answer_was_lost_is_sent_again(
    stage: Stage, central: Central
) -> None:
    answers = central.answers["StartTransaction"]
    never = asyncio.get_running_loop().create_future()
    central.answers["StartTransaction"] = lambda payload: never
    await stage.charge()
    never.cancel()
    await lose(stage)
    central.answers["StartTransaction"] = answers
    await come_back(stage)
    assert of_transactions(central)[0] == "StartTransaction"
    assert stage.core.running(41) is not None


async def test_values_of_no_transaction_are_not_kept(
    stage: Stage, central: Central
) -> None:
    await lose(stage)
    stage.core.sample(1, stage.clock.now_ms(), "Trigger")
    await come_back(stage)
    assert central.payloads("MeterValues") == []


async def test_an_outage_of_days_keeps_start_and_stop_and_the_first_samples(
    stage: Stage, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station16, "_MOST_KEPT", 3)
    await lose(stage)
    await stage.charge()
    await stage.let_pass(60)
    stage.core.unplug(1, stage.clock.now_ms())
    await come_back(stage)
    assert of_transactions(central) == [
        "StartTransaction",
        "MeterValues",
        "MeterValues",
        "StopTransaction",
    ]


# -- deciding alone


async def test_without_a_link_a_token_starts_nothing_where_that_is_not_allowed(
    stage: Stage,
) -> None:
    stage.core.configuration.change("AllowOfflineTxForUnknownId", "false")
    await lose(stage)
    await stage.charge()
    assert stage.core.evses[1].transaction is None


async def test_a_swipe_while_pending_starts_nothing() -> None:
    stage = Stage()
    stage.central.answers["BootNotification"] = Central.boot("Pending")
    async with running(stage):
        await stage.charge()
        assert stage.core.evses[1].transaction is None


async def test_a_late_refusal_ends_only_the_transaction_it_is_about(
    stage: Stage, central: Central
) -> None:
    status = iter(["Blocked", "Accepted"])
    central.answers["StartTransaction"] = lambda payload: {
        "transactionId": 7 if payload["idTag"] == "FIRST" else 8,
        "idTagInfo": {"status": next(status)},
    }
    await lose(stage)
    await stage.charge(id_tag="FIRST")
    stage.core.unplug(1, stage.clock.now_ms())
    await stage.charge(id_tag="SECOND")
    await come_back(stage)
    stops = central.payloads("StopTransaction")
    assert [(stop["transactionId"], stop["reason"]) for stop in stops] == [
        (7, "EVDisconnected")
    ]
    assert stage.core.running(8) is not None


# -- errors


def leave_unanswered(stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The next call with this action is not answered in time."""
    session = stage.station._session
    assert session is not None
    call_action = session.call_action
    left = [name]

    async def call(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        if action in left:
            left.remove(action)
            raise CommandTimeout(action, 30.0, sent=True)
        return await call_action(action, payload)

    monkeypatch.setattr(session, "call_action", call)


async def test_a_start_that_is_not_answered_is_sent_again(
    stage: Stage, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_unanswered(stage, monkeypatch, "StartTransaction")
    await stage.charge()
    assert stage.core.running(41) is not None


async def test_a_heartbeat_that_is_not_answered_does_not_end_the_station(
    stage: Stage, central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_unanswered(stage, monkeypatch, "Heartbeat")
    stage.core.configuration.change("HeartbeatInterval", "5")
    await stage.let_pass(11)
    assert central.take() == ["Heartbeat"]


async def test_a_start_that_is_an_error_there_is_given_up_with_its_stop(
    stage: Stage, central: Central
) -> None:
    def fail(payload: dict[str, Any]) -> Any:
        raise RemoteProtocolError("InternalError", "no")

    central.answers["StartTransaction"] = fail
    await stage.charge()
    stage.core.unplug(1, stage.clock.now_ms())
    await stage.let_pass(5)
    assert of_transactions(central) == ["StartTransaction"]
    assert central.statuses()[-1] == (1, "Available")


async def test_a_token_that_fits_no_message_stops_nothing_else(
    stage: Stage, central: Central
) -> None:
    stage.core.swipe(1, "C" * 21)
    stage.plug()
    await stage.let_pass(1)
    assert central.take() == ["StatusNotification"]


async def test_a_start_that_fits_no_message_is_given_up(
    stage: Stage, central: Central
) -> None:
    stage.plug()
    stage.core.authorize(1, "C" * 21, stage.clock.now_ms())
    await stage.let_pass(3)
    assert "StatusNotification" in central.take()


async def test_a_heartbeat_that_is_an_error_there_does_not_end_the_station(
    stage: Stage, central: Central
) -> None:
    def fail(payload: dict[str, Any]) -> Any:
        raise RemoteProtocolError("InternalError", "no")

    central.answers["Heartbeat"] = fail
    stage.core.configuration.change("HeartbeatInterval", "5")
    await stage.let_pass(11)
    assert central.take() == ["Heartbeat", "Heartbeat"]


async def test_a_boot_that_is_an_error_there_is_tried_again() -> None:
    def fail(payload: dict[str, Any]) -> Any:
        raise RemoteProtocolError("InternalError", "no")

    stage = Stage()
    stage.central.answers["BootNotification"] = fail
    async with running(stage):
        stage.central.answers["BootNotification"] = Central.boot("Accepted")
        await stage.let_pass(31)
        assert stage.central.take()[:2] == ["BootNotification"] * 2
