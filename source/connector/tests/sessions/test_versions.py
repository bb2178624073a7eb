"""The three versions: what is imported when, commands, both ends against each other."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from importlib import import_module
from typing import Any

import ocpp.v16.datatypes
import ocpp.v21.datatypes
import ocpp.v201.datatypes
import orjson
import pytest
from ocpp.routing import after, on

from connector.errors import CallErrorReceived, UnsupportedAction
from connector.ocppj.frames import Json
from connector.ocppj.names import names, snake_name
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import FOLDERS
from connector.sessions.engine import Session, SessionOptions
from connector.sessions.memory import link_pair
from connector.sessions.versions import SESSIONS, SUBPROTOCOLS, version_of
from connector.tests.ocppj.examples import request, response
from connector.tests.sessions.bench import CLASSES, NOW, VERSIONS, Bench, soft

LATER = ["2.0.1", "2.1"]
LIBRARY = {
    "1.6": ocpp.v16.ChargePoint,
    "2.0.1": ocpp.v201.ChargePoint,
    "2.1": ocpp.v21.ChargePoint,
}


# -- what is imported when


def test_the_newest_version_comes_first() -> None:
    assert tuple(SESSIONS) == SUBPROTOCOLS == ("ocpp2.1", "ocpp2.0.1", "ocpp1.6")
    assert len(SESSIONS) == 3


@pytest.mark.parametrize("version", VERSIONS)
def test_a_subprotocol_has_its_session(version: str) -> None:
    found = SESSIONS[f"ocpp{version}"]

    assert found is CLASSES[version]
    assert found._ocpp_version == version == version_of(f"ocpp{version}")
    assert issubclass(found, Session)
    assert issubclass(found, LIBRARY[version])


def test_an_unknown_subprotocol_has_none() -> None:
    assert "ocpp2.0" not in SESSIONS
    with pytest.raises(KeyError):
        SESSIONS["ocpp2.0"]


IMPORTS = """
import sys
from connector.sessions.versions import SESSIONS
import connector.ocppj.behaviours
loaded = lambda: sorted({name.split(".")[1] for name in sys.modules
                         if name.startswith("ocpp.v")})
assert loaded() == [], loaded()
SESSIONS["ocpp2.0.1"]
assert loaded() == ["v201"], loaded()
SESSIONS["ocpp2.1"]
assert loaded() == ["v201", "v21"], loaded()
"""


def test_a_version_is_imported_when_it_is_first_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# -- commands


PROFILE: Json = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {
            "id": 1,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.2}],
        }
    ],
}


@pytest.mark.parametrize("version", LATER)
async def test_the_commands_of_2x_send_what_they_are_named_after(version: str) -> None:
    async with Bench(version=version) as bench:
        session = bench.session
        sent = []
        for command in (
            session.send_charging_profile(1, PROFILE),
            session.clear_charging_profile(5),
            session.clear_charging_profile(stackLevel=1, evseId=2),
            session.clear_charging_profile(),
            session.trigger_message("Heartbeat"),
            session.trigger_message("MeterValues", 2),
            session.trigger_message("StatusNotification", 2, 1),
            session.reset(),
            session.reset("OnIdle", 1),
        ):
            task = asyncio.create_task(command)
            call = await bench.recv()
            sent.append(call[2:])
            await bench.send(f'[3,"{call[1]}",{{"status":"Accepted"}}]')
            assert await task == {"status": "Accepted"}
        criteria = {"stackLevel": 1, "evseId": 2}
        evse = {"id": 2, "connectorId": 1}
        assert sent == [
            ["SetChargingProfile", {"evseId": 1, "chargingProfile": PROFILE}],
            ["ClearChargingProfile", {"chargingProfileId": 5}],
            ["ClearChargingProfile", {"chargingProfileCriteria": criteria}],
            ["ClearChargingProfile", {}],
            ["TriggerMessage", {"requestedMessage": "Heartbeat"}],
            ["TriggerMessage", {"requestedMessage": "MeterValues", "evse": {"id": 2}}],
            [
                "TriggerMessage",
                {"requestedMessage": "StatusNotification", "evse": evse},
            ],
            ["Reset", {"type": "Immediate"}],
            ["Reset", {"type": "OnIdle", "evseId": 1}],
        ]


# -- call(dataclass), for every command and its smallest and largest answer


@pytest.mark.parametrize("size", ["minimal", "full"])
@pytest.mark.parametrize(
    ("version", "action"),
    [(version, action) for version in LATER for action in sorted(ROUTES[version].down)],
)
async def test_a_dataclass_is_sent_and_its_result_class_given(
    version: str, action: str, size: Any
) -> None:
    module = import_module(f"ocpp.{FOLDERS[version]}.call")
    results = import_module(f"ocpp.{FOLDERS[version]}.call_result")
    asked = request(version, action, "full")
    members = names(version, action, is_response=False).to_snake(asked)
    async with Bench(version=version) as bench:
        call = bench.session.call(getattr(module, action)(**members))
        task = asyncio.create_task(call)
        sent = await bench.recv()
        answer = response(version, action, size)
        await bench.send(orjson.dumps([3, sent[1], answer]).decode())

        assert sent[2:] == [action, asked]
        assert isinstance(await task, getattr(results, action))


@pytest.mark.parametrize(
    "action", ["Authorize", "Get15118EVCertificate", "TransactionEvent"]
)
async def test_handlers_of_21_are_given_the_names_of_the_librarys_classes(
    action: str,
) -> None:
    seen: list[Any] = []
    module = import_module("ocpp.v21.call")

    def method(self: Any, **members: Any) -> Any:
        seen.append(getattr(module, action)(**members))
        return response("2.1", action)

    made = type("Mine", (CLASSES["2.1"],), {snake_name(action): on(action)(method)})
    async with Bench(version="2.1", make=made) as bench:
        assert (await bench.ask(action, request("2.1", action, "full")))[0] == 3

    assert len(seen) == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_after_alone_handles_nothing_and_one_that_fails_ends_nothing(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: Any, **_: Any) -> None:
        raise KeyError("after")

    methods = {
        "only_after": after("FirmwareStatusNotification")(fails),
        "heartbeat": on("Heartbeat")(lambda self, **_: NOW),
        "after_heartbeat": after("Heartbeat")(fails),
    }
    made = type("Mine", (CLASSES[version],), methods)
    async with Bench(version=version, make=made) as bench:
        payload = request(version, "FirmwareStatusNotification")
        answer = await bench.ask("FirmwareStatusNotification", payload)
        assert answer[2] == "NotSupported"
        assert (await bench.ask("Heartbeat", {}))[2] == NOW
        assert await bench.is_alive()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("version", LATER)
async def test_what_belongs_to_a_vendor_comes_in_and_goes_out_untouched(
    version: str,
) -> None:
    vendors = {"vendorId": "V", "my_key": 1, "KWh": {"innerName": None}}
    seen: list[Any] = []

    def method(self: Any, **members: Any) -> Any:
        seen.append((members["data"], members["custom_data"]))
        return {"status": "Accepted", "data": vendors, "customData": vendors}

    made = type("Mine", (CLASSES[version],), {"data": on("DataTransfer")(method)})
    async with Bench(version=version, make=made) as bench:
        asked = {"vendorId": "V", "data": vendors, "customData": vendors}
        answer = await bench.ask("DataTransfer", asked)

    assert seen == [(vendors, vendors)]
    assert answer[2] == {"status": "Accepted", "data": vendors, "customData": vendors}


# -- both ends


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_station_and_a_central_system_of_a_version_speak_with_each_other(
    version: str,
) -> None:
    pair = link_pair(f"ocpp{version}")
    make = SESSIONS[f"ocpp{version}"]
    accepted = {"status": "Accepted"}
    central = make("cs1", pair.server, handlers={"Heartbeat": lambda o, c: NOW})
    station = make(
        "cs1",
        pair.client,
        handlers={"Reset": lambda o, c: accepted},
        options=SessionOptions(is_station=True),
    )
    running = [asyncio.create_task(end.start()) for end in (central, station)]
    async with asyncio.timeout(5):
        assert await station.call_action("Heartbeat", {}) == NOW
        assert await central.call_action("Reset", soft(version)) == accepted
        with pytest.raises(CallErrorReceived, match="NotSupported"):
            await central.call_action("ClearCache", {})
        with pytest.raises(UnsupportedAction):
            await station.call_action("Reset", soft(version))
        await central.close(1001, "bye")
        await asyncio.gather(*running)
