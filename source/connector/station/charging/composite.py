"""Composite schedules: what all profiles together will allow (1.6, 5.7; 2.x, K08).

Where no profile says anything it is what the hardware can: a schedule has no gaps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from connector.station.charging.circuit import Circuit
from connector.station.charging.moment import Evaluation, Offer
from connector.station.charging.profile import Mode

MOST_PERIODS = 1000
"""A longer schedule is cut, and its duration says so."""
_MOST_LOOKS = 5_000
_LEAST_STEPS = 500
"""How often EVSEs are looked at: nobody keeps a station busy with one question."""
_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class CompositePeriod:
    """From ``start_s`` after the schedule's start; in its unit."""

    start_s: int
    limit: float
    phases: int | None = None
    others: tuple[float, ...] = ()
    """Of L2 and L3, where a profile tells them apart."""
    phase_to_use: int | None = None
    mode: Mode = Mode.CHARGING_ONLY
    setpoint: float | None = None
    discharge: float | None = None

    def at(self, start_s: int) -> CompositePeriod:
        """The same at another time."""
        return replace(self, start_s=start_s)


@dataclass(frozen=True, slots=True)
class Composite:
    """What an EVSE, or the station (0), may draw from now on."""

    evse: int
    start_ms: int
    duration_s: int
    unit: str
    periods: tuple[CompositePeriod, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """What was asked for."""

    evse: int
    start_ms: int
    duration_s: int
    unit: str


def build(
    span: Span,
    evaluate: Callable[[int], Evaluation],
    say: Callable[[Evaluation], CompositePeriod],
) -> Composite:
    """Go from change to change.

    Periods start at whole seconds: of two changes within one the later counts.
    """
    time_ms, end_ms = span.start_ms, span.start_ms + span.duration_s * 1000
    periods: list[CompositePeriod] = []
    looks, steps = 0, 0
    while time_ms < end_ms or not steps:
        moment = evaluate(time_ms)
        _append(periods, say(moment).at((time_ms - span.start_ms) // 1000))
        time_ms = moment.until_ms
        looks, steps = looks + len(moment.members), steps + 1
        is_tired = looks > _MOST_LOOKS and steps > _LEAST_STEPS
        if is_tired or len(periods) > MOST_PERIODS:
            break
    duration_s = span.duration_s
    if time_ms < end_ms:
        duration_s = (time_ms - span.start_ms) // 1000
    if len(periods) > MOST_PERIODS:
        duration_s = periods.pop().start_s
    return Composite(span.evse, span.start_ms, duration_s, span.unit, tuple(periods))


def _append(periods: list[CompositePeriod], period: CompositePeriod) -> None:
    if periods and periods[-1].start_s == period.start_s:
        periods.pop()
    if not periods or periods[-1].at(period.start_s) != period:
        periods.append(period)


def of_evse(offer: Offer, circuit: Circuit, unit: str) -> CompositePeriod:
    """What an EVSE's offer is on the wire."""
    used = circuit.phases if offer.phases is None else offer.phases
    values = [down(circuit.in_unit(each, unit, used)) for each in offer.watts]
    if len(values) > 1 and unit == "W":
        values = [down(each / circuit.phases) for each in offer.watts]
    return CompositePeriod(
        start_s=0,
        limit=values[0],
        phases=None if circuit.is_dc else used,
        others=tuple(values[1:]),
        phase_to_use=offer.phase_to_use,
        mode=offer.mode,
        setpoint=_rounded(offer.setpoint, circuit, unit, used),
        discharge=_rounded(offer.discharge, circuit, unit, used),
    )


def of_station(moment: Evaluation, unit: str) -> CompositePeriod:
    """What all EVSEs together are expected to draw of the grid connection."""
    if unit == "A":
        station = moment.station
        return CompositePeriod(0, down(station.in_unit(moment.used_w, "A", 3)))
    drawn_w = sum(max(0.0, offer.limit_w) for offer in moment.offers.values())
    return CompositePeriod(0, down(drawn_w))


def down(value: float) -> float:
    """One digit after the point is all that a limit has; never more than it is."""
    return max(0.0, math.floor(value * 10 + _NOISE) / 10)


def _rounded(
    value: float | None, circuit: Circuit, unit: str, used: int
) -> float | None:
    return None if value is None else round(circuit.in_unit(value, unit, used), 1)
