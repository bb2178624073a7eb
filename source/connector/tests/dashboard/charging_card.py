"""A vehicle that charges, and the card of its connector that somebody looks at."""

from __future__ import annotations

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.site import Site


async def charging_card(
    open_site: OpenSite, version: str = "1.6", stations: str = '{"CP1": {}}'
) -> tuple[Site, Charging, Card]:
    """CP1 charges; the page is its own."""
    site = await open_site(STATIONS=stations)
    charge = await site.charger("CP1", version)
    await charge.begin()
    page = (await site.page("stations/CP1")).page
    return site, charge, Card(page, version)
