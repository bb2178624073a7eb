"""Payloads made to fit a version: what it has no word for is left out.

What happens in a station is told in the words of 2.1; 2.0.1 has fewer of them, and
shorter texts. Only what a session has refused is made to fit, so that what fits is
looked at once. What is required and cannot be said is left, and refused again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import Any

from connector.ocppj.frames import Json
from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import CUSTOM_DATA, schemas

_MISFIT = object()
_OTHER = "Other"
_NEAREST: Mapping[str, str] = MappingProxyType(
    {
        # TriggerReasonEnum
        "CostLimitReached": "EnergyLimitReached",
        "LimitSet": "ChargingRateChanged",
        "OperationModeChanged": "ChargingStateChanged",
        "RunningCost": "Trigger",
        "SoCLimitReached": "EnergyLimitReached",
        "TariffChanged": "Trigger",
        "TxResumed": "CablePluggedIn",
        # ReservationUpdateStatusEnum
        "NoTransaction": "Removed",
        # EnergyTransferModeEnum
        "AC_BPT": "AC_three_phase",
        "AC_BPT_DER": "AC_three_phase",
        "AC_DER": "AC_three_phase",
        "DC_ACDP": "DC",
        "DC_ACDP_BPT": "DC",
        "DC_BPT": "DC",
        "WPT": "DC",
    }
)
"""Words of 2.1, and those of 2.0.1 that come nearest; else it is `Other`, if at all."""
_WHOLE = frozenset({"Authorize"})
"""Without a part of it somebody else might be let in."""
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "object": dict,
    "array": (list, tuple),
}


def fitted(version: str, action: str, payload: Json) -> Json:
    """The payload of a request as a version can have it; one it has not stays."""
    if action in _WHOLE or action not in ROUTES[version].up:
        return payload
    document = schemas(version).request(action).document
    found = _fit(document, document, payload)
    return found if isinstance(found, dict) else payload


def _fit(document: Json, schema: Json, value: Any) -> Any:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        schema = document["definitions"][name]
    if "enum" in schema:
        return _word(schema["enum"], value)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return _number(kind, value)
    if kind in _TYPES and not isinstance(value, _TYPES[kind]):
        return _MISFIT
    match kind:
        case "string":
            return value[: schema.get("maxLength")]
        case "object" if schema.get("properties"):
            return _object(document, schema, value)
        case "array":
            return _array(document, schema, value)
    return value


def _word(known: Sequence[str], value: Any) -> Any:
    for word in (
        value,
        _NEAREST.get(value) if isinstance(value, str) else None,
        _OTHER,
    ):
        if word in known:
            return word
    return _MISFIT


def _number(kind: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _MISFIT
    if isinstance(value, float) and not isfinite(value):
        return _MISFIT  # JSON has no such number
    return round(value) if kind == "integer" else value


def _object(document: Json, schema: Json, value: Json) -> Any:
    members = schema["properties"]
    required = schema.get("required", ())
    found: Json = {}
    for name, each in value.items():
        if name == CUSTOM_DATA:
            found[name] = each
        elif name in members and each is not None:
            fit = _fit(document, members[name], each)
            if fit is not _MISFIT:
                found[name] = fit
            elif name in required:
                return _MISFIT
    return found


def _array(document: Json, schema: Json, value: list[Any]) -> Any:
    items = (_fit(document, schema["items"], each) for each in value)
    found = [each for each in items if each is not _MISFIT]
    found = found[: schema.get("maxItems")]
    return found if len(found) >= schema.get("minItems", 0) else _MISFIT
