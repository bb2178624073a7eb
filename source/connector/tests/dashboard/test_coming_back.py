"""Whoever comes back to a page, or loads it again, finds it as it was left."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
STATIONS = json.dumps({f"CP-{number:03}": {} for number in range(200)})
TOP = 3000
IN_SIGHT = "CP-068"
LOW = {"viewport": {"width": 1000, "height": 400}}


class Late:
    """Answers of the API that come when they are let."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._is_let = asyncio.Event()
        self.asked = asyncio.Event()

    async def begin(self, below: str) -> None:
        """Hold back what is asked from now on."""
        await self._page.route(f"**/api/v1/{below}", self._take)

    async def _take(self, route: Route) -> None:
        self.asked.set()
        await self._is_let.wait()
        await route.continue_()

    def let(self) -> None:
        """Have all of it come."""
        self._is_let.set()


async def scroll(page: Page, top: int) -> None:
    """As a reader does; what he sees is noted."""
    await page.evaluate(
        """top => new Promise(done => {
            addEventListener("scroll", done, {once: true});
            scrollTo(0, top);
        })""",
        top,
    )
    assert await page.evaluate("scrollY") == top


async def expect_top(page: Page, least: int, most: int | None = None) -> None:
    """It is there sooner or later; policies of the page forbid Playwright to wait."""
    await page.evaluate(
        """([least, most]) => new Promise((done, fail) => {
            const look = () => {
                if (scrollY >= least && scrollY <= most) done();
                else if (performance.now() > until) fail(Error(`at ${scrollY}, not ${[least, most]}, of ${document.documentElement.scrollHeight}`));
                else requestAnimationFrame(look);
            };
            const until = performance.now() + 15000;
            look();
        })""",
        [least, least if most is None else most],
    )


@pytest.mark.parametrize("way", ["Back", "All stations"])
async def test_the_list_is_where_it_was_and_as_it_was_sought(
    open_site: OpenSite, way: str
) -> None:
    site = await open_site(STATIONS=STATIONS)
    page = (await site.page("?q=cp-&order=seen")).page
    await expect(page.get_by_text("200 stations shown")).to_have_count(1)
    await page.evaluate(f"scrollTo(0, {TOP})")
    link = page.get_by_role("table").get_by_role("link", name=IN_SIGHT)
    await expect(link).to_be_in_viewport()
    await link.click()
    await expect(page.get_by_role("heading", level=1, name=IN_SIGHT)).to_be_visible()
    assert await page.evaluate("scrollY") < TOP
    if way == "Back":
        await page.go_back()
    else:
        await page.get_by_role("main").get_by_role("link", name=way).click()

    await expect(page.get_by_label("Search")).to_have_value("cp-")
    await expect(page.get_by_label("Sort by")).to_have_value("seen")
    await expect(link).to_be_in_viewport()
    assert await page.evaluate("scrollY") == TOP
    await page.get_by_role("navigation").get_by_role("link", name="Connector").click()
    await expect(page.get_by_role("heading", level=1, name="Connector")).to_be_visible()
    assert await page.evaluate("scrollY") == 0


@pytest.mark.parametrize("place", ["", "?q=cp-&order=seen"])
async def test_the_list_is_where_it_was_after_it_is_loaded_again(
    open_site: OpenSite, place: str
) -> None:
    site = await open_site(STATIONS=STATIONS)
    page = (await site.page(place)).page
    await expect(page.get_by_text("200 stations shown")).to_have_count(1)
    await scroll(page, TOP)
    late = Late(page)
    await late.begin("stations?*")
    reloading = asyncio.create_task(page.reload())
    await late.asked.wait()
    await reloading
    late.let()

    await expect_top(page, TOP)
    await page.reload()
    await expect_top(page, TOP)


@pytest.mark.parametrize(
    ("tab", "last"), [("Overview", "7.40 kW"), ("Details", "Power.Active.Import")]
)
async def test_a_stations_page_is_where_it_was_though_its_content_comes_later(
    open_site: OpenSite, tab: str, last: str
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1100)
    page = (await site.page("stations/CP1", **LOW)).page
    await page.get_by_role("link", name=tab).click()
    # What comes above the reader later would move him.
    await expect(page.get_by_text(last).first).to_be_visible()
    await expect(page.get_by_text("Loading")).to_have_count(0)
    top = int(await page.evaluate("document.documentElement.scrollHeight")) - 600
    assert top > 300
    await scroll(page, top)
    late = Late(page)
    await late.begin("**")
    await page.reload()
    await late.asked.wait()
    late.let()

    await expect_top(page, top)
    await page.get_by_role("navigation").get_by_role("link", name="Connector").click()
    await expect(page.get_by_role("heading", level=1, name="Connector")).to_be_visible()
    await expect_top(page, 0)
    await page.go_back()
    await expect_top(page, top)


async def test_who_scrolls_while_a_page_comes_is_not_called_back(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=STATIONS)
    page = (await site.page()).page
    await expect(page.get_by_text("200 stations shown")).to_have_count(1)
    await scroll(page, TOP)
    await page.reload()
    await expect_top(page, TOP)
    await page.mouse.move(400, 300)
    await page.mouse.wheel(0, -500)
    await expect_top(page, 0, TOP - 500)
    top = await page.evaluate("scrollY")

    await site.station("CP-NEW")
    await expect(page.get_by_text("201 stations shown")).to_have_count(1)
    assert abs(await page.evaluate("scrollY") - top) < TOP - top


async def test_each_tab_of_a_stations_page_is_where_it_was(open_site: OpenSite) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    await (await site.charger()).begin()
    page = (await site.page("stations/CP1", **LOW)).page
    await expect(page.get_by_text("TAG1 charges for").first).to_be_visible()
    await scroll(page, 500)
    await page.evaluate("document.querySelector('.tabs a:last-child').click()")
    await expect(page.get_by_role("heading", name="Values")).to_be_visible()
    await scroll(page, 100)
    await page.go_back()
    await expect_top(page, 500)
    await page.go_forward()
    await expect_top(page, 100)


async def test_more_transactions_are_shown_again(open_site: OpenSite) -> None:
    site = await open_site()
    page = (await site.page("connector")).page
    await page.route("**/api/v1/transactions?*", _many_transactions)
    await page.get_by_role("link", name="Transactions", exact=True).click()
    rows = page.get_by_role("row")
    await expect(rows).to_have_count(1 + 100)
    more = page.get_by_role("button", name="Show more")
    await more.click()
    await expect(rows).to_have_count(1 + 200)
    await scroll(page, TOP * 2)

    await page.reload()
    await expect_top(page, TOP * 2)
    await expect(rows).to_have_count(1 + 200)
    await page.get_by_role("link", name="Connector", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Connector")
    await page.go_back()
    await expect_top(page, TOP * 2)
    await page.get_by_label("Station").fill("CP")
    await expect(rows).to_have_count(1 + 100)


async def _many_transactions(route: Route) -> None:
    query = parse_qs(urlsplit(route.request.url).query)
    [first], [limit] = query.get("cursor", ["0"]), query["limit"]
    items = [
        {
            "key": f"01{9999 - number}",
            "station": "CP1",
            "where": "1",
            "token": "TAG1",
            "start": "2026-01-31T12:00:00Z",
            "stop": "2026-01-31T13:00:00Z",
            "reason": "Local",
            "energy": 7400.0,
        }
        for number in range(int(first), int(first) + int(limit))
    ]
    await route.fulfill(json={"items": items, "next": str(int(first) + int(limit))})
