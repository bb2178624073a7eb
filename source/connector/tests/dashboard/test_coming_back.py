"""Whoever comes back to the list of stations finds it as it was left."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
STATIONS = json.dumps({f"CP-{number:03}": {} for number in range(200)})
TOP = 3000
IN_SIGHT = "CP-068"


@pytest.mark.parametrize("way", ["Back", "All stations"])
async def test_the_list_is_where_it_was_and_as_it_was_sought(
    open_site: OpenSite, way: str
) -> None:
    site = await open_site(STATIONS=STATIONS)
    page = (await site.page("?q=cp-&order=seen")).page
    await expect(page.get_by_text("200 stations shown")).to_have_count(1)
    await page.evaluate(f"scrollTo(0, {TOP})")
    link = page.get_by_role("table").get_by_role("link", name=IN_SIGHT)
    await expect(link).to_be_in_viewport()
    await link.click()
    await expect(page.get_by_role("heading", level=1, name=IN_SIGHT)).to_be_visible()
    assert await page.evaluate("scrollY") < TOP
    if way == "Back":
        await page.go_back()
    else:
        await page.get_by_role("main").get_by_role("link", name=way).click()

    await expect(page.get_by_label("Search")).to_have_value("cp-")
    await expect(page.get_by_label("Sort by")).to_have_value("seen")
    await expect(link).to_be_in_viewport()
    assert await page.evaluate("scrollY") == TOP
    await page.get_by_role("navigation").get_by_role("link", name="Connector").click()
    await expect(page.get_by_role("heading", level=1, name="Connector")).to_be_visible()
    assert await page.evaluate("scrollY") == 0
