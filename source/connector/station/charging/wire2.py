"""Charging profiles as 2.0.1 and 2.1 write them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import pairwise
from typing import Any

from connector.station.charging import local_time
from connector.station.charging.decision import Refused
from connector.station.charging.local_time import DAYS, Recurrence
from connector.station.charging.profile import (
    NEVER_MS,
    Amounts,
    Kind,
    Mode,
    Period,
    Profile,
    Purpose,
    Schedule,
)

Json = Mapping[str, Any]
_LAST_MS = 221_845_392_000_000
"""The year 9000: days are counted by a calendar that ends with 9999."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When and where a profile came in."""

    evse: int
    now_ms: int
    version: str
    zone: tzinfo = UTC
    source: random.Random | None = None
    """Of the delays that are at random."""


def parse(wire: Json, arrival: Arrival) -> Profile:
    """Read a profile that fits its schema.

    Raises:
        Refused: it makes no sense, or this station cannot do it.
    """
    schedules = wire.get("chargingSchedule") or []
    if not schedules:
        raise Refused("InvalidProfile", "a profile needs a chargingSchedule")
    kind = Kind(wire["chargingProfileKind"])
    return Profile(
        evse=arrival.evse,
        id=wire["id"],
        level=wire["stackLevel"],
        purpose=Purpose(wire["chargingProfilePurpose"]),
        kind=kind,
        # More than one is for the vehicle to choose from, by ISO 15118 (K15).
        schedule=_schedule(schedules[0], wire, arrival),
        version=arrival.version,
        wire=_dated(wire, arrival) if kind is Kind.DYNAMIC else wire,
        installed_ms=arrival.now_ms,
        transaction=wire.get("transactionId"),
        valid_from_ms=time(wire, "validFrom", default=-NEVER_MS),
        valid_to_ms=time(wire, "validTo", default=NEVER_MS),
        offline_ms=_span_ms(wire.get("maxOfflineDuration"), "maxOfflineDuration"),
        ends_offline=bool(wire.get("invalidAfterOfflineDuration")),
        updated_ms=arrival.now_ms,
        pull_ms=_span_ms(wire.get("dynUpdateInterval"), "dynUpdateInterval") or 0,
    )


def _dated(wire: Json, arrival: Arrival) -> Json:
    """A dynamic profile says when its numbers came (2.1, K28.FR.09)."""
    return {**wire, "dynUpdateTime": local_time.write(arrival.now_ms)}


def time(wire: Json, name: str, *, default: int = 0, zone: tzinfo | None = None) -> int:
    """A time of a message.

    Raises:
        Refused: it is none.
    """
    text = wire.get(name)
    if text is None:
        return default
    try:
        return local_time.parse(text, zone)
    except (ValueError, TypeError, OverflowError) as error:
        raise Refused("InvalidValue", f"{name} is no time") from error


def _span_ms(seconds: int | None, name: str) -> int | None:
    if seconds is None:
        return None
    if seconds < 0:
        raise Refused("InvalidValue", f"{name} is negative")
    return seconds * 1000


def _schedule(wire: Json, profile: Json, arrival: Arrival) -> Schedule:
    duration_ms = _span_ms(wire.get("duration"), "duration")
    delay_ms = (wire.get("randomizedDelay") or 0) * 1000
    items = wire["chargingSchedulePeriod"]
    periods = tuple(period(each, index) for index, each in enumerate(items))
    _check_order(periods)
    if delay_ms and arrival.source is not None:
        periods = delayed(periods, delay_ms, duration_ms, arrival.source)
    return Schedule(
        unit=wire["chargingRateUnit"],
        periods=periods,
        start=_begins(wire, profile, arrival.zone),
        duration_ms=duration_ms,
        least=wire.get("minChargingRate"),
    )


def _check_order(periods: tuple[Period, ...]) -> None:
    starts = [period.start_ms for period in periods]
    if not starts or starts[0] != 0:
        raise Refused("InvalidSchedule", "the first startPeriod has to be 0")
    if any(a >= b for a, b in pairwise(starts)):
        raise Refused("InvalidSchedule", "startPeriod has to rise")


def _begins(wire: Json, profile: Json, zone: tzinfo) -> Recurrence | int | None:
    kind = profile["chargingProfileKind"]
    if kind not in (Kind.ABSOLUTE, Kind.RECURRING) or "startSchedule" not in wire:
        return None
    is_local = bool(wire.get("useLocalTime"))
    start_ms = time(wire, "startSchedule", zone=zone if is_local else None)
    if kind == Kind.ABSOLUTE:
        return start_ms
    if not 0 <= start_ms <= _LAST_MS:
        raise Refused("InvalidValue", "startSchedule is out of all calendars")
    days = DAYS.get(profile.get("recurrencyKind", ""))
    if days is None:
        raise Refused("InvalidProfile", "recurrencyKind is missing")
    return Recurrence(start_ms, days, zone if is_local else UTC)


def delayed(
    periods: tuple[Period, ...],
    delay_ms: int,
    duration_ms: int | None,
    source: random.Random,
) -> tuple[Period, ...]:
    """Every period but the first begins at random later (2.1, K01.FR.93, K01.FR.97).

    One that would begin after the next, or after the end, is left out.
    """
    last_ms = NEVER_MS if duration_ms is None else duration_ms
    kept: list[Period] = []
    for each in reversed(periods):
        delay_s = source.randint(0, delay_ms // 1000) if each.start_ms else 0
        starts_ms = each.start_ms + delay_s * 1000
        if starts_ms < last_ms or not each.start_ms:
            kept.append(moved(each, starts_ms))
            last_ms = starts_ms
    return tuple(reversed(kept))


def moved(period: Period, start_ms: int) -> Period:
    """The same at another time."""
    return replace(period, start_ms=start_ms)


def period(wire: Json, index: int = 0) -> Period:
    """Read one period.

    Raises:
        Refused: its numbers make no sense.
    """
    limit, setpoint = amounts(wire, "limit"), amounts(wire, "setpoint")
    if limit is not None and limit.first < 0 and setpoint is None:
        # Older ones write so what a vehicle shall feed back.
        limit, setpoint = Amounts(0.0), limit
    phases = wire.get("numberPhases")
    if phases is not None and not 1 <= phases <= 3:
        raise Refused("InvalidSchedule", "numberPhases is 1, 2 or 3")
    if wire["startPeriod"] < 0:
        raise Refused("InvalidSchedule", "startPeriod is negative")
    return Period(
        start_ms=wire["startPeriod"] * 1000,
        limit=limit,
        discharge=amounts(wire, "dischargeLimit"),
        setpoint=setpoint,
        phases=phases or 3,
        phase_to_use=wire.get("phaseToUse"),
        mode=_mode(wire.get("operationMode")),
        sleeps=bool(wire.get("evseSleep")),
        index=index,
    )


def _mode(word: str | None) -> Mode:
    try:
        return Mode(word or Mode.CHARGING_ONLY)
    except ValueError as error:
        info = f"operationMode {word} is not supported"
        raise Refused("InvalidOperationMode", info) from error


def amounts(wire: Json, name: str) -> Amounts | None:
    """A number of a period, with those of L2 and L3.

    Raises:
        Refused: they are no numbers, or L1's is missing (K01.FR.145, V2X.07).
    """
    first = wire.get(name)
    each = (f"{name}_L2", f"{name}_L3")
    others = [wire.get(n, first) for n in each] if wire.keys() & set(each) else []
    if first is None and others:
        raise Refused("PhaseConflict", f"{name} is missing beside that of L2 or L3")
    if first is None:
        return None
    if not all(math.isfinite(each) for each in (first, *others)):
        raise Refused("InvalidSchedule", f"{name} is no number")
    return Amounts(float(first), tuple(map(float, others)))
