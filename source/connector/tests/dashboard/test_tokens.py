"""Tokens as they are registered: added, changed, by two people at once."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
ONE = '{"CP1": {}}'


async def test_tokens_are_added_changed_blocked_and_accepted_once_seen(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, UNKNOWN_TOKENS="reject")
    charge = await site.charger()
    answer = await charge.station.call("Authorize", {"idTag": "UNKNOWN1"})
    assert answer["idTagInfo"]["status"] == "Invalid"
    page = (await site.page("tokens")).page
    await page.get_by_role("button", name="Accept UNKNOWN1").click()
    await expect(page.get_by_role("button", name="Edit UNKNOWN1")).to_be_visible()
    answer = await charge.station.call("Authorize", {"idTag": "UNKNOWN1"})
    assert answer["idTagInfo"]["status"] == "Accepted"

    await page.get_by_role("button", name="Add a token").click()
    form = page.get_by_role("dialog", name="Add a token")
    await form.get_by_label("Id", exact=True).fill("CARD-7")
    await form.get_by_label("Note").fill("Ada & <b>Bob</b>")
    await form.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("Ada & <b>Bob</b>")).to_be_visible()
    await page.get_by_role("button", name="Edit CARD-7").click()
    form = page.get_by_role("dialog", name="Token CARD-7")
    await form.get_by_label("Status").select_option("Blocked")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    answer = await charge.station.call("Authorize", {"idTag": "CARD-7"})
    assert answer["idTagInfo"]["status"] == "Blocked"
    await page.get_by_role("button", name="Delete CARD-7").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("button", name="Edit CARD-7")).to_have_count(0)


async def test_a_blank_at_the_end_of_an_id_is_no_part_of_it(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, UNKNOWN_TOKENS="accept")
    charge = await site.charger()
    page = (await site.page("tokens")).page
    await page.get_by_role("button", name="Add a token").click()
    form = page.get_by_role("dialog", name="Add a token")
    await form.get_by_label("Id", exact=True).fill(" CARD-7 ")
    await form.get_by_label("Status").select_option("Blocked")
    await form.get_by_role("button", name="Add", exact=True).click()
    await expect(form).to_have_count(0)

    answer = await charge.station.call("Authorize", {"idTag": "CARD-7"})
    assert answer["idTagInfo"]["status"] == "Blocked"


async def test_who_saves_later_is_told_what_was_changed_and_sees_it_then(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    context = await site.context()
    token = {"status": "Accepted", "note": "Ada"}
    assert (await context.request.put("api/v1/tokens/any/CARD-7", data=token)).ok
    first, second = [(await site.page("tokens")).page for _ in range(2)]
    late = await edited(second)
    await late.get_by_label("Group").fill("staff")
    early = await edited(first)
    await early.get_by_label("Note").fill("Bob")
    await early.get_by_role("button", name="Save").click()
    await expect(early).to_have_count(0)
    await late.get_by_role("button", name="Save").click()

    asked = second.get_by_role("dialog", name="This token was changed meanwhile")
    await expect(asked).to_contain_text("(Note: Bob)")
    await asked.get_by_role("button", name="Cancel").click()
    await late.get_by_role("button", name="Cancel").click()
    again = await edited(second)
    await expect(again.get_by_label("Note")).to_have_value("Bob")
    await again.get_by_label("Group").fill("staff")
    await again.get_by_role("button", name="Save").click()
    await expect(again).to_have_count(0)


async def edited(page: Page) -> Locator:
    await page.get_by_role("button", name="Edit CARD-7").click()
    return page.get_by_role("dialog", name="Token CARD-7")
