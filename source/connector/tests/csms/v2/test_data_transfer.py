"""DataTransfer and security events of 2.x."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import command

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

DATA = ["text", 12.5, 0, True, None, [1, [{}], "two"], {"b": {"a": [None, 1e-9]}, "a": "ä"}]  # fmt: skip


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any) -> Pair:
    system = await start2()
    return system, await system.connect_2(version=request.param, boots=True)


@pytest.mark.parametrize("data", DATA)
async def test_data_of_a_station_is_shown_as_it_is(pair: Pair, data: Any) -> None:
    system, station = pair
    said = {"vendorId": "ACME", "messageId": "m", "data": data}

    answer = await station.say("DataTransfer", **said)

    assert answer == {"status": "UnknownVendorId"}
    shown = str(system.newest("last_data_transfer", "0"))
    assert shown == orjson.dumps(said).decode()


@pytest.mark.parametrize("data", DATA)
async def test_data_goes_out_and_comes_back_as_it_is(pair: Pair, data: Any) -> None:
    system, station = pair
    answer = {"status": "Accepted", "data": data}
    station.session.handlers = {"DataTransfer": note(station, answer)}

    outcome = await command(system, "data_transfer", {"vendorId": "ACME", "data": data})

    assert station.asked("DataTransfer") == [{"vendorId": "ACME", "data": data}]
    assert outcome.is_accepted
    assert outcome.response == answer


def note(station: Station2, answer: Json) -> Any:
    def handle(_: Any, call: Any) -> Json:
        station.calls.append((call.action, call.payload))
        return answer

    return handle


@pytest.mark.parametrize("status", ["Rejected", "UnknownMessageId", "UnknownVendorId"])
async def test_what_is_not_understood_is_rejected(pair: Pair, status: str) -> None:
    system, station = pair
    station.session.handlers = {"DataTransfer": note(station, {"status": status})}

    outcome = await command(system, "data_transfer", {"vendorId": "ACME"})

    assert (outcome.outcome, outcome.detail) == ("rejected", status)


# -- security events


@pytest.mark.parametrize(("kind", "is_logged"), [("FirmwareUpdated", True), ("InvalidTLSVersion", False)])  # fmt: skip
async def test_security_events_are_shown_and_critical_ones_logged(
    pair: Pair, caplog: pytest.LogCaptureFixture, kind: str, is_logged: bool
) -> None:
    system, station = pair
    said = {"type": kind, "timestamp": station.time(), "techInfo": "v2"}

    assert await station.say("SecurityEventNotification", **said) == {}

    assert orjson.loads(str(system.newest("security_event", "0"))) == said
    assert (f"CP-7: security event {kind}" in caplog.text) is is_logged


@pytest.mark.parametrize("action", ["DataTransfer", "SecurityEventNotification"])
async def test_bad_ones_are_refused(pair: Pair, action: str) -> None:
    with pytest.raises(Exception, match="Violation"):
        await pair[1].say_raw(action, {"techInfo": 1})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_keeps_them(start2: Any, version: str) -> None:
    system = await start2(stations={})
    station = await system.connect_2(version=version, boots=True)

    codes = [
        await station.refused("DataTransfer", vendorId="ACME"),
        await station.refused(
            "SecurityEventNotification", type="x", timestamp=station.time()
        ),
    ]

    assert codes == ["SecurityError", "SecurityError"]
    assert system.told("last_data_transfer", "0") == []
