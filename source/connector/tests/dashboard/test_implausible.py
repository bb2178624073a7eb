"""Values that cannot be: told, without a harm to what is beside them."""

from __future__ import annotations

from playwright.async_api import expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
_OVERFLOWS = "document.documentElement.scrollWidth > window.innerWidth"


async def test_a_value_that_cannot_be_stays_in_its_card_and_out_of_the_total(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}, "CP2": {}}')
    absurd, sane = await site.charger("CP1"), await site.charger("CP2")
    await absurd.begin()
    await absurd.flow(1e21, 1e308, 1e300)
    await sane.begin()
    await sane.flow(7400, 10.7, 1100)
    page = (await site.page("stations/CP1")).page
    card = page.get_by_role("region", name="Connector 1", exact=True)
    await expect(card).to_contain_text("1E18 kW")
    await expect(card).to_contain_text("1E308 A")
    assert not await page.evaluate(_OVERFLOWS)

    await page.get_by_role("link", name="All stations").click()
    total = page.get_by_text("2 charging")
    await expect(total).to_contain_text("7.40 kW · without 1 power that cannot be")
    await expect(page.get_by_role("row", name="CP2")).to_contain_text("7.40 kW")
    assert not await page.evaluate(_OVERFLOWS)
