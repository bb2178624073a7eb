"""Messages, transactions, tokens, backups: what is kept, looked through and taken along."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Download, expect

from connector.tests.dashboard.cards import badge
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
ONE = '{"CP1": {}}'
TWO = '{"CP1": {}, "CP2": {}}'
SECRET = "of-the-station-only"


async def lines(download: Download, folder: Path) -> list[str]:
    path = folder / "download"
    await download.save_as(path)
    return path.read_text("utf-8").splitlines()


async def test_frames_come_live_are_filtered_wait_and_are_taken_along(
    open_site: OpenSite, tmp_path: Path
) -> None:
    site = await open_site(STATIONS=TWO)
    one, two = await site.charger("CP1"), await site.charger("CP2")
    page = (await site.page("frames")).page
    shown = page.get_by_role("listbox").get_by_role("option")
    await expect(shown.filter(has_text="BootNotification").first).to_be_visible()
    await one.station.call("Heartbeat")
    await expect(shown.filter(has_text="Heartbeat")).to_have_count(2)

    await page.get_by_label("Action", exact=True).fill("Heartbeat")
    await expect(shown).to_have_count(2)
    await two.station.call("Heartbeat")
    await expect(shown).to_have_count(4)
    await page.get_by_label("Station", exact=True).fill("CP2")
    await expect(shown).to_have_count(2)
    await page.get_by_role("button", name="Pause").click()
    await two.station.call("Heartbeat")
    await expect(page.get_by_text("(2 waiting)")).to_be_visible()
    await expect(shown).to_have_count(2)
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download what is shown").click()
    records = [json.loads(line) for line in await lines(await waiting.value, tmp_path)]
    assert [record["kind"] for record in records] == ["CALL", "CALLRESULT"]
    assert {record["station"] for record in records} == {"CP2"}

    await page.get_by_role("button", name="Go on").click()
    await expect(shown).to_have_count(4)
    await shown.last.click()
    dialog = page.get_by_role("dialog", name="Heartbeat")
    await expect(dialog.get_by_role("region", name="Call from station")).to_be_visible()
    answer = dialog.get_by_role("region", name="Answer to station")
    await expect(answer).to_contain_text("currentTime")


async def test_frames_are_sought_in_all_that_is_kept_by_parts_and_kinds(
    open_site: OpenSite, tmp_path: Path
) -> None:
    site = await open_site(STATIONS='{"FRESH16": {}, "CP2": {}}')
    rare, other = await site.charger("FRESH16"), await site.charger("CP2")
    await rare.station.websocket.send("no frame at all")
    # More than the page has fetched when it is opened.
    for _ in range(600):
        await other.station.call("Heartbeat")
    page = (await site.page("frames?kind=errors")).page
    shown = page.get_by_role("listbox").get_by_role("option")
    await expect(shown.filter(has_text="no frame at all")).to_be_visible()

    await page.goto("./#/frames?text=FRAME at all")
    await expect(shown.filter(has_text="no frame at all")).to_be_visible()
    await page.goto("./#/frames?station=FRESH")
    await expect(shown.filter(has_text="BootNotification")).to_have_count(2)
    await shown.filter(has_text="BootNotification").last.click()
    dialog = page.get_by_role("dialog", name="BootNotification")
    await expect(dialog.get_by_role("region", name="Call from station")).to_be_visible()
    await page.keyboard.press("Escape")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="All kept that fit").click()
    kept = await lines(await waiting.value, tmp_path)
    await page.goto("./#/frames?text=nobody says this")
    await expect(
        page.get_by_text("No message that is kept is like that")
    ).to_be_visible()

    assert {json.loads(line)["station"] for line in kept} == {"FRESH16"}


async def test_secrets_are_in_no_frame(open_site: OpenSite, tmp_path: Path) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page("stations/CP1?tab=configuration")).page
    await page.get_by_role("button", name="Set another").click()
    form = page.get_by_role("form", name="Change a setting")
    await form.get_by_label("Name").fill("AuthorizationKey")
    await form.get_by_label("Value").fill(SECRET)
    await form.get_by_role("button", name="Set", exact=True).click()
    await expect(badge(form, "Accepted")).to_be_visible()
    await page.goto("./#/frames?action=ChangeConfiguration")
    shown = page.get_by_role("listbox").get_by_role("option")
    await expect(shown.filter(has_text="AuthorizationKey").first).to_be_visible()
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="All kept that fit").click()
    kept = await lines(await waiting.value, tmp_path)

    assert any("AuthorizationKey" in line for line in kept)
    assert not any(SECRET in line for line in kept)
    assert SECRET not in await page.content()


async def test_transactions_are_filtered_added_up_and_taken_along(
    open_site: OpenSite, tmp_path: Path
) -> None:
    site = await open_site(STATIONS=TWO)
    for identity, wh in (("CP1", 1500), ("CP2", 4000)):
        charge = await site.charger(identity)
        await charge.begin(f"TAG-{identity}", 1000)
        await charge.end(1000 + wh)
    page = (await site.page("transactions")).page
    totals = page.get_by_role("group", name="Totals")
    await expect(totals).to_contain_text("5.50 kWh")
    await page.get_by_label("Station", exact=True).fill("CP2")
    await expect(totals).to_contain_text("4.00 kWh")
    await expect(page.get_by_role("row", name="CP2")).to_have_count(1)
    await expect(page.get_by_role("row", name="CP1")).to_have_count(0)
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="CSV of these").click()
    table = await lines(await waiting.value, tmp_path)
    await page.get_by_role("row", name="CP2").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.goto("./#/transactions?station=nobody")
    await expect(totals).to_have_count(0)

    assert len(table) == 2
    assert "TAG-CP2" in table[1]


async def test_transactions_and_tokens_know_the_stations_by_their_names(
    open_site: OpenSite, tmp_path: Path
) -> None:
    names = {"CP1": "Level 3 bay 10", "CP2": "Level 3 bay 108", "CP3": "Roof"}
    stations = {identity: {"name": name} for identity, name in names.items()}
    site = await open_site(STATIONS=json.dumps(stations))
    one, two, three = [await site.charger(identity) for identity in names]
    await one.begin("TAG-1", 1000)
    await one.end(1500)
    await three.begin("TAG-3", 1000)
    page = (await site.page("transactions")).page
    rows = page.get_by_role("table").locator("tbody").get_by_role("row")
    station = page.get_by_label("Station", exact=True)
    await expect(rows).to_have_count(2)
    await station.fill("BAY 10")
    await expect(rows).to_have_count(1)
    await expect(rows.get_by_role("link", name=names["CP1"])).to_be_visible()
    await two.begin("TAG-2", 1000)
    await expect(rows).to_have_count(2)
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="CSV of these").click()
    found = (await lines(await waiting.value, tmp_path))[1:]
    assert [each.split(",")[2] for each in found] == ["CP2", "CP1"]

    await station.fill(names["CP1"])
    await expect(rows).to_have_count(1)
    await expect(rows.get_by_title("CP1")).to_have_text(names["CP1"])
    await rows.get_by_role("link").first.click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(f"Transaction at {names['CP1']}")
    record = page.get_by_role("region", name="Record")
    await expect(record.get_by_role("link", name=names["CP1"])).to_be_visible()
    await expect(record.get_by_text("CP1", exact=True)).to_be_visible()
    await page.goto("./#/tokens")
    seen = page.get_by_role("row").filter(has_text="TAG-3")
    await expect(seen.get_by_role("link", name=names["CP3"])).to_be_visible()


async def test_an_end_that_nobody_explained_has_the_same_words_everywhere(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin("TAG1", 1000)
    await charge.begin("TAG2", 2000)
    page = (await site.page("transactions")).page
    for place in ("transactions", "stations/CP1", "stations/CP1?tab=history"):
        await page.goto(f"./#/{place}")
        row = page.get_by_role("row").filter(has_text="TAG1")
        await expect(row).to_contain_text("nobody told why")


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_long_name_leaves_a_transaction_its_lines(
    open_site: OpenSite, width: int
) -> None:
    name = "L" * 255
    site = await open_site(STATIONS=json.dumps({name: {}, "CP2": {}}))
    for identity in (name, "CP2"):
        charge = await site.charger(identity)
        await charge.begin("TAG1", 1000)
        await charge.end(2000)
    viewport = {"width": width, "height": 800}
    page = (await site.page("transactions", viewport=viewport)).page
    table = page.get_by_role("table", name="Transactions, the newest first")
    rows = table.locator("tbody tr")
    await expect(rows).to_have_count(2)
    await expect(table.get_by_title(name)).to_be_visible()
    heights = [
        await row.evaluate("(row) => row.clientHeight") for row in await rows.all()
    ]

    assert heights[0] == heights[1]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_backup_is_made_and_listed(open_site: OpenSite, tmp_path: Path) -> None:
    site = await open_site()
    page = (await site.page("connector")).page
    await expect(page.get_by_text("None yet.")).to_be_visible()
    await page.get_by_role("button", name="Make a backup").click()
    await expect(page.get_by_text("A backup of").first).to_be_visible()
    await expect(page.get_by_text("None yet.")).to_have_count(0)


async def test_transactions_are_found_by_parts_of_names_and_so_is_their_csv(
    open_site: OpenSite, tmp_path: Path
) -> None:
    site = await open_site(STATIONS='{"WEST-1": {}, "EAST-1": {}, "EAST-10": {}}')
    west, east, ten = [await site.charger(n) for n in ("WEST-1", "EAST-1", "EAST-10")]
    await west.begin("CARD-7")
    await east.begin("CARD-8")
    await east.end(1500)
    page = (await site.page("transactions")).page
    rows = page.get_by_role("table").locator("tbody").get_by_role("row")
    station, token = (page.get_by_label(n, exact=True) for n in ("Station", "Token"))
    await expect(rows).to_have_count(2)
    await station.fill("eas")
    await expect(rows).to_have_count(1)
    await ten.begin("card-9")
    await west.end(1500)
    await expect(rows).to_have_count(2)
    await token.fill("ard-")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="CSV of these").click()
    found = (await lines(await waiting.value, tmp_path))[1:]
    assert [each.split(",")[2] for each in found] == ["EAST-10", "EAST-1"]
    await token.fill("D-8")
    await expect(rows).to_have_count(1)
    await token.fill("")
    await station.fill("EAST-1")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("CARD-8")
