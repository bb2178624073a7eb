"""Light, dark, or as the system is: chosen once, kept, and followed by every part."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
LIGHT, DARK = "rgb(244, 246, 247)", "rgb(14, 20, 22)"
LIGHT_GRID, DARK_GRID = [217, 224, 227], [44, 57, 63]
_DRAWN_IN = """(color) => new Promise((done) => {
  const isThere = () => {
    const canvas = document.querySelector(".chart canvas");
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height);
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    for (let at = 0; at < data.length; at += 4)
      if (color.every((part, of) => data[at + of] === part)) return true;
    return false;
  };
  const look = () => (isThere() ? done() : requestAnimationFrame(look));
  look();
})"""
PATIENCE_S = 20


async def expect_ground(page: Page, color: str) -> None:
    await expect(page.locator("body")).to_have_css("background-color", color)


async def expect_drawn_in(page: Page, color: list[int]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await page.evaluate(_DRAWN_IN, color)


@pytest.mark.parametrize(("system", "ground"), [("light", LIGHT), ("dark", DARK)])
async def test_a_page_is_as_the_system_is_before_anybody_has_chosen(
    open_site: OpenSite, system: str, ground: str
) -> None:
    site = await open_site()
    page = (await site.page(color_scheme=system)).page
    door = (await site.stranger(color_scheme=system)).page
    await door.goto("./")

    await expect_ground(page, ground)
    await expect_ground(door, ground)
    await expect(page.locator("html")).to_have_css("color-scheme", system)


async def test_a_page_follows_the_system_until_a_theme_is_chosen_and_kept(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    page = (await site.page(color_scheme="light")).page
    await expect_ground(page, LIGHT)
    await page.emulate_media(color_scheme="dark")
    await expect_ground(page, DARK)

    await page.get_by_role("button", name="Theme: as the system").click()
    await expect_ground(page, LIGHT)
    await page.get_by_role("button", name="Theme: light").click()
    await page.emulate_media(color_scheme="light")
    await page.reload()
    await expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    await expect_ground(page, DARK)
    await page.get_by_role("button", name="Theme: dark").click()
    await expect_ground(page, LIGHT)


async def test_a_plot_is_drawn_anew_in_the_colours_of_the_theme(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1100)
    page = (await site.page("stations/CP1", color_scheme="light")).page
    await expect(page.locator(".chart canvas").first).to_be_visible()
    await expect_drawn_in(page, LIGHT_GRID)

    await page.emulate_media(color_scheme="dark")
    await expect_drawn_in(page, DARK_GRID)
    await page.get_by_role("button", name="Theme: as the system").click()
    await expect_drawn_in(page, LIGHT_GRID)
