"""Requests at random that fit their schemas; what is named is often there."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from connector.ocppj.routes import ROUTES
from connector.ocppj.schemas import load_document

Json = dict[str, Any]
KEY = "THE-TRANSACTION"
"""Stands for the one that runs."""
_NUMBERS = st.sampled_from([0, 1, 2, 3, 7, 10, 60, -1, 2**31 - 1, -(2**31)])
_TEXTS = st.sampled_from(["", "1", "true", "x", "CARD-1", "A,W", "2", "Ω" * 20])
_TIMES = st.sampled_from(
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T13:00:00+01:00",
        "2030-01-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ]
)
_COMPONENTS = st.sampled_from(
    ["TxCtrlr", "OCPPCommCtrlr", "EVSE", "AuthCtrlr", "SampledDataCtrlr", "Nobody"]
)
_VARIABLES = st.sampled_from(
    [
        "EVConnectionTimeOut",
        "NetworkConfigurationPriority",
        "Power",
        "TxStartPoint",
        "TxStopPoint",
        "TxUpdatedInterval",
        "TxUpdatedMeasurands",
        "HeartbeatInterval",
        "Enabled",
        "Nothing",
    ]
)
_NOWHERE = st.just("ftp://nowhere/file")
_NAMED: dict[str, SearchStrategy[Any]] = {
    "transactionId": st.sampled_from([KEY, "other"]),
    "evseId": st.sampled_from([0, 1, 2, 9]),
    "connectorId": st.sampled_from([0, 1, 2, 9]),
    "startPeriod": st.sampled_from([0, 0, 0, 60, -1]),
    "limit": st.sampled_from([0.0, 5000.0, 16.0, 1e9, -1.0]),
    "stackLevel": st.sampled_from([0, 1, 99, 100, -1]),
    "location": _NOWHERE,
    "remoteLocation": _NOWHERE,
    "ocppCsmsUrl": st.sampled_from(["ws://csms/ocpp", "http://x", "ws://[", ""]),
}
_OF_NAMES = {"component": _COMPONENTS, "variable": _VARIABLES}


def requests(version: str) -> SearchStrategy[tuple[str, Json]]:
    """An action, and a payload that fits."""

    def with_payload(action: str) -> SearchStrategy[tuple[str, Json]]:
        document = load_document(version, action, "")
        return st.tuples(st.just(action), _strategy(document, document, action))

    return st.sampled_from(sorted(ROUTES[version].down)).flatmap(with_payload)


def answers(version: str, action: str) -> SearchStrategy[Json]:
    """Answers to a call of a station that fit."""
    document = load_document(version, action, "Response")
    return _strategy(document, document, action)


def _strategy(document: Json, schema: Json, name: str) -> SearchStrategy[Any]:
    name_of = schema.get("$ref", "").removeprefix("#/definitions/")
    schema = document["definitions"][name_of] if name_of else schema
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "object":
            return _object(document, schema, name)
        case "array":
            items = _strategy(document, schema["items"], name)
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=3)
        case "string":
            is_time = schema.get("format") == "date-time"
            texts = _TIMES if is_time else _TEXTS
            return texts.map(lambda text: text[: schema.get("maxLength", 1000)])
        case "integer":
            least = schema.get("minimum", -(2**31))
            most = schema.get("maximum", 2**31)
            return _NUMBERS.filter(lambda number: least <= number <= most)
        case "number":
            least, most = schema.get("minimum", -1e12), schema.get("maximum", 1e12)
            return _NUMBERS.map(float).filter(lambda number: least <= number <= most)
        case "boolean":
            return st.booleans()
    return st.just({"any": [1, None]})


def _object(document: Json, schema: Json, name: str) -> SearchStrategy[Json]:
    required = schema.get("required", ())
    members = {
        member: _member(document, each, member, name)
        for member, each in schema.get("properties", {}).items()
        if member != "customData"
    }
    return st.fixed_dictionaries(
        {name: members[name] for name in members if name in required},
        optional={n: members[n] for n in members if n not in required},
    )


def _member(
    document: Json, schema: Json, member: str, parent: str
) -> SearchStrategy[Any]:
    if member == "name" and parent in _OF_NAMES:
        return _OF_NAMES[parent]
    named = _NAMED.get(member)
    if named is not None and "$ref" not in schema and schema.get("type") != "array":
        return named
    return _strategy(document, schema, member)
