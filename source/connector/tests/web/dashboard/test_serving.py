"""The page's files, and the way in and out, over a real socket."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import httpx
import pytest

from connector.tests.web.api.conftest import TOKEN, Api, on_shared_loop

JSON = {"Accept": "application/json"}
_ASSET = re.compile(r'"\.?/?(assets/[^"]+)"')


async def logged_in(api: Api) -> httpx.AsyncClient:
    """A browser with the cookie; it is the `stranger` from then on."""
    answer = await api.stranger.post("/login", data={"token": TOKEN})
    assert answer.status_code == 303
    return api.stranger


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


# -- the page


@on_shared_loop
async def test_who_is_not_let_in_is_asked_for_the_token(shared_api: Api) -> None:
    answer = await shared_api.stranger.get("/")

    assert answer.status_code == 200
    assert 'name="token"' in answer.text
    assert "importmap" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@on_shared_loop
async def test_who_has_the_token_is_shown_the_page(shared_api: Api) -> None:
    answer = await shared_api.client.get("/")

    assert answer.status_code == 200
    assert "importmap" in answer.text


@on_shared_loop
@pytest.mark.parametrize("client", ["client", "stranger"])
async def test_all_that_a_document_names_is_there_and_may_be_kept_for_ever(
    shared_api: Api, client: str
) -> None:
    browser = getattr(shared_api, client)
    names = _ASSET.findall((await browser.get("/")).text)

    answers = [await shared_api.stranger.get(f"/{name}") for name in names]

    assert len(names) > 5
    assert {answer.status_code for answer in answers} == {200}
    kept = {answer.headers["cache-control"] for answer in answers}
    assert kept == {"public, max-age=31536000, immutable"}


@on_shared_loop
async def test_urls_are_relative_so_that_a_proxy_may_put_it_below_a_prefix(
    shared_api: Api,
) -> None:
    pages = [await shared_api.client.get("/"), await shared_api.stranger.get("/")]

    found = [re.findall(r'(?:src|href|action)="([^"#]+)"', each.text) for each in pages]

    assert all(found)
    absolute = [u for urls in found for u in urls if u.startswith("/") or "//" in u]
    assert absolute == []


@on_shared_loop
async def test_only_our_files_and_the_import_map_may_run(shared_api: Api) -> None:
    answer = await shared_api.client.get("/")

    found = policy(answer)
    [inline] = re.findall(r'<script type="importmap">(.*?)</script>', answer.text, re.S)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert found["script-src"] == f"'self' 'sha256-{digest}'"
    assert found["default-src"] == "'none'"
    assert found["frame-ancestors"] == "'none'"
    assert found["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@on_shared_loop
async def test_the_form_says_that_a_token_is_not_right(shared_api: Api) -> None:
    script = (await shared_api.stranger.get("/assets/login.js")).text

    assert 'has("refused")' in script
    assert "This token is not right" in script


@on_shared_loop
async def test_a_broker_that_is_away_is_promised_what_it_gets_and_no_more(
    shared_api: Api,
) -> None:
    told = (await shared_api.stranger.get("/assets/pages/connector/warnings.js")).text

    assert "the newest of each value is sent when it is there again" in told
    assert "told the newest of each value, not those between" in told
    assert "values wait" not in told


# -- its files


@on_shared_loop
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("style/tokens.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("vendor/vendor.json", "application/json"),
        ("vendor/preact.LICENSE.txt", "text/plain; charset=utf-8"),
    ],
)
async def test_files_have_their_types(
    shared_api: Api, name: str, media_type: str
) -> None:
    answer = await shared_api.stranger.get(f"/assets/{name}")

    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


@on_shared_loop
async def test_a_file_that_is_kept_is_not_sent_again(shared_api: Api) -> None:
    browser = shared_api.stranger
    etag = (await browser.get("/assets/app.js")).headers["etag"]

    again = await browser.get("/assets/app.js", headers={"If-None-Match": etag})
    other = await browser.get("/assets/app.js", headers={"If-None-Match": '"x"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    assert other.status_code == 200


@on_shared_loop
async def test_files_are_compressed_for_who_takes_it(shared_api: Api) -> None:
    url = "/assets/vendor/uplot.js"
    async with shared_api.stranger.stream("GET", url) as packed:
        sent = b"".join([piece async for piece in packed.aiter_raw()])
    plain = await shared_api.stranger.get(
        url, headers={"Accept-Encoding": "gzip;q=0, identity"}
    )

    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == plain.content
    assert "content-encoding" not in plain.headers
    assert len(sent) < len(plain.content) / 2


@on_shared_loop
async def test_a_page_from_before_an_update_gets_what_there_is(shared_api: Api) -> None:
    answer = await shared_api.stranger.get(f"/assets/{'0' * 16}/app.js")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@on_shared_loop
@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/nothing.js",
        "/assets/../serving.py",
        "/assets/%2e%2e/serving.py",
        "/assets/..%2fserving.py",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/style",
        "/assets/app.js%00",
        f"/assets/{'0' * 16}/../../serving.py",
    ],
)
async def test_nothing_else_is_served(shared_api: Api, path: str) -> None:
    base = str(shared_api.stranger.base_url).rstrip("/")
    url = httpx.URL(base).copy_with(raw_path=path.encode())

    answer = await shared_api.stranger.get(url)

    assert answer.status_code in (401, 404)
    assert "import" not in answer.text


@on_shared_loop
async def test_browsers_find_an_icon(shared_api: Api) -> None:
    answer = await shared_api.stranger.get("/favicon.ico")

    assert answer.headers["content-type"] == "image/svg+xml"


# -- in and out


async def test_the_form_lets_in(api: Api) -> None:
    answer = await api.stranger.post("/login", data={"token": f" {TOKEN}\n"})

    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert "importmap" in (await api.stranger.get("/")).text
    assert (await api.stranger.get("/api/v1/stations")).status_code == 200


async def test_an_open_page_is_told_by_the_status(api: Api) -> None:
    wrong = await api.stranger.post("/login", data={"token": "x"}, headers=JSON)
    right = await api.stranger.post("/login", data={"token": TOKEN}, headers=JSON)

    assert wrong.status_code == 401
    assert wrong.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in wrong.headers
    assert right.status_code == 204
    assert "set-cookie" in right.headers


@pytest.mark.parametrize("data", [{"token": "wrong"}, {"token": ""}, {}, {"a": "b"}])
async def test_a_wrong_token_is_told_and_lets_nobody_in(
    api: Api, data: dict[str, str]
) -> None:
    answer = await api.stranger.post("/login", data=data)

    assert answer.headers["location"] == "./?refused=1"
    assert "set-cookie" not in answer.headers
    assert 'name="token"' in (await api.stranger.get("/?refused=1")).text


async def test_who_came_for_the_reference_is_led_there(api: Api) -> None:
    data = {"token": TOKEN, "to": "docs"}

    wrong = await api.stranger.post("/login", data=data | {"token": "x"})
    right = await api.stranger.post("/login", data=data)

    assert wrong.headers["location"] == "./?refused=1&to=docs"
    assert right.headers["location"] == "./docs"


@pytest.mark.parametrize("place", ["//elsewhere.example", "docs?x", "/docs", "", "é"])
async def test_nobody_is_led_elsewhere(api: Api, place: str) -> None:
    answer = await api.stranger.post("/login", data={"token": TOKEN, "to": place})

    assert answer.headers["location"] == "./"


async def test_who_guesses_at_the_form_is_counted(api: Api) -> None:
    for _ in range(3):
        await api.stranger.post("/login", data={"token": "guess"})

    told = (await api.stranger.get("/metrics")).text
    assert re.search(r"\{.*wrong_token.*\} 3(\.0)?$", told, re.M)


async def test_a_form_that_is_too_long_is_refused(api: Api) -> None:
    answer = await api.stranger.post("/login", data={"token": "x" * 10_000})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "content", [b"token=%FF%FE", b"\xff\x00", b"token", b"token=a&token=b"]
)
async def test_rubbish_in_the_form_is_a_wrong_token(api: Api, content: bytes) -> None:
    answer = await api.stranger.post("/login", content=content)

    assert answer.headers["location"] == "./?refused=1"


async def test_another_page_cannot_log_anybody_in(api: Api) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    answer = await api.stranger.post("/login", data={"token": TOKEN}, headers=foreign)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_who_reloads_the_form_is_brought_back(api: Api) -> None:
    answer = await api.stranger.get("/login")

    assert (answer.status_code, answer.headers["location"]) == (303, "./")


async def test_who_logs_out_is_asked_again(api: Api) -> None:
    browser = await logged_in(api)

    answer = await browser.post("/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    assert 'name="token"' in (await browser.get("/")).text
    assert (await browser.get("/api/v1/stations")).status_code == 401


async def test_another_page_cannot_log_anybody_out(api: Api) -> None:
    browser = await logged_in(api)

    foreign = {"Origin": "https://elsewhere.example"}
    answer = await browser.post("/logout", headers=foreign)

    assert answer.status_code == 403
    assert "importmap" in (await browser.get("/")).text


async def test_a_cookie_from_before_the_token_was_changed_asks_for_it(api: Api) -> None:
    browser = await logged_in(api)
    [name] = browser.cookies
    browser.cookies.set(name, "0" * 64)

    assert 'name="token"' in (await browser.get("/")).text


@on_shared_loop
async def test_a_wrong_token_in_the_header_gets_no_page(shared_api: Api) -> None:
    headers = {"Authorization": "Bearer wrong"}

    assert (await shared_api.stranger.get("/", headers=headers)).status_code == 401
