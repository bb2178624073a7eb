"""The device model: values, and reports of them (2.x part 2, B05 to B08)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.station.client.messages import Message
from connector.station.client.v2.answers import answer, status_info, too_many
from connector.station.client.v2.desk import desk_of, known_desk
from connector.station.client.v2.networks import PRIORITY
from connector.station.device_model.reports import in_parts
from connector.station.device_model.wire import get_variables as got
from connector.station.device_model.wire import set_variables as taken
from connector.station.times import iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

_ITEMS, _BYTES = "DeviceDataCtrlr/ItemsPerMessage", "DeviceDataCtrlr/BytesPerMessage"
_USUAL_ITEMS, _USUAL_BYTES = 50, 60_000
_REPORT, _MONITORING_REPORT = "NotifyReport", "NotifyMonitoringReport"


def _check_many(client: Client, action: str, items: list[Json]) -> None:
    most = int(client.parts.variables.number(f"{_ITEMS}#{action}"))
    if most and len(items) > most:
        raise too_many(action, most)


def get_variables(client: Client, call: Call) -> Json:
    """GetVariables."""
    items = call.payload["getVariableData"]
    _check_many(client, call.action, items)
    return {"getVariableResult": got(client.parts.variables, items)}


def set_variables(client: Client, call: Call) -> Json:
    """SetVariables; what it leads to happens where the variable is used."""
    items = call.payload["setVariableData"]
    _check_many(client, call.action, items)
    results = [_set(client, item) for item in items]
    client.core.offer_anew(client.now_ms())
    desk = known_desk(client)
    if desk is not None and desk.has("watching"):
        desk.watching.wake()
    return {"setVariableResult": results}


def _set(client: Client, item: Json) -> Json:
    if _is(item, PRIORITY) and not desk_of(client).networks.knows(
        item["attributeValue"]
    ):
        # B10: the station would have nowhere to go.
        return _refused(item, "InvalidConfSlot", "a slot is not set")
    (result,) = taken(client.parts.variables, [item])
    return result


def _is(item: Json, name: str) -> bool:
    component, _, variable = name.partition("/")
    named = str(item["component"]["name"]), str(item["variable"]["name"])
    return tuple(map(str.casefold, named)) == (
        component.casefold(),
        variable.casefold(),
    )


def _refused(item: Json, reason: str, info: str) -> Json:
    found: Json = {
        "attributeStatus": "Rejected",
        "component": item["component"],
        "variable": item["variable"],
        "attributeStatusInfo": status_info(reason, info),
    }
    if "attributeType" in item:
        found["attributeType"] = item["attributeType"]
    return found


# -- reports


def get_base_report(client: Client, call: Call) -> Json | Answer:
    """GetBaseReport."""
    data = client.parts.variables.report(call.payload["reportBase"])
    return _reported(client, call, _REPORT, "reportData", data)


def get_report(client: Client, call: Call) -> Json | Answer:
    """GetReport; EmptyResultSet where nothing is meant."""
    payload = call.payload
    wanted = payload.get("componentVariable", [])
    _check_many(client, call.action, wanted)
    data = client.parts.variables.report_on(
        payload.get("componentCriteria", ()), wanted
    )
    return _reported(client, call, _REPORT, "reportData", data)


def get_monitoring_report(client: Client, call: Call) -> Json | Answer:
    """GetMonitoringReport (N02)."""
    payload = call.payload
    monitors = desk_of(client).watching.monitors
    data = monitors.report(
        payload.get("monitoringCriteria", ()),
        payload.get("componentVariable", ()),
        version=client.version_number,
    )
    return _reported(client, call, _MONITORING_REPORT, "monitor", data)


def _reported(
    client: Client, call: Call, action: str, member: str, data: list[Json]
) -> Json | Answer:
    """Answer, then tell the data in as many messages as it takes."""
    if not data:
        return answer("EmptyResultSet")
    request_id = call.payload["requestId"]
    return Answer(answer("Accepted"), _teller(client, request_id, action, member, data))


def _teller(
    client: Client, request_id: int, action: str, member: str, data: list[Json]
) -> Callable[[], None]:
    variables = client.parts.variables
    most = int(variables.number(f"{_ITEMS}#GetReport")) or _USUAL_ITEMS
    most_bytes = int(variables.number(f"{_BYTES}#GetReport")) or _USUAL_BYTES

    def tell() -> None:
        parts = list(in_parts(data, most, most_bytes))
        for number, part in enumerate(parts):
            payload: Json = {
                "requestId": request_id,
                "generatedAt": iso(client.now_ms()),
                "seqNo": number,
                "tbc": number + 1 < len(parts),
                member: part,
            }
            client.say(Message(action, payload))

    return tell
