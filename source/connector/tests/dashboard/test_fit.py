"""Nothing that is to be read or chosen is cut off, at the usual widths of windows."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.looking import opened, shown
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.small_site import DIALOGS, PAGES, small_site

pytestmark = MARKS
WIDTHS = (1280, 1024, 390)
_CUT = """() => {
  const isSeen = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1
    && !e.closest(".visually-hidden, thead, .sites-head") ;
  const isNarrow = (e) => {
    if (!(e instanceof HTMLSelectElement)) return e.scrollWidth > e.clientWidth + 1;
    const free = e.cloneNode(true);
    free.style.cssText = "position: absolute; visibility: hidden; width: max-content";
    e.parentNode.append(free);
    const wanted = free.offsetWidth;
    free.remove();
    return wanted > e.offsetWidth + 1;
  };
  const read = "select, label, .btn, .badge, .card, .site-row > :nth-child(n + 2), h3, .more";
  const heads = [...document.querySelectorAll("th, .sites-head .site-row > *")]
    .filter((e) => e.getBoundingClientRect().width > 1 && !e.closest(".visually-hidden"));
  return [...document.querySelectorAll(read)].filter(isSeen).concat(heads)
    .filter(isNarrow)
    .map((e) => `${e.tagName} ${e.labels?.[0]?.innerText ?? e.innerText.slice(0, 60)}`);
}"""
"""What has no room for its text; of a list to choose from, for the longest of them."""


async def cut(page: Page) -> list[str]:
    """What is cut off in a page as it is."""
    found: list[str] = await page.evaluate(_CUT)
    return [f"{page.url}: {each}" for each in found]


def at(width: int) -> dict[str, Any]:
    """A window of a width."""
    return {"viewport": {"width": width, "height": 900}}


@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_cut_off(open_site: OpenSite, width: int) -> None:
    site = await small_site(open_site)
    page = (await site.page(**at(width))).page
    found: list[str] = []
    for place in (*PAGES, "stations/CP3?tab=commands"):
        await shown(page, place)
        await opened(page)
        found += await cut(page)
    for place, button in DIALOGS:
        await shown(page, place)
        await page.get_by_role("button", name=button, exact=True).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found += await cut(page)
        await page.keyboard.press("Escape")

    assert "\n".join(found) == ""


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_limit_that_is_not_met_or_not_known_is_not_cut_off(
    open_site: OpenSite, width: int
) -> None:
    site, charge, card = await charging_card(open_site)
    await card.limit("11")
    await card.expect_steps(In_force="done: 11.00 kW")
    charge.station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await card.limit("10.5")
    await card.expect_steps(In_force="failed: 11.00 kW, not what was asked")
    page = (await site.page(**at(width))).page
    row = page.get_by_role("row", name="CP1")
    await expect(row).to_contain_text("not met")
    assert await cut(page) == []
    await charge.station.close()
    await expect(row).to_contain_text("(last: 11.00 kW)")
    assert await cut(page) == []
    for part in await row.get_by_role("cell").all():
        inside, outside = await part.bounding_box(), await row.bounding_box()
        assert inside and outside
        assert inside["height"] <= outside["height"]
