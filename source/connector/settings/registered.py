"""What is registered of stations at run time, by the same rules as `STATIONS`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connector.csms.registering import WrongMembers
from connector.settings.problems import wrong_member
from connector.settings.stations import StationEntry


def read_entry(members: Mapping[str, Any]) -> StationEntry:
    """The entry that these members are.

    Raises:
        WrongMembers: with what does not fit; secrets are not shown.
    """
    try:
        return StationEntry.model_validate(dict(members))
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise WrongMembers([wrong_member(each) for each in found]) from None


def entry_schema() -> dict[str, Any]:
    """How the members look, as a JSON schema."""
    return StationEntry.model_json_schema(ref_template="#/components/schemas/{model}")
