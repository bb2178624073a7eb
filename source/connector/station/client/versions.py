"""The versions that stations speak; a module of one is imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from connector.station.client.messages import Version

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "ocpp2.1": "connector.station.client.v2.version21",
        "ocpp2.0.1": "connector.station.client.v2.version201",
        "ocpp1.6": "connector.station.client.v16.version16",
    }
)
"""By subprotocol; each has a `VERSION`."""


def version_for(subprotocol: str) -> Version:
    """What a subprotocol says."""
    return cast(Version, import_module(_MODULES[subprotocol]).VERSION)
