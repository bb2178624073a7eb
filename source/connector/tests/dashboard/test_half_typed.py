"""What is half typed is not nothing: the field says so, and its form sends nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.looking import shown
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import Site

pytestmark = MARKS
NO_DATE = "This date is not complete, or there is no such day."
NO_NUMBER = "This is no number."
EXPIRED = "2024-01-31T12:00:00Z"
FORMS = (
    ("Firmware", "Download at", "Install"),
    ("Limits over time", "Start", "Set the schedule"),
    ("Diagnostics and logs", "From", "Get it"),
    ("Diagnostics and logs", "Until", "Get it"),
)


async def half_a_date(field: Locator) -> None:
    """The day without its year and time, as a hand types it."""
    await field.press("1")
    await field.press("2")
    assert await field.evaluate("(field) => field.validity.badInput")


async def command_form(open_site: OpenSite, name: str) -> tuple[Charging, Locator]:
    """The form of a command of CP1."""
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    page = (await site.page("stations/CP1?tab=commands")).page
    await page.locator("summary").get_by_text(name, exact=True).click()
    return charge, page.get_by_role("form", name=name, exact=True)


@pytest.mark.parametrize(("name", "label", "button"), FORMS)
async def test_a_command_is_not_given_with_half_a_date(
    open_site: OpenSite, name: str, label: str, button: str
) -> None:
    charge, form = await command_form(open_site, name)
    if name == "Firmware":
        await form.get_by_label("From").select_option("location")
        await form.get_by_label("File, address").fill("https://fw.example/fw.bin")
    before = list(charge.station.received)
    field = form.get_by_label(label, exact=True)
    await half_a_date(field)
    await form.get_by_role("button", name=button).click()

    await expect(form.get_by_role("alert")).to_have_text(NO_DATE)
    await expect(field).to_be_focused()
    await expect(form.page.get_by_role("dialog")).to_have_count(0)
    await expect(form.locator(".progress")).to_have_count(0)
    assert charge.station.received == before


async def test_what_is_completed_is_sent(open_site: OpenSite) -> None:
    _, form = await command_form(open_site, "Limits over time")
    field = form.get_by_label("Start")
    send = form.get_by_role("button", name="Set the schedule")
    await half_a_date(field)
    await send.click()
    await expect(form.get_by_role("alert")).to_have_text(NO_DATE)
    await field.fill("2030-01-31T12:00")
    await expect(form.get_by_role("alert")).to_have_count(0)
    await send.click()

    await expect(form.locator(".progress")).to_be_visible()


async def token_form(site: Site, button: str) -> tuple[Page, Locator]:
    """The form of a token."""
    page = (await site.page("tokens")).page
    await page.get_by_role("button", name=button, exact=True).click()
    return page, page.get_by_role("dialog")


async def tokens_of(site: Site) -> Any:
    """Those that are registered."""
    answer = await (await site.context()).request.get("api/v1/tokens")
    return (await answer.json())["items"]


async def test_a_token_whose_end_is_half_deleted_stays_as_it_is(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    token = {"status": "Accepted", "expiry": EXPIRED}
    api = (await site.context()).request
    assert (await api.put("api/v1/tokens/any/OLD", data=token)).ok
    before = await tokens_of(site)
    page, dialog = await token_form(site, "Edit OLD")
    field = dialog.get_by_label("Accepted until")
    await field.press("Backspace")
    await expect(dialog.get_by_role("alert")).to_have_text(NO_DATE)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_role("button", name="Save").click()

    await expect(field).to_be_focused()
    await expect(dialog.get_by_role("alert")).to_have_text(NO_DATE)
    assert await tokens_of(site) == before
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_new_token_needs_whole_dates_and_numbers(open_site: OpenSite) -> None:
    site = await open_site()
    page, dialog = await token_form(site, "Add a token")
    until = dialog.get_by_label("Accepted until")
    count = dialog.get_by_label("At the same time")
    add = dialog.get_by_role("button", name="Add", exact=True)
    await dialog.get_by_label("Id", exact=True).fill("NEW")
    await half_a_date(until)
    await count.press_sequentially("1e")
    await expect(dialog.get_by_role("alert")).to_have_text([NO_DATE, NO_NUMBER])
    await add.click()
    await expect(until).to_be_focused()
    await until.fill("2030-01-31T12:00:00")
    await add.click()
    await expect(count).to_be_focused()
    await expect(dialog.get_by_role("alert")).to_have_text(NO_NUMBER)
    assert await tokens_of(site) == []
    await count.fill("1")
    await add.click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    [token] = await tokens_of(site)
    assert token["expiry"].startswith("2030-01-31")
    assert token["max_active"] == 1


async def test_a_filter_says_that_half_a_date_is_none(open_site: OpenSite) -> None:
    site = await open_site()
    page = (await site.page()).page
    await shown(page, "transactions?since=2024-01-31T12:00")
    field = page.get_by_label("Begun from")
    told = page.get_by_role("search").get_by_role("alert")
    await expect(told).to_have_count(0)
    await field.press("Backspace")
    await expect(told).to_have_text(NO_DATE)
    await page.get_by_role("button", name="Today").click()

    await expect(told).to_have_count(0)


async def test_what_is_emptied_is_sent_with_the_next_click(open_site: OpenSite) -> None:
    _, form = await command_form(open_site, "Limits over time")
    field = form.get_by_label("Start")
    send = form.get_by_role("button", name="Set the schedule")
    await half_a_date(field)
    await form.get_by_label("Periods").focus()
    await expect(form.get_by_role("alert")).to_have_text(NO_DATE)
    await field.focus()
    await field.press("Backspace")
    await expect(form.get_by_role("alert")).to_have_count(0)
    await send.click()

    await expect(form.locator(".progress")).to_be_visible()
