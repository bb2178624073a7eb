"""The enumerations of each version, by the names of the schemas and of the library."""

from __future__ import annotations

from enum import Enum
from functools import cache
from importlib import import_module

from connector.ocppj.schemas import FOLDERS

_MISSING = {("2.0.1", "MessageStateEnumType"): frozenset({"Unavailable"})}
"""Values of a schema that the library's enumeration does not have."""
_NAMES = {("2.0.1", "MonitoringBaseEnumType"): "MonitorBaseEnumType"}
"""Where the library has another name than the schemas."""


@cache
def enumeration(version: str, name: str) -> frozenset[str]:
    """The values of an enumeration, such as ``ReadingContext`` of 1.6.

    Raises:
        KeyError: the version has no enumeration of this name.
    """
    module = import_module(f"ocpp.{FOLDERS[version]}.enums")
    found = getattr(module, _NAMES.get((version, name), name), None)
    if not isinstance(found, type) or not issubclass(found, Enum):
        raise KeyError(f"OCPP {version} has no enumeration {name}")
    values = frozenset(str(member.value) for member in found)
    return values | _MISSING.get((version, name), frozenset())


def is_listed(version: str, name: str, value: object) -> bool:
    """Whether a value is one of an enumeration.

    Raises:
        KeyError: the version has no enumeration of this name.
    """
    return isinstance(value, str) and value in enumeration(version, name)
