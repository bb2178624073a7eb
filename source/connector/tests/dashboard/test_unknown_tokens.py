"""Tokens that nobody has registered: what holds for them is said, and who is to look."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import Site

pytestmark = MARKS
ONE = '{"CP1": {}, "CP2": {}}'
_KINDS = ("ISO14443", "ISO15693")


async def presented(open_site: OpenSite, policy: str) -> Site:
    """A connector to which one card was shown as two types."""
    site = await open_site(
        STATIONS=ONE, UNKNOWN_TOKENS=policy, TOKEN_ASK_TIMEOUT_S="0.1"
    )
    station = (await site.charger("CP2", "2.0.1")).station
    for kind in _KINDS:
        token = {"idToken": {"idToken": "TAG1", "type": kind}}
        await station.call("Authorize", token)
    return site


async def attention(site: Site) -> Page:
    page = (await site.page()).page
    await expect(page.get_by_text("1 online")).to_be_visible()
    await expect(page.get_by_text("Looking for what needs")).to_have_count(0)
    return page


async def test_tokens_that_are_accepted_need_nobody(open_site: OpenSite) -> None:
    site = await presented(open_site, "accept")
    page = await attention(site)
    await expect(page.get_by_text("without a password")).to_be_visible()
    await expect(page.get_by_text("Unknown tokens were")).to_have_count(0)

    page = (await site.page("tokens")).page
    await expect(page.get_by_text("unknown tokens are accepted")).to_be_visible()


@pytest.mark.parametrize(
    ("policy", "title", "told"),
    [
        ("reject", "and are rejected:", "unknown tokens are rejected"),
        ("ask", "and are asked about each time:", "is asked each time"),
    ],
)
async def test_others_are_named_once_with_what_holds_for_them(
    open_site: OpenSite, policy: str, title: str, told: str
) -> None:
    site = await presented(open_site, policy)
    page = await attention(site)
    line = page.get_by_role("listitem").filter(has_text=title)
    await expect(line.locator(".mono")).to_have_text("TAG1")

    page = (await site.page("tokens")).page
    await expect(page.get_by_text(told)).to_be_visible()
    table = page.get_by_role("table", name="Tokens that nobody has registered")
    for kind in _KINDS:
        await expect(table.get_by_role("row", name=kind)).to_contain_text("TAG1")


async def test_older_ones_are_shown_where_somebody_asks_for_them(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, UNKNOWN_TOKENS="reject")
    station = (await site.charger()).station
    for number in range(20):
        await station.call("Authorize", {"idTag": f"TAG-{number:02}"})
    page = (await site.page("tokens")).page
    table = page.get_by_role("table", name="Tokens that nobody has registered")
    await expect(table.get_by_role("row")).to_have_count(11)
    older = page.get_by_role("button", name="Show older ones")

    await older.click()

    await expect(table.get_by_role("row")).to_have_count(21)
    await expect(older).to_have_count(0)


async def test_a_token_leads_to_where_it_was_and_to_what_it_charged(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, UNKNOWN_TOKENS="accept")
    charge = await site.charger()
    await charge.station.call("Authorize", {"idTag": "TAG1"})
    await charge.begin("TAG1")
    page = (await site.page("tokens")).page
    row = page.get_by_role("row", name="TAG1")
    await expect(row).to_contain_text("CP1 Connector 1")
    await expect(row.locator("[data-label=Times]")).to_have_text("1")

    await row.get_by_role("link", name="Transactions of TAG1").click()

    await expect(page).to_have_url(f"{site.url}#/transactions?token=TAG1")
