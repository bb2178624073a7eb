"""What stands above the list of stations is as it is now, and says what is wrong."""

from __future__ import annotations

import asyncio
import json

import pytest
from playwright.async_api import expect

from connector.tests.broker import Broker
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.refused_limit import refused_limit
from connector.tests.system.station import now

pytestmark = MARKS
ONE = '{"CP1": {}}'


async def test_the_sum_of_powers_follows_the_values(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    page = (await site.page()).page
    await expect(page.get_by_text("1 online · 1 charging")).to_be_visible()
    await charge.flow(7400, 10.7, 1100)
    await expect(page.get_by_text("1 charging · 7.40 kW")).to_be_visible()
    await charge.flow(3300, 4.8, 1200)
    await expect(page.get_by_text("1 charging · 3.30 kW")).to_be_visible()


async def test_the_order_of_the_list_follows_the_values(open_site: OpenSite) -> None:
    site = await open_site(STATIONS='{"CP1": {}, "CP2": {}}')
    first, second = await site.charger("CP1"), await site.charger("CP2")
    await first.begin()
    await second.begin()
    await first.flow(3000, 4, 1100)
    await second.flow(2000, 3, 1100)
    page = (await site.page("?order=power")).page
    rows = page.locator(".site-row:not(.sites-head *)")
    await expect(rows.first).to_contain_text("3.00 kW")
    await expect(rows.first).to_contain_text("CP1")

    await first.flow(1000, 1.4, 1200)

    await expect(rows.first).to_contain_text("CP2")


async def test_stations_are_in_the_order_of_what_they_are_called(
    open_site: OpenSite,
) -> None:
    names = {"CP1": "Zebra", "CP2": "Bay 10", "CP3": "Bay 9"}
    stations = {each: {"name": name} for each, name in names.items()}
    site = await open_site(STATIONS=json.dumps(stations | {"Cellar": {}}))
    page = (await site.page()).page
    links = page.locator(".site-name a")
    await expect(links).to_have_text(["Bay 9", "Bay 10", "Cellar", "Zebra"])


@pytest.mark.parametrize("words", ["acme wall", "WALL acme", "  bay 1.6 ", "acme CP1"])
async def test_a_station_is_found_by_words_wherever_they_are_told(
    open_site: OpenSite, words: str
) -> None:
    site = await open_site(STATIONS='{"CP1": {"name": "Bay"}, "CP2": {}}')
    await site.charger()
    page = (await site.page()).page
    await expect(page.get_by_text("2 stations shown")).to_have_count(1)
    await page.get_by_label("Search").fill(words)
    await expect(page.locator(".site-name a")).to_have_text(["Bay"])
    await page.get_by_label("Search").fill(f"{words} nowhere")
    await expect(page.locator(".site-name a")).to_have_count(0)


async def test_a_limit_that_does_not_hold_is_named_as_soon_as_the_page_opens(
    open_site: OpenSite,
) -> None:
    site, _ = await refused_limit(open_site)
    overview = (await site.page()).page

    await expect(overview.get_by_role("row", name="CP1")).to_contain_text("not met")
    named = overview.get_by_text("1 limit not in force")
    assert await named.count() == 1


async def test_a_broker_that_goes_away_is_told_above_the_stations(
    open_site: OpenSite, broker: Broker
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page()).page
    await expect(page.get_by_text("1 online")).to_be_visible()
    await asyncio.to_thread(broker.stop)

    gone = page.get_by_text("The MQTT broker is not connected")
    await expect(gone).to_be_visible()
    await asyncio.to_thread(broker.start)
    await expect(gone).to_have_count(0)


async def test_stations_that_wait_are_counted_and_come_after_what_is_wrong(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await (await site.station("NEW")).boot()
    page = (await site.page()).page
    await expect(page.get_by_text("2 stations · 1 waiting · 2 online")).to_be_visible()
    await expect(page.get_by_text("1 station waiting for you")).to_be_visible()
    await expect(page.get_by_text("Nothing needs attention")).to_have_count(0)
    await charge.station.status("Faulted")

    await expect(page.get_by_text("1 station faulted:")).to_be_visible()
    heads = page.get_by_role("heading", level=2)
    await expect(heads.first).to_have_text("Needs attention")


async def test_a_filter_is_in_the_address_while_its_field_has_the_focus(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    for place in ("frames", "transactions"):
        page = (await site.page(place)).page
        field = page.get_by_label("Station", exact=True)
        await field.press_sequentially("CP1")
        await expect(page).to_have_url(f"{site.url}#/{place}?station=CP1")
        await expect(field).to_be_focused()


async def test_a_transaction_that_nobody_knows_is_said_to_be_unknown(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    watched = await site.page("transactions/nothing")
    watched.expect("status of 404", "^status 404")
    page = watched.page
    await expect(page.get_by_text("Nobody knows this transaction.")).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_have_count(0)


async def test_one_sample_is_no_course(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1020)
    page = (await site.page("stations/CP1")).page
    table = page.get_by_role("table", name="The last transactions")
    await expect(table).to_contain_text("20 Wh")
    await table.get_by_role("link").click()

    await expect(page.get_by_text("A course needs two samples.")).to_be_visible()
    await expect(page.locator(".chart")).to_have_count(0)


async def test_what_is_told_again_at_the_stop_is_one_sample(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    station = (await site.charger()).station
    transaction_id = await station.start("TAG1", 1000)
    times = [now(ahead_s) for ahead_s in (1, 2, 3)]
    power = {"measurand": "Power.Active.Import", "value": "7400"}
    told = [
        {"timestamp": time, "sampledValue": [power, {"value": str(1100 + at)}]}
        for at, time in enumerate(times)
    ]
    await station.call(
        "MeterValues",
        {"connectorId": 1, "transactionId": transaction_id, "meterValue": told},
    )
    again = [{**each, "sampledValue": each["sampledValue"][1:]} for each in told]
    stop = {"transactionId": transaction_id, "meterStop": 1103, "timestamp": now(4)}
    await station.call("StopTransaction", {**stop, "transactionData": again})
    page = (await site.page("stations/CP1")).page
    table = page.get_by_role("table", name="The last transactions")
    await table.get_by_role("link").click()

    await expect(page.get_by_role("heading", name="3 samples")).to_be_visible()
    await expect(page.get_by_text("3 samples, from 7.40 kW to 7.40 kW")).to_have_count(
        1
    )
    rows = page.get_by_role("table", name="Samples, the newest first").locator(
        "tbody tr"
    )
    await expect(rows).to_have_count(3)
    for row in await rows.all():
        await expect(row).to_contain_text("7.40 kW")
