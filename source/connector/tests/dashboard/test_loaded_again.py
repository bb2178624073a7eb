"""What a station was told is told the same after the page is loaded again."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from connector.tests.dashboard.cards import Card, badge
from connector.tests.dashboard.charging_card import flowing_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import GONE, Site

pytestmark = MARKS
ONE = '{"CP1": {}}'
LAST_TOLD = "Values below are the last that were told."
NOTHING_TOLD = "It has told nothing since the connector started"
NO_COMMAND = "No command since the connector started"
AGO = re.compile(r"\bnow\b|\d+ (s|min) ago")


def orders(page: Page) -> Locator:
    """What was given, the newest first."""
    return page.get_by_role("region", name="Commands and their outcome")


async def told(page: Page) -> list[str]:
    """What is said of commands, but how long ago they were given."""
    rows = await orders(page).get_by_role("listitem").all_inner_texts()
    steps = await page.locator(".limit-steps").first.inner_text()
    return [AGO.sub("", each) for each in [*rows, steps]]


async def command(site: Site, name: str, value: object) -> None:
    """Somebody else gives it."""
    context = await site.context()
    answer = await context.request.post(
        f"api/v1/stations/CP1/1/{name}", data={"value": value}
    )
    assert answer.ok


async def test_commands_are_told_as_before_the_page_was_loaded_again(
    open_site: OpenSite,
) -> None:
    site, charge, card = await flowing_card(open_site)
    page = card.page
    await card.limit_in_force("6", "6.00 kW")
    await command(site, "unlock", None)
    await card.limit_in_force("4.14", "4.14 kW")
    await charge.flow(4100, 6, 1200)
    await expect(badge(orders(page), "Seen to take effect")).to_be_visible()
    await card.limit("-5")
    await expect(card.own.get_by_text("What was asked before stays.")).to_be_visible()
    await expect(orders(page)).to_contain_text("-5.00 kW")
    before = await told(page)
    assert len(before) == 5
    assert [each for each in before if "not from this page" in each] == [before[2]]

    await page.reload()
    await expect(badge(orders(page), "Seen to take effect")).to_be_visible()
    await card.expect_steps(In_force="done: 4.14 kW")
    assert await told(page) == before
    refused = card.own.get_by_text("What was asked before stays.")
    await expect(refused).to_contain_text("-5.00 kW")


async def test_what_ran_while_the_page_was_loaded_again_is_told_to_its_end(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    charge.station.answers["SetChargingProfile"] = lambda _: None
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await card.limit("4.14")
    await card.expect_steps(Sent="done", Accepted="under way: no answer yet")
    await expect(badge(orders(page), "Sent")).to_be_visible()

    await page.reload()
    await card.expect_steps(Asked="done: 4.14 kW", Accepted="under way: no answer yet")
    await expect(badge(orders(page), "Sent")).to_be_visible()
    await expect(orders(page).get_by_text("not from this page")).to_have_count(0)
    await charge.station.close()
    await expect(badge(orders(page), "Kept for later")).to_be_visible()
    await expect(orders(page).get_by_role("listitem")).to_have_count(1)


async def test_what_was_given_before_the_stream_began_is_of_this_page(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    charge.station.answers["SetChargingProfile"] = lambda _: None
    page = (await site.page()).page
    link = page.get_by_role("table").get_by_role("link", name="CP1")
    await expect(link).to_be_visible()
    is_let = asyncio.Event()

    async def wait(route: Route) -> None:
        await is_let.wait()
        await route.continue_()

    await page.route("**/api/v1/events?*station=CP1*", wait)
    await link.click()
    card = Card(page)
    await card.limit("4.14")
    await charge.station.until_received("SetChargingProfile")
    is_let.set()
    await card.expect_steps(Sent="done")
    await page.reload()

    await expect(badge(orders(page), "Sent")).to_be_visible()
    await expect(orders(page).get_by_text("not from this page")).to_have_count(0)


async def test_a_limit_that_is_sent_again_is_called_that(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE, CALL_TIMEOUT_S="1")
    charge = await site.charger()
    charge.station.answers["SetChargingProfile"] = lambda _: None
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await card.limit("4.14")
    await expect(orders(page).get_by_text("as it is kept").first).to_be_visible()

    await expect(orders(page)).not_to_contain_text("Release")
    again = orders(page).get_by_role("listitem").filter(has_text="as it is kept")
    await expect(again.first).to_contain_text("Power limit")
    await card.expect_steps(Sent="done: again; no answer by")


async def test_who_comes_later_is_told_what_others_gave(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    await command(site, "power_limit", 4140)

    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await card.expect_steps(Asked="done: 4.14 kW", In_force="done: 4.14 kW")
    await expect(orders(page)).to_contain_text("4.14 kW")
    await expect(orders(page)).to_contain_text("not from this page")
    await expect(page.get_by_text("not known", exact=True)).to_have_count(0)


async def test_after_a_restart_only_what_is_known_is_said(open_site: OpenSite) -> None:
    site, charge, card = await flowing_card(open_site, complaints=GONE)
    page = card.page
    await card.limit_in_force("4.14", "4.14 kW")
    await charge.station.close()
    await expect(page.get_by_text(LAST_TOLD)).to_be_visible()
    await site.stop()
    await site.start()

    await expect(page.get_by_text(NOTHING_TOLD)).to_be_visible()
    await expect(page.get_by_text(LAST_TOLD)).to_have_count(0)
    await expect(orders(page)).to_contain_text("4.14 kW")
    await page.reload()
    await expect(page.get_by_text(NOTHING_TOLD)).to_be_visible()
    await expect(orders(page)).to_contain_text(NO_COMMAND)
    await card.expect_steps(
        Asked="done: 4.14 kW",
        Sent="done: when is not known",
        Accepted="done: when is not known",
        In_force=": not known while the station is away (last: 4.14 kW)",
    )
    await site.charger()
    await expect(page.get_by_text("It is not connected.")).to_have_count(0)


@pytest.mark.parametrize("is_seen", [False, True])
async def test_a_station_that_was_here_since_the_start_has_values(
    open_site: OpenSite, is_seen: bool
) -> None:
    site = await open_site(STATIONS=ONE)
    if is_seen:
        charge = await site.charger()
        await charge.begin()
        await charge.flow(7400, 10.7, 1100)
        await charge.station.close()

    page = (await site.page("stations/CP1")).page
    await expect(page.get_by_text("It is not connected.")).to_be_visible()
    seen = page.get_by_text("It has not been seen yet.")
    await expect(seen).to_have_count(0 if is_seen else 1)
    await expect(page.get_by_text(LAST_TOLD)).to_have_count(1 if is_seen else 0)
    await expect(page.get_by_text(NOTHING_TOLD)).to_have_count(0)
