"""How often a message that a station says is held against its schema."""

from __future__ import annotations

from typing import Any

import pytest

from connector.ocppj.schemas import schemas

Json = dict[str, Any]


def looks(patch: pytest.MonkeyPatch, version: str, action: str) -> list[Json]:
    """What the sessions' schema of an action is asked about from now on."""
    schema = schemas(version).request(action)
    is_valid, asked = schema.is_valid, []

    def ask(payload: Json) -> bool:
        asked.append(payload)
        return is_valid(payload)

    patch.setattr(schema, "is_valid", ask)
    return asked
