"""The reference page of the HTTP API, made from its description.

``python -m connector.web.api_page`` reads ``/openapi.json`` and writes it (from
``source/``, see docs/README.md); a test holds it current. With parameters, bodies and
answers in full it is at ``/docs`` of a connector that runs (`connector.web.reference`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

_INTRODUCTION = """\
# The HTTP API: every operation

How to use it: [The HTTP API](../how-to/http-api.md). Bodies and answers with every
member are at `/docs` of a connector that runs, and for programs at `/openapi.json`. All
of them need the token.
"""
_ROOT = "/api/"


def page(description: Mapping[str, Any]) -> str:
    """The whole page, as Markdown, for a description (OpenAPI 3.1)."""
    groups: dict[str, list[str]] = {}
    guarded = (p for p in description["paths"].items() if p[0].startswith(_ROOT))
    for path, item in guarded:
        for method, operation in item.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_row(path, method, operation))
    return _INTRODUCTION + "".join(
        part for tag, rows in groups.items() for part in _section(tag, rows)
    )


def _section(tag: str, rows: list[str]) -> Iterator[str]:
    yield f"\n## {tag.capitalize()}\n\n"
    yield "| operation | what it does | query |\n|---|---|---|\n"
    yield from rows


def _row(path: str, method: str, operation: Json) -> str:
    parameters = operation.get("parameters", [])
    names = [f"`{each['name']}`" for each in parameters if each["in"] == "query"]
    cells = (
        f"`{method.upper()} {path}`",
        _cell(operation.get("summary", "")),
        ", ".join(names),
    )
    return f"| {' | '.join(cells)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))
