"""Which words for charging profiles a station understands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connector.csms.station import Station
from connector.datapoints.limits.profiles import Dialect
from connector.datapoints.limits.profiles2 import Dialect2
from connector.datapoints.limits.profiles16 import Dialect16

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {"1.6": Dialect16(), "2.0.1": Dialect2("2.0.1"), "2.1": Dialect2("2.1")}
)
"""By OCPP version."""


def dialect_of(station: Station) -> Dialect:
    """Those of the version that it speaks, or spoke last."""
    return DIALECTS[station.spoken]
