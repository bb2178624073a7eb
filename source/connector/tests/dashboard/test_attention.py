"""What needs attention is named as it is everywhere, and leads to where it is."""

from __future__ import annotations

import asyncio
import json

from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.system.station import now

pytestmark = MARKS
PHONE = {"width": 390, "height": 844}
MANY = [f"CP-{number:02}" for number in range(40)]
AHEAD_S = 59.0
"""As far as a station's clock is believed; a meter is waited for a little longer."""


def line(page: Page, title: str) -> Locator:
    attention = page.get_by_role("region", name="Needs attention")
    return attention.get_by_role("listitem").filter(has_text=title).first


async def test_more_of_a_kind_are_brought_into_sight_with_the_focus_on_their_filter(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=json.dumps({each: {} for each in MANY}))
    page = (await site.page(viewport=PHONE)).page
    more = line(page, "40 stations offline").get_by_role("link", name="36 more")
    chip = page.get_by_role("button", name="Offline 40")
    for _ in range(2):
        await more.click()

        await expect(chip).to_have_attribute("aria-pressed", "true")
        await expect(chip).to_be_focused()
        await expect(chip).to_be_in_viewport()
        await expect(page.get_by_label("Search")).to_be_in_viewport()
        await expect(page.get_by_role("row", name="CP-00")).to_be_in_viewport()
        await page.evaluate("scrollTo(0, 0)")


async def test_a_part_that_is_faulted_shows_at_its_station_under_its_name(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}, "CP2": {}}')
    two = (await site.charger("CP1", "2.0.1")).station
    for evse, status in ((1, "Available"), (2, "Faulted")):
        status_of = {"connectorStatus": status, "evseId": evse, "connectorId": 1}
        await two.call("StatusNotification", {"timestamp": now()} | status_of)
    old = (await site.charger("CP2")).station
    await old.status("Available", 2)
    page = (await site.page()).page
    head = page.get_by_role("row", name="CP1 ACME")
    await expect(head.locator(".badge")).to_have_text("▲Faulted")
    await expect(head).to_contain_text("EVSE 2")
    await expect(line(page, "1 station faulted:")).to_contain_text("CP1 (EVSE 2)")
    await expect(page.get_by_role("row", name="CP2 ACME")).to_contain_text("Online")

    await old.status("Faulted", 2)

    await expect(line(page, "2 stations faulted:")).to_contain_text("CP2 (Connector 2)")


async def test_stations_that_nobody_asks_who_they_are_count_when_they_are_away(
    open_site: OpenSite,
) -> None:
    stations = {"CP1": {}, "CP2": {}, "CP3": {"password": "of-sixteen-letters"}}
    site = await open_site(STATIONS=json.dumps(stations))
    await site.charger("CP1")
    page = (await site.page()).page

    told = line(page, "2 stations without a password")
    await expect(told).to_contain_text("CP1, CP2.")


async def test_a_session_that_has_ended_is_told_from_one_that_runs(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin(meter_wh=1000)
    await charge.flow(7000, 10, 3500)
    page = (await site.page()).page
    session = page.get_by_role("row", name="CP1").locator("[data-label=Session]")
    await expect(session).to_have_text("2.50 kWh")

    await charge.end(4000)

    await expect(session).to_have_text("last 3.00 kWh")


async def test_a_limit_that_is_accepted_and_not_kept_is_named_and_shown_in_the_list(
    open_site: OpenSite,
) -> None:
    site, charge, card = await charging_card(open_site)
    await card.limit_in_force("4.14", "4.14 kW")
    page = (await site.page()).page
    row = page.get_by_role("row", name="CP1")
    await expect(row.locator("[data-label=Limit]")).to_contain_text("4.14 kW ✓")

    async with asyncio.timeout(20):
        while not await page.get_by_text("1 limit exceeded:").is_visible():
            await charge.flow(7200, 10.4, 1200, AHEAD_S)

    told = line(page, "1 limit exceeded:")
    await expect(told).to_contain_text("CP1, Connector 1: 7.20 kW flow, limit 4.14 kW")
    await expect(row).to_contain_text("4.14 kW ▲exceeded")
    await page.get_by_role("button", name="Attention 1").click()
    await expect(row).to_be_visible()

    await charge.flow(3000, 4.3, 1300, AHEAD_S)

    await expect(told).to_have_count(0)
    await expect(row).to_have_count(0)
