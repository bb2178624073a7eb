"""`/docs`: the reference as a page that needs nothing from anywhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from ipaddress import ip_network

import pytest

from connector.sessions.proxies import Proxies
from connector.tests.web.api.conftest import Api, StartApi, on_shared_loop
from connector.web.reference import reference

_VOID = frozenset({"meta", "br", "link", "img", "input"})


class Page(HTMLParser):
    """Whether its elements close, and what they name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        found = dict(attrs)
        self.links += [v for n in ("href", "src") if (v := found.get(n))]
        if value := found.get("id"):
            self.ids.append(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@on_shared_loop
async def test_it_is_a_page_that_loads_nothing(shared_api: Api) -> None:
    answer = await shared_api.client.get("/docs")

    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.open == []
    assert page.links
    assert all(link == "openapi.json" or link.startswith("#") for link in page.links)
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@on_shared_loop
async def test_every_operation_is_in_it(shared_api: Api) -> None:
    description = await shared_api.get("/openapi.json")
    page = Page((await shared_api.client.get("/docs")).text)

    names = {
        operation["operationId"]
        for item in description["paths"].values()
        for operation in item.values()
    }
    assert names <= set(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


@on_shared_loop
async def test_members_and_bounds_are_told(shared_api: Api) -> None:
    text = (await shared_api.client.get("/docs")).text

    assert re.search(r"<code>connectors\[\]\.limit\.power_limit</code>", text)
    assert "at most 1000" in text
    assert "curl -X POST" in text
    base = str(shared_api.client.base_url).rstrip("/")
    assert f"{base}/api/v1/stations/CP-7/calls" in text


@on_shared_loop
@pytest.mark.parametrize("host", ["charging.lan:8081", "192.0.2.7", "[fd00::1]:9"])
async def test_examples_have_the_address_that_the_page_was_opened_with(
    shared_api: Api, host: str
) -> None:
    text = (await shared_api.client.get("/docs", headers={"Host": host})).text

    examples = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    assert examples
    assert all(f" http://{host}/" in example for example in examples)


@on_shared_loop
@pytest.mark.parametrize("host", ["a;reboot", "$(reboot)", "<b>", "a b", "u@a", ""])
async def test_a_host_that_a_shell_would_read_is_in_no_example(
    shared_api: Api, host: str
) -> None:
    text = (await shared_api.client.get("/docs", headers={"Host": host})).text

    assert f"http://127.0.0.1:{shared_api.server.port}/api/v1" in text
    assert f"//{host}/" not in text


async def test_behind_a_proxy_that_is_known_examples_are_for_tls(
    start_api: StartApi,
) -> None:
    api = await start_api(context={"proxies": Proxies([ip_network("127.0.0.1")])})
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    headers["Host"] = "charging.example"

    text = (await api.client.get("/docs", headers=headers)).text

    assert "https://charging.example/api/v1/stations" in text
    assert "http://charging.example" not in text


def test_what_it_is_given_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    description = {
        "info": {"title": evil, "version": evil, "description": evil},
        "paths": {
            f"/{evil}": {"get": {"summary": evil, "tags": [evil], "responses": {}}}
        },
    }

    assert "<script" not in reference(description, "http://localhost")
