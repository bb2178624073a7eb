"""HEAD is answered as GET is, without the body."""

from __future__ import annotations

import pytest

from connector.tests.web.api.conftest import NAME, Api, on_shared_loop

EVENTS = "/api/v1/events"


async def test_every_get_has_its_head(api: Api) -> None:
    description = await api.get("/openapi.json")
    wrong = {}
    paths = [path for path, item in description["paths"].items() if "get" in item]
    for path in paths:
        if path in (EVENTS, "/metrics") or path.startswith("/files/"):
            continue
        url = path.replace("{station}", NAME).replace("{", "").replace("}", "")
        get = await api.client.get(url)
        head = await api.client.head(url)
        kept = [(a.status_code, a.headers.get("content-type")) for a in (get, head)]
        if kept[0] != kept[1] or head.content:
            wrong[path] = kept

    assert wrong == {}
    assert len(paths) > 25


@on_shared_loop
@pytest.mark.parametrize("path", ["/health", "/health/live", "/metrics"])
async def test_probes_may_ask_with_head(shared_api: Api, path: str) -> None:
    answer = await shared_api.stranger.head(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


@on_shared_loop
async def test_head_needs_the_token_where_get_does(shared_api: Api) -> None:
    answer = await shared_api.stranger.head("/api/v1/stations")

    assert (answer.status_code, answer.content) == (401, b"")


@on_shared_loop
async def test_a_query_is_judged_as_that_of_get(shared_api: Api) -> None:
    path = "/api/v1/stations"

    assert (await shared_api.client.head(f"{path}?limit=1")).status_code == 200
    assert (await shared_api.client.head(f"{path}?wat=1")).status_code == 422


async def test_head_of_events_begins_and_ends_without_a_reader(api: Api) -> None:
    hub = api.context.hub
    opened = []
    hub.open = lambda *_: opened.append(1)  # type: ignore[method-assign]

    answer = await api.client.head(EVENTS)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert opened == []


@on_shared_loop
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/health", "GET, HEAD"),
        ("OPTIONS", "/metrics", "GET, HEAD"),
        ("DELETE", EVENTS, "GET, HEAD"),
        ("POST", f"/api/v1/stations/{NAME}", "DELETE, GET, HEAD, PATCH, PUT"),
        ("HEAD", f"/api/v1/stations/{NAME}/adopt", "POST"),
        ("PUT", "/api/v1/store/backup", "POST"),
        ("OPTIONS", f"/api/v1/stations/{NAME}/uploads/x", "GET, HEAD"),
    ],
)
async def test_allow_names_head_where_there_is_get(
    shared_api: Api, method: str, path: str, allowed: str
) -> None:
    answer = await shared_api.client.request(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
