"""The reference page of the API says what the API says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.tests.web.api.conftest import Api, on_shared_loop
from connector.web.api_page import page

PAGE = Path(__file__).resolve().parents[5] / "docs" / "reference" / "http-api.md"


@pytest.mark.repository
@on_shared_loop
async def test_the_page_is_that_of_the_description(shared_api: Api) -> None:
    made = page(await shared_api.get("/openapi.json"))

    assert PAGE.read_text("utf-8") == made, (
        "run: cd source && curl -H 'Authorization: Bearer <token>' "
        "http://127.0.0.1:8080/openapi.json "
        "| python -m connector.web.api_page > ../docs/reference/http-api.md"
    )


def test_an_operation_is_a_row_with_its_query() -> None:
    query = {"name": "limit", "in": "query"}
    operation = {"tags": ["a"], "summary": "One | two", "parameters": [query]}

    made = page({"paths": {"/api/v1/x": {"get": operation}, "/health": {"get": {}}}})

    assert "## A\n" in made
    assert "| `GET /api/v1/x` | One \\| two | `limit` |\n" in made
    assert "/health" not in made
