"""For everybody: a screen reader, a keyboard, a phone, large letters, both themes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from connector.tests.dashboard.axe import violations
from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.looking import opened, shown
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.small_site import DIALOGS, PAGES, small_site

pytestmark = MARKS
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
# WCAG 1.4.10: 1280 pixels at 200 % are 640 of CSS.
ENLARGED = {"width": 640, "height": 450}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing(
    open_site: OpenSite, theme: Any, viewport: Any
) -> None:
    site = await small_site(open_site)
    page = (await site.page(color_scheme=theme, viewport=viewport)).page
    found: list[str] = []
    for place in PAGES:
        await shown(page, place)
        await opened(page)
        found += await violations(page)

    assert "\n".join(found) == ""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_in_dialogs_nor_at_the_door(
    open_site: OpenSite, theme: Any
) -> None:
    site = await small_site(open_site)
    page = (await site.page(color_scheme=theme)).page
    found: list[str] = []
    for place, button in DIALOGS:
        await shown(page, place)
        await page.get_by_role("button", name=button, exact=True).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found += await violations(page)
        await page.keyboard.press("Escape")
    await shown(page, "frames")
    await page.get_by_role("listbox").get_by_role("option").last.click()
    found += await violations(page)
    door = (await site.stranger(color_scheme=theme)).page
    await door.goto("./?refused=1")
    found += await violations(door)

    assert "\n".join(found) == ""


@pytest.mark.parametrize(
    "viewport", [NARROW, PHONE, ENLARGED], ids=["320px", "390px", "200%"]
)
async def test_nothing_scrolls_sideways(open_site: OpenSite, viewport: Any) -> None:
    site = await small_site(open_site)
    page = (await site.page(viewport=viewport)).page
    wide: dict[str, int] = {}
    for place in PAGES:
        await shown(page, place)
        await opened(page)
        wide[place] = await page.evaluate(
            "document.documentElement.scrollWidth - innerWidth"
        )

    assert {place: pixels for place, pixels in wide.items() if pixels > 0} == {}


async def test_a_phone_shows_which_part_of_a_station_is_open(
    open_site: OpenSite,
) -> None:
    site = await small_site(open_site)
    page = (await site.page(viewport=NARROW)).page
    parts = page.get_by_role("navigation", name="Parts of this page")
    for place, name in (("?tab=details", "Details"), ("", "Overview")):
        await shown(page, f"stations/CP1{place}")
        link = parts.get_by_role("link", name=name)
        await expect(link).to_have_attribute("aria-current", "page")
        await expect(link).to_be_in_viewport(ratio=0.99)


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so, and see that it is shown."""
    for _ in range(150):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            """() => {
              const e = document.activeElement;
              const label = e.labels?.[0]?.innerText;
              const style = getComputedStyle(e);
              return [e.getAttribute("aria-label") ?? label ?? e.innerText, style.outlineStyle,
                parseFloat(style.outlineWidth)];
            }"""
        )
        if found[0] and found[0].strip() == name:
            assert found[1] != "none", f"{name} shows no focus"
            assert found[2] >= 1
            return
    raise AssertionError(f"Tab does not lead to {name}")


async def test_a_keyboard_adopts_limits_and_opens_a_frame(open_site: OpenSite) -> None:
    site = await open_site()
    station = await site.station("CP1")
    await station.boot()
    page = (await site.page()).page
    await expect(page.get_by_text("1 station waiting for you")).to_be_visible()
    await tab_to(page, "Adopt CP1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("waiting for you")).to_have_count(0)
    await station.boot()
    await station.status("Available")

    await tab_to(page, "CP1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name="CP1")).to_be_focused()
    card = Card(page)
    await expect(card.limit_form).to_be_visible()
    await tab_to(page, "New limit")
    await page.keyboard.type("4.14")
    await tab_to(page, "Set the limit of Connector 1")
    await page.keyboard.press("Space")
    await card.expect_steps(In_force="done: 4.14 kW")

    await page.goto("./#/frames")
    listed = page.get_by_role("listbox").get_by_role("option")
    await expect(listed.first).to_be_visible()
    await tab_to(page, "Messages, the newest last")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("listbox")).to_be_focused()
