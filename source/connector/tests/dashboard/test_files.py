"""Logs and firmware: what becomes of them after the station has accepted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.cards import badge
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
ONE = '{"CP1": {}}'
ADDRESS = "ftp://192.0.2.1/"
LOG = b"booted\n" * 90


def agree(charge: Charging) -> None:
    charge.station.answers["GetDiagnostics"] = lambda _: {"fileName": "diag.log"}
    charge.station.answers["UpdateFirmware"] = lambda _: {}


async def form_of(page: Page, title: str) -> Locator:
    await page.get_by_text(title, exact=True).click()
    return page.get_by_role("form", name=title)


async def commands_page(open_site: OpenSite) -> tuple[Charging, Page]:
    """A station that does as it is told, and where it is told."""
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    agree(charge)
    return charge, (await site.page("stations/CP1?tab=commands")).page


async def install(page: Page) -> Locator:
    """Give the firmware command; gives its form."""
    form = await form_of(page, "Firmware")
    await form.get_by_label("From").select_option("location")
    await form.get_by_label("File, address or JSON").fill(ADDRESS)
    await form.get_by_role("button", name="Install").click()
    await page.get_by_role("dialog").get_by_role("button", name="Install").click()
    await expect(badge(form, "Accepted")).to_be_visible()
    return form


def sent(page: Page) -> Locator:
    return page.get_by_role("region", name="Commands and their outcome")


async def test_firmware_that_fails_after_all_is_told_as_failed(
    open_site: OpenSite,
) -> None:
    charge, page = await commands_page(open_site)
    form = await install(page)
    failed = {"status": "DownloadFailed"}
    await charge.station.call("FirmwareStatusNotification", failed)

    for place in (form, sent(page)):
        await expect(badge(place, "Failed afterwards")).to_be_visible()
        await expect(place).to_contain_text("Firmware update: DownloadFailed")
        await expect(badge(place, "Seen to take effect")).to_have_count(0)
    await page.goto("./#/stations/CP1")
    await page.reload()
    await expect(badge(sent(page), "Failed afterwards")).to_be_visible()

    await charge.station.call("FirmwareStatusNotification", {"status": "Installed"})
    await expect(badge(sent(page), "Seen to take effect")).to_be_visible()
    await expect(sent(page)).to_contain_text("Firmware update: Installed")
    await expect(badge(sent(page), "Failed afterwards")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("UploadFailed", "Failed afterwards"), ("Uploaded", "Seen to take effect")],
)
async def test_what_becomes_of_a_log_is_told(
    open_site: OpenSite, status: str, shown: str
) -> None:
    charge, page = await commands_page(open_site)
    form = await form_of(page, "Diagnostics and logs")
    await form.get_by_label("Upload to").fill(ADDRESS)
    await form.get_by_role("button", name="Get it").click()
    await expect(badge(form, "Accepted")).to_be_visible()
    await charge.station.call("DiagnosticsStatusNotification", {"status": status})

    for place in (form, sent(page)):
        await expect(badge(place, shown)).to_be_visible()
        await expect(place).to_contain_text(f"Log: {status}")


async def test_a_log_that_has_come_can_be_saved_from_the_page(
    open_site: OpenSite,
) -> None:
    charge, page = await commands_page(open_site)
    form = await form_of(page, "Diagnostics and logs")
    await form.get_by_role("button", name="Get it").click()
    asked = await charge.station.until_received("GetDiagnostics")
    await expect(form.get_by_role("link")).to_have_count(0)
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.put(f"{asked['location']}diag.log", content=LOG)
    assert answer.status_code == 200

    for place in (form, sent(page)):
        await expect(badge(place, "Seen to take effect")).to_be_visible()
        assert await saved(page, place) == LOG
    await page.goto("./#/stations/CP1?tab=details")
    files = page.get_by_role("region", name="Files it has sent").first
    await expect(files.get_by_role("row")).to_have_count(2)
    await expect(files.get_by_role("row").last).to_contain_text(f"{len(LOG)} B")
    assert await saved(page, files) == LOG


async def saved(page: Page, place: Locator) -> bytes:
    """What is saved by the link of a file there."""
    async with page.expect_download() as waiting:
        await place.get_by_role("link", name="-diag.log").click()
    download = await waiting.value
    assert download.suggested_filename.endswith("Z-diag.log")
    return await asyncio.to_thread(Path(await download.path()).read_bytes)


async def test_a_station_that_has_sent_nothing_has_no_files(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page("stations/CP1?tab=details")).page

    await expect(page.get_by_text("It has sent no file")).to_be_visible()
