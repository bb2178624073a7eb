"""A station that accepts a limit, and goes on as if there were none, is told on its page."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, expect
from playwright.async_api import TimeoutError as NotYet

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
WORDS = "More flows than the limit allows"
AHEAD_S = 59.0
"""As far as a station's clock is believed; a meter is waited for a little longer."""
ONE_OF_1 = '{"CP1": {"phases": 1}}'


async def go_on(charge: Charging, watts: float, amperes: float, shown: Locator) -> None:
    """Say what flows, until it is a minute newer than the limit."""
    async with asyncio.timeout(20):
        while not await is_shown(shown):
            await charge.flow(watts, amperes, 1200, AHEAD_S)


async def is_shown(place: Locator) -> bool:
    """Whether it is there soon."""
    try:
        await place.wait_for(timeout=400)
    except NotYet:
        return False
    return True


async def expect_kept(
    card: Card, charge: Charging, watts: float, amperes: float
) -> None:
    """What flows is no more than is allowed, though it was told long after."""
    shown = card.own.get_by_text(f"{watts / 1000:.2f} kW", exact=True).first
    for _ in range(3):
        await charge.flow(watts, amperes, 1300, AHEAD_S)
        await is_shown(card.own.get_by_text(WORDS))
    await expect(shown).to_be_visible()
    await expect(card.own).not_to_contain_text(WORDS)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_what_flows_above_a_limit_long_after_it_is_told(
    open_site: OpenSite, version: str
) -> None:
    _, charge, card = await charging_card(open_site, version)
    await charge.flow(7200, 10.4, 1100, AHEAD_S)
    await card.limit_in_force("0", "0 W")
    # The vehicle has a minute to come down.
    await charge.flow(7210, 10.4, 1150)
    await expect(card.own.get_by_text("7.21 kW", exact=True)).to_be_visible()
    await expect(card.own).not_to_contain_text(WORDS)

    await go_on(charge, 7200, 10.4, card.own.get_by_text(WORDS))

    await expect(card.own).to_contain_text(f"{WORDS} 7.20 kW, limit 0 W")
    await card.limit_in_force("11", "11.00 kW")
    await expect(card.own).not_to_contain_text(WORDS)


async def test_a_limit_that_is_kept_in_the_unit_that_was_told_is_kept(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site, stations=ONE_OF_1)
    await card.limit_in_force("10", "2.30 kW / 10.0 A per phase", "A")
    # On three phases: it is the connector that was told wrong.
    await expect_kept(card, charge, 6900, 10.4)

    await go_on(charge, 7360, 16, card.own.get_by_text(WORDS))

    await expect(card.own).to_contain_text(f"{WORDS} 7.36 kW, limit 2.30 kW")


async def test_a_little_more_than_the_limit_and_what_is_over_are_none_of_it(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    await card.limit_in_force("6", "6.00 kW")
    await expect_kept(card, charge, 6390, 9.3)
    warning = card.own.get_by_text(WORDS)
    await go_on(charge, 6410, 9.3, warning)

    await charge.station.close()
    await expect(card.page.get_by_text("It is not connected.")).to_be_visible()
    await expect(warning).to_have_count(0)


async def test_it_is_not_told_when_no_transaction_runs(open_site: OpenSite) -> None:
    _, charge, card = await charging_card(open_site)
    await card.limit_in_force("0", "0 W")
    warning = card.own.get_by_text(WORDS)
    await go_on(charge, 7200, 10.4, warning)

    await charge.end(1300)

    await expect(card.own).to_contain_text("No transaction runs.")
    await expect(warning).to_have_count(0)
