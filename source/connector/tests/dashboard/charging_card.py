"""A vehicle that charges, and the card of its connector that somebody looks at."""

from __future__ import annotations

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.site import Site

ONE = '{"CP1": {}}'


async def charging_card(
    open_site: OpenSite, version: str = "1.6", stations: str = ONE
) -> tuple[Site, Charging, Card]:
    """CP1 charges; the page is its own."""
    site = await open_site(STATIONS=stations)
    charge = await site.charger("CP1", version)
    await charge.begin()
    page = (await site.page("stations/CP1")).page
    return site, charge, Card(page, version)


async def flowing_card(
    open_site: OpenSite, version: str = "1.6", complaints: tuple[str, ...] = ()
) -> tuple[Site, Charging, Card]:
    """CP1 charges with 7.4 kW; its page may complain of these."""
    site = await open_site(STATIONS=ONE)
    charge = await site.charger("CP1", version)
    await charge.begin()
    await charge.flow(7400, 10.7, 1100)
    watched = await site.page("stations/CP1")
    watched.expect(*complaints)
    return site, charge, Card(watched.page, version)


async def asked_limit(open_site: OpenSite, number: str, unit: str, told: str) -> Card:
    """A limit is typed and asked as this."""
    _, _, card = await charging_card(open_site)
    await card.limit(number, unit)
    await card.expect_steps(Asked=f"done: {told}")
    return card
