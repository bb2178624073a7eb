"""The station's logs, and where they are put."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from connector.errors import RemoteProtocolError
from connector.ocppj.schemas import schemas
from connector.station.maintenance.station_log import StationLog
from connector.station.times import iso
from connector.tests.station.maintenance.conftest import Server, Yard

ACTION = "LogStatusNotification"


def request(url: str, kind: str = "DiagnosticsLog", **more: Any) -> dict[str, Any]:
    log = {"remoteLocation": url, **more.pop("log", {})}
    return {"requestId": 5, "logType": kind, "log": log, "retries": 0, **more}


async def upload(yard: Yard, payload: dict[str, Any]) -> list[str]:
    answer = yard.ask("2.0.1", "GetLog", payload)
    assert answer["status"] == "Accepted", answer
    await yard.maintenance.logs.settled()
    return yard.statuses(ACTION)


async def test_diagnostics(yard: Yard, server: Server) -> None:
    yard.maintenance.note("something was seen")
    yard.values.set("SecurityCtrlr", "BasicAuthPassword", value="very secret password")

    answer = yard.ask("2.0.1", "GetLog", request(f"{server.url}/logs/"))
    await yard.maintenance.logs.settled()

    text = server.taken[f"/logs/{answer['filename']}"].decode()
    assert "something was seen" in text
    assert "TxCtrlr/EVConnectionTimeOut = 60" in text
    assert "very secret" not in text
    assert [(e["status"], e["requestId"]) for e in yard.told(ACTION)] == [
        ("Uploading", 5),
        ("Uploaded", 5),
    ]
    assert list(schemas("2.0.1").response("GetLog").misfits(answer)) == []


async def test_the_security_log_is_another(yard: Yard, server: Server) -> None:
    yard.maintenance.note("diagnostics only")
    yard.maintenance.security_event("SettingSystemTime", "by 30 s")

    await upload(yard, request(f"{server.url}/s", "SecurityLog"))

    text = server.taken["/s"].decode()
    assert "SettingSystemTime by 30 s" in text
    assert "diagnostics only" not in text


async def test_a_log_of_1_6_has_no_id(yard: Yard, server: Server) -> None:
    answer = yard.ask("1.6", "GetDiagnostics", {"location": f"{server.url}/d"})
    await yard.maintenance.logs.settled()

    assert answer["fileName"].endswith(".log")
    assert yard.told(ACTION) == [{"status": "Uploading"}, {"status": "Uploaded"}]


async def test_a_period(yard: Yard, server: Server) -> None:
    start_ms = yard.clock.now_ms()
    for number in range(4):
        yard.clock.time_ms = start_ms + number * 1000
        yard.maintenance.security_event(f"Event{number}")
    period = {
        "oldestTimestamp": iso(start_ms + 1000),
        "latestTimestamp": iso(start_ms + 2000),
    }

    await upload(yard, request(f"{server.url}/s", "SecurityLog", log=period))

    text = server.taken["/s"].decode()
    assert [n for n in range(4) if f"Event{n}" in text] == [1, 2]


async def test_a_period_of_which_nothing_is(yard: Yard, server: Server) -> None:
    period = {"latestTimestamp": "2001-01-01T00:00:00Z"}
    asked = request(f"{server.url}/s", log=period)

    assert yard.ask("2.0.1", "GetLog", asked)["status"] == "Rejected"
    assert yard.ask("1.6", "GetLog", asked) == {"status": "Rejected"}
    plain = {"location": f"{server.url}/s", "stopTime": "2001-01-01T00:00:00Z"}
    assert yard.ask("1.6", "GetDiagnostics", plain) == {}


async def test_a_log_that_there_is_not(yard: Yard, server: Server) -> None:
    asked = request(f"{server.url}/s", "DataCollectorLog")

    assert yard.ask("2.1", "GetLog", asked)["status"] == "Rejected"


async def test_a_time_that_is_none(yard: Yard) -> None:
    asked = request("http://h/", log={"oldestTimestamp": "yesterday"})

    with pytest.raises(RemoteProtocolError, match="oldestTimestamp"):
        yard.ask("2.0.1", "GetLog", asked)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/denied", "PermissionDenied"),
        ("/bad", "BadMessage"),
        ("/full", "UploadFailure"),
    ],
)
async def test_what_is_not_taken(
    yard: Yard, server: Server, path: str, status: str
) -> None:
    assert await upload(yard, request(f"{server.url}{path}")) == ["Uploading", status]


async def test_places_that_are_none(yard: Yard) -> None:
    assert await upload(yard, request("ftp://h/")) == [
        "Uploading",
        "NotSupportedOperation",
    ]


async def test_it_is_tried_again(yard: Yard, server: Server) -> None:
    asked = request(f"{server.url}/full", retries=2, retryInterval=40)

    assert await upload(yard, asked) == ["Uploading", "UploadFailure"]
    assert len(server.asked) == 3
    assert yard.clock.waited.count(40) == 2


async def test_servers_that_want_something_else(yard: Yard, server: Server) -> None:
    await upload(yard, request(f"{server.url}/only-post"))
    await upload(yard, request(f"{server.url}/moved"))

    assert set(server.taken) == {"/only-post", "/kept"}


async def test_a_newer_one_cancels(yard: Yard, server: Server) -> None:
    yard.ask("2.0.1", "GetLog", request(f"{server.url}/hangs"))
    for _ in range(500):
        await asyncio.sleep(0.01)
        if server.asked:
            break
    during = yard.maintenance.told_last(ACTION)

    answer = yard.ask(
        "2.0.1", "GetLog", {**request(f"{server.url}/kept"), "requestId": 6}
    )
    await yard.maintenance.logs.settled()

    assert answer["status"] == "AcceptedCanceled"
    assert during == {"status": "Uploading", "requestId": 5}
    assert [(e["requestId"], e["status"]) for e in yard.told(ACTION)] == [
        (5, "Uploading"),
        (5, "AcceptedCanceled"),
        (6, "Uploading"),
        (6, "Uploaded"),
    ]
    assert yard.maintenance.told_last(ACTION) == {"status": "Idle"}


def size_of(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.glob("station.log*"))


async def test_logs_are_bounded(tmp_path: Path, server: Server) -> None:
    yard = Yard(tmp_path, most_log_bytes=4000)
    for number in range(300):
        yard.maintenance.note(f"line {number}")

    await upload(yard, request(f"{server.url}/kept"))

    assert size_of(tmp_path) <= 5000
    assert len(server.taken["/kept"]) <= 4000
    assert b"line 299" in server.taken["/kept"]


def test_lines_stay_lines(tmp_path: Path) -> None:
    log = StationLog(tmp_path / "x.log", 10_000)

    log.write(0, "one\n2020-01-01T00:00:00Z forged")

    assert list(log.lines()) == [
        "1970-01-01T00:00:00.000Z one 2020-01-01T00:00:00Z forged\n"
    ]


def test_a_log_without_a_folder_is_short() -> None:
    log = StationLog(None, 10_000)
    for number in range(1000):
        log.write(number, str(number))

    assert len(list(log.lines())) == 200


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    StationLog(tmp_path / "file" / "x.log", 100).write(0, "lost")
