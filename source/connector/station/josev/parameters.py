"""What a station is, in Josev's words: `cs_parameters` and `device_model`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.station.josev.options import JosevOptions, Service
from connector.station.josev.post import Post
from connector.station.model import StationModel

Json = dict[str, Any]


def cs_parameters(
    model: StationModel, options: JosevOptions, posts: Iterable[Post]
) -> Json:
    """The whole answer."""
    parameters = [_of_evse(post, options) for post in posts]
    return {
        "sw_version": model.firmware_version,
        "hw_version": options.hw_version,
        "number_of_evses": len(parameters),
        "parameters": parameters,
    }


def _of_evse(post: Post, options: JosevOptions) -> Json:
    return {
        "evse_id": post.evse_id,
        "supports_eim": post.options.supports_eim,
        "network_interface": options.interface(post.number),
        "connectors": [
            {"id": number, "services": {each.name: _service(each) for each in services}}
            for number, services in enumerate(post.services, 1)
        ],
    }


def _service(service: Service) -> Json:
    found: Json = {"connector_type": service.connector_type}
    if service.control_mode is not None:
        found["control_mode"] = service.control_mode
    if service.nominal_voltage is not None:
        found["nominal_voltage"] = service.nominal_voltage
    return found | dict(service.more)


def device_model(
    model: StationModel,
    posts: Iterable[Post],
    connection: Mapping[str, Any],
    report: Iterable[Mapping[str, Any]],
) -> Json:
    """The whole answer; ``report`` is the reportData of a full inventory (2.x).

    ``connection`` has ocpp_csms_url, security_profile and basic_auth_password.
    """
    found = {
        "model": model.model,
        "vendor": model.vendor,
        "identity": model.identity,
        **connection,
        "serial_number": model.serial_number,
        "firmware_version": model.firmware_version,
        "sim_iccid": model.iccid,
        "sim_imsi": model.imsi,
        "evses": [_ocpp_evse(post) for post in posts],
        "components": _components(report),
    }
    return {name: value for name, value in found.items() if value is not None}


def _ocpp_evse(post: Post) -> Json:
    rating = post.model.rating
    return {
        "ocpp_id": post.number,
        "iso15118_id": post.evse_id,
        "power_kw": round(rating.max_power_w / 1000, 3),
        "supply_phases": 3 if rating.is_dc else rating.phases,
        "connectors": [
            {"id": number, "connector_type": kind}
            for number, kind in enumerate(post.model.connectors, 1)
        ],
    }


def _components(report: Iterable[Mapping[str, Any]]) -> list[Json]:
    found: dict[tuple[Any, ...], Json] = {}
    for item in report:
        component = _place(item["component"])
        variables = found.setdefault(tuple(component.items()), component)
        listed = variables.setdefault("variables", [])
        listed += [_variable(item, each) for each in item["variableAttribute"][:1]]
    return list(found.values())


def _place(component: Mapping[str, Any]) -> Json:
    evse = component.get("evse", {})
    members = {
        "name": component["name"],
        "instance": component.get("instance"),
        "evse_id": evse.get("id"),
        "connector_id": evse.get("connectorId"),
    }
    return {name: value for name, value in members.items() if value is not None}


def _variable(item: Mapping[str, Any], attribute: Mapping[str, Any]) -> Json:
    variable = item["variable"]
    traits = item.get("variableCharacteristics", {})
    members = {
        "name": variable["name"],
        "instance": variable.get("instance"),
        "value": attribute.get("value"),
        "unit": traits.get("unit"),
        "mutability": attribute.get("mutability", "ReadWrite"),
        "constant": attribute.get("constant"),
        "data_type": traits.get("dataType"),
        "values_list": traits.get("valuesList"),
    }
    return {name: value for name, value in members.items() if value is not None}
