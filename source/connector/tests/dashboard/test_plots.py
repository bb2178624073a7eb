"""Plots speak as the page around them does."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import expect

from connector.tests.dashboard.charging import CURRENT, POWER
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS


async def test_times_below_a_plot_are_written_as_elsewhere_in_the_page(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1100)
    page = (await site.page("stations/CP1", locale="en-GB")).page
    plot = page.get_by_role("group", name="Power and limits of Connector 1")
    drawn = plot.locator(".u-over")
    await expect(drawn).to_be_visible()
    await drawn.hover(position={"x": 200, "y": 50})

    times = re.compile(r"\d{1,2} \w{3,4} 20\d\d, \d\d:\d\d:\d\d")
    await expect(plot.locator(".u-legend .u-value").first).to_have_text(times)


def _phases(*amperes: float) -> list[dict[str, Any]]:
    """What flows in each phase, and the power: the first meter values of many."""
    currents = [
        {"measurand": CURRENT, "phase": f"L{at}", "value": str(each), "unit": "A"}
        for at, each in enumerate(amperes, 1)
    ]
    return [{"measurand": POWER, "value": "7360", "unit": "W"}, *currents]


async def test_the_first_values_of_a_station_draw_its_curves_while_its_page_is_open(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    page = (await site.page("stations/CP1")).page
    nothing = page.get_by_text("Nothing is known of this time.")
    await expect(nothing).to_have_count(2)
    await charge.begin()
    await charge.station.meter(_phases(10.7, 10.6, 10.5))

    for name in ("Power", "Current"):
        plot = page.get_by_role("group", name=f"{name} and limits of Connector 1")
        await expect(plot.locator(".u-over")).to_be_visible()
    await expect(nothing).to_have_count(0)
    legend = page.get_by_role("group", name="Current and limits").locator(".u-label")
    await expect(legend.filter(has_text="L3")).to_be_visible()


async def test_what_a_transaction_measures_is_plotted_in_the_units_of_the_page(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    page = (await site.page("transactions")).page
    await page.get_by_role("row", name="CP1").get_by_role("link").first.click()
    await expect(page.get_by_text("Nothing measured yet")).to_be_visible()
    await charge.flow(7400, 10.7, 1100)
    await charge.flow(4100, 6, 1200, ahead_s=30)

    course = page.get_by_role("region", name="Course")
    await expect(course.get_by_role("heading", name="Power (kW)")).to_be_visible()
    told = re.compile("Power. 2 samples, from 4.10 kW to 7.40 kW")
    plot = course.get_by_role("img")
    await expect(plot).to_have_attribute("aria-label", told)
    await course.get_by_label("What is plotted").select_option("Meter")
    await expect(course.get_by_role("heading", name="Meter (kWh)")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Current")).to_be_visible()
    await expect(page.get_by_text("Power Active")).to_have_count(0)


async def test_a_transaction_that_ended_without_meter_values_says_so(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    await charge.end(1000)
    page = (await site.page("transactions")).page
    await page.get_by_role("row", name="CP1").get_by_role("link").first.click()

    await expect(page.get_by_text("Nothing was measured")).to_be_visible()
