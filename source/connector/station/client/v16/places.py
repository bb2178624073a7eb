"""Connectors of 1.6, which run over (EVSE, connector), as the core has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.station.client.client import Client

STATION = (0, 0)


def find(client: Client, number: int) -> tuple[int, int] | None:
    """EVSE and connector of a number; 0 is the station, None: there is none."""
    return STATION if number == 0 else client.core.model.places.get(number)


def evse_of(client: Client, number: int) -> int | None:
    """The EVSE of a connector; 0 for the station, None: there is none."""
    found = find(client, number)
    return None if found is None else found[0]
