"""A station that has said no to a limit, and the page on which it was asked."""

from __future__ import annotations

from playwright.async_api import Page, expect

from connector.tests.dashboard.cards import badge
from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.site import Site


async def refused_limit(open_site: OpenSite) -> tuple[Site, Page]:
    """CP1 charges; a limit of 4.14 kW was asked and refused."""
    site, charge, card = await charging_card(open_site)
    charge.station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await card.limit("4.14")
    await expect(badge(card.limit_form, "Rejected")).to_be_visible()
    return site, card.page
