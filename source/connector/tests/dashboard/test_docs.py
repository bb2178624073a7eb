"""`/docs` in a browser: whoever has a login reads it, on a phone as well."""

from __future__ import annotations

import re

from playwright.async_api import expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import TOKEN

pytestmark = MARKS
_PHONE = {"width": 390, "height": 844}
_BEYOND = "document.documentElement.scrollWidth - innerWidth"


async def test_the_reference_is_no_wider_than_a_phone(open_site: OpenSite) -> None:
    site = await open_site()
    page = await (await site.context(viewport=_PHONE)).new_page()
    await page.goto("./docs")
    await page.evaluate(
        "document.querySelectorAll('details').forEach(each => each.open = true)"
    )

    assert await page.evaluate(_BEYOND) <= 0


async def test_without_a_login_the_reference_asks_for_the_token_and_is_shown(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    page = (await site.stranger()).page
    await page.goto("./docs")
    field = page.get_by_label("API token")
    await field.fill("wrong")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_contain_text("This token is not right.")
    await field.fill(TOKEN)
    await page.get_by_role("button", name="Log in").click()

    await expect(page).to_have_url(re.compile(r"/docs$"))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
