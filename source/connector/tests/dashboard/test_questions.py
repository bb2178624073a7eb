"""What is asked before something is done can be read, and is asked of what can be right."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import Site

pytestmark = MARKS
WIDTHS = (1280, 390)
LONG = "x" * 900


async def command_page(
    open_site: OpenSite, width: int = 1280, height: int = 800
) -> tuple[Site, Page]:
    """The commands of CP1, in a window of a size."""
    site = await open_site(STATIONS='{"CP1": {}}')
    await site.charger()
    size = {"width": width, "height": height}
    return site, (await site.page("stations/CP1?tab=commands", viewport=size)).page


async def command_form(page: Page, name: str) -> Locator:
    """The form of a command, opened."""
    await page.locator("summary").get_by_text(name, exact=True).click()
    return page.get_by_role("form", name=name, exact=True)


async def firmware(page: Page, kind: str, what: str) -> Locator:
    """The form of the firmware, sent with this."""
    form = await command_form(page, "Firmware")
    await form.get_by_label("From").select_option(kind)
    await form.get_by_label("File, address or JSON").fill(what)
    await form.get_by_role("button", name="Install").click()
    return form


async def expect_readable(question: Locator) -> None:
    """Its title is in sight, and nothing is beside it."""
    await expect(question.get_by_role("heading")).to_be_in_viewport(ratio=1)
    cancel = question.get_by_role("button", name="Cancel")
    await expect(cancel).to_be_focused()
    await expect(cancel).to_be_in_viewport(ratio=1)
    wide = "(it) => [it.scrollWidth - it.clientWidth, it.scrollLeft, it.scrollTop]"
    assert await question.evaluate(wide) == [0, 0, 0]


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_question_about_something_long_can_be_read(
    open_site: OpenSite, width: int
) -> None:
    _, page = await command_page(open_site, width)
    await firmware(page, "location", f"https://fw.example/{LONG}")
    question = page.get_by_role("dialog")

    await expect_readable(question)
    await expect(question).to_contain_text("It downloads https://fw.example/xxx")
    told = question.get_by_text("A wrong file may leave it unusable.")
    await expect(told).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_question_with_a_long_note_can_be_read(
    open_site: OpenSite, width: int
) -> None:
    site, page = await command_page(open_site, width, height=500)
    api = (await site.context()).request
    token = {"status": "Accepted", "note": LONG}
    assert (await api.put("api/v1/tokens/any/T1", data=token)).ok
    await page.goto("./#/tokens")
    await page.get_by_role("button", name="Add a token", exact=True).click()
    form = page.get_by_role("dialog", name="Add a token")
    await form.get_by_label("Id", exact=True).fill("T1")
    await form.get_by_role("button", name="Add", exact=True).click()
    question = page.get_by_role("dialog", name="This token is registered already")

    await expect_readable(question)
