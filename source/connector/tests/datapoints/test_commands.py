"""A command is read, checked, run, and ends in exactly one outcome."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from connector.csms.facts import Facts
from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks
from connector.datapoints.actuators import Actuators
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.fact_queue import KeyedValue
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    LimitRequest,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
)
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.profile_template import ProfileTemplate
from connector.errors import CallErrorReceived, LinkClosed
from connector.store.records import TransactionRecord
from connector.tests.clock import FakeClock
from connector.tests.datapoints.limits.bench import ACCEPTED, ScriptedStation, settle


class Limits:
    """Limits that take everything and remember it."""

    def __init__(self) -> None:
        self.written: list[tuple[str, LimitRequest]] = []
        self.touches = 0

    async def write(self, station: Any, where: str, request: LimitRequest) -> Outcome:
        self.written.append((where, request))
        return Outcome(OutcomeName.ACCEPTED)

    def touched(self, station: Any) -> None:
        self.touches += 1

    async def known(self, station: Any, where: str) -> None:
        """Nothing is to be known."""

    def profile_for_start(self, station: Any, where: str) -> dict[str, Any] | None:
        return {"chargingProfileId": 1}


class Desk:
    """Commands with one station."""

    def __init__(self, config: dict[str, Any] | None = None) -> None:
        self.limits = Limits()
        self.station = ScriptedStation(StationOptions())
        self.station.connector("1")
        self.stations = {"CP1": self.station}
        self.results: list[tuple[str, dict[str, Any]]] = []
        self.keyed: list[KeyedValue] = []
        clock = FakeClock()
        context = Context(self.limits, "remote", ProfileTemplate(), None)  # type: ignore[arg-type]
        self.commands = Commands(self.stations, context, clock, self._publish)
        self.actuators = Actuators(
            self.stations,
            self.commands,
            EarlierKeys(config or {}),
            clock,
            self.keyed.append,
        )

    def _publish(self, facts: Facts) -> None:
        for datum, value in facts.values.items():
            assert datum.suffix == "result"
            where = f"{facts.station}/{datum.where}/{datum.name}"
            self.results.append((where, json.loads(str(value))))

    async def run(self, name: str, value: object, where: str = "1") -> Outcome:
        return await self.commands.execute(Order("CP1", where, name, value))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("power_limit", 4140, PowerLimit(4140)),
        ("power_limit", "4140", PowerLimit(4140)),
        ("power_limit", None, PowerLimit(None)),
        ("current_limit", 10.25, CurrentLimit(10.25)),
        ("enabled", "ON", Enabled(True)),
        ("enabled", False, Enabled(False)),
        ("phases", 3, Phases(3)),
        ("phases", None, Phases(None)),
        (
            "charging_schedule",
            '{"start": null, "unit": "A", "periods": [[0, 16], [60, 6]]}',
            Schedule(None, "A", ((0, 16.0), (60, 6.0))),
        ),
    ],
)
async def test_limits_are_handed_to_the_slot(
    name: str, value: object, expected: LimitRequest
) -> None:
    desk = Desk()
    await desk.run(name, value)
    assert desk.limits.written == [("1", expected)]


async def test_a_number_goes_into_the_profile_template() -> None:
    desk = Desk()
    await desk.run("send_charging_profile", 11)
    [(_, request)] = desk.limits.written
    assert isinstance(request, RawProfile)
    periods = request.profile["chargingSchedule"]["chargingSchedulePeriod"]
    assert periods == [{"startPeriod": 0, "limit": 11.0}]


@pytest.mark.parametrize(
    "value",
    [[], {}, "word", "1e400", 1e400, True, float("nan"), "", {"a": 1}, [5]],
)
async def test_what_is_no_number_is_invalid_and_nothing_is_sent(value: object) -> None:
    desk = Desk()
    outcome = await desk.run("power_limit", value)
    assert outcome.outcome is OutcomeName.INVALID
    assert "power_limit" in outcome.detail
    assert desk.limits.written == []
    assert desk.station.calls == []


@pytest.mark.parametrize("number", ["18446744073709551616", "1e400"])
async def test_a_number_that_cannot_be_sent_is_invalid_in_any_structure(
    number: str,
) -> None:
    desk = Desk()
    call = f'{{"action": "DataTransfer", "payload": {{"data": {number}}}}}'
    for name, value, where in (
        ("call", call, "0"),
        ("call", json.loads(call), "0"),
        ("configuration", f'{{"K": {number}}}', "0"),
        ("configuration", {"K": json.loads(number)}, "0"),
        ("send_charging_profile", {"id": json.loads(number)}, "1"),
    ):
        outcome = await desk.run(name, value, where)
        assert outcome.outcome is OutcomeName.INVALID
        assert "64 bits" in outcome.detail
    assert desk.limits.written == []
    assert desk.station.calls == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1e400", '"1e400"'), (1e400, "Infinity"), (float("nan"), "NaN")],
)
async def test_a_number_that_is_not_finite_is_shown_as_it_was_given(
    value: object, shown: str
) -> None:
    outcome = await Desk().run("power_limit", value)

    assert outcome.detail == f"power_limit: {shown} is not a finite number"


@pytest.mark.parametrize(
    ("name", "value", "action", "payload"),
    [
        ("charge", True, "RemoteStartTransaction", {"idTag": "remote", "connectorId": 1, "chargingProfile": {"chargingProfileId": 1}}),
        ("start", "T1", "RemoteStartTransaction", {"idTag": "T1", "connectorId": 1, "chargingProfile": {"chargingProfileId": 1}}),
        ("start", {"type": "ISO14443", "id": "T2"}, "RemoteStartTransaction", {"idTag": "T2", "connectorId": 1, "chargingProfile": {"chargingProfileId": 1}}),
        ("available", False, "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
        ("unlock", True, "UnlockConnector", {"connectorId": 1}),
        ("trigger_message", 4, "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
        ("trigger_message", "LogStatusNotification", "ExtendedTriggerMessage", {"requestedMessage": "LogStatusNotification", "connectorId": 1}),
        ("get_composite_schedule", 60, "GetCompositeSchedule", {"connectorId": 1, "duration": 60}),
        ("clear_charging_profile", {"id": 5}, "ClearChargingProfile", {"connectorId": 1, "id": 5}),
    ],
)  # fmt: skip
async def test_commands_of_a_connector_reach_the_station(
    name: str, value: object, action: str, payload: dict[str, Any]
) -> None:
    desk = Desk()
    outcome = await desk.run(name, value)
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert desk.station.calls == [(action, payload)]


@pytest.mark.parametrize(
    ("name", "value", "action", "payload"),
    [
        ("reset", "soft", "Reset", {"type": "Soft"}),
        ("reset", "HARD", "Reset", {"type": "Hard"}),
        ("configuration", {"HeartbeatInterval": 60}, "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "60"}),
        ("configuration", ["A", "B"], "GetConfiguration", {"key": ["A", "B"]}),
        ("configuration", None, "GetConfiguration", {}),
        ("data_transfer", '{"vendorId": "x"}', "DataTransfer", {"vendorId": "x"}),
        ("call", {"action": "ClearCache", "payload": {}}, "ClearCache", {}),
        ("call", '{"action": "ClearCache"}', "ClearCache", {}),
    ],
)  # fmt: skip
async def test_commands_of_a_station_reach_it(
    name: str, value: object, action: str, payload: dict[str, Any]
) -> None:
    desk = Desk()
    outcome = await desk.run(name, value, "0")
    assert outcome.outcome is OutcomeName.ACCEPTED
    assert desk.station.calls == [(action, payload)]


async def test_a_stop_names_the_running_transaction() -> None:
    desk = Desk()
    assert (await desk.run("charge", False)).outcome is OutcomeName.REJECTED
    desk.station.connector("1").transaction = TransactionRecord(
        "K", "12", "CP1", "1", "T", 0
    )
    assert (await desk.run("charge", False)).outcome is OutcomeName.ACCEPTED
    assert desk.station.calls == [("RemoteStopTransaction", {"transactionId": 12})]


async def test_a_null_clear_releases_our_slot() -> None:
    desk = Desk()
    await desk.run("clear_charging_profile", None)
    assert desk.limits.written == [("1", PowerLimit(None))]


@pytest.mark.parametrize("action", ["SetChargingProfile", "ClearChargingProfile"])
async def test_a_foreign_profile_call_touches_the_limits(action: str) -> None:
    desk = Desk()
    await desk.run("call", {"action": action, "payload": {}}, "0")
    assert desk.limits.touches == 1


async def test_several_keys_of_which_one_is_refused_are_a_rejection() -> None:
    desk = Desk()
    desk.station.script["ChangeConfiguration"] = lambda p: (
        {"status": "Rejected"} if p["key"] == "B" else ACCEPTED
    )
    outcome = await desk.run("configuration", {"A": "1", "B": "2"}, "0")
    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "B: Rejected"


async def test_what_was_set_before_a_key_failed_is_told_and_what_was_not() -> None:
    desk = Desk()
    desk.station.script["ChangeConfiguration"] = lambda p: (
        CallErrorReceived("InternalError", "boo") if p["key"] == "B" else ACCEPTED
    )
    outcome = await desk.run("configuration", {"A": "1", "B": "2", "C": "3"}, "0")
    assert outcome.outcome is OutcomeName.ERROR
    assert outcome.detail == "InternalError: boo; not set: B, C"
    assert outcome.response == {"A": "Accepted"}

    outcome = await desk.run("configuration", {"B": "2", "C": "3"}, "0")
    assert (outcome.outcome, outcome.response) == (OutcomeName.ERROR, None)
    assert outcome.detail == "InternalError: boo"


async def test_null_is_not_sent_as_a_value() -> None:
    desk = Desk()
    outcome = await desk.run("configuration", {"A": "1", "B": None}, "0")
    assert outcome.outcome is OutcomeName.INVALID
    assert outcome.detail == "configuration: null is not a value for B"
    assert desk.station.calls == []


@pytest.mark.parametrize(
    ("where", "name"),
    [("0", "enabled"), ("1", "reset"), ("x", "power_limit"), ("1.2", "power_limit")],
)
async def test_a_command_where_it_does_not_exist_is_invalid(
    where: str, name: str
) -> None:
    desk = Desk()
    outcome = await desk.run(name, True, where)
    assert outcome.outcome is OutcomeName.INVALID


@pytest.mark.parametrize(
    ("where", "name"), [("1", "powerlimit"), ("77", "power_limit"), ("0", "enabled")]
)
async def test_a_command_that_no_station_has_makes_no_key(
    where: str, name: str
) -> None:
    desk = Desk()
    stray: list[str] = []
    desk.commands.answer_stray = lambda order, text: stray.append(text)
    order = Order("CP1", where, name, 1)
    desk.commands.submit(order, desk.commands.publish_result)
    await settle()
    assert [json.loads(text)["outcome"] for text in stray] == ["invalid"]
    assert desk.results == desk.limits.written == []


async def test_an_unknown_command_is_invalid() -> None:
    outcome = await Desk().run("explode", True)
    assert outcome.outcome is OutcomeName.INVALID


async def test_a_station_that_is_not_adopted_is_only_read() -> None:
    desk = Desk()
    desk.station.registration = "pending"
    assert (await desk.run("power_limit", 5)).outcome is OutcomeName.REJECTED
    assert (await desk.run("call", {"action": "Reset"}, "0")).outcome is (
        OutcomeName.REJECTED
    )
    assert (await desk.run("configuration", ["A"], "0")).is_accepted
    assert (await desk.run("trigger_message", "Heartbeat", "0")).is_accepted


async def test_every_written_value_has_one_result() -> None:
    desk = Desk()
    desk.actuators.write("CP1__1__unlock", True)
    desk.actuators.write("CP1__1__unlock", "rubbish")
    desk.station.script["UnlockConnector"] = lambda _: CallErrorReceived("GenericError")
    await settle()
    assert [topic for topic, _ in desk.results] == ["CP1/1/unlock"] * 2
    result = desk.results[0][1]
    assert list(result) == [
        "outcome",
        "detail",
        "response",
        "correlation",
        "timestamp",
        "duration_ms",
    ]


async def test_a_lost_link_is_disconnected() -> None:
    desk = Desk()
    desk.station.script["UnlockConnector"] = lambda _: LinkClosed()
    assert (await desk.run("unlock", True)).outcome is OutcomeName.DISCONNECTED
    desk.station.is_up = False
    assert (await desk.run("unlock", True)).outcome is OutcomeName.DISCONNECTED


async def test_commands_in_flight_end_as_disconnected_when_we_stop() -> None:
    desk = Desk()
    desk.station.gate = asyncio.Event()
    desk.actuators.write("CP1__1__unlock", True)
    await settle()
    await desk.commands.finish(0.01)
    await settle()
    assert [r["outcome"] for _, r in desk.results] == ["disconnected"]


@pytest.mark.parametrize(
    "key", ["", "rubbish", "CP1", "CP1__1", "nobody__1__unlock", "CP1__1__SoC__L9"]
)
async def test_a_key_that_means_nothing_is_only_logged(key: str) -> None:
    desk = Desk()
    desk.actuators.write(key, True)
    await settle()
    assert desk.results == []


async def test_a_message_without_a_value_ends_as_invalid() -> None:
    desk = Desk({"execute_unlock": {}})
    desk.actuators.reject("CP1__1__unlock", "it is no JSON")
    desk.actuators.reject("execute_unlock__", "it is no JSON")
    desk.actuators.reject("rubbish", "it is no JSON")
    [(topic, result)] = desk.results
    assert (topic, result["outcome"]) == ("CP1/1/unlock", "invalid")
    assert result["detail"] == "it is no JSON"
    assert [value.key for value in desk.keyed] == ["execute_unlock__result"]


async def test_an_earlier_key_acts_on_the_one_connected_station() -> None:
    desk = Desk({"execute_unlock": {}})
    desk.actuators.write("execute_unlock__", True)
    await settle()
    assert desk.station.calls == [("UnlockConnector", {"connectorId": 1})]
    [value] = desk.keyed
    assert value.key == "execute_unlock__result"
    assert desk.results == []


async def test_an_earlier_key_with_several_stations_is_invalid_or_for_all() -> None:
    desk = Desk({"execute_unlock": {}, "execute_trigger_message": {"broadcast": True}})
    desk.stations["CP2"] = ScriptedStation(StationOptions())
    desk.stations["CP2"].identity = "CP2"
    desk.actuators.write("execute_unlock__", True)
    await settle()
    assert json.loads(str(desk.keyed[0].value))["outcome"] == "invalid"
    desk.actuators.write("execute_trigger_message__", 3)
    await settle()
    assert len(desk.keyed) == 2
    assert all(len(s.calls) == 1 for s in desk.stations.values())


async def test_an_earlier_key_names_its_station_and_place() -> None:
    desk = Desk({"execute_unlock": {}})
    desk.actuators.write("execute_unlock__CP1__1", True)
    await settle()
    assert [v.key for v in desk.keyed] == ["execute_unlock__CP1__1__result"]
    assert desk.keyed[0].value


async def test_an_earlier_key_without_any_station_is_disconnected() -> None:
    desk = Desk({"execute_unlock": {}})
    desk.station.is_up = False
    desk.actuators.write("execute_unlock__", True)
    await settle()
    assert json.loads(str(desk.keyed[0].value))["outcome"] == "disconnected"


def test_a_key_of_the_configuration_that_names_no_command_is_refused() -> None:
    with pytest.raises(ValueError, match="names no command"):
        EarlierKeys({"execute_nothing": {}})


class TestAvailability:
    """39: ChangeAvailability breaks EN+; rejected on connector 0."""

    async def test_a_station_that_does_not_bear_it_never_gets_it(self) -> None:
        desk = Desk()
        desk.station.options = StationOptions(
            quirks=Quirks(no_change_availability=True)
        )

        outcome = await desk.run("available", False, "0")

        assert outcome.outcome is OutcomeName.UNSUPPORTED
        assert desk.station.calls == []

    async def test_rejected_on_connector_0_every_connector_is_asked(self) -> None:
        desk = Desk()
        desk.station.connector("2")
        desk.station.script["ChangeAvailability"] = lambda payload: {
            "status": "Accepted" if payload["connectorId"] else "Rejected"
        }

        outcome = await desk.run("available", False, "0")

        assert outcome.is_accepted
        assert outcome.detail == "connector by connector"
        asked = desk.station.sent("ChangeAvailability")
        assert [payload["connectorId"] for payload in asked] == [0, 1, 2]

    async def test_a_connector_that_says_no_is_named(self) -> None:
        desk = Desk()
        desk.station.script["ChangeAvailability"] = lambda _: {"status": "Rejected"}

        outcome = await desk.run("available", True, "0")

        assert outcome.outcome is OutcomeName.REJECTED
        assert outcome.detail == "connector 1: Rejected"

    async def test_a_connector_alone_is_asked_once(self) -> None:
        desk = Desk()
        desk.station.script["ChangeAvailability"] = lambda _: {"status": "Rejected"}

        outcome = await desk.run("available", True, "1")

        assert outcome.outcome is OutcomeName.REJECTED
        assert len(desk.station.calls) == 1


async def test_a_late_outcome_is_logged_as_what_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = Desk()
    outcome = Outcome(OutcomeName.REJECTED, "Rejected")
    with caplog.at_level(logging.INFO):
        desk.commands.report_late(
            "CP1", "1", "power_limit", outcome, ", as it was kept"
        )
        desk.commands.report_late("CP1", "1", "power_limit", outcome)
    assert caplog.messages == [
        "CP1: power_limit at 1, as it was kept: rejected Rejected",
        "CP1: power_limit at 1: rejected Rejected",
    ]
