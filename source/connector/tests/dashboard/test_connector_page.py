"""What the connector tells of itself can be read."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
_LINES = """(place) => {
  const range = document.createRange();
  const tops = (text) => {
    range.selectNode(text);
    return [...range.getClientRects()].map((each) => Math.round(each.top));
  };
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) found.push([walker.currentNode.data, tops(walker.currentNode)]);
  return found;
}"""
"""The parts of an address or a path, each with where its lines are."""


def told(page: Page, part: str, name: str) -> Locator:
    """A fact of a part of the page."""
    term = page.get_by_role("region", name=part).locator("dt")
    own = page.get_by_text(name, exact=True)
    return term.and_(own).locator("xpath=following-sibling::dd[1]")


@pytest.mark.parametrize("width", [1280, 1024, 390])
async def test_places_are_broken_only_between_their_parts(
    open_site: OpenSite, width: int
) -> None:
    site = await open_site()
    viewport = {"width": width, "height": 800}
    page = (await site.page("connector", viewport=viewport)).page
    address = told(page, "Broker", "Address").locator("code")
    store = told(page, "Store", "Place").locator("code")
    await expect(address).to_contain_text("127.0.0.1:")
    await expect(store).to_contain_text("connector.sqlite")

    parts = await store.evaluate(_LINES)
    assert len({top for _, tops in await address.evaluate(_LINES) for top in tops}) == 1
    assert [part for part, tops in parts if len(tops) > 1] == []
    assert await store.inner_text() == "".join(part for part, _ in parts)


async def test_numbers_have_a_name_each_and_digits_that_tell_something(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin("TAG1", 1000)
    await charge.end(2000)
    page = (await site.page("connector")).page
    await expect(told(page, "Store", "Transactions")).to_have_text("1")
    await expect(told(page, "Store", "Meter samples")).to_have_text(
        re.compile(r"^\d+$")
    )
    await expect(told(page, "This connector", "Work waits")).to_have_text(
        re.compile(r"^(< 1|\d+) ms$")
    )
    own = page.get_by_role("region", name="This connector")
    await expect(own.get_by_text("Work waits for its turn")).to_be_visible()
