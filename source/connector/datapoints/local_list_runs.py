"""The command `local_list`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.local_lists import ACCEPTED, NOT_SUPPORTED, ListResult
from connector.csms.station import Station
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.values import InvalidValue, json_object_or_none
from connector.ocppj.redaction import blank

Json = dict[str, Any]

_OUTCOMES = {ACCEPTED: OutcomeName.ACCEPTED, NOT_SUPPORTED: OutcomeName.UNSUPPORTED}
_UPDATE_TYPES = ("Full", "Differential")
_EXPECTED = (
    'null, {"updateType": "Full"} or {"updateType": "Differential"}, '
    "or a SendLocalList with its "
)


def local_list(version: str) -> Callable[[object], Json]:
    """What to send: an update of the registry, or a complete SendLocalList.

    ``version`` is the member that only a complete one has.
    """

    def read(value: object) -> Json:
        payload = json_object_or_none(value) or {"updateType": "Full"}
        if version in payload:
            return payload
        if set(payload) != {"updateType"} or payload["updateType"] not in _UPDATE_TYPES:
            raise InvalidValue(value, _EXPECTED + version)
        return payload

    return read


async def send_local_list(
    context: Context, station: Station, where: str, payload: Json
) -> Outcome:
    """SendLocalList: the token registry's, or as it is given."""
    local_lists = context.blocks.local_lists
    if set(payload) != {"updateType"}:
        result = await local_lists.send(station, payload)
    else:
        result = await local_lists.update(station, payload["updateType"])
    return _outcome(result)


def _outcome(result: ListResult) -> Outcome:
    name = _OUTCOMES.get(result.status, OutcomeName.REJECTED)
    return Outcome(name, result.detail, blank(result.response))
