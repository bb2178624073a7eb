"""A station that has said no to a limit, and the page on which it was asked."""

from __future__ import annotations

from playwright.async_api import Page, expect

from connector.tests.dashboard.cards import Card, badge
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.site import Site


async def refused_limit(open_site: OpenSite) -> tuple[Site, Page]:
    """CP1 charges; a limit of 4.14 kW was asked and refused."""
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    charge.station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await charge.begin()
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await card.limit("4.14")
    await expect(badge(card.limit_form, "Rejected")).to_be_visible()
    return site, page
