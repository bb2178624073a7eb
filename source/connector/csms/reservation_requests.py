"""What a connector is to be kept free for (1.6, section 5.13). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connector.csms import times
from connector.csms.station import Station
from connector.errors import LocalProtocolError
from connector.store.records import ReservationRecord

Json = dict[str, Any]
Members = Mapping[str, tuple[Callable[[object], Any], str, bool]]
"""By member: how it is read, what is expected, whether it has to be there."""

LARGEST_ID = 2**31 - 1
_MOST_DIGITS = 20
_LONGEST_TOKEN = 20
"""A CiString20Type."""
_LATEST_MS = 253_370_764_800_000
"""The year 9999, less than which can still be written in every zone."""
ID, EXPIRY = "reservationId", "expiryDate"
"""What 1.6 calls them."""


def read(payload: Json, where: str, now_ms: int) -> Json:
    """The members of a ReserveNow, without a reservation id where none is given.

    Raises:
        LocalProtocolError: it names every member that is missing or means nothing.
    """
    found, problems = taken(payload, _MEMBERS)
    found = {"connectorId": int(where)} | found
    if found["connectorId"] != int(where):
        problems.append(f"connectorId is not {where}, the place of the command")
    problems += in_the_past(found, EXPIRY, now_ms)
    if problems:
        raise LocalProtocolError("; ".join(problems))
    return found


def taken(payload: Json, members: Members) -> tuple[Json, list[str]]:
    """The members that are there, as they are read, and what is wrong with them."""
    given = {name: value for name, value in payload.items() if value is not None}
    problems = [
        f"{name} is no member of a reservation ({', '.join(members)})"
        for name in given
        if name not in members
    ]
    found: Json = {}
    for name, (take, expected, is_needed) in members.items():
        if name not in given:
            if is_needed:
                problems.append(f"{name} is missing: {expected}")
            continue
        value = take(given[name])
        if value is None:
            problems.append(f"{name} is not {expected}")
        else:
            found[name] = value
    return found, problems


def in_the_past(found: Json, member: str, now_ms: int) -> list[str]:
    """A problem if that is when it ends."""
    expiry_ms = found.get(member)
    if expiry_ms is None or expiry_ms > now_ms:
        return []
    return [f"{member} is in the past (now it is {times.iso(now_ms)})"]


def on_the_wire(asked: Json, station: Station) -> Json:
    """The ReserveNow of what was read."""
    return asked | {EXPIRY: wire_time(asked[EXPIRY], station)}


def wire_time(expiry_ms: int, station: Station) -> str:
    """When it ends, in the station's own time."""
    return times.iso(min(expiry_ms + (station.clock_error_ms or 0), _LATEST_MS))


def record(
    key: str, station: Station, payload: Json, now_ms: int
) -> ReservationRecord | None:
    """The reservation that a ReserveNow makes; None where nobody can follow it."""
    expiry_ms = times.parse(payload[EXPIRY])
    reservation_id = int(payload[ID])
    if expiry_ms is None or not 0 <= reservation_id <= LARGEST_ID:
        return None
    return ReservationRecord(
        key,
        reservation_id,
        station.identity,
        str(int(payload["connectorId"])),
        payload["idTag"],
        expiry_ms - (station.clock_error_ms or 0),
        now_ms,
        group=payload.get("parentIdTag"),
    )


def whole_number(value: object) -> int | None:
    """A reservation id or a connector, from JSON or as text."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value) if len(value) <= _MOST_DIGITS else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_ID else None


def _token(value: object) -> str | None:
    """An id tag; those of digits come as numbers, too."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= _LONGEST_TOKEN else None


def zoned_time(value: object) -> int | None:
    """A time with a zone; one without means another moment to everybody."""
    expiry_ms = times.parse(value)
    if expiry_ms is None or not 0 <= expiry_ms < _LATEST_MS:
        return None
    has_zone = datetime.fromisoformat(str(value).strip()).tzinfo is not None
    return expiry_ms if has_zone else None


ID_EXPECTED = f"a whole number, 0 to {LARGEST_ID}"
TIME_EXPECTED = "a time with a zone (2026-01-31T12:00:00Z)"
_ID_TAG = f"a text of 1 to {_LONGEST_TOKEN} characters"
_MEMBERS: Members = {
    "connectorId": (whole_number, "a connector", False),
    "reservationId": (whole_number, ID_EXPECTED, False),
    "idTag": (_token, _ID_TAG, True),
    "expiryDate": (zoned_time, TIME_EXPECTED, True),
    "parentIdTag": (_token, _ID_TAG, False),
}
