"""Sampled values of one time as data: units, phases, contexts and totals in order.

Pure, and on the path of every message: what a spelling means is looked up once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from connector.csms.facts import Datum, Scalar
from connector.csms.measurands import (
    DEFAULT_MEASURAND,
    MEASURANDS,
    UNITS,
    Scale,
    Total,
    as_it_is,
    scale,
)
from connector.csms.reserved import RESERVED

Json = dict[str, Any]

_LOCATIONS = frozenset({"Inlet", "Cable", "EV", "Body", "Upstream"})
_PHASES = {p: p for p in ("L1", "L2", "L3", "N", "L1-L2", "L2-L3", "L3-L1")} | {
    "L1-N": "L1",
    "L2-N": "L2",
    "L3-N": "L3",
}
_EACH = ("L1", "L2", "L3")
_LINES = ("L1-L2", "L2-L3", "L3-L1")
_OUTLET = "Outlet"
_SIGNED = "SignedData"
_VEHICLE = "EV"
BEGIN = "Transaction.Begin"
_PERIODIC = "Sample.Periodic"
_RANKS = {
    "Transaction.End": 6,
    _PERIODIC: 5,
    "Trigger": 4,
    "Sample.Clock": 3,
}
_OTHER_RANK = 2
LONGEST_NAME = 100


class Meaning(NamedTuple):
    """What a sampled value is, by the words around its number."""

    datum: Datum
    convert: Scale
    is_known: bool
    is_plain_phase: bool
    is_flow: bool
    line: tuple[str, str] | None
    """Name and location of the total that it is a part of."""


@dataclass(slots=True)
class Reading:
    """All that was measured at one place at one time."""

    values: dict[Datum, Scalar]
    unknown: list[Datum]
    flows: list[Datum]
    begin_wh: float | None = None
    """The meter at the start of the transaction, where the message tells it."""


def meaning(  # noqa: PLR0917  (what `_Words` holds)
    where: str,
    measurand: str | None,
    phase: str | None,
    location: str | None,
    unit: str | None,
    multiplier: int = 0,
) -> Meaning:
    """The datum that these words name; unknown words become part of its name."""
    measurand, phase, location, unit = (
        word.strip() if word else word for word in (measurand, phase, location, unit)
    )
    name = measurand or DEFAULT_MEASURAND
    known = MEASURANDS.get(name)
    convert = scale(known, unit, multiplier) if known else _scale_by_unit(unit)
    strange = []
    if unit and convert is None:
        strange.append(unit)
    place = "" if location in (None, "", _OUTLET) else str(location)
    if place and place not in _LOCATIONS:
        strange.append(place)
        place = ""
    line = _PHASES.get(phase or "", "")
    if phase and not line:
        strange.append(phase)
    is_known = known is not None and not strange
    full = name if is_known else safe_name(".".join([name, *strange]))
    return Meaning(
        Datum(where, full, place, line),
        convert or as_it_is,
        is_known,
        line == (phase or ""),
        known is not None and known.is_flow and is_known,
        (name, place) if is_known and line else None,
    )


def _scale_by_unit(unit: str | None) -> Scale | None:
    """How the numbers of a measurand that nobody knows become those of plain units."""
    if not unit:
        return as_it_is
    _, convert = UNITS.get(unit, ("", None))
    return convert


def safe_name(name: str) -> str:
    """A name that nobody knows, never one that means something else."""
    name = name[:LONGEST_NAME]
    if name in RESERVED or name in MEASURANDS:
        return f"x.{name}"
    return name


def number(value: object) -> float | None:
    """A number as stations write it; None for what cannot be read."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return _number_with_comma(value)
    if found - found != 0 or (type(value) is str and "_" in value):
        return None
    return found


def _number_with_comma(value: object) -> float | None:
    if not isinstance(value, str) or value.count(",") != 1 or "_" in value:
        return None
    return number(value.replace(",", "."))


def read(where: str, samples: Sequence[Json]) -> Reading:
    """What the samples of one time say."""
    reading = _read_plain(where, samples) or read_ranked(where, samples)
    add_vehicle_soc(where, reading.values)
    return reading


def _read_plain(where: str, samples: Sequence[Json]) -> Reading | None:
    """The usual message: each datum once, nothing signed, all in known words."""
    pairs: list[tuple[Datum, float | None]] = []
    flows: list[Datum] = []
    phased: _Phased = {}
    known = _meanings
    for sample in samples:
        get = sample.get
        words = (where, get("measurand"), get("phase"), get("location"), get("unit"))
        found = known.get(words) or _learn(words)
        datum, convert, is_known, _, is_flow, line = found
        if not is_known or "format" in sample or get("context") == BEGIN:
            return None
        text = sample["value"]
        # `number` for the usual text, without a call.
        try:
            value: float | None = float(text)
        except (TypeError, ValueError, OverflowError):
            value = number(text)
        else:
            if value - value != 0 or "_" in text:  # type: ignore[operator]
                value = None
        if convert is not as_it_is:
            value = finite(value, convert)
        pairs.append((datum, value))
        if is_flow:
            flows.append(datum)
        if line is not None:
            phased.setdefault(line, {})[datum.phase] = value
    values: dict[Datum, Scalar] = dict(pairs)
    if len(values) != len(pairs):
        return None
    reading = Reading(values, [], flows)
    if phased:
        add_totals(where, reading, phased)
    return reading


_Phased = dict[tuple[str, str], dict[str, float | None]]
"""Values by phase, of each name and location."""
_Words = tuple[str, str | None, str | None, str | None, str | None]
_meanings: dict[_Words, Meaning] = {}
"""Those of usual length: a plain dictionary is twice as fast as `lru_cache`."""
_MOST_MEANINGS, LONGEST_WORDS = 20_000, 200


def _learn(words: _Words) -> Meaning:
    found = meaning(*words)
    if sum(len(word or "") for word in words) <= LONGEST_WORDS:
        if len(_meanings) >= _MOST_MEANINGS:
            _meanings.clear()
        _meanings[words] = found
    return found


def _whole(sample: Json) -> Json:
    return sample


def read_ranked(
    where: str,
    samples: Sequence[Json],
    signed_part: Callable[[Json], Json] = _whole,
) -> Reading:
    """What is left of several values of one datum, and of words nobody knows.

    ``signed_part``: what of a sample with signed data is shown.
    """
    reading = Reading({}, [], [])
    ranks: dict[Datum, int] = {}
    values = reading.values
    phased: _Phased = {}
    for sample in samples:
        get = sample.get
        words = (where, get("measurand"), get("phase"), get("location"), get("unit"))
        found = _meanings.get(words) or _learn(words)
        datum = found.datum
        context = get("context")
        if get("format") == _SIGNED:
            datum = datum._replace(suffix="signed")
            rank = _RANKS.get(context or _PERIODIC, _OTHER_RANK)
            if context == BEGIN:
                rank = 0
            if ranks.get(datum, -1) <= rank:
                ranks[datum] = rank
                values[datum] = orjson.dumps(signed_part(sample)).decode()
                if not found.is_known:
                    reading.unknown.append(datum)
            continue
        value = finite(number(get("value")), found.convert)
        if context == BEGIN:
            if datum.name == DEFAULT_MEASURAND and not datum.phase:
                reading.begin_wh = value
            continue
        rank = 2 * _RANKS.get(context or _PERIODIC, _OTHER_RANK)
        rank += found.is_plain_phase
        if ranks.get(datum, -1) > rank:
            continue
        ranks[datum] = rank
        values[datum] = value
        if not found.is_known:
            reading.unknown.append(datum)
        elif found.line is not None:
            phased.setdefault(found.line, {})[datum.phase] = value
    reading.flows = [datum for datum in values if is_flow(datum)]
    if phased:
        add_totals(where, reading, phased)
    return reading


def finite(value: float | None, convert: Scale = as_it_is) -> float | None:
    """A value in its canonical unit, as long as there is such a number."""
    if value is None:
        return None
    value = convert(value)
    return value if math.isfinite(value) else None


def add_totals(where: str, reading: Reading, phased: _Phased) -> None:
    """Add the totals of what came by phases only."""
    values = reading.values
    for (name, location), by_phase in phased.items():
        total = _total_datum(where, name, location)
        if total not in values:
            kind = MEASURANDS[name].total
            parts = _parts(kind, by_phase)
            if parts:
                found = None if None in parts else _total(kind, parts)
                values[total] = finite(found)
                if MEASURANDS[name].is_flow:
                    reading.flows.append(total)


@lru_cache(maxsize=20_000)
def _total_datum(where: str, name: str, location: str) -> Datum:
    return Datum(where, name, location)


def _parts(kind: Total, by_phase: dict[str, Any]) -> list[Any]:
    """The values that make a total: of the phases, else voltages between them."""
    phases = [by_phase[phase] for phase in _EACH if phase in by_phase]
    if phases or kind is not Total.VOLTAGE:
        return phases
    lines = [by_phase[line] for line in _LINES if line in by_phase]
    return [None if v is None else v / math.sqrt(3) for v in lines]


def _total(kind: Total, parts: list[float]) -> float:
    match kind:
        case Total.SUM:
            return round(sum(parts), 6)
        case Total.LARGEST:
            return max(parts)
        case _:
            return round(sum(parts) / len(parts), 6)


def add_vehicle_soc(where: str, values: dict[Datum, Scalar]) -> None:
    """The vehicle's state of charge is `SoC`, also where its place is named."""
    inside = values.get(_total_datum(where, "SoC", _VEHICLE))
    if inside is not None:
        values.setdefault(_total_datum(where, "SoC", ""), inside)


def is_flow(datum: Datum) -> bool:
    """Whether it is 0 when nothing flows."""
    known = MEASURANDS.get(datum.name)
    return known is not None and known.is_flow and not datum.suffix


def drop_flows(reading: Reading) -> None:
    """Leave out what no longer flows: the values close a transaction that ended."""
    for datum in reading.flows:
        del reading.values[datum]
    reading.flows = []


@lru_cache(maxsize=20_000)
def text_key(datum: Datum) -> str:
    """A datum of a transaction's samples as one text."""
    return "__".join(part for part in datum[1:] if part)
