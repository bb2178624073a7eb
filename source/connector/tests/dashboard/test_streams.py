"""A browser has six connections to one place: a page has one stream, a hidden one none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
PATIENCE_S = 20
ONE = '{"CP1": {}}'
CONNECTIONS = 6
"""To one place, of all tabs of a browser that speaks HTTP/1.1."""
_HIDDEN = """(isHidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def until_readers(context: BrowserContext, count: int) -> None:
    """Until the connector has so many readers of events."""
    found: Any = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while found != count:
                answer = await context.request.get("api/v1/connector")
                found = (await answer.json())["events"]["count"]
    except TimeoutError:
        raise AssertionError(f"{found} readers, expected {count}") from None


async def hide(page: Page, *, is_hidden: bool = True) -> None:
    """As if another tab were looked at."""
    await page.evaluate(_HIDDEN, is_hidden)


@pytest.mark.parametrize(
    "place", ["", "frames", "frames?station=CP1", "stations/CP1?tab=details"]
)
async def test_a_page_has_one_stream_for_all_that_it_shows(
    open_site: OpenSite, place: str
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    watched = await site.page(place)
    page = watched.page
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await until_readers(page.context, 1)
    before = await page.get_by_text("Heartbeat").count()
    await charge.station.call("Heartbeat")
    if place:
        await expect(page.get_by_text("Heartbeat")).not_to_have_count(before)

    await page.goto("./#/connector")
    await expect(page.get_by_role("heading", level=1, name="Connector")).to_be_visible()
    await until_readers(page.context, 1)


async def test_more_tabs_than_connections_work_since_hidden_ones_have_no_stream(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    context = await site.context()
    tabs = []
    for _ in range(CONNECTIONS + 1):
        tab = (await site.watch(await context.new_page())).page
        await tab.goto("./#/")
        await expect(tab.get_by_text("1 online")).to_be_visible()
        await hide(tab)
        tabs.append(tab)
    await until_readers(context, 0)
    await charge.station.status("Faulted")

    first = tabs[0]
    await expect(first.get_by_text("1 station faulted:")).to_have_count(0)
    await hide(first, is_hidden=False)
    await expect(first.get_by_text("1 station faulted:")).to_be_visible()
    await until_readers(context, 1)


async def test_frames_of_while_the_page_was_hidden_are_fetched(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("frames?action=Heartbeat")).page
    shown = page.get_by_role("listbox").get_by_role("option")
    await charge.station.call("Heartbeat")
    await expect(shown).to_have_count(2)
    await hide(page)
    await until_readers(page.context, 0)
    # More than is fetched at once, so that what was before is reached in steps.
    for _ in range(600):
        await charge.station.call("Heartbeat")
    await expect(shown).to_have_count(2)
    await hide(page, is_hidden=False)

    await expect(page.get_by_text("1,202 messages")).to_be_visible()
    await expect(page.get_by_text("not sent: too many at once")).to_have_count(0)


async def test_a_page_that_opens_hidden_begins_when_it_is_seen(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    context = await site.context()
    page = (await site.watch(await context.new_page())).page
    await page.add_init_script(f"({_HIDDEN})(true)")
    await page.goto("./#/")
    await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    await until_readers(context, 0)
    await hide(page, is_hidden=False)

    await expect(page.get_by_text("1 online")).to_be_visible()
