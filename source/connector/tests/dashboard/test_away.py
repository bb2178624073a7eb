"""A station that is away: what it accepted last is known, what holds there is not."""

from __future__ import annotations

import re

from playwright.async_api import expect

from connector.tests.dashboard.cards import badge
from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
AWAY = "not known while the station is away"


async def test_what_is_in_force_at_a_station_that_is_away_is_unknown_on_all_pages(
    open_site: OpenSite,
) -> None:
    site, charge, card = await charging_card(open_site)
    await charge.flow(7400, 10.7, 1100)
    await card.limit("10", "A")
    await card.expect_steps(In_force="done: 10.0 A per phase")
    plot = card.page.get_by_role("img", name="Current and limits of Connector 1")
    held = re.compile("Limit in force: now 10.0 A")
    await expect(plot).to_have_attribute("aria-label", held)
    await charge.flow(6800, 9.9, 1200)
    await expect(card.own.get_by_text("Seen to take effect").first).to_be_visible()
    await charge.station.close()

    await expect(card.page.get_by_text("It is not connected.")).to_be_visible()
    last = f"{AWAY} (last: 10.0 A per phase)"
    await card.expect_steps(Asked="done: 10.0 A", In_force=f": {last}")
    await card.expect_steps(Accepted="done", Effective=": not known")
    steps = card.own.locator(".limit-steps")
    await expect(steps.get_by_text("Seen to take effect")).to_have_count(0)
    unknown = re.compile(r"Limit in force: now \u2013")
    await expect(plot).to_have_attribute("aria-label", unknown)
    row = (await site.page()).page.get_by_role("row", name="CP1")
    await expect(row).to_contain_text("10.0 A → ?")
    await expect(row).to_contain_text(AWAY)
    await expect(row).to_contain_text("(last: 10.0 A)")


async def test_a_limit_that_was_given_while_a_station_is_away_is_not_what_was_last(
    open_site: OpenSite,
) -> None:
    site, charge, card = await charging_card(open_site)
    await card.limit("10", "A")
    await card.expect_steps(In_force="done: 10.0 A per phase")
    await charge.station.close()
    await expect(card.page.get_by_text("It is not connected.")).to_be_visible()
    await card.limit("16", "A")

    last = f"{AWAY} (last: 10.0 A per phase)"
    await card.expect_steps(Asked="done: 16.0 A", In_force=f": {last}")
    row = (await site.page()).page.get_by_role("row", name="CP1")
    await expect(row).to_contain_text("16.0 A → ?")
    await expect(row).to_contain_text(f"{AWAY} (last: 10.0 A)")


async def test_what_a_station_did_that_is_away_is_said_to_be_past(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    await expect(card.own).to_contain_text("TAG1 charges for")
    await expect(card.button("Stop charging at")).to_have_class(re.compile("danger"))
    await charge.station.close()

    await expect(card.own).to_contain_text("TAG1 was charging when it was last seen")
    await expect(card.own).not_to_contain_text("charges for")
    status = badge(card.own, "was Charging")
    await expect(status).to_have_class(re.compile(r"\boff\b"))
    stop = card.button("Stop charging at")
    await expect(stop).to_be_disabled()
    await expect(stop).not_to_have_class(re.compile("danger"))
    await expect(card.own).to_contain_text("Nothing can be stopped here while")
