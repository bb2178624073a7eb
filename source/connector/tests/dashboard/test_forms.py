"""Forms say what is wrong where it is seen, and give nothing out that cannot work."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.charging_card import asked_limit, charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
TYPED = {
    "http://192.168.1.5:9000/x y": "192.168.1.5",
    "fe80::1": "[fe80::1]",
    "[fe80::1]:80": "[fe80::1]",
    "charger.home:1234/ws": "charger.home",
    " 10.0.0.7 ": "10.0.0.7",
}
NO_HOST = ("two words", "x" * 300, "999.1.1.1", "::::", "192.168.1", "-", "http://")

NO_PERIODS = {
    "60 11000": "Line 1: the first offset is 0, not 60 s.",
    "\n0 11000\n\n0 4140": "Line 4: its offset, 0 s, is not after that of line 2, 0 s.",
    "0 1\n3600 2\n60 3": "Line 3: its offset, 60 s, is not after that of line 2, 3600 s.",
    "0 11000\n1.5 4140": "Line 2: its offset, 1.5 s, is no whole number.",
    "0 1\n" * 1025: "At most 1024 lines.",
}


async def test_the_url_for_a_charger_is_one_or_there_is_none(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    page = (await site.page("adopt")).page
    host = page.get_by_label("Address of this machine")
    name = page.get_by_label("Name of the station")
    code = page.get_by_role("img", name="QR code of ")
    port = site.connector.ocpp_port
    await expect(code).to_be_visible()
    for text, found in TYPED.items():
        await host.fill(text)
        await expect(page.locator("dd code").first).to_have_text(
            f"ws://{found}:{port}/"
        )
    await host.fill("")
    await expect(page.get_by_text("Expected: a name or an IP address")).to_be_visible()
    await expect(code).to_have_count(0)
    for text in NO_HOST:
        await host.fill("10.0.0.7")
        await expect(code).to_be_visible()
        await host.evaluate("(field) => field.removeAttribute('maxlength')")
        await host.fill(text)
        await expect(
            page.get_by_text("Expected: a name or an IP address")
        ).to_be_visible()
        await expect(code).to_have_count(0)
    await host.fill("10.0.0.7")
    await name.fill("CP 1")
    await expect(page.get_by_text(f"ws://10.0.0.7:{port}/CP%201")).to_be_visible()
    await name.fill("a/b")
    await expect(page.get_by_text("without / and \\ and control")).to_be_visible()
    await expect(code).to_have_count(0)
    await expect(page.get_by_text("%2F")).to_have_count(0)
    for dots in (".", ".."):
        await name.fill("CP1")
        await expect(code).to_be_visible()
        await name.fill(dots)
        await expect(page.get_by_text("and not “.” or “..”")).to_be_visible()
        await expect(code).to_have_count(0)


@pytest.mark.parametrize("address", ["0.0.0.0", "255.255.255.255", "::"])
async def test_an_address_of_no_machine_is_not_given_to_a_charger(
    open_site: OpenSite, address: str
) -> None:
    site = await open_site()
    page = (await site.page("adopt")).page
    code = page.get_by_role("img", name="QR code of ")
    await page.get_by_label("Name of the station").fill("CP1")
    await expect(code).to_be_visible()
    await page.get_by_label("Address of this machine").fill(address)

    told = page.get_by_text("is no address that a charger can reach: type the name")
    await expect(told).to_be_visible()
    await expect(code).to_have_count(0)
    await expect(page.get_by_role("button", name="Copy the URL")).to_have_count(0)


async def test_a_url_with_a_name_is_given_where_there_is_a_name(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    page = (await site.page("adopt")).page
    url = f"ws://127.0.0.1:{site.connector.ocpp_port}/"
    copy = page.get_by_role("button", name="Copy the URL with the name")
    how = page.get_by_text("the URL, and the name right behind its last /")
    await expect(how).to_be_visible()
    await expect(copy).to_have_count(0)
    code = page.get_by_role("img", name=f"QR code of {url}", exact=True)
    await expect(code).to_be_visible()
    await page.get_by_label("Name of the station").fill("CP1")

    await expect(copy).to_be_visible()
    await expect(page.get_by_text(f"{url}CP1", exact=True)).to_be_visible()
    await expect(how).to_have_count(0)


async def test_what_cannot_be_registered_is_told_once_in_words_of_the_form(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    watched = await site.page("adopt")
    watched.expect(r"status of 422", r"^status 422")
    page = watched.page
    identity = page.get_by_label("Name that it connects with")
    name = page.get_by_label("Name for people")
    password = page.get_by_label("Password")
    button = page.get_by_role("button", name="Register", exact=True)
    form = page.locator("form").filter(has=button)
    await identity.fill("..")
    await button.click()
    await expect(form.get_by_text("and not “.” or “..”")).to_be_visible()

    await identity.fill("CP1")
    await name.fill("n" * 1000)
    await button.click()
    told = "Expected text of 1 to 255 characters without control characters"
    await expect(form.get_by_text(told, exact=True)).to_be_visible()
    await expect(form.get_by_text("expected")).to_have_count(1)
    await name.fill("")
    await password.fill("x" * 50)
    await button.click()
    told = "Expected 16 to 40 characters (64 for OCPP 2.1)"
    await expect(form.get_by_text(told, exact=True)).to_be_visible()
    await expect(form.get_by_text("expected")).to_have_count(1)


async def test_a_refused_option_is_brought_into_sight(open_site: OpenSite) -> None:
    site = await open_site()
    station = await site.station("CP1")
    await station.boot()
    watched = await site.page("stations/CP1", viewport={"width": 900, "height": 500})
    watched.expect(r"status of 422", r"^status 422")
    page = watched.page
    await page.get_by_role("button", name="Adopt", exact=True).click()
    await expect(page.get_by_text("Adopted").first).to_be_visible()
    await page.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Name", exact=True)
    await field.fill("x" * 300)
    save = dialog.get_by_role("button", name="Save")
    await save.click()

    await expect(field).to_be_focused()
    await expect(field).to_be_in_viewport()
    told = dialog.get_by_text("Expected: text of 1 to 255 characters")
    await expect(told).to_be_in_viewport()
    await expect(told).not_to_contain_text("quotes")
    await expect(dialog.get_by_text("Nothing is saved: look at Name.")).to_have_count(1)


async def test_what_was_typed_is_not_left_without_a_question(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    await (await site.station("CP1")).boot()
    page = (await site.page("stations/CP1")).page
    await page.get_by_role("button", name="Adopt", exact=True).click()
    await expect(page.get_by_text("Adopted").first).to_be_visible()
    edit = page.get_by_role("button", name="Edit", exact=True)
    await edit.click()
    dialog = page.get_by_role("dialog", name="Edit CP1")
    await expect(dialog).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await edit.click()
    field = dialog.get_by_label("Name", exact=True)
    await field.fill("Cellar")
    await page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Leave without saving?")
    await question.get_by_role("button", name="Cancel").click()
    await expect(field).to_have_value("Cellar")
    await dialog.get_by_role("button", name="Close").click()
    await question.get_by_role("button", name="Leave").click()

    await expect(dialog).to_have_count(0)


async def test_the_box_of_one_that_waits_is_level_with_its_name_and_buttons(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    for identity in ("NEW1", "NEW2"):
        await (await site.station(identity)).boot()
    page = (await site.page("adopt")).page
    row = page.get_by_role("row", name="NEW1")
    middles = []
    for each in (
        row.get_by_role("checkbox"),
        row.locator("strong"),
        row.get_by_role("button", name="Adopt NEW1"),
    ):
        await expect(each).to_be_visible()
        box = await each.bounding_box()
        assert box is not None
        middles.append(box["y"] + box["height"] / 2)

    assert max(middles) - min(middles) < 2


@pytest.mark.parametrize(
    ("number", "unit", "ways"),
    [
        ("4,140", "W", "4140 or 4.14"),
        ("4,140", "kW", "4140 or 4.14"),
        ("11,000", "W", "11000 or 11"),
        ("12.500", "W", "12500 or 12.5"),
        ("16,000", "A", "16000 or 16"),
        ("1.234,5", "W", None),
        ("1.234,567", "kW", "1234567 or 1234.567"),
    ],
)
async def test_a_limit_that_can_be_read_in_two_ways_is_not_given(
    open_site: OpenSite, number: str, unit: str, ways: str | None
) -> None:
    _, charge, card = await charging_card(open_site)
    await card.limit(number, unit)

    told = f"{number} can be read in two ways: write {ways}."
    error = card.limit_form.get_by_role("alert")
    await expect(error).to_have_text(told if ways else "A number, for example 4.1")
    await card.expect_steps(Asked=": no limit")
    assert charge.limits not in [action for action, _ in charge.station.received]
    await card.limit("4140", "W")
    await card.expect_steps(Asked="done: 4.14 kW")
    await expect(error).to_have_count(0)


@pytest.mark.parametrize(
    ("number", "unit", "limit"),
    [
        ("4,5", "kW", "4.50 kW"),
        ("4.140", "kW", "4.14 kW"),
        ("0,500", "kW", "500 W"),
        ("16.000", "A", "16.0 A"),
        ("4140,000", "W", "4.14 kW"),
    ],
)
async def test_a_comma_or_a_dot_before_decimals_is_taken(
    open_site: OpenSite, number: str, unit: str, limit: str
) -> None:
    await asked_limit(open_site, number, unit, limit)


async def test_commands_take_no_number_that_can_be_read_in_two_ways(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    page = card.page
    await page.goto("./#/stations/CP1?tab=commands")
    schedule = page.get_by_role("form", name="Limits over time")
    limit = page.get_by_role("form", name="Limit", exact=True)
    await page.get_by_text("Limits over time").click()
    await schedule.get_by_label("Periods").fill("0 11000\n3600 4.140")
    await schedule.get_by_role("button", name="Set the schedule").click()
    told = "4.140 can be read in two ways: write 4140 or 4.14."
    await expect(schedule.get_by_role("alert")).to_have_text(f"Line 2: {told}")
    await page.locator("summary").get_by_text("Limit", exact=True).click()
    await limit.get_by_label("New limit").fill("4.140")
    await limit.get_by_label("Unit").select_option("W")
    await limit.get_by_role("button", name="Set the limit").click()
    await expect(limit.get_by_role("alert")).to_have_text(told)

    assert charge.limits not in [action for action, _ in charge.station.received]
    await limit.get_by_label("Unit").select_option("kW")
    await limit.get_by_role("button", name="Set the limit").click()
    await expect(limit).to_contain_text("Accepted")


async def test_a_reset_is_of_the_whole_station_unless_somebody_chooses_another(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS='{"CP1": {}}')
    await site.charger("CP1", "2.0.1")
    page = (await site.page("stations/CP1?tab=commands")).page
    await page.locator("summary").get_by_text("Reset", exact=True).click()
    form = page.get_by_role("form", name="Reset")

    await expect(form.get_by_label("Where")).to_have_value("0")
    await form.get_by_role("button", name="Reset").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Whole station restarts")


async def test_limits_over_time_that_are_out_of_order_are_told_with_their_line(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    page = card.page
    await page.goto("./#/stations/CP1?tab=commands")
    await page.get_by_text("Limits over time").click()
    form = page.get_by_role("form", name="Limits over time")
    send = form.get_by_role("button", name="Set the schedule")
    for lines, told in NO_PERIODS.items():
        await form.get_by_label("Periods").fill(lines)
        await send.click()
        await expect(form.get_by_role("alert")).to_have_text(told)

    assert charge.limits not in [action for action, _ in charge.station.received]
    await form.get_by_label("Periods").fill("0 11000\n\n3600 4140")
    await send.click()
    await expect(form).to_contain_text("Accepted")


async def test_a_profile_that_is_no_object_is_told(open_site: OpenSite) -> None:
    _, charge, card = await charging_card(open_site)
    page = card.page
    await page.goto("./#/stations/CP1?tab=commands")
    await page.get_by_text("Charging profile", exact=True).click()
    form = page.get_by_role("form", name="Charging profile")
    send = form.get_by_role("button", name="Send the profile")
    for typed in ("[1]", "null", '"fast"'):
        await form.get_by_label("Profile (JSON)").fill(typed)
        await send.click()
        told = "A JSON object is needed, or a number for the template."
        await expect(form.get_by_role("alert")).to_have_text(told)

    assert charge.limits not in [action for action, _ in charge.station.received]
    await form.get_by_label("Profile (JSON)").fill("16")
    await send.click()
    await expect(form).to_contain_text("Accepted")
