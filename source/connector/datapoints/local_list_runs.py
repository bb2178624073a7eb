"""The command `local_list`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.local_lists import ACCEPTED, NOT_SUPPORTED, ListResult
from connector.csms.station import Station
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.values import InvalidValue, json_object_or_none
from connector.errors import StationNotConnected
from connector.ocppj.redaction import blank

Json = dict[str, Any]

_OUTCOMES = {ACCEPTED: OutcomeName.ACCEPTED, NOT_SUPPORTED: OutcomeName.UNSUPPORTED}
_UPDATE_TYPES = ("Full", "Differential")
_EXPECTED = (
    'null, {"updateType": "Full"} or {"updateType": "Differential"}, '
    "false, or a SendLocalList with its "
)
_STAYS = "it stays as it is: changes of the registry are not sent any more"
_LEAVE = ("false", "off")


def local_list(version: str) -> Callable[[object], Json | None]:
    """What to send: an update of the registry, or a complete SendLocalList.

    ``version`` is the member that only a complete one has. None is for a list that is
    to stay as it is.
    """

    def read(value: object) -> Json | None:
        is_word = isinstance(value, str) and value.strip().lower() in _LEAVE
        if value is False or is_word:
            return None
        payload = json_object_or_none(value) or {"updateType": "Full"}
        if version in payload:
            return payload
        if set(payload) != {"updateType"} or payload["updateType"] not in _UPDATE_TYPES:
            raise InvalidValue(value, _EXPECTED + version)
        return payload

    return read


async def send_local_list(
    context: Context, station: Station, where: str, payload: Json | None
) -> Outcome:
    """SendLocalList: the token registry's, or as it is given."""
    local_lists = context.blocks.local_lists
    if payload is None:
        if not station.is_connected:
            # As every command: it may have a list of somebody else's when it is back.
            raise StationNotConnected(station.identity)
        local_lists.follow(station, False)
        return Outcome(OutcomeName.ACCEPTED, _STAYS)
    if set(payload) != {"updateType"}:
        result = await local_lists.send(station, payload)
    else:
        result = await local_lists.update(station, payload["updateType"])
    return _outcome(result)


def _outcome(result: ListResult) -> Outcome:
    name = _OUTCOMES.get(result.status, OutcomeName.REJECTED)
    return Outcome(name, result.detail, blank(result.response))
