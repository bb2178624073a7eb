"""The command `display_message`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.csms.station import Station
from connector.datapoints import values
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import Outcome, of_response
from connector.datapoints.values import InvalidValue

Json = dict[str, Any]

_EXPECTED = "a text, or an object with content or message"


def display_message(value: object) -> Json:
    """A text, or an object: content, a message, or the whole payload."""
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        return {"content": values.text(value)}
    found = values.structure(value, _EXPECTED)
    if not isinstance(found, dict) or not found:
        raise InvalidValue(value, _EXPECTED)
    return found


async def show_message(
    context: Context, station: Station, where: str, wanted: Json
) -> Outcome:
    """SetDisplayMessage."""
    number, answer = await context.blocks.v2.display.show(station, wanted)
    outcome = of_response("SetDisplayMessage", answer)
    details = filter(None, (outcome.detail, f"id {number}"))
    return replace(outcome, detail=", ".join(details))
