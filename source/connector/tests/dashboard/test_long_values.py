"""A value may be of any length: its beginning is shown, and all of it on demand."""

from __future__ import annotations

from playwright.async_api import Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
LENGTH = 50_000
END = "the last word"


async def height(page: Page) -> int:
    """Of all of the page, in pixels."""
    return int(await page.evaluate("document.documentElement.scrollHeight"))


async def test_a_huge_value_is_cut_until_all_of_it_is_asked_for(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    page = (await site.page("stations/CP1?tab=details")).page
    news = page.get_by_role("region", name="What it told last")
    data = f"{'word ' * (LENGTH // 5)}{END}"
    await charge.station.call("DataTransfer", {"vendorId": "ACME", "data": data})

    await expect(news.get_by_text("word word").first).to_be_visible()
    await expect(page.get_by_role("button", name="Show all (50,")).to_have_count(2)
    await expect(page.get_by_text(END)).to_have_count(0)
    assert await height(page) < 6000
    await news.get_by_role("button", name="Show all").click()
    await expect(news).to_contain_text(END)
    assert await height(page) < 6500
    await news.get_by_role("button", name="Show less").click()
    await expect(page.get_by_text(END)).to_have_count(0)
