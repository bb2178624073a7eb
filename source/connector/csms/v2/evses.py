"""Places of 2.x: `1` is an EVSE, `1.2` its connector 2, `0` the station."""

from __future__ import annotations

from typing import Any

from connector.csms.station import STATION

Json = dict[str, Any]


def evse_id(where: str) -> int:
    """The EVSE of a place; 0 for the station."""
    return int(where.partition(".")[0])


def evse(where: str) -> Json | None:
    """The member `evse` of a request; None for the station."""
    if where == STATION:
        return None
    number, _, connector = where.partition(".")
    found: Json = {"id": int(number)}
    if connector:
        found["connectorId"] = int(connector)
    return found


def with_evse(payload: Json, where: str) -> Json:
    """A payload with `evse`, unless it is about the station."""
    found = evse(where)
    return payload if found is None else {**payload, "evse": found}


def where_of(found: Json | None) -> str:
    """The EVSE that a message speaks of, as a place."""
    return str(found["id"]) if found else STATION


def connector_where(evse_id: int, connector_id: int) -> str:
    """The place of one connector; the first one is written as its EVSE."""
    return str(evse_id) if connector_id <= 1 else f"{evse_id}.{connector_id}"
