"""A station appears, is adopted, charges, is limited and is stopped: all in the page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging import charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_station_appears_is_adopted_charges_is_limited_and_stopped(
    open_site: OpenSite, version: str
) -> None:
    site = await open_site()
    page = (await site.page()).page
    await expect(page.get_by_text("Connect your first station")).to_be_visible()

    station = await site.station("CP-NEW", version)
    assert (await station.boot())["status"] == "Pending"
    await expect(page.get_by_text("1 station waiting for you")).to_be_visible()
    await expect(page.get_by_role("cell", name="ACME")).to_be_visible()
    await page.get_by_role("button", name="Adopt CP-NEW").click()
    await expect(page.get_by_text("CP-NEW adopted").first).to_be_visible()
    assert (await station.boot())["status"] == "Accepted"
    await station.status("Available")

    charge = charging(station)
    await charge.begin()
    await charge.flow(7400, 10.7, 1100)
    await expect(page.get_by_text("waiting for you")).to_have_count(0)
    row = page.get_by_role("row", name="CP-NEW")
    await expect(row).to_contain_text("7.40 kW")
    await row.get_by_role("link", name="CP-NEW").click()

    card = Card(page, version)
    await expect(card.own).to_contain_text("TAG1 charges for")
    await expect(card.own.locator(".figures")).to_contain_text("7.40 kW")
    await card.limit("4.14")
    await station.until_received(charge.limits)
    await card.expect_steps(Asked="done: 4.14 kW", Sent="done", Accepted="done")
    await card.expect_steps(In_force="done: 4.14 kW")
    await charge.flow(4100, 6, 1200)
    await expect(card.own.get_by_text("Seen to take effect").first).to_be_visible()

    await card.limit("8", "A")
    await card.expect_steps(Asked="done: 8.0 A per phase", In_force="done: 8.0 A")

    await card.button("Stop charging at").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stop charging").click()
    await station.until_received(charge.stops)
    await charge.end(1300)
    await expect(card.own).to_contain_text("No transaction runs.")
    await page.get_by_role("link", name="Transactions", exact=True).click()
    await expect(page.get_by_role("row", name="CP-NEW")).to_contain_text("300 Wh")
