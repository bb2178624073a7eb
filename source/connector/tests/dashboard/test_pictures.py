"""The pictures of the documents: made of an example site, each time the same way.

``scripts/screenshots`` keeps some in docs/images; else they go to a folder of the test.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.example_site import example_site
from connector.tests.dashboard.looking import shown
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.palette import reduced

pytestmark = MARKS
FOLDER = "SCREENSHOTS"  # in the environment
WIDE = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 844}
TALL = {"station": 950}
"""Heights where a wide page has what belongs together further down."""
MOST_BYTES = 250_000
PLACES = {
    "stations": "",
    "adopt": "adopt",
    "station": "stations/CP-01",
    "commands": "stations/CP-01?tab=commands",
    "configuration": "stations/CP-01?tab=configuration",
    "transactions": "transactions",
    "tokens": "tokens",
    "messages": "frames",
    "call": "frames?station=CP-01",
    "connector": "connector",
}


async def taken(blank: Page, page: Page) -> bytes:
    """What is seen. The policy of ``page`` is too strict for the work."""
    return await reduced(blank, await page.screenshot(animations="disabled"))


async def test_pictures_of_every_page_in_both_themes_and_on_a_phone(
    open_site: OpenSite, tmp_path: Path
) -> None:
    site = await example_site(open_site, tmp_path)
    blank = (await site.stranger()).page
    folder = Path(os.environ.get(FOLDER, tmp_path))
    looks: dict[str, dict[str, Any]] = {
        "": {"viewport": WIDE, "color_scheme": "light"},
        "-dark": {"viewport": WIDE, "color_scheme": "dark"},
        "-phone": {"viewport": PHONE, "color_scheme": "light"},
    }
    sizes: dict[str, int] = {}
    for look, options in looks.items():
        page = (await site.page("stations/CP-01", **options)).page
        await Card(page).expect_steps(In_force="done: 4.14 kW")
        for name, place in PLACES.items():
            viewport = options["viewport"]
            if viewport is WIDE:
                height = TALL.get(name, WIDE["height"])
                viewport = {"width": WIDE["width"], "height": height}
            await page.set_viewport_size(viewport)
            await shown(page, place)
            if name == "stations":
                await expect(page.get_by_text("Unknown tokens were")).to_be_visible()
            if name == "connector":
                store = page.get_by_role("region", name="Store")
                await expect(store.get_by_text("Schema")).to_be_visible()
            if name == "call":
                listed = page.get_by_role("listbox").get_by_role("option")
                await listed.filter(has_text="SetChargingProfile").last.click()
            if name == "adopt":
                await page.get_by_label("Name of the station").fill("CP-09")
                await page.get_by_label("Address of this machine").fill("192.168.1.20")
                await page.evaluate("document.activeElement.blur()")
            picture = f"dashboard-{name}{look}.png"
            content = await taken(blank, page)
            sizes[picture] = (folder / picture).write_bytes(content)

    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    assert len(sizes) == len(looks) * len(PLACES)
