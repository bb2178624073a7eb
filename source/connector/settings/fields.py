"""How a field of `Settings` is declared."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def setting(
    default: Any,
    meaning: str,
    *,
    shown: str = "",
    secret: bool = False,
    checked: bool = False,
) -> Any:
    """A field; `shown` is how the README writes the default.

    `checked`: the default too has to agree with the other settings.
    """
    return Field(
        default,
        description=meaning,
        title=shown or None,
        repr=not secret,
        validate_default=checked,
    )
