"""GetVariables and SetVariables: items of the messages of 2.x, and their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.station.device_model.names import place_of
from connector.station.device_model.rows import ACTUAL
from connector.station.device_model.values import Result, Values

Json = dict[str, Any]
_LONGEST_INFO = 512


def get_variables(model: Values, items: Iterable[Mapping[str, Any]]) -> list[Json]:
    """The ``getVariableResult`` of ``getVariableData``."""
    return [_got(model, item) for item in items]


def set_variables(model: Values, items: Iterable[Mapping[str, Any]]) -> list[Json]:
    """The ``setVariableResult`` of ``setVariableData``; each item stands alone."""
    return [_set(model, item) for item in items]


def _got(model: Values, item: Mapping[str, Any]) -> Json:
    variable = item["variable"]
    attribute = item.get("attributeType", ACTUAL)
    result = model.get(
        place_of(item["component"]),
        variable["name"],
        variable.get("instance", ""),
        attribute=attribute,
    )
    answer = _answer(item, result)
    if result.is_accepted:
        size = int(model.number("DeviceDataCtrlr/ReportingValueSize"))
        answer["attributeValue"] = result.value[:size]
    return answer


def _set(model: Values, item: Mapping[str, Any]) -> Json:
    variable = item["variable"]
    result = model.set(
        place_of(item["component"]),
        variable["name"],
        variable.get("instance", ""),
        value=item["attributeValue"],
        attribute=item.get("attributeType", ACTUAL),
    )
    return _answer(item, result)


def _answer(item: Mapping[str, Any], result: Result) -> Json:
    answer: Json = {
        "attributeStatus": result.status,
        "component": item["component"],
        "variable": item["variable"],
    }
    if "attributeType" in item:
        answer["attributeType"] = item["attributeType"]
    if result.reason:
        answer["attributeStatusInfo"] = status_info(result.reason, result.info)
    return answer


def status_info(reason: str, info: str = "") -> Json:
    """A StatusInfoType."""
    found = {"reasonCode": reason}
    return found | {"additionalInfo": info[:_LONGEST_INFO]} if info else found
