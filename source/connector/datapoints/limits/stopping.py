"""A station that takes no limit of 0 may be told to stop, where its options allow."""

from __future__ import annotations

from connector.csms.remote_control import remote_stop
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.contents import CannotDo, wants_pause
from connector.datapoints.limits.sending import Effect
from connector.datapoints.outcomes import Outcome, OutcomeName, of_response, outcome_of
from connector.errors import ConnectorError

STOPPED = "stopped: it takes no limit of 0"


async def stopped_instead(
    book: Book, where: str, effect: Effect, now_ms: int
) -> Effect:
    """The effect of a pause; where it was refused, what stopping did instead."""
    if not effect.is_refusal or book.station.options.zero != "stop":
        return effect
    running = _running(book, where)
    if not running or not _is_pause(book, where, now_ms):
        return effect
    outcome = Outcome(OutcomeName.ACCEPTED)
    for ocpp_id in running:
        outcome = await _stop(book, ocpp_id)
        if not outcome.is_accepted:
            return effect
    return Effect(Outcome(OutcomeName.ACCEPTED, STOPPED, outcome.response))


def _running(book: Book, where: str) -> list[str]:
    places = book.station.places if where == STATION else [where]
    found = (book.station.transaction(place) for place in places)
    return [transaction.ocpp_id for transaction in found if transaction is not None]


def _is_pause(book: Book, where: str, now_ms: int) -> bool:
    try:
        return wants_pause(book, where, now_ms)
    except CannotDo:
        return False


async def _stop(book: Book, ocpp_id: str) -> Outcome:
    try:
        answer = await remote_stop(book.station, ocpp_id)
    except ConnectorError as problem:
        return outcome_of(problem)
    return of_response("RemoteStopTransaction", answer)
