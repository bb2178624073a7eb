"""A thousand stations on the page: all of them there, few of them drawn."""

from __future__ import annotations

import asyncio
import json

from playwright.async_api import expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.system.station import RawStation

pytestmark = MARKS
COUNT = 1000
AT_ONCE = 25
MOST_ELEMENTS = 3000
MOST_ROWS = 60
STATIONS = json.dumps({f"CP-{number:04}": {} for number in range(COUNT)})


async def test_a_thousand_stations_are_listed_filtered_and_scrolled_with_few_elements(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=STATIONS)
    watched = await site.page()
    page = watched.page
    await expect(page.get_by_role("button", name=f"All {COUNT}")).to_be_visible()
    stations: list[RawStation] = []
    for first in range(0, 100, AT_ONCE):
        names = [f"CP-{number:04}" for number in range(first, first + AT_ONCE)]
        those = await asyncio.gather(*(site.station(name) for name in names))
        await asyncio.gather(*(each.boot() for each in those))
        await asyncio.gather(*(each.status("Charging") for each in those))
        stations += those
    await expect(page.get_by_role("button", name="Charging 100")).to_be_visible()

    rows = page.locator(".site-row")
    assert await rows.count() <= MOST_ROWS
    assert await page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS
    table = page.get_by_role("table", name="Stations and their connectors")
    await expect(table).to_have_attribute("aria-rowcount", str(COUNT + 1))
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    await expect(page.get_by_role("link", name=f"CP-{COUNT - 1:04}")).to_be_visible()
    assert await rows.count() <= MOST_ROWS
    await page.get_by_label("Search").fill("CP-0777")
    await expect(page.get_by_text("1 station shown")).to_have_count(1)
    await expect(page.get_by_role("link", name="CP-0777")).to_be_visible()
    await page.get_by_label("Search").fill("")
    await page.get_by_role("button", name="Charging 100").click()
    await expect(page.get_by_text("100 stations shown")).to_have_count(1)


async def test_values_of_many_stations_are_drawn_without_drawing_the_list_again(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=STATIONS)
    page = (await site.page()).page
    await expect(page.get_by_role("button", name=f"All {COUNT}")).to_be_visible()
    station = await site.charger("CP-0000")
    await station.begin()
    await station.flow(7000, 10, 1000)
    row = page.get_by_role("row", name="CP-0000")
    await expect(row).to_contain_text("7.00 kW")
    await page.evaluate(
        """() => {
          window.added = 0;
          const watch = new MutationObserver((those) => {
            for (const each of those) window.added += each.addedNodes.length;
          });
          watch.observe(document.querySelector("#main"), { childList: true, subtree: true });
        }"""
    )
    for watts in range(7001, 7101):
        await station.flow(watts, 10, 1000)
    await station.flow(9000, 13, 1000)
    await expect(row).to_contain_text("9.00 kW")

    assert await page.evaluate("window.added") < 100
