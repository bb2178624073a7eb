"""The same thing has one name on all pages."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_place_is_called_the_same_on_all_pages(
    open_site: OpenSite, version: str
) -> None:
    site = await open_site(STATIONS='{"CP1": {"connectors": 2}}')
    charge = await site.charger("CP1", version)
    await charge.begin()
    page = (await site.page("")).page
    name = Card(page, version).name
    part = page.get_by_role("row", name="CP1").get_by_role("link", name=name)
    await expect(part).to_be_visible()
    await page.goto("./#/transactions")
    await expect(page.get_by_role("row", name="CP1")).to_contain_text(f"CP1 {name}")
    await page.get_by_role("row", name="CP1").get_by_role("link").first.click()
    await expect(page.get_by_role("definition").filter(has_text="CP1")).to_have_text(
        f"CP1, {name}"
    )


async def test_the_energy_of_the_last_session_is_the_same_in_the_list(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin(meter_wh=1000)
    await charge.end(1963)
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await expect(card.own).to_contain_text("Last session963 Wh")
    await page.get_by_role("link", name="All stations").click()
    await expect(page.get_by_role("row", name="CP1")).to_contain_text("963 Wh")
