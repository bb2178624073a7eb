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
NO_FILE = "The name of a file in DATA_DIR/firmware is needed."
NO_ADDRESS = "A whole address is needed, of https, http, ftp, ftps or sftp."
NO_FIRMWARE = (
    ("file", "../api.token", NO_FILE),
    ("location", "fw.bin", NO_ADDRESS),
    ("file", "/etc/passwd", NO_FILE),
    ("location", "file:///etc/passwd", NO_ADDRESS),
    ("file", "https://fw.example/1.bin", "This is an address: choose so at From."),
    ("location", "https:///fw.bin", NO_ADDRESS),
    ("json", "5", "A JSON object is needed, for example"),
    ("location", "ftp://fw.example/a b", NO_ADDRESS),
    ("json", "{", "This is not JSON"),
)
SOME_FIRMWARE = (
    ("file", "acme/fw-1.9.bin"),
    ("location", "sftp://me:secret@fw.example:22/fw.bin"),
    ("location", "HTTPS://fw.example"),
    ("json", '{"location": "ftp://fw.example/fw.bin"}'),
)


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


async def install(form: Locator, kind: str, what: str) -> None:
    """Send the form of the firmware with this."""
    await form.get_by_label("From").select_option(kind)
    await form.get_by_label("File, address or JSON").fill(what)
    await form.get_by_role("button", name="Install").click()


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
    form = await command_form(page, "Firmware")
    await install(form, "location", f"https://fw.example/{LONG}")
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


async def test_a_firmware_that_cannot_be_one_is_told_and_not_asked_about(
    open_site: OpenSite,
) -> None:
    _, page = await command_page(open_site)
    form = await command_form(page, "Firmware")
    for kind, what, told in NO_FIRMWARE:
        await install(form, kind, what)
        await expect(form.get_by_role("alert")).to_contain_text(told)
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_firmware_that_may_be_one_is_asked_about(open_site: OpenSite) -> None:
    _, page = await command_page(open_site)
    form = await command_form(page, "Firmware")
    question = page.get_by_role("dialog")
    for kind, what in SOME_FIRMWARE:
        await install(form, kind, what)
        await expect(question).to_contain_text(f"It downloads {what},")
        await question.get_by_role("button", name="Cancel").click()


async def test_a_filter_that_is_none_is_told_and_not_asked_about(
    open_site: OpenSite,
) -> None:
    _, page = await command_page(open_site)
    form = await command_form(page, "Clear charging profiles")
    await form.get_by_label("Filter").fill("[]")
    await form.get_by_role("button", name="Clear").click()
    alert = form.get_by_role("alert")
    await expect(alert).to_have_text('A JSON object is needed, for example {"id": 1}.')
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await form.get_by_label("Filter").fill("")
    await form.get_by_role("button", name="Clear").click()

    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_logs_are_not_asked_to_a_place_that_is_none(open_site: OpenSite) -> None:
    _, page = await command_page(open_site)
    form = await command_form(page, "Diagnostics and logs")
    place = form.get_by_label("Upload to")
    send = form.get_by_role("button", name="Get it")
    await place.fill("my server")
    await send.click()
    await expect(form.get_by_role("alert")).to_contain_text(NO_ADDRESS)
    await expect(form.locator(".progress")).to_have_count(0)
    await place.fill("ftp://logs.example/in/")
    await send.click()

    await expect(form.locator(".progress")).to_be_visible()
