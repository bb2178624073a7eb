"""Connectors become known when a station speaks of them (datapoints, section 1)."""

from __future__ import annotations

import logging

from connector.csms.context import Context, at
from connector.csms.events import ConnectorsChanged
from connector.csms.station import (
    CONNECTORS_OF_EVSES,
    MAX_PLACES,
    STATION,
    Connector,
    Station,
)

logger = logging.getLogger(__name__)


def place(context: Context, station: Station, connector_id: int) -> Connector | None:
    """The connector that a station speaks of; None for one that has no place."""
    where = str(connector_id)
    found = station.connectors.get(where)
    if found is not None:
        return found
    if not 0 <= connector_id <= MAX_PLACES:
        if station.first_time("place"):
            logger.warning(
                "%s: speaks of connector %d; known are 0 to %d",
                station.identity,
                connector_id,
                MAX_PLACES,
            )
        return None
    known = station.connector_count
    found = station.connector(where)
    if station.connector_count != known:
        announce(context, station)
    return found


def is_connector(where: str) -> bool:
    """Whether a text that was kept names a connector of a station."""
    return where.isdecimal() and 0 < int(where) <= MAX_PLACES


def grow(context: Context, station: Station, count: int) -> None:
    """The station says how many connectors it has."""
    known = station.connector_count
    for number in range(1, min(count, MAX_PLACES) + 1):
        station.connector(str(number))
    if station.connector_count != known:
        announce(context, station)


def grow_evse(
    context: Context, station: Station, evse_id: int, connectors: int
) -> None:
    """An EVSE has so many connectors (2.x)."""
    if not (0 < evse_id <= MAX_PLACES and 1 < connectors <= MAX_PLACES):
        return
    known = dict(station.learned.get(CONNECTORS_OF_EVSES, {}))
    if known.get(str(evse_id), 1) < connectors:
        station.learned[CONNECTORS_OF_EVSES] = known | {str(evse_id): connectors}
        announce(context, station)


def announce(context: Context, station: Station) -> None:
    """Tell everybody how many connectors there are."""
    if station.is_adopted:
        context.remember(station)
        context.events.emit(ConnectorsChanged(station))
    context.tell(station, {at(STATION, "connectors"): station.connector_count})
