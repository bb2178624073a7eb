"""`/files/{name}` in the API's own description: its routes read all by themselves."""

from __future__ import annotations

from typing import Any

from connector.web.problems import errors

Json = dict[str, Any]

_NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "A one-time name, as `get_log` or `update_firmware` tells it to a "
    "station: whoever knows it needs no token",
    "schema": {"type": "string", "examples": ["4fX1b0Qm7uYt2kZc9aVw3hRs"]},
}
_BINARY = "application/octet-stream"
_BYTES = {"type": "string", "contentMediaType": _BINARY}
_KEPT = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"const": "kept"}},
}
_BODY = {
    "required": True,
    "content": {
        _BINARY: {"schema": _BYTES, "example": "(the file)"},
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": _BYTES}},
            "example": {"file": "(the file)"},
        },
    },
}
_UPLOADED = {
    "description": "It is kept; the name is spent",
    "content": {
        "application/json": {"schema": _KEPT, "example": {"detail": "kept"}},
    },
}
_FILE = {_BINARY: {"schema": _BYTES, "example": "(the file)"}}
_DOWNLOADED = {"description": "The file", "content": _FILE}
_PART = {"description": "The range of it that was asked for", "content": _FILE}


def _operation(
    method: str, summary: str, responses: Json, *refusals: int, **more: Any
) -> Json:
    refused = {
        str(status): told for status, told in errors(404, 405, *refusals).items()
    }
    return {
        "tags": ["files"],
        "summary": summary,
        "operationId": f"{method}_file_files__name__{method}",
        "parameters": [_NAME],
        "responses": dict(sorted((responses | refused).items())),
        **more,
    }


def _upload(method: str) -> Json:
    return _operation(
        method,
        "Put a file here: a log, or diagnostics",
        {"200": _UPLOADED},
        *(400, 408, 413, 507),
        description="The file itself, or a form with it. What stands behind the name "
        "in the path is what the file is called.",
        requestBody=_BODY,
    )


FILE_PATHS: Json = {
    "/files/{name}": {
        "get": _operation(
            "get",
            "Get a file from here: firmware",
            {"200": _DOWNLOADED, "206": _PART},
            *(400, 416),
        ),
        "head": _operation(
            "head",
            "How long that file is",
            {"200": {"description": "It is there"}},
        ),
        "put": _upload("put"),
        "post": _upload("post"),
    }
}
"""By path and method, as OpenAPI has them."""
