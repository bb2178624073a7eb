"""The files that a station has sent: listed, and given to who may use the API."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from connector.csms.file_places import UPLOADS
from connector.tests.csms.conftest import StationEnd
from connector.tests.web.api.conftest import NAME, Api
from connector.tests.web.api.test_events import listen
from connector.tests.web.api.test_file_outcomes import connect, shown
from connector.tests.web.api.test_journal import given
from connector.tests.web.api.test_outcome_events import STATION, give, stages
from connector.web.api.pages import cursor_of

LIST = f"{STATION}/uploads"
LOG = b"booted\x00\xff\n" * 9
WHEN = "2026-01-31T12:00:00Z"
FIRST = "20260131T120000Z-diag.log"


def lay(api: Api, name: str, content: bytes = LOG, station: str = NAME) -> Path:
    path = api.context.data_dir / UPLOADS / station / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


async def names(api: Api, **query: Any) -> list[str]:
    return [each["name"] for each in (await api.get(LIST, **query))["items"]]


async def reachable(api: Api) -> StationEnd:
    """A station that agrees to everything, and reaches us."""
    end = await connect(api)
    session = api.harness.station().session
    assert session is not None
    session.link.remote_address = session.link.reached_at = "127.0.0.1"
    return end


async def put(api: Api, location: str, content: bytes = LOG) -> None:
    answer = await api.stranger.put(f"{location}diag.log", content=content)
    assert answer.status_code == 200


# -- the files


async def test_what_a_station_has_sent_is_listed_and_given(api: Api) -> None:
    end = await reachable(api)
    await give(api, "0", "get_log", None)
    [asked] = end.asked("GetDiagnostics")
    await put(api, asked["location"])

    page = await api.get(LIST)
    assert page == {
        "items": [{"name": FIRST, "size": len(LOG), "time": WHEN}],
        "next": None,
    }
    answer = await api.client.get(f"{LIST}/{FIRST}")
    assert (answer.status_code, answer.content) == (200, LOG)
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == f'attachment; filename="{FIRST}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_the_newest_is_the_first_and_pages_go_on_behind_it(api: Api) -> None:
    for day in (29, 31, 30):
        lay(api, f"202601{day}T120000Z-x")

    first = await api.get(LIST, limit=2)
    lay(api, "20260201T120000Z-x")
    second = await api.get(LIST, limit=2, cursor=first["next"])

    days = [each["name"][6:8] for each in first["items"] + second["items"]]
    assert days == ["31", "30", "29"]
    assert second["next"] is None
    assert await names(api) == sorted(await names(api), reverse=True)


async def test_a_station_that_has_sent_nothing_has_an_empty_list(api: Api) -> None:
    assert await names(api) == []


async def test_nobody_gets_a_file_without_the_token(api: Api) -> None:
    lay(api, FIRST)

    for path in (LIST, f"{LIST}/{FIRST}"):
        for method in ("GET", "HEAD"):
            answer = await api.stranger.request(method, path)
            assert (answer.status_code, LOG in answer.content) == (401, False)


async def test_who_is_logged_in_gets_it_by_a_link(api: Api) -> None:
    lay(api, FIRST)
    login = await api.stranger.post("/login", data={"token": api.context.token})
    assert login.status_code < 400

    assert (await api.stranger.get(f"{LIST}/{FIRST}")).content == LOG


async def test_head_is_get_without_the_file(api: Api) -> None:
    lay(api, FIRST)

    answer = await api.client.head(f"{LIST}/{FIRST}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(LOG))


@pytest.mark.parametrize(
    "name",
    [
        "20260131T120000Z-..%2f..%2f..%2fsecret",
        "..%2f..%2fsecret",
        "%2e%2e",
        "..%5c..%5csecret",
        "..%2fCP-8%2f20260131T120000Z-theirs",
        "20260131T120000Z-theirs",
        "%2fetc%2fpasswd",
        ".0a1b.part",
        "notes.txt",
        "20260131T120000Z-link",
        "20260131T120000Z-folder",
        "20260131T120000Z-a%00b",
        "20260131T120000Z-diag.log%0a",
        "20260131T120000Z-" + "x" * 300,
    ],
)
async def test_no_name_leads_to_anything_else(api: Api, name: str) -> None:
    secret = api.context.data_dir / "secret"
    secret.write_bytes(b"hidden")
    path = lay(api, FIRST)
    lay(api, "20260131T120000Z-theirs", b"hidden", "CP-8")
    for other in ("notes.txt", ".0a1b.part"):
        lay(api, other, b"hidden")
    os.symlink(secret, path.with_name("20260131T120000Z-link"))
    path.with_name("20260131T120000Z-folder").mkdir()

    answer = await api.client.get(f"{LIST}/{name}")

    assert (answer.status_code, b"hidden" in answer.content) == (404, False)
    assert await names(api) == [FIRST]


async def test_what_is_no_time_is_no_file_of_a_station(api: Api) -> None:
    lay(api, "99999999T999999Z-x")

    assert await names(api) == []


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    answer = await api.client.get(LIST, params={"cursor": cursor_of(7)})

    assert answer.status_code == 422


async def test_of_a_station_that_nobody_knows_there_are_no_files(api: Api) -> None:
    lay(api, FIRST, station="NOBODY")

    for path in ("uploads", f"uploads/{FIRST}"):
        answer = await api.client.get(f"/api/v1/stations/NOBODY/{path}")
        assert answer.status_code == 404


# -- the outcome of the command


async def test_the_outcome_names_the_file_that_has_come(api: Api) -> None:
    end = await reachable(api)
    async with listen(api, "?types=outcome") as listener:
        for _ in range(2):
            await give(api, "0", "get_log", None)
        *_, ended = await stages(listener, 6)
        older, newer = end.asked("GetDiagnostics")
        await put(api, older["location"])
        [told] = await stages(listener, 1)

    assert ended["file"] is None
    assert (told["stage"], told["seen"]) == ("in_force", "Log: Uploaded")
    assert told["file"] == FIRST
    assert [each["file"] for each in await given(api)] == [None, FIRST]
    await put(api, newer["location"])
    found = [each["file"] for each in await given(api)]
    assert found == ["20260131T120000Z-2-diag.log", FIRST]


async def test_a_file_of_get_log_is_found_by_its_place_too(api: Api) -> None:
    end = await reachable(api)
    await give(api, "0", "get_log", {"logType": "SecurityLog"})
    [asked] = end.asked("GetLog")
    await put(api, asked["log"]["remoteLocation"])

    assert [each["file"] for each in await given(api)] == [FIRST]


async def test_what_has_come_has_not_failed_whatever_the_station_says(
    api: Api,
) -> None:
    end = await reachable(api)
    await give(api, "0", "get_log", None)
    [asked] = end.asked("GetDiagnostics")
    await end.say("DiagnosticsStatusNotification", status="UploadFailed")
    await put(api, asked["location"])
    await end.say("DiagnosticsStatusNotification", status="UploadFailed")

    assert await shown(api) == [("in_force", "Log: Uploaded", False)]


async def test_a_file_that_comes_before_its_request_is_answered_is_named(
    api: Api,
) -> None:
    end = await reachable(api)

    async def send_and_answer(payload: Any) -> Any:
        await put(api, payload["location"])
        return {"fileName": "diag.log"}

    end.answers["GetDiagnostics"] = send_and_answer
    await give(api, "0", "get_log", None)

    assert [each["file"] for each in await given(api)] == [FIRST]
