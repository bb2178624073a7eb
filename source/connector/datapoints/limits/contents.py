"""What is to be sent at each place of a station, from the goals of its slots.

What is sent at a connector is the smaller of its own limit and its share of the
station's, where the station takes no profile for itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.csms.options import USUAL_VOLTAGE, Fallback
from connector.csms.station import STATION
from connector.datapoints.limits import conversion
from connector.datapoints.limits.book import Book
from connector.datapoints.limits.conversion import Converted, Electric
from connector.datapoints.limits.discharging import NO_NEGATIVE, why_not
from connector.datapoints.limits.plans import Plan, smaller
from connector.datapoints.limits.profiles import raw_plan, schedules, whole
from connector.datapoints.limits.requests import (
    CurrentLimit,
    LimitRequest,
    Periods,
    Phases,
    PowerLimit,
    RawProfile,
    Schedule,
    Unit,
)
from connector.datapoints.limits.slot import Goal, Value

Json = dict[str, Any]

NO_DISCHARGING = "nothing can discharge here now: paused"


class CannotDo(Exception):
    """The station is known not to do what was asked."""


def electric(book: Book, goal: Goal) -> Electric:
    """What is known of a place with this goal."""
    options = book.station.options
    found = conversion.electric_of(
        options.voltage or USUAL_VOLTAGE,
        goal.phases or options.phases,
        options.min_current_a,
        is_dc=book.station.is_dc,
    )
    return found if book.vendor_limit is None else replace(found, steps=1)


def units(book: Book) -> frozenset[str]:
    """The units that the station takes; empty is not known."""
    if book.vendor_limit is not None:
        return frozenset({book.vendor_limit.unit})
    chosen = book.station.options.profile.unit
    if chosen is not None:
        return frozenset({chosen})
    key = book.dialect.keys.units
    return conversion.allowed_units(book.station.configuration.get(key))


def check(book: Book, where: str, goal: Goal, request: LimitRequest) -> None:
    """Whether a goal can be sent at all, now or when it is no longer paused.

    Raises:
        CannotDo: it cannot.
    """
    found = value_plan(book, where, goal)
    most = whole(book.station.configuration, book.dialect.keys.periods)
    if found is not None and 0 < most < len(found.periods):
        raise CannotDo(f"this station takes at most {most} periods")
    if isinstance(request, Phases) and request.count is not None:
        _check_phases(book)
    _check_discharging(book, where, request)


def _check_discharging(book: Book, where: str, request: LimitRequest) -> None:
    """What was written must be possible now; later it may be a pause."""
    match request:
        case PowerLimit(watts=limit) | CurrentLimit(amperes=limit):
            limits = [limit or 0.0]
        case Schedule(periods=periods):
            limits = [limit for _, limit in periods]
        case RawProfile(profile=raw):
            _check_raw(book, raw)
            return
        case _:
            return
    problem = why_not(book, where) if min(limits) < 0 else None
    if problem is not None:
        raise CannotDo(problem)


def _check_raw(book: Book, raw: Json) -> None:
    """Only 2.1 has words for discharging, and `limit` is none of them."""
    limits = (
        limit
        for schedule in schedules(raw)
        for period in schedule.get("chargingSchedulePeriod", ())
        for name, limit in period.items()
        if name.startswith("limit")
    )
    if all(limit >= 0 for limit in limits):
        return
    if not book.dialect.can_discharge:
        raise CannotDo(NO_NEGATIVE.format(book.dialect.version))
    raise CannotDo("a negative limit is a setpoint or a dischargeLimit in OCPP 2.1")


def _check_phases(book: Book) -> None:
    if book.vendor_limit is not None:
        raise CannotDo("the vendor's limit of this station has no number of phases")
    keys, known = book.dialect.keys, book.station.configuration
    texts = [(known.get(key) or "").strip().lower() for key in keys.phase_switches]
    if book.station.is_dc or ("false" in texts and "true" not in texts):
        raise CannotDo("this station does not switch phases")


# -- goals


def plan(book: Book, where: str, goal: Goal) -> Plan | None:
    """What a goal means; None is no limit.

    Raises:
        CannotDo: the station cannot.
    """
    if not goal.enabled:
        return made(book, where, _unit_of(goal.value), ((0, 0.0),), goal)
    return value_plan(book, where, goal)


def _unit_of(value: Value | None) -> Unit:
    """The unit that a value was written in: a pause of 0 in another is another."""
    match value:
        case CurrentLimit():
            return "A"
        case Schedule(unit=unit):
            return unit
        case _:
            return "W"


def value_plan(book: Book, where: str, goal: Goal) -> Plan | None:
    """What the value of a goal means, paused or not."""
    match goal.value:
        case Schedule() | RawProfile() if book.vendor_limit is not None:
            raise CannotDo("this station takes one number by DataTransfer, no profile")
        case PowerLimit(watts=watts) if watts is not None:
            return made(book, where, "W", ((0, watts),), goal)
        case CurrentLimit(amperes=amperes) if amperes is not None:
            return made(book, where, "A", ((0, amperes),), goal)
        case Schedule(start_ms=start_ms, unit=unit, periods=periods):
            found = made(book, where, unit, periods, goal)
            return replace(found, start_ms=start_ms)
        case RawProfile(profile=raw):
            return _raw(book, where, raw, goal)
        case _:
            return None


def _raw(book: Book, where: str, raw: Json, goal: Goal) -> Plan | None:
    """A profile that somebody wrote; of another version only its limit is left."""
    found = asked(book, RawProfile(raw), goal)
    if found is None or book.dialect.is_own(raw):
        return found
    if not found.periods:
        return None
    own = made(book, where, found.unit, found.periods, goal)
    return replace(own, start_ms=found.start_ms)


def asked(book: Book, value: Value | None, goal: Goal) -> Plan | None:
    """A value as it was written, neither converted nor rounded."""
    known = electric(book, goal)
    factor = None if known.phases is None else known.watts_per_ampere(1)
    match value:
        case PowerLimit(watts=watts) if watts is not None:
            return Plan("W", ((0, float(watts)),), watts_per_ampere=factor)
        case CurrentLimit(amperes=amperes) if amperes is not None:
            return Plan("A", ((0, float(amperes)),), watts_per_ampere=factor)
        case Schedule(start_ms=start_ms, unit=unit, periods=periods):
            return Plan(unit, periods, start_ms, watts_per_ampere=factor)
        case RawProfile(profile=raw):
            return raw_plan(raw, factor)
        case _:
            return None


def made(book: Book, where: str, unit: Unit, periods: Periods, goal: Goal) -> Plan:
    """Periods as this station takes them.

    Raises:
        CannotDo: it does not.
    """
    template = book.vendor_limit
    is_one = book.station.connector_count == 1
    if template is not None and not (is_one or template.names_connector):
        raise CannotDo("vendor_limit has no {connector}, and the station has several")
    found = _converted(unit, periods, units(book), electric(book, goal))
    result = Plan(
        found.unit,
        found.periods,
        phases=None if book.station.is_dc else goal.phases,
        watts_per_ampere=found.watts_per_ampere,
        detail=found.detail,
    )
    if not result.discharges or why_not(book, where) is None:
        return result
    return replace(result.without_discharging(), detail=NO_DISCHARGING)


def _converted(
    unit: Unit, periods: Periods, taken: frozenset[str], known: Electric
) -> Converted:
    try:
        return conversion.convert(unit, periods, taken, known)
    except ValueError as problem:
        raise CannotDo(str(problem)) from None


def fallback_plan(book: Book, fallback: Fallback) -> Plan:
    """The plan of a fallback.

    Raises:
        CannotDo: the station cannot.
    """
    return made(book, STATION, fallback.unit, ((0, fallback.limit),), Goal())


# -- places


def content(book: Book, where: str, now_ms: int) -> Plan | None:
    """What is to be sent at a connector."""
    own = plan(book, where, book.goal(where))
    return within_share(book, where, own, now_ms)


def within_share(book: Book, where: str, own: Plan | None, now_ms: int) -> Plan | None:
    """A limit of a connector, and no more than its part of the station's."""
    part = share(book, where)
    if own is None or part is None:
        return own or part
    part = in_unit(book, part, where, own.unit)
    # A profile that somebody wrote cannot go out as it is: its limit can.
    return smaller(replace(own, raw=None), part, now_ms)


def share(book: Book, where: str) -> Plan | None:
    """A connector's part of what the station may take, where that is divided."""
    whole = plan(book, STATION, book.goal(STATION)) if book.shares else None
    if whole is None or whole.raw is not None:
        return None
    parts = book.station.connector_count
    periods = tuple((offset, limit / parts) for offset, limit in whole.periods)
    return in_unit(book, replace(whole, periods=periods), where, whole.unit)


def in_unit(book: Book, given: Plan, where: str, unit: Unit) -> Plan:
    """A plan in a unit, with the minimum of a place."""
    goal = book.goal(where)
    known = electric(book, goal)
    found = _converted(given.unit, given.periods, frozenset({unit}), known)
    factor = found.watts_per_ampere or given.watts_per_ampere
    return replace(
        given,
        unit=found.unit,
        periods=found.periods,
        phases=None if known.is_dc else goal.phases,
        watts_per_ampere=factor,
        detail=found.detail or given.detail,
    )


def of_station(book: Book, now_ms: int) -> Plan | None:
    """What the profile of the whole station is to hold."""
    whole = None if book.shares else plan(book, STATION, book.goal(STATION))
    if not book.uses_max or (whole is not None and whole.raw is not None):
        return whole
    own = plan(book, "1", book.goal("1"))
    if own is not None and own.raw is not None:
        return whole
    if own is None or whole is None:
        return own or whole
    return smaller(own, in_unit(book, whole, "1", own.unit), now_ms)


def wants_pause(book: Book, where: str, now_ms: int) -> bool:
    """Whether nothing is to flow at a place now.

    Raises:
        CannotDo: the station cannot do what is to hold.
    """
    if where == STATION:
        found = plan(book, STATION, book.goal(STATION))
    else:
        found = content(book, where, now_ms)
    return found is not None and found.at(now_ms) == 0
