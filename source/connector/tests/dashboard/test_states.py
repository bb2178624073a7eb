"""What stands beside a transaction, and what is offered, fits the state."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging_card import flowing_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("SuspendedEV", "the vehicle takes nothing now"),
        ("SuspendedEVSE", "the station gives nothing now"),
        ("Faulted", "the station is faulted"),
        ("Finishing", "it has ended charging"),
    ],
)
async def test_one_that_waits_is_not_said_to_charge(
    open_site: OpenSite, status: str, why: str
) -> None:
    _, charge, card = await flowing_card(open_site)
    await expect(card.own).to_contain_text("TAG1 charges for")
    await charge.station.status(status)

    await expect(card.own).to_contain_text("TAG1 has been here for")
    await expect(card.own).to_contain_text(why)
    await charge.station.status("Charging")
    await expect(card.own).to_contain_text("TAG1 charges for")


async def test_one_that_begins_is_said_to_charge_when_something_flows(
    open_site: OpenSite,
) -> None:
    _, charge, card = await flowing_card(open_site)
    await charge.flow(0, 0, 1100)
    await charge.station.status("Preparing")
    await expect(card.own).to_contain_text("it has not begun to charge")
    await charge.flow(7400, 10.7, 1200)

    await expect(card.own).to_contain_text("TAG1 charges for")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("Faulted", "while it is faulted."),
        ("Unavailable", "while it is out of service."),
    ],
)
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_no_start_is_offered_where_nothing_can_be_started(
    open_site: OpenSite, version: str, status: str, why: str
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger("CP1", version)
    card = Card((await site.page("stations/CP1")).page, version)
    start = card.button("Start charging at")
    await expect(start).to_be_enabled()
    await charge.station.status(status)

    await expect(start).to_be_disabled()
    await expect(card.own).to_contain_text(f"Nothing can be started here {why}")
    await charge.station.status("Available")
    await expect(start).to_be_enabled()
