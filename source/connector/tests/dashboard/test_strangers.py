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


async def test_a_second_click_lets_nobody_else_in(open_site: OpenSite) -> None:
    site = await open_site()
    for name in ("NEW-1", "NEW-2", "NEW-3"):
        await (await site.station(name)).boot()
    page = (await site.page("adopt")).page
    buttons = page.get_by_role("button", name="Adopt NEW-")
    await expect(buttons).to_have_count(3)
    box = await buttons.first.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.click(*middle)
    # As soon as the next one is there: no browser is asked whether it is.
    await page.evaluate(
        """place => new Promise(done => {
            const look = () => {
                if (document.body.innerText.includes("2 stations waiting")) {
                    document.elementFromPoint(...place).click();
                    document.activeElement.click();
                    done();
                } else requestAnimationFrame(look);
            };
            look();
        })""",
        middle,
    )
    await expect(page.get_by_text("NEW-1 adopted").first).to_be_visible()
    await page.get_by_role("button", name="Adopt NEW-3").click()

    await expect(page.get_by_text("1 station waiting")).to_be_visible()
    await expect(page.get_by_role("button", name="Adopt NEW-2")).to_be_visible()
