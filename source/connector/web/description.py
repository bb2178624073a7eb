"""The API's own description (OpenAPI): what FastAPI cannot know of it is added here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from connector.web import examples
from connector.web.api.auth import is_open
from connector.web.file_operations import FILE_PATHS
from connector.web.problems import PROBLEM_SCHEMA, errors

Json = dict[str, Any]

_ABOUT = """\
Stations, commands, transactions and tokens of this connector.

Every path but `/health`, `/health/live`, `/metrics` and `/files` wants the token:
`Authorization: Bearer <API_TOKEN>`. Errors are `application/problem+json` with a
`detail` that says what to do. Lists come in pages: `next` is the `cursor` of the
next one.
"""
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "`API_TOKEN`; where none is set, the one in `DATA_DIR/api.token`",
}
_JSON = "application/json"
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_EVERYWHERE = errors(401, 403, 422, 429, 503)
_WITH_BODY = errors(408, 413)
_UNNAMED = frozenset({"Successful Response", "Additional Response"})
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def body_of(schema: str) -> Json:
    """The ``openapi_extra`` of a route that reads its JSON body itself."""
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"requestBody": {"required": True, "content": {_JSON: content}}}


def describe(app: FastAPI, version: str, schemas: Mapping[str, Json]) -> None:
    """Have the application describe itself; made once, when it is first asked for.

    ``schemas`` are those of bodies that routes read themselves, by name.
    """

    def openapi() -> Json:
        if not app.openapi_schema:
            app.openapi_schema = _whole(app, version, schemas)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


async def description_of(app: FastAPI) -> Json:
    """The description; making it takes a while, and stations go on meanwhile."""
    found: Json = app.openapi_schema or {}
    return found or await asyncio.to_thread(app.openapi)


def _whole(app: FastAPI, version: str, own: Mapping[str, Json]) -> Json:
    found = get_openapi(
        title=app.title,
        version=version,
        description=_ABOUT,
        routes=app.routes,
    )
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    for name, schema in own.items():
        inner = {k: v for k, v in schema.items() if k != "$defs"}
        schemas.update(schema.get("$defs", {}) | {name: inner})
    components["securitySchemes"] = {"token": _BEARER}
    for path, item in found["paths"].items():
        for method in _METHODS & item.keys():
            _complete(item[method], is_guarded=not is_open(path))
            _name(item[method])
    found["paths"] |= deepcopy(FILE_PATHS)
    examples.add_to(found["paths"])
    return found


def _complete(operation: Json, *, is_guarded: bool) -> None:
    """What holds for every operation behind the guard."""
    if not is_guarded:
        return
    operation["security"] = [{"token": []}]
    responses = operation["responses"]
    common = _EVERYWHERE | (_WITH_BODY if "requestBody" in operation else {})
    if any(each["in"] == "path" for each in operation.get("parameters", ())):
        common = common | errors(404)
    responses.update({str(status): told for status, told in common.items()})
    operation["responses"] = dict(sorted(responses.items()))


def _name(operation: Json) -> None:
    """Successes are called by what they are."""
    for status, told in operation["responses"].items():
        if told.get("description") in _UNNAMED:
            told["description"] = HTTPStatus(int(status)).phrase
