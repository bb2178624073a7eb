"""Answers of 2.x: a status, and where it is no, why (part 2, StatusInfoType)."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.errors import RemoteProtocolError
from connector.ocppj.frames import Json
from connector.station.core.calls import Answer
from connector.station.times import epoch_ms

_LONGEST_REASON, _LONGEST_INFO = 20, 512
ACCEPTED, REJECTED = "Accepted", "Rejected"


def answer(status: str, reason_code: str = "", info: str = "") -> Json:
    """A status; with a reason it has a statusInfo."""
    found: Json = {"status": status}
    if reason_code:
        found["statusInfo"] = status_info(reason_code, info)
    return found


def status_info(reason_code: str, info: str = "") -> Json:
    """A StatusInfoType."""
    found: Json = {"reasonCode": reason_code[:_LONGEST_REASON]}
    if info:
        found["additionalInfo"] = info[:_LONGEST_INFO]
    return found


def answer_of(found: Answer) -> Json:
    """What the core has answered."""
    return answer(found.status, found.reason_code, found.info)


def time_of(members: Json, name: str) -> int | None:
    """A time of a request, epoch ms; None where there is none.

    Raises:
        RemoteProtocolError: it is no time that a calendar has.
    """
    text = members.get(name)
    if text is None:
        return None
    try:
        found = epoch_ms(text)
        datetime.fromtimestamp(found / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise RemoteProtocolError(
            "PropertyConstraintViolation", f"{name}: expected a time of ISO 8601"
        ) from None
    return found


def too_many(what: str, most: int) -> RemoteProtocolError:
    """More items than ItemsPerMessage allows (2.x part 2, B05.FR.11, B06.FR.16)."""
    return RemoteProtocolError(
        "OccurrenceConstraintViolation", f"{what}: at most {most} items"
    )
