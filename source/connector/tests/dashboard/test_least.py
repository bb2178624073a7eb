"""Below what a limit pauses is said with the phases that are reckoned with."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
UNKNOWN = (
    "Below 1.38 kW it pauses on one phase, below 4.14 kW on three; "
    "in A, three are reckoned with until its phases are set (Edit)"
)
IN_A = {
    "key": "ChargingScheduleAllowedChargingRateUnit",
    "readonly": True,
    "value": "Current",
}


async def card_of(open_site: OpenSite, options: str = "{}") -> Card:
    """A free station that takes limits in A only."""
    site = await open_site(STATIONS=f'{{"CP1": {options}}}')
    station = await site.station("CP1")
    station.answers["GetConfiguration"] = lambda _: {"configurationKey": [IN_A]}
    await station.boot()
    await station.until_received("GetConfiguration")
    await station.status("Available")
    return Card((await site.page("stations/CP1")).page)


async def test_where_the_phases_are_not_known_it_says_with_which_it_reckons(
    open_site: OpenSite,
) -> None:
    card = await card_of(open_site)
    await expect(card.own).to_contain_text(UNKNOWN)
    await card.limit("3")
    await card.expect_steps(In_force="done: 0 W")
    await expect(card.own).to_contain_text("below minimum: paused")
    await expect(card.own).to_contain_text(UNKNOWN)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ('{"phases": 1}', "Below 1.38 kW it pauses on its 1 phase"),
        ('{"phases": 3}', "Below 4.14 kW it pauses on its 3 phases"),
        (
            '{"phases": 3, "min_current_a": 8, "voltage": 120}',
            "Below 2.88 kW it pauses on its 3 phases",
        ),
    ],
)
async def test_where_they_are_set_it_says_these(
    open_site: OpenSite, options: str, told: str
) -> None:
    card = await card_of(open_site, options)
    await expect(card.own).to_contain_text(told)
    await expect(card.own).not_to_contain_text("reckoned")


@pytest.mark.parametrize(
    ("options", "is_pause"), [("{}", True), ('{"phases": 1}', False)]
)
async def test_a_limit_that_is_enough_for_the_phases_that_are_set_is_no_pause(
    open_site: OpenSite, options: str, is_pause: bool
) -> None:
    stations = f'{{"CP1": {options}}}'
    _, charge, card = await charging_card(open_site, stations=stations)
    await card.limit_in_force("2", "2.00 kW")
    await charge.flow(0, 0, 1100)
    await charge.station.status("SuspendedEVSE")

    await expect(card.own).to_contain_text("the station gives nothing now")
    await expect(card.own.locator(".figures")).to_contain_text("0 W")
    # Beside the limit, and below the form that gave it.
    pauses = card.own.get_by_text("Paused by the limit")
    await expect(pauses).to_have_count(2 if is_pause else 0)
