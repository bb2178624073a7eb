"""What a station gave on each day, by its register."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page, Route, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
REGISTER = (1000.0, 6940.0, 100.0, 1730.0)
"""Wh, an hour apart: the meter begins at 0 again after the second."""


async def hours(route: Route) -> None:
    """The register as it was yesterday around noon."""
    noon = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=1)
    items = [
        {"timestamp": (noon + timedelta(hours=at)).isoformat(), "value": value}
        for at, value in enumerate(REGISTER)
    ]
    await route.fulfill(json={"items": items, "next": None})


async def test_a_register_that_begins_again_loses_no_energy_of_the_day(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1730)
    page = (await site.page()).page
    await page.route("**/history?*step=3600*", hours)
    await page.goto(f"{page.url.partition('#')[0]}#/stations/CP1?tab=history")

    days = page.get_by_role("table", name="by the register of the meter")
    await expect(days).to_contain_text("Last 14 days: 7.67 kWh")
    await expect(days.get_by_role("row").nth(2)).to_contain_text("7.67 kWh")


async def registers(page: Page) -> list[float]:
    """Those that are kept."""
    key = "CP1__1__Energy.Active.Import.Register"
    answer = await page.request.get(f"api/v1/datapoints/{key}/history")
    return [item["value"] for item in (await answer.json())["items"]]


async def test_the_first_hour_of_a_station_counts(open_site: OpenSite) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    page = (await site.page("stations/CP1")).page
    for register, shown in ((1000, "1.00 kWh"), (4390, "4.39 kWh")):
        await charge.flow(7400, 10.7, register)
        await expect(page.get_by_text(shown).first).to_be_visible()
        async with asyncio.timeout(20):
            # What is shown is kept a moment later; the newest of a moment is.
            while register not in await registers(page):
                pass
    await page.get_by_role("link", name="History").click()

    days = page.get_by_role("table", name="by the register of the meter")
    await expect(days).to_contain_text("Last 14 days: 3.39 kWh")
