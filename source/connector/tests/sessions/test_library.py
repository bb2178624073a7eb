"""The `ocpp` library's own way of writing: `@on`, `@after`, `call(dataclass)`."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
import pytest
from ocpp.charge_point import ChargePoint as BaseChargePoint
from ocpp.routing import after, on
from ocpp.v16 import ChargePoint as LibraryChargePoint
from ocpp.v16 import call, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import (
    Action,
    AuthorizationStatus,
    RegistrationStatus,
    ResetType,
)
from ocpp.v201 import call as call201

from connector.errors import CallErrorReceived, UnsupportedAction
from connector.ocppj.frames import Json
from connector.ocppj.names import names
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import load_document
from connector.sessions.engine import SessionOptions
from connector.sessions.memory import link_pair
from connector.sessions.v16 import ChargePoint
from connector.tests.sessions.bench import BOOT, NOW, STATUS, Bench, settle

BOOTED: Json = {
    "current_time": "2026-01-31T12:00:00Z",
    "interval": 300,
    "status": RegistrationStatus.accepted,
}


class Handlers(ChargePoint):
    """Every kind of decorated method."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: list[Any] = []

    @on(Action.boot_notification)
    async def on_boot(self, charge_point_vendor: str, **more: Any) -> Any:
        await asyncio.sleep(0)
        self.seen.append((charge_point_vendor, more))
        return call_result.BootNotification(**BOOTED)

    @after(Action.boot_notification)
    async def after_boot(self, **_: Any) -> None:
        answer = await self.call(call.Reset(type=ResetType.soft))
        self.seen.append(answer)

    @on("Heartbeat")
    def on_heartbeat(self, call_unique_id: str) -> Any:
        self.seen.append(call_unique_id)
        return call_result.Heartbeat(current_time="2026-01-31T12:00:00Z")

    @after("Heartbeat")
    def after_heartbeat(self, call_unique_id: str) -> None:
        self.seen.append(f"after {call_unique_id}")

    @on(Action.authorize)
    def on_authorize(self, id_tag: str) -> Any:
        return call_result.Authorize(
            id_tag_info=IdTagInfo(status=AuthorizationStatus.accepted)
        )

    @on(Action.status_notification)
    def on_status(self, connector_id: int, status: str) -> Any:
        self.seen.append((connector_id, status))
        return call_result.StatusNotification()

    @after(Action.status_notification)
    def after_status(self, connector_id: int) -> None:
        raise KeyError("after_status")

    @on(Action.meter_values)
    def on_meter_values(self, meter_value: list[Json], **_: Any) -> Any:
        self.seen.append(meter_value)
        return call_result.MeterValues()

    @on(Action.diagnostics_status_notification)
    def gives_nothing(self, **_: Any) -> Any:
        return None

    @after(Action.firmware_status_notification)
    def only_after(self, **_: Any) -> None:
        raise AssertionError("nobody answered this")


class Named(Handlers):
    """A subclass keeps the routes."""


def bench() -> Any:
    return Bench(make=Named)


async def test_an_async_handler_answers_with_a_dataclass_and_after_can_call() -> None:
    async with bench() as there:
        assert await there.ask("BootNotification", BOOT, "1") == [
            3,
            "1",
            NOW | {"interval": 300, "status": "Accepted"},
        ]
        reset = await there.recv()
        assert reset[2:] == ["Reset", {"type": "Soft"}]
        await there.send(f'[3,"{reset[1]}",{{"status":"Accepted"}}]')
        await settle()
        assert there.session.seen == [
            ("V", {"charge_point_model": "M"}),
            call_result.Reset(status="Accepted"),
        ]


async def test_a_sync_handler_and_its_after_get_the_unique_id_they_name() -> None:
    async with bench() as there:
        assert await there.ask("Heartbeat", {}, "id-1") == [3, "id-1", NOW]
        await settle()
        assert there.session.seen == ["id-1", "after id-1"]


async def test_a_nested_dataclass_is_written_with_wire_names_and_without_none() -> None:
    async with bench() as there:
        answer = await there.ask("Authorize", {"idTag": "A"})
        assert answer[2] == {"idTagInfo": {"status": "Accepted"}}


async def test_a_handler_gets_only_the_members_that_it_names() -> None:
    async with bench() as there:
        payload = STATUS | {"info": "x", "vendorMember": 1}
        assert (await there.ask("StatusNotification", payload))[0] == 3
        assert there.session.seen == [(1, "Available")]


async def test_nested_members_have_snake_case_names() -> None:
    value = {
        "timestamp": "2026-01-31T12:00:00Z",
        "sampledValue": [{"value": "1", "measurand": "SoC"}],
    }
    async with bench() as there:
        payload = {"connectorId": 1, "meterValue": [value]}
        assert (await there.ask("MeterValues", payload))[0] == 3
        assert there.session.seen == [
            [
                {
                    "timestamp": "2026-01-31T12:00:00Z",
                    "sampled_value": [{"value": "1", "measurand": "SoC"}],
                }
            ]
        ]


async def test_an_after_that_raises_a_key_error_is_logged_and_the_session_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with bench() as there:
        assert (await there.ask("StatusNotification", STATUS))[0] == 3
        assert await there.is_alive()
        assert [r.levelno for r in caplog.records] == [logging.ERROR]


async def test_a_handler_that_gives_nothing_is_an_internal_error() -> None:
    async with bench() as there:
        payload = {"status": "Idle"}
        answer = await there.ask("DiagnosticsStatusNotification", payload, "1")
        assert answer == [4, "1", "InternalError", "", {}]


async def test_an_after_without_an_on_handles_nothing() -> None:
    async with bench() as there:
        answer = await there.ask("FirmwareStatusNotification", {"status": "Idle"})
        assert answer[:1] + answer[2:3] == [4, "NotSupported"]
        assert await there.is_alive()


# -- call(dataclass)


async def test_a_dataclass_is_sent_and_its_result_class_given() -> None:
    async with bench() as there:
        task = asyncio.create_task(
            there.session.call(call.GetConfiguration(key=["HeartbeatInterval"]))
        )
        sent = await there.recv()
        assert sent[2:] == ["GetConfiguration", {"key": ["HeartbeatInterval"]}]
        await there.send(
            f'[3,"{sent[1]}",{{"configurationKey":'
            '[{"key":"HeartbeatInterval","readonly":false}],"vendorMember":1}]'
        )
        assert await task == call_result.GetConfiguration(
            configuration_key=[{"key": "HeartbeatInterval", "readonly": False}]
        )


async def test_a_dataclass_that_is_answered_with_an_error_raises() -> None:
    async with bench() as there:
        task = asyncio.create_task(there.session.call(call.ClearCache()))
        sent = await there.recv()
        await there.send(f'[4,"{sent[1]}","NotSupported","",{{}}]')
        with pytest.raises(CallErrorReceived, match="NotSupported"):
            await task


@pytest.mark.parametrize(
    "payload", [call.Heartbeat(), call201.ClearVariableMonitoring(id=[1]), NOW]
)
async def test_a_class_that_is_no_call_of_this_version_is_refused(payload: Any) -> None:
    async with bench() as there:
        with pytest.raises(UnsupportedAction):
            await there.session.call(payload)


def smallest(document: Json, schema: Json) -> Any:
    """A value with the required members of a schema alone."""
    if "$ref" in schema:
        schema = document["definitions"][schema["$ref"].removeprefix("#/definitions/")]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            members = schema.get("properties", {})
            return {
                n: smallest(document, members[n]) for n in schema.get("required", ())
            }
        case "array":
            return [smallest(document, schema["items"])]
        case "string":
            return "2026-01-31T12:00:00Z" if "format" in schema else "x"
        case other:
            return {"integer": 1, "number": 1, "boolean": True}[str(other)]


@pytest.mark.parametrize("action", sorted(ROUTES["1.6"].down))
async def test_the_smallest_answer_to_every_command_becomes_its_result_class(
    action: str,
) -> None:
    async with bench() as there:
        asked = load_document("1.6", action, "")
        answered = load_document("1.6", action, "Response")
        members = names("1.6", action, is_response=False).to_snake(
            smallest(asked, asked)
        )
        task = asyncio.create_task(there.session.call(getattr(call, action)(**members)))
        sent = await there.recv()
        payload = smallest(answered, answered)
        await there.send(orjson.dumps([3, sent[1], payload]).decode())
        assert isinstance(await task, getattr(call_result, action))


# -- what is overridden


def test_a_session_is_a_charge_point_of_the_library() -> None:
    assert issubclass(ChargePoint, LibraryChargePoint)
    assert issubclass(ChargePoint, BaseChargePoint)


@pytest.mark.parametrize(
    "name", ["start", "call", "_send", "_handle_call", "_get_specific_response"]
)
def test_a_name_of_the_library_that_matters_still_exists(name: str) -> None:
    assert callable(getattr(BaseChargePoint, name))


def test_the_class_members_that_are_used_still_exist() -> None:
    assert LibraryChargePoint._ocpp_version == "1.6"
    assert LibraryChargePoint._call_result is call_result
    assert Handlers.on_boot._on_action == "BootNotification"
    assert Handlers.after_boot._after_action == "BootNotification"


async def test_the_librarys_loop_is_never_entered() -> None:
    session = ChargePoint("cs1", link_pair().server)

    assert not hasattr(session, "_response_queue")
    assert not hasattr(session, "_call_lock")
    assert type(session).start is not BaseChargePoint.start
    assert type(session).call is not BaseChargePoint.call


# -- both ends


class Central(ChargePoint):
    @on(Action.boot_notification)
    def on_boot(self, **_: Any) -> Any:
        return call_result.BootNotification(**BOOTED)

    @on(Action.heartbeat)
    def on_heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time=NOW["currentTime"])


class Station(ChargePoint):
    @on(Action.reset)
    async def on_reset(self, type: str) -> Any:
        answer = await self.call(call.Heartbeat())
        assert answer.current_time == NOW["currentTime"]
        return call_result.Reset(status="Accepted")


async def test_a_station_and_a_central_system_speak_with_each_other() -> None:
    pair = link_pair()
    central = Central("cs1", pair.server)
    station = Station("cs1", pair.client, options=SessionOptions(is_station=True))
    running = [asyncio.create_task(end.start()) for end in (central, station)]
    async with asyncio.timeout(5):
        boot = await station.call(
            call.BootNotification(charge_point_model="M", charge_point_vendor="V")
        )
        assert boot.status == "Accepted"
        assert await central.call(call.Reset(type=ResetType.hard)) == (
            call_result.Reset(status="Accepted")
        )
        with pytest.raises(CallErrorReceived, match="NotSupported"):
            await central.call(call.ClearCache())
        with pytest.raises(UnsupportedAction):
            await station.call(call.Reset(type=ResetType.hard))
        calls = [station.call(call.Heartbeat()) for _ in range(30)]
        answers = await asyncio.gather(*calls, *(central.reset() for _ in range(10)))
        assert len(answers) == 40
        await central.close(1001, "bye")
        await asyncio.gather(*running)
