"""Bodies that are none, too long, too deep or too slow."""

from __future__ import annotations

import asyncio

import httpx
import orjson
import pytest

from connector.tests.web.api.conftest import NAME, TOKEN, Api, on_shared_loop
from connector.web.bodies import MOST_BYTES

PATH = f"/api/v1/stations/{NAME}/1/power_limit"
CALLS = f"/api/v1/stations/{NAME}/calls"
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
        b'{"value": [1e999, NaN]}',
        b'{"value": [1e999, "\\ud800"]}',
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


LONG = 2**64
BODIES = (
    ("POST", PATH, b'{"value": %d}'),
    ("POST", CALLS, b'{"action": "DataTransfer", "payload": {"a": [%d]}}'),
    ("PUT", f"/api/v1/stations/{NAME}", b'{"phases": %d}'),
    ("PUT", "/api/v1/tokens/any/T1", b'{"status": "Accepted", "max_active": %d}'),
    ("POST", "/api/v1/pki/server", b'{"hosts": ["x"], "days": %d}'),
)


@on_shared_loop
@pytest.mark.parametrize(("method", "path", "body"), BODIES)
@pytest.mark.parametrize("number", [LONG, -(2**63) - 1])
async def test_whole_numbers_beyond_64_bits_are_refused_by_name(
    shared_api: Api, method: str, path: str, body: bytes, number: int
) -> None:
    answer = await shared_api.client.request(method, path, content=body % number)

    told = f"a whole number of more than 64 bits: {number}"
    assert detail(answer, 422) == told
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


@pytest.mark.parametrize("number", [LONG - 1, -(2**63), 2**53 + 1])
async def test_whole_numbers_of_64_bits_reach_the_station_as_they_are(
    api: Api, number: int
) -> None:
    end = await api.connect()
    call = b'{"action": "ChangeConfiguration", "payload": {"key": "K", "value": "%d"}}'
    body = b'{"value": {"K": %d}}' % number

    await api.client.post(CALLS, content=call % number)
    await api.client.post(f"/api/v1/stations/{NAME}/0/configuration", content=body)

    asked = [call["value"] for call in end.asked("ChangeConfiguration")]
    assert asked[-2:] == [str(number)] * 2


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("1/power_limit", b'{"value": 1e400}', "Infinity is not a finite number"),
        ("1/power_limit", b'{"value": "1e400"}', '"1e400" is not a finite number'),
        ("0/configuration", b'{"value": {"K": -1e400}}', "finite number"),
        (
            "calls",
            b'{"action": "DataTransfer", "payload": {"vendorId": "v", "data": 1e400}}',
            "finite number",
        ),
    ],
)
async def test_what_is_beyond_a_double_in_a_command_is_its_outcome(
    api: Api, path: str, body: bytes, told: str
) -> None:
    end = await api.connect()
    end.calls.clear()

    answer = await api.client.post(f"/api/v1/stations/{NAME}/{path}", content=body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "invalid"
    assert told in answer.json()["detail"]
    assert end.calls == []


@on_shared_loop
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", CALLS, b'{"action": "Reset", "timeout_s": 1e400}', "timeout_s"),
        ("PUT", "/api/v1/stations/CP-8", b'{"voltage": 1e400}', "voltage"),
        ("PUT", "/api/v1/stations/CP-8", b'{"name": 1e400}', "name"),
        (
            "PUT",
            "/api/v1/tokens/any/T1",
            b'{"status": "Accepted", "max_active": 1e400}',
            "max_active",
        ),
        ("POST", "/api/v1/pki/server", b'{"hosts": ["x"], "days": 1e400}', "days"),
    ],
)
async def test_what_is_beyond_a_double_elsewhere_does_not_fit(
    shared_api: Api, method: str, path: str, body: bytes, field: str
) -> None:
    answer = await shared_api.client.request(method, path, content=body)

    assert detail(answer, 422).startswith(f"{field} is inf, expected ")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


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
