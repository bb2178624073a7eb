"""What was used, and what that costs by a tariff (2.1, CostDetailsType)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from connector.ocppj.frames import Json

_SECONDS, _WH = 60, 1000
_DIGITS = 4
Part = tuple[float, Iterable[Mapping[str, Any]]]
"""A price without taxes, and its tax rates."""


@dataclass(slots=True)
class Usage:
    """How long a transaction has charged, as far as its events tell.

    An event that is looked at again changes nothing.
    """

    started_ms: int | None = None
    last_ms: int = 0
    last_number: int = -1
    was_charging: bool = False
    idle_ms: int = 0

    def note(self, number: int, time_ms: int, is_charging: bool) -> None:
        """An event, and what goes on from then."""
        if number <= self.last_number:
            return
        if self.started_ms is None:
            self.started_ms = time_ms
        elif not self.was_charging:
            self.idle_ms += time_ms - self.last_ms
        self.last_ms, self.last_number = time_ms, number
        self.was_charging = is_charging

    @property
    def all_s(self) -> float:
        """From its start."""
        started_ms = self.last_ms if self.started_ms is None else self.started_ms
        return (self.last_ms - started_ms) / 1000

    @property
    def idle_s(self) -> float:
        """Without charging."""
        return self.idle_ms / 1000


def cost_details(tariff: Mapping[str, Any], usage: Usage, used_wh: float) -> Json:
    """A CostDetailsType."""
    charging_s = usage.all_s - usage.idle_s
    parts = {
        "fixed": _part(tariff, "fixedFee", "priceFixed", 1.0),
        "energy": _part(tariff, "energy", "priceKwh", used_wh / _WH),
        "chargingTime": _part(
            tariff, "chargingTime", "priceMinute", charging_s / _SECONDS
        ),
        "idleTime": _part(tariff, "idleTime", "priceMinute", usage.idle_s / _SECONDS),
    }
    known = {name: _price(*part) for name, part in parts.items() if part is not None}
    return {
        "totalCost": {
            "currency": tariff["currency"],
            **_total(tariff, known),
            **known,
        },
        "totalUsage": {
            "energy": round(used_wh / _WH, _DIGITS),
            "chargingTime": round(usage.all_s),
            "idleTime": round(usage.idle_s),
        },
    }


def _part(
    tariff: Mapping[str, Any], name: str, price: str, amount: float
) -> Part | None:
    found = tariff.get(name)
    if found is None:
        return None
    each = sum(item[price] for item in found["prices"])
    return each * amount, found.get("taxRates", ())


def _price(net: float, rates: Iterable[Mapping[str, Any]]) -> Json:
    found: Json = {
        "exclTax": round(net, _DIGITS),
        "inclTax": round(_taxed(net, rates), _DIGITS),
    }
    taxes = list(rates)
    return {**found, "taxRates": taxes} if taxes else found


def _taxed(net: float, rates: Iterable[Mapping[str, Any]]) -> float:
    """Rates of one stack level count from the same price; the next from its sum."""

    def level(rate: Mapping[str, Any]) -> int:
        return int(rate.get("stack", 0))

    gross = net
    for _, each in groupby(sorted(rates, key=level), level):
        gross += gross * sum(rate["tax"] for rate in each) / 100
    return gross


def _total(tariff: Mapping[str, Any], known: Mapping[str, Json]) -> Json:
    total = {
        name: round(sum(each[name] for each in known.values()), _DIGITS)
        for name in ("exclTax", "inclTax")
    }
    for name, word, bounds in (
        ("minCost", "MinCost", max),
        ("maxCost", "MaxCost", min),
    ):
        bound = tariff.get(name, {})
        beyond = [
            m for m in bound if m in total and bounds(total[m], bound[m]) != total[m]
        ]
        if beyond:
            return {"typeOfCost": word, "total": _bounded(total, bound)}
    return {"typeOfCost": "NormalCost", "total": total}


def _bounded(total: Mapping[str, float], bound: Mapping[str, Any]) -> Json:
    return {name: bound[name] for name in total if name in bound}
