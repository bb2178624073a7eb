"""What the entries of `STATIONS` and `TOKENS` have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connector.settings.kinds import Text, wrong

_TEXT = "text of 1 to 255 characters without control characters"
Name = Annotated[str, BeforeValidator(Text(_TEXT))]


def member(default: Any, meaning: str, *, shown: str = "", secret: bool = False) -> Any:
    """A field; `shown` is how the README writes what holds where it is not set."""
    return Field(default, description=meaning, title=shown or None, repr=not secret)


class Entry(BaseModel):
    """An object whose members are all known, and where null is not set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_set(cls, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise wrong("an object")
        return {name: member for name, member in value.items() if member is not None}
