"""A transaction that a restarted station may have lost is not shown as if it ran."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card, badge
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import Site

pytestmark = MARKS
ONE = '{"CP1": {"name": "North wall"}}'
WORDS = "TAG1 is not confirmed since the station restarted, "
LINE = "1 transaction not confirmed since the station restarted: North wall, "
VERSIONS = pytest.mark.parametrize(
    ("version", "status"), [("1.6", "Preparing"), ("2.0.1", "Available")]
)


async def restart(site: Site, charge: Charging, version: str, status: str) -> None:
    """The station has lost what it ran."""
    await charge.station.close()
    charge.station = await site.station("CP1", version)
    await charge.station.boot()
    await charge.station.status(status)


@VERSIONS
async def test_it_is_told_and_can_be_closed(
    open_site: OpenSite, version: str, status: str
) -> None:
    site, charge, own = await charging_card(open_site, version, ONE)
    page, card = own.page, own.own
    await expect(card).to_contain_text("TAG1 charges for")
    sites = (await site.page()).page
    await expect(sites.get_by_text("1 online · 1 charging")).to_be_visible()
    line = sites.get_by_role("region", name="Needs attention").get_by_role("listitem")
    lost = line.filter(has_text=LINE + Card(page, version).name)
    await expect(lost).to_have_count(0)

    await restart(site, charge, version, status)

    await expect(card).to_contain_text(WORDS)
    await expect(card).not_to_contain_text("charges for")
    last = page.get_by_role("region", name="Transactions")
    await expect(badge(last, "Not confirmed")).to_be_visible()
    await expect(lost).to_be_visible()
    await expect(sites.get_by_text("1 charging")).to_have_count(0)

    await lost.get_by_role("link", name="North wall").click()
    card = Card(sites, version).own
    stop = card.get_by_role("button", name="Stop charging")
    await expect(stop).not_to_have_class(re.compile("danger"))
    await card.get_by_role("button", name="Close it").click()
    question = sites.get_by_role("dialog", name="Close this transaction?")
    await expect(question).to_contain_text("choose Stop charging instead")
    await question.get_by_role("button", name="Close it").click()

    await expect(card).to_contain_text("No transaction runs.")
    await sites.goto("./#/")
    await expect(sites.get_by_role("row", name="North wall")).to_be_visible()
    await expect(lost).to_have_count(0)


@VERSIONS
async def test_the_mark_is_gone_when_it_goes_on(
    open_site: OpenSite, version: str, status: str
) -> None:
    site, charge, own = await charging_card(open_site, version, ONE)
    await restart(site, charge, version, status)
    await own.page.reload()
    card = own.own
    await expect(card).to_contain_text(WORDS)

    await charge.flow(7400, 10.7, 1100)

    await expect(card).to_contain_text("TAG1 charges for")
    await expect(card.get_by_role("button", name="Close it")).to_have_count(0)


async def test_it_is_told_after_a_restart_of_the_connector_and_in_its_record(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    await restart(site, charge, "1.6", "Preparing")
    await site.stop()
    await site.start()

    page = (await site.page("transactions")).page
    table = page.get_by_role("region", name="Transactions")
    await expect(badge(table, "Not confirmed")).to_be_visible()
    await table.get_by_role("row").nth(1).get_by_role("link").first.click()
    record = page.get_by_role("region", name="Record")
    await expect(badge(record, "Not confirmed")).to_be_visible()
    await expect(record).to_contain_text("since the station restarted")
    await page.get_by_role("button", name="Close it").click()
    question = page.get_by_role("dialog")
    await expect(question).to_contain_text("stop it on the station")
    await question.get_by_role("button", name="Close it").click()
    await expect(badge(record, "Ended")).to_be_visible()
