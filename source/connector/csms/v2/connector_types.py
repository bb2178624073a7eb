"""Which type a connector is of, as the station's device model says (2.x)."""

from __future__ import annotations

from connector.csms.station import Station
from connector.csms.v2.device_model import actual
from connector.csms.v2.variables import of_wire
from connector.store.interface import VariableStore

_NAMES = frozenset({"connectortype", "type"})


async def connector_type(
    store: VariableStore, station: Station, where: str
) -> str | None:
    """The type of the connector at a place such as `1.2`; None: nobody knows.

    Raises:
        StoreError: what the station reported cannot be read.
    """
    evse, _, connector = where.partition(".")
    wanted = ("connector", int(evse), int(connector))
    for item in (await store.variables(station.identity)).values():
        found = of_wire(item).folded
        is_there = (found.component, found.evse, found.connector) == wanted
        if is_there and found.variable in _NAMES and actual(item):
            return actual(item)
    return None
