"""Bodies that are none, too long, too deep or too slow."""

from __future__ import annotations

import asyncio

import httpx
import orjson
import pytest

from connector.tests.web.api.conftest import NAME, TOKEN, Api, on_shared_loop
from connector.web.bodies import MOST_BYTES

PATH = f"/api/v1/stations/{NAME}/1/power_limit"
HEAD = (
    f"POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n"
    "content-length: {}\r\n\r\n"
)


def detail(answer: httpx.Response, status: int) -> str:
    """What a problem says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


@on_shared_loop
@pytest.mark.parametrize(
    "body",
    [
        b'{"value": NaN}',
        b'{"value": Infinity}',
        b'{"value": 1e999}',
        b'{"value": 1',
        b'{"value": "\\ud800"}',
        b"\xff\xfe",
        b"value=1",
        b"[" * 5000 + b"]" * 5000,
    ],
)
async def test_what_is_no_json_is_refused(shared_api: Api, body: bytes) -> None:
    answer = await shared_api.client.post(PATH, content=body)

    assert "no JSON" in detail(answer, 422)
    assert answer.json()["errors"] == [{"field": "body", "expected": "JSON"}]


@on_shared_loop
async def test_what_is_nested_without_end_is_refused(shared_api: Api) -> None:
    body = b'{"value": ' + b"[" * 500 + b"]" * 500 + b"}"

    answer = await shared_api.client.post(PATH, content=body)

    assert "nested deeper" in detail(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


@on_shared_loop
async def test_a_body_that_is_too_long_is_refused(shared_api: Api) -> None:
    body = orjson.dumps({"value": "x" * MOST_BYTES})

    async def pieces() -> object:
        yield body

    told = await shared_api.client.post(PATH, content=body)
    in_pieces = await shared_api.client.post(PATH, content=pieces())  # type: ignore[arg-type]

    assert "longer than" in detail(told, 413)
    assert "longer than" in detail(in_pieces, 413)


async def test_the_content_type_may_be_forgotten(api: Api) -> None:
    answer = await api.client.post(
        PATH,
        content=b'{"value": 1}',
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 200


async def test_a_body_of_a_stranger_is_not_read(api: Api) -> None:
    answer = await api.stranger.post(PATH, content=b"x" * (2 * MOST_BYTES))

    assert answer.status_code == 401


async def test_who_hangs_up_in_the_middle_is_forgotten(api: Api) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.server.port)
    writer.write(HEAD.format(100).encode() + b'{"val')
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await api.client.get("/api/v1")).status_code == 200
