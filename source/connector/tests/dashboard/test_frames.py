"""Who only wants to see frames: their text at each width, and keys that go through them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import GONE, Site

pytestmark = MARKS
ONE = '{"CP1": {}}'
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}}
TURNED = "good\u202edab"
"""What comes after the character is written from right to left."""
_IS_WHOLE = "(text) => text.clientWidth > 0 && text.scrollWidth <= text.clientWidth"

_NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
"""As where the page is not secure: http from another machine."""
_OPACITIES = "(all) => [...new Set(all.map((each) => getComputedStyle(each).opacity))]"


def rows(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def call(page: Page) -> Locator:
    """The text of the call that is open."""
    return page.get_by_role("dialog").get_by_label("Text of the call")


async def reset(site: Site) -> None:
    """Have it sent, from another page."""
    page = (await site.page("stations/CP1?tab=commands")).page
    await page.locator("summary").get_by_text("Reset", exact=True).click()
    form = page.get_by_role("form", name="Reset")
    await form.get_by_role("button", name="Reset").click()
    await page.get_by_role("dialog").get_by_role("button", name="Reset").click()


@pytest.mark.parametrize("width", [1280, 1024, 800, 390])
async def test_the_text_of_a_frame_is_seen_at_each_width(
    open_site: OpenSite, width: int
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.call("Heartbeat")
    viewport = {"width": width, "height": 800}
    page = (await site.page("frames", viewport=viewport)).page
    text = rows(page).get_by_text('{"currentTime":')
    await expect(text.last).to_be_visible()

    assert await text.last.evaluate(_IS_WHOLE)


async def test_a_time_below_a_millisecond_is_not_none(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page()).page
    await page.route("**/api/v1/messages?*", at_once)
    await page.goto("./#/frames?action=BootNotification&kind=answers")
    await expect(rows(page)).to_contain_text("< 1 ms")
    await rows(page).click()

    await expect(page.get_by_role("dialog")).to_contain_text("answered in < 1 ms")


async def at_once(route: Route) -> None:
    """As if each answer had come within the same millisecond."""
    answer = await route.fetch()
    found: Any = await answer.json()
    for record in found["items"]:
        record["latency_ms"] = record["latency_ms"] and 0
    await route.fulfill(response=answer, json=found)


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
async def test_keys_go_through_the_calls_as_soon_as_one_is_open(
    open_site: OpenSite, how: str
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("frames?kind=calls")).page
    for text in ("first", "second", "third"):
        await charge.station.call("DataTransfer", {"vendorId": text})
    await expect(rows(page).last).to_contain_text("third")
    if how == "mouse":
        await rows(page).last.click()
    else:
        await page.get_by_role("listbox").focus()
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    for key, text in (("k", "second"), ("ArrowUp", "first"), ("j", "second")):
        await page.keyboard.press(key)
        await expect(call(page)).to_contain_text(text)
    await dialog.get_by_role("heading", level=2).click()
    await page.keyboard.press("ArrowDown")

    await expect(call(page)).to_contain_text("third")
    await expect(dialog.get_by_text("next, previous")).to_be_visible()


_SCROLL_ENDS = """() => new Promise(done =>
    document.activeElement.addEventListener("scrollend", () => done(), {once: true}))"""


async def test_a_long_text_is_scrolled_by_the_arrows_that_are_in_it(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("frames?kind=calls")).page
    for name in ("long", "short"):
        data = "x" * (20_000 if name == "long" else 5)
        await charge.station.call("DataTransfer", {"vendorId": name, "data": data})
    await rows(page).filter(has_text="long").click()
    await call(page).focus()
    ended = asyncio.create_task(page.evaluate(_SCROLL_ENDS))
    await page.keyboard.press("ArrowDown")
    await ended
    assert await page.evaluate("document.activeElement.scrollTop") > 0
    await expect(call(page)).to_contain_text("long")
    await page.keyboard.press("j")
    await expect(call(page)).to_contain_text("short")
    await page.keyboard.press("k")
    await expect(call(page)).to_contain_text("long")

    assert await call(page).evaluate("(text) => text.scrollTop") == 0


async def test_what_the_keys_led_to_is_in_sight_and_the_end_is_shown(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("frames?action=DataTransfer")).page
    for at in range(40):
        await charge.station.call("DataTransfer", {"vendorId": f"number {at}."})
    await rows(page).filter(has_text="number 39.").click()
    following = page.get_by_role("button", name="Next")
    await expect(following).to_be_disabled()
    await charge.station.call("DataTransfer", {"vendorId": "number 40."})
    await expect(following).to_be_enabled()
    for at in range(38, -1, -1):
        await page.keyboard.press("k")
        await expect(call(page)).to_contain_text(f"number {at}.")
    await expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    await page.keyboard.press("Escape")

    await expect(
        rows(page).and_(page.get_by_role("option", selected=True))
    ).to_be_in_viewport()


async def test_what_would_turn_a_text_is_shown_as_it_is_in_json(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.call("DataTransfer", {"vendorId": TURNED})
    page = (await site.page("frames?action=DataTransfer&kind=calls")).page
    shown = json.dumps(TURNED)
    await expect(rows(page)).to_contain_text(shown)
    await rows(page).click()
    await expect(call(page)).to_contain_text(shown)

    assert json.loads(await call(page).inner_text())[3] == {"vendorId": TURNED}


async def test_a_huge_frame_is_begun_with_and_shown_whole_when_asked(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    data = "x" * 500_000 + " the end"
    await charge.station.call("DataTransfer", {"vendorId": "huge", "data": data})
    page = (await site.page("frames?action=DataTransfer&kind=calls")).page
    await rows(page).click()
    dialog = page.get_by_role("dialog")
    await expect(
        dialog.get_by_text("These are the first 20,000 of 500,")
    ).to_be_visible()
    beginning = await call(page).inner_text()
    await dialog.get_by_role("button", name="Show all of it").click()
    await expect(call(page)).to_contain_text("the end")

    assert len(beginning) == 20_000
    assert json.loads(await call(page).inner_text())[3]["data"] == data


async def test_where_no_text_can_be_copied_all_of_it_is_selected(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    data = "x" * 50_000
    await charge.station.call("DataTransfer", {"vendorId": "huge", "data": data})
    page = (await site.page("frames?action=DataTransfer&kind=calls")).page
    await rows(page).click()
    await page.evaluate(_NO_CLIPBOARD)
    await page.get_by_role("button", name="Copy this call").click()
    await page.wait_for_function("getSelection().toString().length > 50_000")
    selected = await page.evaluate("getSelection().toString()")

    assert json.loads(selected)[3]["data"] == data


async def test_frames_are_as_plain_as_before_while_the_connector_is_away(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    watched = await site.page("frames")
    watched.expect(*GONE)
    page = watched.page
    shown = rows(page).filter(has_text="BootNotification").first
    await expect(shown).to_be_visible()
    await expect(page.get_by_text("live")).to_be_visible()
    await site.stop()
    await expect(page.get_by_text("The connector does not answer")).to_be_visible()
    await expect(page.get_by_text("live")).to_have_count(0)

    assert await shown.locator(".num, .badge").evaluate_all(_OPACITIES) == ["1"]


async def test_a_log_that_is_off_is_not_called_live(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE, FRAME_LOG_BYTES="0")
    watched = await site.page("frames")
    watched.expect("404")
    page = watched.page
    await expect(page.get_by_text("the frame log is off")).to_be_visible()
    await expect(page.get_by_role("link", name="All that is kept")).to_have_count(0)
    await expect(page.get_by_text("0 messages")).to_be_visible()
    await expect(page.get_by_text("live")).to_have_count(0)
    await expect(page.get_by_text("next, previous")).to_have_count(0)


async def test_on_a_phone_frames_come_before_the_filter(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.call("Heartbeat")
    page = (await site.page("frames", **PHONE)).page
    await expect(rows(page).filter(has_text="Heartbeat")).to_have_count(2)
    await expect(page.get_by_text("live")).to_be_visible()
    before = await rows(page).count()
    field = page.get_by_label("Action", exact=True)
    await expect(field).to_be_hidden()
    await page.get_by_role("button", name="Filter").click()
    await field.fill("Heartbeat")
    await expect(rows(page)).to_have_count(2)
    await page.get_by_role("button", name="Filter (1)").click()
    await expect(field).to_be_hidden()
    await page.get_by_role("button", name="Show all").click()

    await expect(rows(page)).to_have_count(before)


@pytest.mark.parametrize(
    "text", ['[2,17,"Heartbeat",{}]', '[2,"x18",null,{}]', '[2,"x19","Heartbeat",{}']
)
async def test_a_call_that_is_malformed_is_shown_beside_our_error(
    open_site: OpenSite, text: str
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.websocket.send(text)
    page = (await site.page("frames?direction=out&kind=errors")).page
    await expect(rows(page)).to_contain_text("FormationViolation")
    await expect(rows(page)).not_to_contain_text("Malformed")
    await rows(page).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Text of the malformed")).to_be_visible()

    await expect(dialog.get_by_label("Text of the error")).to_be_visible()


async def test_what_is_wrong_with_a_frame_is_shown_and_found(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, CALL_TIMEOUT_S="3")
    charge = await site.charger()
    page = (await site.page("frames?kind=errors")).page
    await expect(page.get_by_text("live")).to_be_visible()
    await charge.station.websocket.send('[3,"never-asked",{}]')
    await expect(rows(page)).to_contain_text("nobody asked this")
    await page.goto("./#/frames?station=CP1&action=Reset")
    charge.station.answers["Reset"] = lambda _: None
    await reset(site)
    await expect(rows(page)).to_contain_text('"type"')
    await expect(rows(page)).to_contain_text("not answered within 3 s")
    await expect(rows(page)).to_have_class("frame-row is-bad")
    await page.goto("./#/frames?kind=errors&action=Reset")
    await rows(page).click()
    dialog = page.get_by_role("dialog")

    await expect(dialog.get_by_text("not answered within 3 s")).to_be_visible()
    await expect(dialog.get_by_text("none has come yet")).to_have_count(0)


@pytest.mark.parametrize(
    "text", ['"vendorId": "good', '"vendorId":"good', "\\u202E", "\u202e"]
)
async def test_text_is_found_as_it_is_shown(open_site: OpenSite, text: str) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.call("DataTransfer", {"vendorId": TURNED})
    page = (await site.page("frames")).page
    await expect(rows(page).last).to_contain_text("status")
    await page.get_by_label("Text in it").fill(text)

    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text("vendorId")


async def test_what_a_filter_does_not_know_is_ignored(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page("frames?direction=banana&kind=nonsense")).page
    await expect(rows(page).filter(has_text="BootNotification")).to_have_count(2)

    await expect(page.get_by_label("Direction")).to_have_value("")
    await expect(page.get_by_role("button", name="Show all")).to_have_count(0)


async def test_what_is_held_is_held_when_one_comes_back(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("frames?action=DataTransfer&kind=calls")).page
    await charge.station.call("DataTransfer", {"vendorId": "before"})
    await expect(rows(page)).to_contain_text("before")
    await page.get_by_role("button", name="Pause").click()
    await page.goto("./#/tokens")
    await expect(page.get_by_role("heading", name="Tokens", level=1)).to_be_visible()
    await charge.station.call("DataTransfer", {"vendorId": "meanwhile"})
    await page.goto("./#/frames?action=DataTransfer&kind=calls")
    go_on = page.get_by_role("button", name="Go on (2 waiting)")
    await expect(go_on).to_be_visible()
    await expect(rows(page)).to_have_count(1)
    await go_on.click()

    await expect(rows(page)).to_have_count(2)
    await expect(rows(page).last).to_contain_text("meanwhile")


async def test_no_total_is_told_that_goes_up_and_down(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page("frames?action=BootNotification")).page
    told = page.locator(".frame-told")

    await expect(told).to_contain_text("2 messages · live")


async def test_the_longest_of_what_is_common_is_whole_in_its_column(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.station.websocket.send('[2,"1","FirmwareStatusNotification",{},{}]')
    page = (await site.page("frames?kind=errors", **WIDE)).page
    malformed = rows(page).filter(has_text="FirmwareStatusNotification").first
    await expect(malformed).to_contain_text("Malformed")

    for part in (".f-station", ".f-kind", ".f-action"):
        assert await malformed.locator(part).evaluate(_IS_WHOLE), part
