"""What limits look like on MQTT: never more than the station accepted."""

from __future__ import annotations

from connector.csms.context import at
from connector.csms.facts import Datum, Scalar
from connector.csms.station import STATION
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.plans import Plan


def values(book: Book, where: str, now_ms: int) -> dict[Datum, Scalar]:
    """All limit sensors of a place."""
    slot = book.slot(where)
    held = slot.in_force if slot.is_known else None
    asked = _asked(book, where)
    found: dict[Datum, Scalar] = {
        at(where, "power_limit"): held.watts(now_ms) if held else None,
        at(where, "current_limit"): held.amperes(now_ms) if held else None,
        at(where, "power_limit_asked"): asked.watts(now_ms) if asked else None,
        at(where, "current_limit_asked"): asked.amperes(now_ms) if asked else None,
        at(where, "power_limit_effective"): effective(book, where, now_ms),
    }
    if where != STATION:
        found[at(where, "enabled")] = slot.goal.enabled
    return found | bounds(book, where)


def bounds(book: Book, where: str) -> dict[Datum, Scalar]:
    """The least limit that is no pause, and the most that means anything, in W."""
    electric = book.electric(where)
    found: dict[Datum, Scalar] = {}
    if where != STATION:
        least_w = electric.min_current_a * electric.watts_per_ampere(1)
        found[at(where, "limit_min")] = least_w
    most_a = book.station.options.max_current_a
    if most_a is not None:
        count = book.station.connector_count if where == STATION else 1
        found[at(where, "limit_max")] = most_a * electric.watts_per_ampere(3) * count
    return found


def effective(book: Book, where: str, now_ms: int) -> float | None:
    """The smallest of all limits that are known to hold, in W."""
    known = [_watts_in_force(book, place, now_ms) for place in {where, STATION}]
    slot = book.slots.get(where)
    known.append(slot.effective_w if slot else None)
    most = bounds(book, where).get(at(where, "limit_max"))
    known.append(float(most) if isinstance(most, float | int) else None)
    return min((watts for watts in known if watts is not None), default=None)


def _watts_in_force(book: Book, where: str, now_ms: int) -> float | None:
    slot = book.slots.get(where)
    if slot is None or slot.in_force is None or not slot.is_known:
        return None
    return slot.in_force.watts(now_ms)


def _asked(book: Book, where: str) -> Plan | None:
    """What was written last, as it was written; only the other unit is worked out."""
    return book.asked_plan(book.slot(where).asked, where)
