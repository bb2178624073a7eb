"""Who may use the API."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import ip_network

import httpx
import pytest

from connector.sessions.proxies import Proxies
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import TOKEN, Api, StartApi, on_shared_loop
from connector.web.api.entrance import Tokens

INDEX = "/api/v1"
WRONG = {"Authorization": "Bearer wrong"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def is_refused(answer: httpx.Response) -> bool:
    """Whether it is a 401 as it has to be."""
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "API_TOKEN" in answer.json()["detail"]
    return True


@on_shared_loop
async def test_with_the_token_it_answers(shared_api: Api) -> None:
    found = await shared_api.get(INDEX)

    assert found["paths"][INDEX] == ["GET"]


@on_shared_loop
@pytest.mark.parametrize(
    "path", [INDEX, "/openapi.json", "/docs", "/nothing", "/logout"]
)
async def test_without_a_token_nothing_is_told(shared_api: Api, path: str) -> None:
    assert is_refused(await shared_api.stranger.get(path))


@on_shared_loop
@pytest.mark.parametrize("path", ["/health", "/health/live"])
async def test_some_need_no_token(shared_api: Api, path: str) -> None:
    assert (await shared_api.stranger.get(path)).status_code == 200


@on_shared_loop
@pytest.mark.parametrize(
    "path", ["/health/../api/v1", "//api/v1", "/files/../api/v1", "/metrics/x", "/API"]
)
async def test_no_way_leads_around_the_guard(shared_api: Api, path: str) -> None:
    url = shared_api.stranger.base_url.copy_with(raw_path=path.encode())

    answer = await shared_api.stranger.get(url)

    assert answer.status_code in (401, 404)
    assert b"paths" not in answer.content


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 10_000,
    ],
)
async def test_a_wrong_token_is_refused(api: Api, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}

    assert is_refused(await api.stranger.get(INDEX, headers=headers))


@on_shared_loop
async def test_the_scheme_may_be_written_as_one_likes(shared_api: Api) -> None:
    headers = {"authorization": f"bearer {TOKEN}"}

    assert (await shared_api.stranger.get(INDEX, headers=headers)).status_code == 200


async def test_a_wrong_token_is_not_logged(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await api.stranger.get(INDEX, headers={"Authorization": "Bearer geheim"})
    await api.stranger.get("/docs", params={"token": "geheim-too"})
    await api.client.get("/docs", params={"token": TOKEN})

    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("http")]
    assert not any("geheim" in text or TOKEN in text for text in ours)


async def test_who_fails_again_and_again_waits(api: Api) -> None:
    for _ in range(3):
        await api.stranger.get(INDEX, headers=WRONG)
    slow = asyncio.create_task(api.stranger.get(INDEX, headers=WRONG))
    # The right one of the same address comes later and is answered first.
    right = await api.client.get(INDEX)
    await settle()

    assert right.status_code == 200
    assert not slow.done()
    api.harness.clock.advance(5)
    assert is_refused(await slow)


@on_shared_loop
async def test_who_forgets_the_token_does_not_wait(shared_api: Api) -> None:
    for _ in range(10):
        assert is_refused(await shared_api.stranger.get(INDEX))


# -- the page


async def test_the_token_in_the_url_becomes_a_cookie(api: Api) -> None:
    entered = await api.stranger.get("/docs", params={"token": TOKEN, "x": "1"})

    assert entered.status_code == 303
    assert entered.headers["location"] == "./docs?x=1"
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert TOKEN not in entered.headers["set-cookie"]
    assert (await api.stranger.get(INDEX)).status_code == 200


async def test_a_wrong_token_in_the_url_is_none(api: Api) -> None:
    assert is_refused(await api.stranger.get("/docs", params={"token": "x"}))


@pytest.mark.parametrize(
    ("path", "form"),
    [("/", "./?refused=1"), ("/docs", "./?refused=1"), ("/a/b", "../?refused=1")],
)
async def test_a_browser_with_a_wrong_token_in_the_url_is_led_to_the_form(
    api: Api, path: str, form: str
) -> None:
    answer = await api.stranger.get(path, params={"token": "old"}, headers=BROWSER)

    assert (answer.status_code, answer.headers["location"]) == (303, form)
    assert "set-cookie" not in answer.headers
    page = await api.stranger.get("/", params={"refused": "1"}, headers=BROWSER)
    assert 'name="token"' in page.text


@on_shared_loop
async def test_a_browser_that_opens_the_reference_is_led_to_the_form(
    shared_api: Api,
) -> None:
    answer = await shared_api.stranger.get("/docs", headers=BROWSER)

    assert (answer.status_code, answer.headers["location"]) == (303, "./?to=docs")
    page = await shared_api.stranger.get("/", headers=BROWSER)
    assert 'name="token"' in page.text


async def test_an_old_cookie_leads_from_the_reference_to_the_form(api: Api) -> None:
    old = {"Cookie": f"{Tokens(TOKEN).cookie_name}=old"}

    answer = await api.stranger.get("/docs", headers=BROWSER | old)

    assert (answer.status_code, answer.headers["location"]) == (303, "./?to=docs")


@on_shared_loop
@pytest.mark.parametrize("path", [INDEX, "/openapi.json"])
async def test_what_is_for_programs_leads_nowhere(shared_api: Api, path: str) -> None:
    assert is_refused(await shared_api.stranger.get(path, headers=BROWSER))


async def test_a_browser_that_guesses_waits_as_well(api: Api) -> None:
    for _ in range(3):
        await api.stranger.get("/", params={"token": "old"}, headers=BROWSER)
    slow = asyncio.create_task(
        api.stranger.get("/", params={"token": "old"}, headers=BROWSER)
    )
    await api.client.get(INDEX)
    await settle()

    assert not slow.done()
    api.harness.clock.advance(5)
    assert (await slow).status_code == 303


async def test_a_wrong_bearer_is_told_so_whatever_is_accepted(
    api: Api,
) -> None:
    headers = BROWSER | WRONG

    assert is_refused(await api.stranger.get("/docs", headers=headers))


async def test_a_cookie_of_somebody_else_is_none(api: Api) -> None:
    name = Tokens(TOKEN).cookie_name

    answer = await api.stranger.get(INDEX, headers={"Cookie": f"{name}={TOKEN}"})

    assert is_refused(answer)


@pytest.mark.parametrize(
    ("origin", "status"), [("http://evil.example", 403), ("", 422), ("null", 403)]
)
async def test_another_page_cannot_use_the_cookie(
    api: Api, origin: str, status: int
) -> None:
    await api.stranger.get("/docs", params={"token": TOKEN})
    base = str(api.stranger.base_url).rstrip("/")

    answer = await api.stranger.put(
        "/api/v1/stations/CP-8", headers={"Origin": origin or base}, json=[]
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 422), ("same-site", 403), ("cross-site", 403)]
)
async def test_what_a_browser_says_of_the_site_counts(
    api: Api, site: str, status: int
) -> None:
    await api.stranger.get("/docs", params={"token": TOKEN})

    headers = {"Origin": "https://proxy.example", "Sec-Fetch-Site": site}
    answer = await api.stranger.put("/api/v1/stations/CP-8", headers=headers, json=[])

    assert answer.status_code == status


async def test_behind_a_proxy_that_is_known_the_cookie_is_for_tls(
    start_api: StartApi,
) -> None:
    proxies = Proxies([ip_network("127.0.0.1")])
    api = await start_api(context={"proxies": proxies})
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}

    entered = await api.stranger.get("/docs", params={"token": TOKEN}, headers=headers)

    assert "secure" in entered.headers["set-cookie"].lower()


@on_shared_loop
async def test_below_the_api_a_token_in_the_url_is_none_of_ours(
    shared_api: Api,
) -> None:
    answer = await shared_api.stranger.get(INDEX, params={"token": TOKEN})

    assert is_refused(answer)


def test_cookies_of_two_connectors_do_not_meet() -> None:
    assert Tokens("a").cookie_name != Tokens("b").cookie_name


def test_the_token_is_not_in_the_cookie() -> None:
    tokens = Tokens(TOKEN)

    assert not tokens.is_token(tokens.cookie)
    assert tokens.is_cookie(tokens.cookie)


async def test_a_start_names_the_dashboard_without_the_token(
    caplog: pytest.LogCaptureFixture, start_api: StartApi
) -> None:
    caplog.set_level(logging.INFO)

    api = await start_api()

    assert f"http://127.0.0.1:{api.server.port}/, " in caplog.text
    assert TOKEN not in caplog.text
