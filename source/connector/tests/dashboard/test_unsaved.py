"""What was typed and is not saved is lost only where somebody says so."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import TOKEN, Site
from connector.tests.dashboard.watched import Watched

pytestmark = MARKS
TYPED = "Cellar"
BY_THE_BROWSER = "^dialog: $"
"""What it asks itself, in its own words."""


@dataclass
class Edited:
    """The form of a station in which somebody has typed."""

    site: Site
    watched: Watched

    def __post_init__(self) -> None:
        page = self.page
        self.form = page.get_by_role("dialog", name="Edit CP1")
        self.field = self.form.get_by_label("Name", exact=True)
        self.question = page.get_by_role("dialog", name="Leave without saving?")
        self.stay = self.question.get_by_role("button", name="Cancel")
        self.leave = self.question.get_by_role("button", name="Leave")

    @property
    def page(self) -> Page:
        return self.watched.page

    async def heading(self, text: str) -> None:
        """Another place is shown."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(text)
        await expect(self.page.get_by_role("dialog")).to_have_count(0)

    async def is_kept(self) -> None:
        """Nothing is lost, and nothing asked."""
        await expect(self.question).to_have_count(0)
        await expect(self.field).to_have_value(TYPED)
        assert self.page.url.endswith("#/stations/CP1")


async def edited(open_site: OpenSite) -> Edited:
    """Come from the list of stations, by a link."""
    site = await open_site()
    await (await site.station("CP1")).boot()
    api = (await site.context()).request
    assert (await api.post("api/v1/stations/CP1/adopt")).ok
    watched = await site.page()
    found = Edited(site, watched)
    await watched.page.get_by_role("link", name="CP1").first.click()
    await watched.page.get_by_role("button", name="Edit", exact=True).click()
    await found.field.fill(TYPED)
    await expect(found.form.get_by_role("status")).not_to_have_text(
        "Nothing is changed yet."
    )
    return found


async def test_the_way_back_waits_for_an_answer(open_site: OpenSite) -> None:
    edit = await edited(open_site)
    for _ in range(2):
        await edit.page.go_back()
        await edit.stay.click()
        await edit.is_kept()

    await edit.page.go_back()
    await edit.leave.click()

    await edit.heading("Stations")
    await edit.page.go_forward()
    await edit.heading("CP1")


async def test_another_address_waits_for_an_answer(open_site: OpenSite) -> None:
    edit = await edited(open_site)
    await edit.page.evaluate("location.hash = '#/tokens'")
    await edit.stay.click()
    await edit.is_kept()

    await edit.page.evaluate("location.hash = '#/tokens'")
    await edit.leave.click()

    await edit.heading("Tokens")


async def test_another_part_of_the_same_page_loses_nothing_and_asks_nothing(
    open_site: OpenSite,
) -> None:
    edit = await edited(open_site)
    await edit.page.evaluate("location.hash = '#/stations/CP1?tab=details'")
    here = edit.page.get_by_role("link", name="Details", include_hidden=True)
    await expect(here).to_have_attribute("aria-current", "page")

    await expect(edit.question).to_have_count(0)
    await expect(edit.field).to_have_value(TYPED)


async def test_a_question_does_not_outlive_its_form(open_site: OpenSite) -> None:
    edit = await edited(open_site)
    await edit.page.keyboard.press("Escape")
    await expect(edit.question).to_be_visible()
    await edit.page.go_back()
    await edit.stay.click()
    await edit.is_kept()

    await edit.page.keyboard.press("Escape")
    await expect(edit.question).to_be_visible()
    await edit.page.go_back()
    await edit.leave.click()

    await edit.heading("Stations")


@pytest.mark.parametrize("way", ["Escape", "back"])
async def test_a_station_that_is_forgotten_takes_form_and_question_with_it(
    open_site: OpenSite, way: str
) -> None:
    edit = await edited(open_site)
    if way == "Escape":
        await edit.page.keyboard.press("Escape")
    else:
        await edit.page.go_back()
    await expect(edit.question).to_be_visible()
    edit.watched.expect("404")
    api = (await edit.site.context()).request
    assert (await api.delete("api/v1/stations/CP1")).ok

    await expect(edit.page.get_by_text("Nobody knows this station.")).to_be_visible()
    await edit.heading("CP1")
    await edit.page.go_back()
    await edit.heading("Stations")


async def test_escape_again_and_again_loses_nothing(open_site: OpenSite) -> None:
    edit = await edited(open_site)
    for _ in range(3):
        await edit.page.keyboard.press("Escape")
        await expect(edit.question).to_be_visible()
        await edit.page.keyboard.press("Escape")
        await edit.is_kept()


async def test_a_page_that_is_loaded_again_asks_while_something_is_unsaved(
    open_site: OpenSite,
) -> None:
    edit = await edited(open_site)
    edit.watched.expect(BY_THE_BROWSER)
    async with edit.page.expect_event("dialog") as asked:
        await edit.page.evaluate("setTimeout(() => location.reload())")
    assert (await asked.value).type == "beforeunload"
    await edit.is_kept()

    await edit.form.get_by_role("button", name="Save").click()
    await edit.heading(TYPED)
    edit.watched.complaints.clear()
    await edit.page.reload()
    await edit.heading(TYPED)

    assert edit.watched.complaints == []


async def test_a_question_of_a_page_goes_with_the_page(open_site: OpenSite) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    await site.charger("CP1")
    page = (await site.page()).page
    await page.goto("./#/stations/CP1?tab=commands")
    await page.locator("summary").get_by_text("Reset", exact=True).click()
    form = page.get_by_role("form", name="Reset")
    await form.get_by_role("button", name="Reset").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.evaluate("location.hash = '#/tokens'")

    await expect(page.get_by_role("heading", level=1)).to_have_text("Tokens")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_who_is_logged_out_meanwhile_can_leave_and_log_in(
    open_site: OpenSite,
) -> None:
    edit = await edited(open_site)
    other = await edit.site.watch(await edit.page.context.new_page())
    for watched in (edit.watched, other):
        watched.expect(r"status of 401", r"^status 401")
    await other.page.goto("./")
    await other.page.get_by_role("button", name="Log out").click()
    again = edit.page.get_by_role("dialog", name="Log in again")
    await expect(again).to_be_visible()
    await edit.page.go_back()
    await edit.leave.click()
    await expect(edit.form).to_have_count(0)
    await again.get_by_label("API token").fill(TOKEN)
    await again.get_by_role("button", name="Log in").click()

    await edit.heading("Stations")
