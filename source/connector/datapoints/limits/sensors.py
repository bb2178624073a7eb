"""What limits look like on MQTT: never more than the station accepted."""

from __future__ import annotations

from connector.csms.context import at
from connector.csms.facts import Datum, Scalar
from connector.csms.station import STATION
from connector.datapoints.limits import contents
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.discharging import vehicle_at
from connector.datapoints.limits.external import externals
from connector.datapoints.limits.plans import Plan

Values = dict[Datum, Scalar]


def values(book: Book, where: str, now_ms: int) -> Values:
    """All limit sensors of a place."""
    slot = book.slot(where)
    held, asked = book.in_force(where), asked_for(book, where)
    found: Values = {
        at(where, "power_limit"): held.watts(now_ms) if held else None,
        at(where, "current_limit"): held.amperes(now_ms) if held else None,
        at(where, "power_limit_asked"): asked.watts(now_ms) if asked else None,
        at(where, "current_limit_asked"): asked.amperes(now_ms) if asked else None,
        at(where, "power_limit_effective"): effective(book, where, now_ms),
    }
    if where != STATION:
        found[at(where, "enabled")] = slot.goal.enabled
    return found | bounds(book, where)


def asked_for(book: Book, where: str) -> Plan | None:
    """What was written last, as it was written; only the other unit is worked out."""
    slot = book.slot(where)
    return contents.asked(book, slot.asked, slot.goal)


def bounds(book: Book, where: str) -> Values:
    """The least limit that is no pause, and the most that means anything, in W."""
    known = contents.electric(book, book.goal(where))
    found: Values = {at(where, "limit_min"): float(known.least("W"))}
    most_a = book.station.options.max_current_a
    if most_a is not None:
        count = book.station.connector_count if where == STATION else 1
        found[at(where, "limit_max")] = float(
            most_a * known.watts_per_ampere(3) * count
        )
    return found


def effective(book: Book, where: str, now_ms: int) -> float | None:
    """The smallest of all limits that are known to hold, in W."""
    known: list[Scalar] = [_watts(book.in_force(p), now_ms) for p in {where, STATION}]
    known += [book.slot(p).effective_w for p in {where, STATION}]
    known += [e.watts(now_ms) for p in {where, STATION} for e in externals(book, p)]
    vehicle = vehicle_at(book, where)
    known.append(vehicle.max_w if vehicle else None)
    known.append(bounds(book, where).get(at(where, "limit_max")))
    return min((w for w in known if isinstance(w, float)), default=None)


def _watts(plan: Plan | None, now_ms: int) -> float | None:
    return plan.watts(now_ms) if plan else None


def next_change_ms(book: Book, where: str, now_ms: int) -> int | None:
    """When the passing of time alone changes a sensor of a place."""
    plans = (book.in_force(where), asked_for(book, where))
    changes = [plan.next_change_ms(now_ms) for plan in plans if plan]
    changes += [e.next_change_ms(now_ms) for e in externals(book, where)]
    return min((change for change in changes if change is not None), default=None)
