"""What is said of stations that nobody knows is what becomes of them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
WAITS = "waiting"


@pytest.mark.parametrize(
    ("policy", "sub", "none", "step"),
    [
        (
            "pending",
            "Point it here, then let it in.",
            "No station is waiting.",
            "One click on Adopt lets it in.",
        ),
        (
            "accept",
            "Point it here: whoever comes is let in.",
            "No station has to wait: UNKNOWN_STATIONS is accept.",
            "and may charge: UNKNOWN_STATIONS is accept.",
        ),
        (
            "reject",
            "Register it, then point it here.",
            "A station that nobody knows is refused: UNKNOWN_STATIONS is reject.",
            "It has to be registered before, by the same name",
        ),
    ],
)
async def test_how_to_add_one_is_told_as_the_setting_has_it(
    open_site: OpenSite, policy: str, sub: str, none: str, step: str
) -> None:
    site = await open_site(UNKNOWN_STATIONS=policy)
    page = (await site.page("adopt")).page
    for text in (sub, none, step):
        await expect(page.get_by_text(text).first).to_be_visible()
    if policy != "pending":
        await expect(page.get_by_role("main")).not_to_contain_text(WAITS)
    heads = page.get_by_role("heading", level=2)
    first = "Register one" if policy == "reject" else "Connect a charger"
    await expect(heads.first).to_contain_text(first)

    await page.goto("./#/")
    await expect(page.get_by_role("main").get_by_text(step)).to_be_visible()
