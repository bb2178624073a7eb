"""Messages as the library's dataclasses: wire to typed, and back.

Nested parts are the library's data types, enumerations their members where the value
is listed. A member that did not come has the default of its class; one that a class
demands and a schema does not is None. `customData` stays the object that it is, as an
attribute even where a class has no field for it; members that are in no schema are left
out.
"""

from __future__ import annotations

import dataclasses
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, get_args, get_type_hints

from connector.errors import LocalProtocolError
from connector.ocppj.names import (
    Names,
    is_instance_of_dataclass,
    names,
    snake_name,
)
from connector.ocppj.periodic_event_stream import NotifyPeriodicEventStream
from connector.ocppj.schemas import CUSTOM_DATA, FOLDERS

Json = dict[str, Any]

_PARTS = {
    "1.6": {
        "certificate_hash_data": "CertificateHashData",
        "charging_profile": "ChargingProfile",
        "charging_schedule": "ChargingSchedule",
        "configuration_key": "KeyValue",
        "cs_charging_profiles": "ChargingProfile",
        "firmware": "Firmware",
        "local_authorization_list": "AuthorizationData",
        "log": "LogParameters",
        "meter_value": "MeterValue",
        "transaction_data": "MeterValue",
    },
    "2.0.1": {"clear_monitoring_result": "ClearMonitoringResultType"},
    "2.1": {},
}
"""The data types of members of which the classes do not tell it."""
_OURS = {("2.1", "NotifyPeriodicEventStream"): NotifyPeriodicEventStream}
_VERSIONS = {folder: version for version, folder in FOLDERS.items()}


def message_class(version: str, action: str, *, is_response: bool = False) -> Any:
    """The dataclass of a message; modules of a version are imported when needed."""
    if not is_response and (version, action) in _OURS:
        return _OURS[version, action]
    module = "call_result" if is_response else "call"
    return getattr(import_module(f"ocpp.{FOLDERS[version]}.{module}"), action)


def to_typed(
    version: str, action: str, payload: Json, *, is_response: bool = False
) -> Any:
    """A payload with wire names as the dataclass of its message.

    It is not checked; a payload that does not fit gives what can be made of it.
    """
    kind = message_class(version, action, is_response=is_response)
    return _built(kind, payload, names(version, action, is_response=is_response))


def to_wire(message: Any) -> Json:
    """A message given as a dataclass, with wire names and without what is None.

    Raises:
        LocalProtocolError: it is no message of the library.
    """
    version, action, is_response = kind_of(message)
    wire: Json = names(version, action, is_response=is_response).to_wire(message)
    return wire


def kind_of(message: Any) -> tuple[str, str, bool]:
    """Version and action of a typed message, and whether it is an answer.

    Raises:
        LocalProtocolError: it is no message of the library.
    """
    kind: Any = type(message)
    found = _kind_of_class(kind)
    if found is None:
        raise LocalProtocolError(f"{kind.__name__} is no message of OCPP")
    return found


@cache
def _kind_of_class(kind: type[Any]) -> tuple[str, str, bool] | None:
    for base in kind.__mro__:
        for (version, action), ours in _OURS.items():
            if base is ours:
                return version, action, False
        package, _, module = base.__module__.rpartition(".")
        version = _VERSIONS.get(package.removeprefix("ocpp."), "")
        if version and module in ("call", "call_result"):
            return version, base.__name__, module == "call_result"
    return None


def as_wire(version: str, action: str, message: Any, *, is_response: bool) -> Any:
    """A dataclass, or an object with wire names that may hold some, as a payload.

    Anything else stays as it is.
    """
    table = names(version, action, is_response=is_response)
    if is_instance_of_dataclass(message):
        return table.to_wire(message)
    return table.parts_to_wire(message) if isinstance(message, dict) else message


def _built(kind: Any, value: Any, table: Names) -> Any:
    """A value as ``kind``, which is a dataclass, an enumeration, or nothing of ours."""
    if isinstance(value, list):
        return [_built(kind, item, table) for item in value]
    if kind is None:
        return value
    if issubclass(kind, Enum):
        return _listed(kind, value)
    return _instance(kind, value, table) if isinstance(value, dict) else value


def _listed(kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return value


def _instance(kind: Any, value: Json, table: Names) -> Any:
    # Not through __init__, which would refuse what was tolerated.
    made = object.__new__(kind)
    vars(made).update(_defaults(kind))
    kinds = _kinds(kind)
    for wire, field in table.fields():
        if wire in value:
            inner = _built(kinds.get(field), value[wire], table.inner(wire))
            setattr(made, field, inner)
    return made


def _defaults(kind: Any) -> Json:
    return {field.name: _default(field) for field in dataclasses.fields(kind)}


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


@cache
def _kinds(owner: Any) -> dict[str, Any]:
    """The dataclass or enumeration of each field of a dataclass that has one."""
    found = {name: _kind(hint) for name, hint in get_type_hints(owner).items()}
    package = owner.__module__.rpartition(".")[0]
    parts = _PARTS.get(_VERSIONS.get(package.removeprefix("ocpp."), ""), {})
    for name in parts.keys() & found.keys():
        data_types = import_module(f"{package}.datatypes")
        found[name] = getattr(data_types, parts[name])
    found[snake_name(CUSTOM_DATA)] = None
    return found


def _kind(hint: Any) -> Any:
    """What is within Optional, List and Union."""
    for inner in get_args(hint):
        found = _kind(inner)
        if found is not None:
            return found
    is_kind = isinstance(hint, type) and (
        dataclasses.is_dataclass(hint) or issubclass(hint, Enum)
    )
    return hint if is_kind else None
