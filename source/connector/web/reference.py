"""`/docs`: the API's description as a page to read; nothing of it is loaded."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from connector.web.reference_schemas import Shape, example_of, marked, members_of

Json = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem; }
h2 { margin-top: 3rem; text-transform: capitalize; border-bottom: 1px solid #8888; }
article { margin: 2rem 0; }
h3 { font-size: 1.05rem; overflow-wrap: anywhere; }
h3 b { display: inline-block; min-width: 4.5rem; }
code, pre { font: 0.85rem/1.45 ui-monospace, monospace; }
p, td, summary { overflow-wrap: anywhere; }
td:nth-child(2) { overflow-wrap: break-word; }
pre { background: #8882; padding: 0.7rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
td, th { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0;
         border-bottom: 1px solid #8883; }
nav a { display: inline-block; margin-right: 1rem; text-transform: capitalize; }
summary { cursor: pointer; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head><body>
<h1>{title}</h1>
{about}
<p>For programs: <a href="openapi.json">openapi.json</a> (version {version}).</p>
<nav>{links}</nav>
{body}
</body></html>
"""


def reference(description: Mapping[str, Any], address: str) -> str:
    """The page for a description (OpenAPI 3.1), with examples for a server there."""
    groups: dict[str, list[str]] = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            tag = operation.get("tags", ["other"])[0]
            article = "\n".join(
                _operation(description, address, path, method, operation)
            )
            groups.setdefault(tag, []).append(article)
    info = description["info"]
    return _PAGE.format(
        title=escape(info["title"]),
        style=_STYLE,
        about=_paragraphs(info.get("description", "")),
        version=escape(info["version"]),
        links="\n".join(f'<a href="#{escape(t)}">{escape(t)}</a>' for t in groups),
        body="\n".join(
            f'<h2 id="{escape(tag)}">{escape(tag)}</h2>\n' + "\n".join(articles)
            for tag, articles in groups.items()
        ),
    )


def _operation(
    description: Mapping[str, Any],
    address: str,
    path: str,
    method: str,
    operation: Json,
) -> Iterator[str]:
    name = escape(operation.get("operationId", f"{method} {path}"))
    yield f'<article id="{name}">'
    yield f"<h3><b>{method.upper()}</b><code>{escape(path)}</code></h3>"
    yield f"<p>{marked(operation.get('summary', ''))}</p>"
    yield _paragraphs(operation.get("description", ""))
    parameters = operation.get("parameters", [])
    if parameters:
        yield _table(("parameter", "is", "meaning"), map(_parameter, parameters))
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        yield from _body(description, body)
    yield _curl(description, f"{address}{path}", method, operation)
    yield from _answers(description, operation.get("responses", {}))
    yield "</article>"


def _parameter(parameter: Json) -> tuple[str, str, str]:
    shape = Shape.of(parameter["schema"])
    optional = "" if parameter.get("required") else ", optional"
    where = f"{parameter['in']}, {shape.kind}{optional}"
    return (
        f"<code>{escape(parameter['name'])}</code>",
        escape(where),
        shape.meaning(parameter.get("description", "")),
    )


def _body(description: Mapping[str, Any], body: Json) -> Iterator[str]:
    yield "<details open><summary>Body</summary>"
    yield _members(description, body["schema"])
    yield "</details>"


def _answers(
    description: Mapping[str, Any], responses: Mapping[str, Json]
) -> Iterator[str]:
    """What is answered: successes with their members, problems in one line."""
    problems = [status for status in responses if not status.startswith("2")]
    for status, response in responses.items():
        if status in problems:
            continue
        yield f"<details><summary>{status}: {marked(response['description'])}"
        yield "</summary>"
        for content in response.get("content", {}).values():
            yield _members(description, content.get("schema", {}))
        yield "</details>"
    if problems:
        yield f"<p>Problems: {', '.join(problems)}.</p>"


def _members(description: Mapping[str, Any], schema: Json) -> str:
    rows = [
        (f"<code>{escape(name)}</code>", escape(shape.kind), shape.meaning())
        for name, shape in members_of(description, schema)
    ]
    return _table(("member", "is", "meaning"), rows) if rows else ""


def _curl(
    description: Mapping[str, Any], url: str, method: str, operation: Json
) -> str:
    """A command that can be tried."""
    parts = ["curl"]
    if method != "get":
        # With -X, curl waits for the body that no answer to HEAD has.
        parts.append("-I" if method == "head" else f"-X {method.upper()}")
    if operation.get("security"):
        parts.append('-H "Authorization: Bearer $API_TOKEN"')
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        found = example_of(description, content["application/json"])
        parts.append("-d '" + json.dumps(found).replace("'", "'\\''") + "'")
    elif content:
        parts.append("--data-binary @diagnostics.zip")
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            value = parameter.get("examples") or parameter["schema"].get("examples")
            shown = str(_first(value)) if value else parameter["name"].upper()
            url = url.replace(f"{{{parameter['name']}}}", shown)
    parts.append(url)
    return f"<pre>{escape(' '.join(parts))}</pre>"


def _first(examples: Any) -> Any:
    if isinstance(examples, dict):
        return next(iter(examples.values())).get("value")
    return examples[0]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["<table><tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def _paragraphs(text: str) -> str:
    return "\n".join(f"<p>{marked(part)}</p>" for part in text.split("\n\n") if part)
