"""A station appears, is adopted, charges, is limited and is stopped: all in the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.charging import charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS


def place(page: Page, version: str) -> tuple[str, Locator]:
    """What the first connector is called, and its card."""
    name = "Connector 1" if version == "1.6" else "EVSE 1"
    return name, page.get_by_role("region", name=name, exact=True)


async def set_limit(card: Locator, name: str, number: str, unit: str) -> None:
    await card.get_by_label("New limit").fill(number)
    await card.get_by_label("Unit").select_option(unit)
    await card.get_by_role("button", name=f"Set the limit of {name}").click()


async def expect_steps(card: Locator, **steps: str) -> None:
    """How far a limit is: ``Sent="done"``, ``Asked="done: 4.14 kW"``."""
    for word, told in steps.items():
        step = card.get_by_role("listitem").filter(has_text=word.replace("_", " "))
        state, _, more = told.partition(": ")
        await expect(step).to_contain_text(f"{word.replace('_', ' ')}, {state}:")
        await expect(step).to_contain_text(more)


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

    name, card = place(page, version)
    await expect(card).to_contain_text("TAG1 charges for")
    await expect(card.locator(".figures")).to_contain_text("7.40 kW")
    await set_limit(card, name, "4.14", "kW")
    await station.until_received(charge.limits)
    await expect_steps(card, Asked="done: 4.14 kW", Sent="done", Accepted="done")
    await expect_steps(card, In_force="done: 4.14 kW")
    await charge.flow(4100, 6, 1200)
    await expect(card.get_by_text("Seen to take effect").first).to_be_visible()

    await set_limit(card, name, "8", "A")
    await expect_steps(card, Asked="done: 8.0 A per phase", In_force="done: 8.0 A")

    await card.get_by_role("button", name=f"Stop charging at {name}").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stop charging").click()
    await station.until_received(charge.stops)
    await charge.end(1300)
    await expect(card).to_contain_text("No transaction runs.")
    await page.get_by_role("link", name="Transactions", exact=True).click()
    await expect(page.get_by_role("row", name="CP-NEW")).to_contain_text("300 Wh")
