"""Sampled values of 2.x as data: numbers, a unit with a multiplier, signed values.

The usual message is read here; what is left of several values of one datum is read as
1.6's are, in whose form the samples are put for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.csms import sampled
from connector.csms.facts import Datum, Scalar
from connector.csms.measurands import as_it_is
from connector.csms.sampled import BEGIN, LONGEST_WORDS, Meaning, Reading, meaning

Json = dict[str, Any]
_Words = tuple[str, str | None, str | None, str | None, str | None, int]

_meanings: dict[_Words, Meaning] = {}
_MOST_MEANINGS = 20_000
_SIGNED = "SignedData"
_MOST_MULTIPLIER = 24
"""Beyond it there is no prefix, and a power of ten that is a number nobody means."""


def read(where: str, samples: Sequence[Json]) -> Reading:
    """What the samples of one time say."""
    reading = _read_plain(where, samples)
    if reading is None:
        plain = [_as_16(one) for sample in samples for one in _split(sample)]
        reading = sampled.read_ranked(where, plain, lambda s: s["signedMeterValue"])
    sampled.add_vehicle_soc(where, reading.values)
    return reading


def _read_plain(where: str, samples: Sequence[Json]) -> Reading | None:
    """The usual message: each datum once, nothing signed, all in known words."""
    values: dict[Datum, Scalar] = {}
    flows: list[Datum] = []
    phased: dict[tuple[str, str], dict[str, float | None]] = {}
    known = _meanings
    for sample in samples:
        get = sample.get
        unit = get("unitOfMeasure")
        words = (
            where,
            get("measurand"),
            get("phase"),
            get("location"),
            unit.get("unit") if unit else None,
            unit.get("multiplier", 0) if unit else 0,
        )
        found = known.get(words) or _learn(words)
        datum, convert, is_known, _, is_flow, line = found
        if not is_known or "signedMeterValue" in sample or datum in values:
            return None
        if get("context") == BEGIN:
            return None
        value = sample["value"]
        if type(value) is not float:
            value = sampled.number(value)
        if convert is not as_it_is:
            value = sampled.finite(value, convert)
        values[datum] = value
        if is_flow:
            flows.append(datum)
        if line is not None:
            phased.setdefault(line, {})[datum.phase] = value
    reading = Reading(values, [], flows)
    if phased:
        sampled.add_totals(where, reading, phased)
    return reading


def _learn(words: _Words) -> Meaning:
    where, measurand, phase, location, unit, multiplier = words
    found = meaning(where, measurand, phase, location, unit, _bounded(multiplier))
    if sum(len(word or "") for word in words[:-1]) <= LONGEST_WORDS:
        if len(_meanings) >= _MOST_MEANINGS:
            _meanings.clear()
        _meanings[words] = found
    return found


def _bounded(multiplier: int) -> int:
    return max(-_MOST_MULTIPLIER, min(_MOST_MULTIPLIER, multiplier))


def _split(sample: Json) -> list[Json]:
    """A signed value is a number, and what was signed."""
    signed = sample.get("signedMeterValue")
    if signed is None:
        return [sample]
    plain = {k: v for k, v in sample.items() if k != "signedMeterValue"}
    return [plain, {**plain, "signedMeterValue": signed}]


def _as_16(sample: Json) -> Json:
    """A sample in the form of 1.6, its number with the multiplier in it."""
    unit = sample.get("unitOfMeasure") or {}
    found = {k: v for k, v in sample.items() if k != "unitOfMeasure"}
    found["unit"] = unit.get("unit")
    multiplier = _bounded(unit.get("multiplier", 0))
    if "signedMeterValue" in sample:
        return found | {"format": _SIGNED}
    value = sampled.number(sample.get("value"))
    if multiplier and value is not None:
        value = sampled.finite(value, lambda v: v * 10.0**multiplier)
    return found | {"value": value}
