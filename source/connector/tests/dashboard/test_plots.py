"""Plots speak as the page around them does."""

from __future__ import annotations

import re

from playwright.async_api import expect

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
