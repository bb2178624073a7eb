"""Who may use the API."""

from __future__ import annotations

import pytest

from connector.tests.web.api.conftest import Api

INDEX = "/api/v1"


async def test_with_the_token_it_answers(api: Api) -> None:
    found = await api.get(INDEX)

    assert found["paths"][INDEX] == ["GET"]


@pytest.mark.parametrize("path", [INDEX, "/openapi.json", "/docs", "/nothing", "/"])
async def test_without_a_token_nothing_is_told(api: Api, path: str) -> None:
    answer = await api.stranger.get(path)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "API_TOKEN" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/health", "/health/live"])
async def test_some_need_no_token(api: Api, path: str) -> None:
    assert (await api.stranger.get(path)).status_code == 200
