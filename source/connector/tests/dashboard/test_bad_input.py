"""Every field of every form, and every text of a station: shown as text, or refused."""

from __future__ import annotations

import json
from collections import Counter
from urllib.parse import quote

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.hostile import (
    IMAGE,
    MARKUP,
    NUMBERS,
    SCRIPT,
    TIMES,
    TYPED,
)
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.small_site import KEYS
from connector.tests.system.station import now

pytestmark = MARKS
ONE = '{"CP1": {}}'
REFUSED = (r"status of (400|404|409|413|414|422|431)", r"^status (4\d\d)")
"""What the browser itself notes where the API says no."""
PLACES = (
    ("", None),
    ("adopt", None),
    ("transactions", None),
    ("frames", None),
    ("tokens", "Add a token"),
    ("stations/CP1", None),
    ("stations/CP1", "Edit"),
    ("stations/CP1?tab=commands", None),
    ("stations/CP1?tab=configuration", None),
    ("stations/CP1?tab=configuration", "Set another"),
)
KINDS = {
    "checkbox",
    "datetime-local",
    "number",
    "password",
    "search",
    "select-one",
    "text",
    "textarea",
}
_CHOICES = "select, input[type=checkbox]"
_FIELDS = "input:not([hidden], [type=checkbox]), textarea"
_ENABLED = ":not([disabled])"
# Past what the length of a field, and its bounds, keep from being typed.
_TYPE = """(field, typed) => {
  for (const bound of ["maxlength", "min", "max", "step"]) field.removeAttribute(bound);
  if (field.type === "checkbox") return field.click();
  if (field instanceof HTMLSelectElement) field.selectedIndex = field.options.length - 1;
  else field.value = typed[field.type] ?? typed.text;
  for (const told of ["input", "change"])
    field.dispatchEvent(new Event(told, { bubbles: true }));
}"""
_FOLDED = "document.querySelectorAll('#main details:not(.menu)').forEach((e) => e.open = true)"


_DRAWN = """new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""


async def came_through(page: Page) -> None:
    """It is as it was: a page, without anything that others brought in."""
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("This page has a mistake.")).to_have_count(0)
    assert await page.locator("img[src=x], #main script, dialog script").count() == 0


async def type_everywhere(place: Locator, kind: str) -> Counter[str]:
    """Into every field, as a hand would, the last of every list, every box turned.

    How many fields of each type there were.
    """
    typed = {
        "text": TYPED[kind],
        "number": NUMBERS[kind],
        "datetime-local": TIMES[kind],
    }
    found: Counter[str] = Counter()
    # What is chosen may bring other fields.
    for fields in (_CHOICES, _FIELDS):
        for field in await place.locator(fields).and_(place.locator(_ENABLED)).all():
            if await field.is_visible():
                found[await field.evaluate("(field) => field.type")] += 1
                await field.evaluate(_TYPE, typed)
        await place.page.evaluate(_DRAWN)
    return found


async def press_everything(page: Page, place: Locator) -> None:
    """Each button that sends what was typed; what is asked is confirmed."""
    count = await place.locator("form .btn:not([disabled])").count()
    for at in range(count):
        button = place.locator("form .btn:not([disabled])").nth(at)
        if not await button.is_visible() or await button.inner_text() in ("Cancel",):
            continue
        await button.click()
        await page.evaluate(_DRAWN)
        asked = page.locator("dialog:has(button[autofocus])")
        if await asked.count():
            await asked.get_by_role("button").last.click()


@pytest.mark.parametrize("kind", TYPED)
async def test_whatever_is_typed_is_taken_or_refused_with_words(
    open_site: OpenSite, kind: str
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    charge.station.answers["Reset"] = lambda _: {"status": "Rejected"}
    charge.station.answers["GetConfiguration"] = lambda _: {"configurationKey": KEYS}
    watched = await site.page()
    watched.expect(*REFUSED)
    page = watched.page
    typed: Counter[str] = Counter()
    for place, button in PLACES:
        await page.goto("about:blank")
        await page.goto(f"./#/{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".loading")).to_have_count(0)
        await page.evaluate(_FOLDED)
        unmade = page.locator("details.command:not(:has(form))")
        await expect(unmade).to_have_count(0)
        if button:
            await page.get_by_role("button", name=button, exact=True).click()
        form = page.get_by_role("dialog") if button else page.locator("#main")
        typed += await type_everywhere(form, kind)
        await press_everything(page, form)
        await came_through(page)

    assert typed.total() >= 60
    assert typed.keys() >= KINDS


async def test_names_texts_and_answers_of_a_station_are_text(
    open_site: OpenSite,
) -> None:
    site = await open_site(UNKNOWN_TOKENS="reject")
    identity = IMAGE.replace(" ", "-")
    station = await site.station(quote(identity, safe=""))
    await station.call(
        "BootNotification",
        {"chargePointVendor": SCRIPT[:20], "chargePointModel": "<img src=x>"},
    )
    watched = await site.page()
    page = watched.page
    await expect(page.get_by_text(identity).first).to_be_visible()
    await page.get_by_role("button", name=f"Adopt {identity}").click()
    await expect(page.get_by_text("waiting for you")).to_have_count(0)
    await station.call(
        "BootNotification",
        {"chargePointVendor": SCRIPT[:20], "chargePointModel": "<img src=x>"},
    )
    await station.call(
        "StatusNotification",
        {
            "connectorId": 1,
            "errorCode": "OtherError",
            "status": "Faulted",
            "info": IMAGE,
            "vendorId": SCRIPT,
            "vendorErrorCode": IMAGE,
            "timestamp": now(),
        },
    )
    await station.call("Authorize", {"idTag": "<img src=x>"})
    await station.exchange("DataTransfer", {"vendorId": SCRIPT, "data": MARKUP})
    hostile = [{"key": IMAGE, "readonly": False, "value": MARKUP}]
    station.answers["GetConfiguration"] = lambda _: {"configurationKey": hostile}
    station.answers["DataTransfer"] = lambda _: {"status": "Rejected", "data": MARKUP}
    own = f"stations/{quote(identity, safe='')}"
    for place, text in (
        ("", identity),
        (own, "OtherError"),
        (f"{own}?tab=configuration", IMAGE),
        (f"{own}?tab=details", SCRIPT[:20]),
        ("tokens", "<img src=x>"),
        ("frames", identity),
    ):
        await page.goto(f"./#/{place}")
        await expect(page.get_by_text(text).first).to_be_visible()
        await came_through(page)

    await page.goto(f"./#/{own}?tab=commands")
    await page.get_by_text("Data transfer").click()
    form = page.get_by_role("form", name="Data transfer")
    await form.get_by_label("Vendor id").fill(SCRIPT)
    await form.get_by_role("button", name="Send").click()
    await form.get_by_text("What the station answered").click()
    answer = form.locator("pre")
    await expect(answer).to_contain_text(json.dumps(MARKUP)[1:40])
    await came_through(page)


async def test_what_is_unknown_says_so_and_what_to_do(open_site: OpenSite) -> None:
    site = await open_site()
    watched = await site.page("stations/NOBODY")
    watched.expect(*REFUSED)
    page = watched.page
    await expect(page.get_by_text("Nobody knows this station")).to_be_visible()
    await page.goto("./#/transactions/no-such-key")
    main = page.get_by_role("main")
    await expect(main.get_by_role("link", name="All transactions")).to_be_visible()
    await expect(main.get_by_text("older than what is kept")).to_be_visible()
    await page.goto(f"./#/{quote(SCRIPT, safe='')}")
    await expect(page.get_by_text("There is no such page")).to_be_visible()
    await page.goto("./#/transactions?since=rubbish&until=<script>&active=perhaps")
    await came_through(page)
    await page.goto("./#/%E0%A4%A")
    await came_through(page)
