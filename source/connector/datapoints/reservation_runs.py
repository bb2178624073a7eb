"""The commands `reserve` and `cancel_reservation`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.csms.reservation_requests import whole_number
from connector.csms.reservation_wires import requests_of
from connector.csms.station import Station
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import Outcome, of_response, outcome_of
from connector.datapoints.values import InvalidValue, structure
from connector.errors import ConnectorError

Json = dict[str, Any]

_EXPECTED = "a reservation id, or an object with reservationId"
_NOT_KEPT = "it is lost when the connector restarts, for the store cannot be written"


def reservation_id(value: object) -> int:
    """``{"reservationId": 17}``, or just 17."""
    found = structure(value, _EXPECTED)
    if isinstance(found, dict) and set(found) == {"reservationId"}:
        found = found["reservationId"]
    number = whole_number(found)
    if number is None:
        raise InvalidValue(value, _EXPECTED)
    return number


async def reserve(
    context: Context, station: Station, where: str, payload: Json
) -> Outcome:
    """ReserveNow; the result tells the id, without an answer too."""
    reservations = context.blocks.reservations
    request = await reservations.request(station, where, payload)
    number = request[requests_of(station).ID]
    try:
        answer = await reservations.reserve(station, request)
    except ConnectorError as problem:
        return _named(number, outcome_of(problem))
    outcome = of_response("ReserveNow", answer | {"reservationId": number})
    if outcome.is_accepted and not reservations.are_kept:
        outcome = replace(outcome, detail=_NOT_KEPT)
    return _named(number, outcome)


async def cancel_reservation(
    context: Context, station: Station, where: str, number: int
) -> Outcome:
    """CancelReservation; Rejected: the station has no such reservation."""
    answer = await context.blocks.reservations.cancel(station, number)
    return _named(number, of_response("CancelReservation", answer))


def _named(number: int, outcome: Outcome) -> Outcome:
    detail = f": {outcome.detail}" if outcome.detail else ""
    return replace(outcome, detail=f"reservation {number}{detail}")
