"""Every answer tells browsers what not to do with it."""

from __future__ import annotations

import pytest

from connector.tests.web.api.conftest import NAME, Api, on_shared_loop, shared_api

__all__ = ["shared_api"]

EVERYWHERE = (
    "/",
    "/health",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/api/v1/stations",
    "/api/v1/stations/nobody",
    "/files/nothing",
    "/nowhere",
)


@on_shared_loop
@pytest.mark.parametrize("path", EVERYWHERE)
async def test_no_answer_is_framed_guessed_at_or_told_of(
    shared_api: Api, path: str
) -> None:
    headers = (await shared_api.client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@on_shared_loop
@pytest.mark.parametrize("path", EVERYWHERE)
async def test_no_policy_lets_scripts_in_from_anywhere(
    shared_api: Api, path: str
) -> None:
    policy = (await shared_api.client.get(path)).headers["content-security-policy"]
    rules = dict(
        rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule
    )

    scripts = rules.get("script-src", rules["default-src"])
    assert "unsafe" not in scripts
    assert "http" not in scripts
    assert "*" not in scripts
    assert rules["default-src"] == "'none'"


@on_shared_loop
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/v1/stations", "GET"),
        (f"/api/v1/stations/{NAME}", "GET"),
        ("/api/v1/stations/nobody", "GET"),
        ("/api/v1/tokens/any/%00", "PUT"),
    ],
)
async def test_no_answer_of_the_api_is_kept(
    shared_api: Api, path: str, method: str
) -> None:
    answer = await shared_api.client.request(method, path)

    assert answer.headers["cache-control"] == "no-store"


@on_shared_loop
async def test_who_is_not_let_in_gets_them_too(shared_api: Api) -> None:
    answer = await shared_api.stranger.get("/api/v1/stations")

    assert answer.status_code == 401
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
