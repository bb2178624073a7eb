"""The page goes on: restarts, outages, another token, two people, double clicks."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, Route, expect

from connector.tests.broker import Broker
from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging_card import flowing_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import GONE
from connector.tests.faults.clock_jumps import JumpingClock

pytestmark = MARKS
GAP_S = 900
ROW_S = 70
"""Of the table beside the plot of an hour."""
UNKNOWN = "\N{EN DASH}"
ONE = '{"CP1": {}}'
HISTORY = "api/v1/datapoints/CP1__1__Power.Active.Import/history"
BAR = "The connector does not answer; trying again."


def sent(page: Page) -> list[str]:
    """What the page posts from now on."""
    found: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(request.url)

    page.on("request", note)
    return found


async def test_a_restart_of_the_connector_is_told_and_survived_with_the_plot(
    open_site: OpenSite,
) -> None:
    site, charge, card = await flowing_card(open_site, complaints=GONE)
    page = card.page
    await expect(card.own.locator(".figures")).to_contain_text("7.40 kW")
    await card.limit_in_force("4.14", "4.14 kW")

    await site.stop()
    await expect(page.get_by_text(BAR)).to_be_visible()
    await site.start()
    await expect(page.get_by_text(BAR)).to_have_count(0)
    await expect(page.get_by_text("It is not connected.")).to_be_visible()

    charge.station = await site.station("CP1")
    await charge.station.boot()
    await charge.station.status("Charging")
    await charge.flow(4100, 6, 1200)
    await expect(card.own.locator(".figures")).to_contain_text("4.10 kW")
    await expect(card.own.locator(".figures")).to_contain_text("200 Wh")
    await expect(card.own).to_contain_text("TAG1 charges for")
    await card.expect_steps(Asked="done: 4.14 kW", In_force="done: 4.14 kW")
    await page.reload()
    plot = page.get_by_role("img", name="Power and limits of Connector 1")
    await expect(plot).to_have_attribute("aria-label", re.compile("now 4.10 kW"))
    # A point of the plot is that of an interval; both values may be in one of them.
    told = await (await page.context.request.get(HISTORY)).json()
    assert 7400 in [each["value"] for each in told["items"]]


async def test_the_plot_has_a_gap_where_the_connector_was_killed_and_came_late(
    open_site: OpenSite, tmp_path: Path
) -> None:
    clock = JumpingClock(tmp_path)
    clock.set(-GAP_S)
    site = await open_site(STATIONS=ONE, **clock.environment)
    charge = await site.charger()
    await charge.begin()
    await charge.flow(6800, 10.7, 1100)
    watched = await site.page("stations/CP1")
    watched.expect(*GONE)
    page = watched.page
    plot = page.get_by_role("img", name="Power and limits of Connector 1")
    await expect(plot).to_have_attribute("aria-label", re.compile("now 6.80 kW"))
    # Asked for, it is in the store.
    told = await (await page.context.request.get(HISTORY)).json()
    assert [each["value"] for each in told["items"]] == [6800]

    await site.stop(signal.SIGKILL)
    clock.set(0)
    await site.start()
    clock.close()
    charge.station = await site.station("CP1")
    await charge.station.boot()
    await charge.station.status("Charging")
    await charge.flow(4100, 6, 1200)

    both = re.compile("now 4.10 kW, between 4.10 kW and 6.80 kW")
    await expect(plot).to_have_attribute("aria-label", both)
    await page.get_by_text("As a table").first.click()
    rows = page.get_by_role("table", name="Power and limits of Connector 1")
    powers = await rows.locator("td[data-label=Power]").all_inner_texts()
    assert set(powers[1 : GAP_S // ROW_S]) == {UNKNOWN}, powers


@pytest.mark.parametrize("runs_on", [False, True])
async def test_the_energy_of_a_session_outlives_a_restart(
    open_site: OpenSite, runs_on: bool
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    await charge.flow(7400, 10.7, 1600)
    if not runs_on:
        await charge.end(1600)
    await charge.station.close()

    await site.stop()
    await site.start()

    card = Card((await site.page("stations/CP1")).page)
    words = "Session600 Wh" if runs_on else "Last session600 Wh"
    await expect(card.own).to_contain_text(words)
    row = (await site.page()).page.get_by_role("row").filter(has_text="CP1")
    await expect(row).to_contain_text("600 Wh")


async def test_a_broker_that_is_gone_is_said_and_that_it_came_back(
    open_site: OpenSite, broker: Broker
) -> None:
    site = await open_site()
    page = (await site.page("connector")).page
    await expect(page.get_by_text("All is well.")).to_be_visible()
    shown = page.get_by_role("region", name="Broker").locator(".facts time")
    await expect(shown).to_have_count(1)
    await asyncio.to_thread(broker.stop)
    await expect(page.get_by_text("does not answer. Stations are")).to_be_visible()
    await page.get_by_role("link", name="Stations", exact=True).click()
    await page.reload()

    await asyncio.to_thread(broker.start)
    await page.get_by_role("link", name="Connector", exact=True).click()
    await expect(page.get_by_text("All is well.")).to_be_visible()


async def test_values_that_an_outage_has_cost_are_told_as_past(
    open_site: OpenSite, broker: Broker
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    page = (await site.page("connector")).page
    card = page.get_by_role("region", name="Broker")
    await expect(page.get_by_text("All is well.")).to_be_visible()
    await expect(card).to_contain_text(re.compile(r"Never sent\s*0"))
    await asyncio.to_thread(broker.stop)
    await expect(page.get_by_text("does not answer. Stations are")).to_be_visible()
    await charge.flow(7400, 10.7, 1100)
    lost = re.compile(r"Never sent\s*[1-9]\d*; the last: \d+ s ago")
    await expect(card).to_contain_text(lost)
    await asyncio.to_thread(broker.start)

    await expect(page.get_by_text("All is well.")).to_be_visible()
    await expect(card).to_contain_text(re.compile(r"Never sent\s*[1-9]\d*; the last:"))


async def test_a_broker_that_does_not_keep_up_is_warned_of_while_it_lasts(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    context = await site.context()
    page = (await site.watch(await context.new_page())).page
    told = await (await context.request.get("api/v1/connector")).json()
    broker = told["broker"] | {"connected": True, "since": "2026-01-31T12:00:00Z"}

    async def answer(route: Route) -> None:
        await route.fulfill(json=told | {"broker": broker})

    await page.route("**/api/v1/connector", answer)
    told["now"] = "2026-01-31T13:00:30Z"
    broker |= {"dropped": 1200, "dropped_last": "2026-01-31T13:00:00Z"}
    await page.goto("./#/connector")
    warning = page.get_by_text("1,200 messages since the start were not sent")
    await expect(warning).to_be_visible()
    told["now"] = "2026-01-31T13:02:00Z"
    await expect(warning).to_have_count(0)
    await expect(page.get_by_text("All is well.")).to_be_visible()


async def test_values_that_the_store_lost_are_warned_of_with_their_time(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    context = await site.context()
    page = (await site.watch(await context.new_page())).page
    told = await (await context.request.get("api/v1/connector")).json()
    store = await (await context.request.get("api/v1/store")).json()
    store |= {"history_dropped": 7, "history_dropped_last": "2026-01-31T13:00:00Z"}
    told |= {"now": "2026-01-31T13:02:30Z"}
    await page.route("**/api/v1/connector", lambda route: route.fulfill(json=told))
    await page.route("**/api/v1/store", lambda route: route.fulfill(json=store))
    await page.goto("./#/connector")

    await expect(
        page.get_by_text(
            "7 values of the history were lost since the start, the last 2 min ago"
        )
    ).to_be_visible()


async def test_a_token_that_changed_is_asked_over_the_page_as_it_is(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    watched = await site.page("stations/CP1")
    watched.expect(*GONE, "status of 401", "^status 401")
    page, card = watched.page, Card(watched.page)
    await card.fill("4.14")
    await site.stop()
    await site.start(API_TOKEN="another-token")

    again = page.get_by_role("dialog", name="Log in again")
    await expect(again).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(again).to_be_visible()
    await again.get_by_label("API token").fill("not-the-token")
    await again.get_by_role("button", name="Log in").click()
    await expect(again.get_by_text("This token is not right.")).to_be_visible()
    await again.get_by_label("API token").fill("another-token")
    await again.get_by_role("button", name="Log in").click()

    await expect(again).to_have_count(0)
    assert await card.limit_form.get_by_label("New limit").input_value() == "4.14"
    await expect(page.get_by_text(BAR)).to_have_count(0)


async def test_a_wrong_token_at_the_door_is_told_and_the_right_one_lets_in(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    watched = await site.stranger()
    page = watched.page
    await page.goto("./")
    await page.get_by_label("API token").fill("<script>alert(1)</script>")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_contain_text("This token is not right.")
    await page.get_by_label("API token").fill("of-the-dashboard-tests")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_text("Connect your first station")).to_be_visible()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("API token")).to_be_visible()


async def test_who_logs_out_in_one_tab_sees_nothing_more_in_another(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    context = await site.context()
    watched = await site.watch(await context.new_page())
    watched.expect("status of 401", "^status 401")
    await watched.page.goto("./#/frames")
    await expect(watched.page.get_by_text("live", exact=False).first).to_be_visible()
    first = await site.watch(await context.new_page())
    await first.page.goto("./")
    await first.page.get_by_role("button", name="Log out").click()

    again = watched.page.get_by_role("dialog", name="Log in again")
    await expect(again).to_be_visible()
    await charge.station.call("DataTransfer", {"vendorId": "after-the-end"})
    await first.page.get_by_label("API token").fill("of-the-dashboard-tests")
    await expect(watched.page.get_by_text("after-the-end")).to_have_count(0)
    await first.page.get_by_role("button", name="Log in").click()

    await expect(again).to_have_count(0)
    await expect(watched.page.get_by_text("after-the-end").first).to_be_visible()


async def test_two_people_adopt_and_limit_the_same_station_and_see_the_same(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    station = await site.station("CP1")
    await station.boot()
    one, other = [(await site.page()).page for _ in range(2)]
    is_done = asyncio.Event()

    async def wait(route: Route) -> None:
        await is_done.wait()
        await route.continue_()

    await other.route("**/adopt", wait)
    # His button goes with the other one's answer.
    async with other.expect_request("**/adopt"):
        await other.get_by_role("button", name="Adopt CP1").click()
    await one.get_by_role("button", name="Adopt CP1").click()
    await expect(one.get_by_text("CP1 adopted").first).to_be_visible()
    is_done.set()
    for page in (one, other):
        await expect(page.get_by_text("waiting for you")).to_have_count(0)
        await expect(page.get_by_text("CP1 adopted").first).to_be_visible()
    await station.boot()
    await station.status("Available")
    cards = []
    for page in (one, other):
        await page.get_by_role("row", name="CP1").get_by_role("link").click()
        cards.append(Card(page))
    await asyncio.gather(cards[0].limit("4"), cards[1].limit("6"))
    limits = [
        card.own.get_by_role("listitem").filter(has_text="In force, ") for card in cards
    ]
    for shown in limits:
        await expect(shown).to_contain_text("kW")
    await cards[0].limit("5")
    for card in cards:
        await card.expect_steps(Asked="done: 5.00 kW", In_force="done: 5.00 kW")
    await expect(other.get_by_text("not from this page").first).to_be_visible()


async def test_a_station_that_a_restart_has_forgotten_is_said_to_be_unknown(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    station = await site.station("WAITS")
    await station.boot()
    watched = await site.page("stations/WAITS")
    watched.expect(*GONE, "status of 404", "^status 404")
    page = watched.page
    await expect(page.get_by_text("It waits for you.")).to_be_visible()
    await site.stop()
    await expect(page.get_by_text(BAR)).to_be_visible()
    await site.start()

    await expect(page.get_by_text("Nobody knows this station")).to_be_visible()
    await expect(page.get_by_text(BAR)).to_have_count(0)
    await site.station("CP2")
    await page.get_by_role("link", name="All stations").click()
    await expect(page.get_by_text("1 station waiting for you")).to_be_visible()


async def test_a_page_that_is_opened_while_the_connector_is_away_loads_by_itself(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    watched = await site.page()
    watched.expect(*GONE)
    page = watched.page
    await expect(page.get_by_text("Connect your first station")).to_be_visible()
    await site.stop()
    await expect(page.get_by_text(BAR)).to_be_visible()
    opened = page.get_by_role("link", name="Tokens", exact=True)
    not_loaded = page.get_by_text("This page could not be loaded.")
    await opened.click()
    await expect(not_loaded).to_be_visible()
    await page.get_by_role("link", name="Stations", exact=True).click()
    await expect(not_loaded).to_have_count(0)
    await site.start()
    await expect(page.get_by_text(BAR)).to_have_count(0)
    await opened.click()
    await expect(page.get_by_text("No token is registered")).to_be_visible()

    await site.stop()
    await expect(page.get_by_text(BAR)).to_be_visible()
    await page.get_by_role("link", name="Messages", exact=True).click()
    await expect(not_loaded).to_be_visible()
    await site.start()
    await expect(page.get_by_role("region", name="Frame log")).to_be_visible()
    await expect(not_loaded).to_have_count(0)


async def test_a_page_that_is_missing_while_the_connector_is_there_is_not_loaded_forever(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    watched = await site.watch(await (await site.context()).new_page())
    watched.expect("ERR_FAILED", "tokens.js")
    page = watched.page
    documents: list[str] = []
    page.on("domcontentloaded", lambda loaded: documents.append(loaded.url))
    await page.route("**/pages/tokens.js", lambda route: route.abort())
    await page.goto("./#/tokens")
    await expect(page.get_by_text("This page could not be loaded.")).to_be_visible()
    await expect(page.locator(".version")).to_contain_text("Version")
    assert len(documents) == 1
    await page.unroute_all()
    await page.get_by_role("button", name="Load again").click()
    await expect(page.get_by_text("No token is registered")).to_be_visible()
    assert len(documents) == 2


async def test_a_double_click_sends_once(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("stations/CP1")).page
    posted, card = sent(page), Card(page)
    await card.fill("4.14")
    await card.button("Set the limit of").dblclick()
    await card.expect_steps(In_force="done: 4.14 kW")
    await card.button("Pause").dblclick()
    await expect(card.own.get_by_text("Paused by us")).to_be_visible()

    assert [url.rpartition("/")[2] for url in posted] == ["power_limit", "enabled"]
    assert charge.station.received


async def test_nothing_is_asked_of_anybody_else_and_nothing_is_missing(
    open_site: OpenSite,
) -> None:
    site = await open_site()
    context = await site.context()
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await context.route(lambda url: not url.startswith(site.url), refuse)
    page = (await site.watch(await context.new_page())).page
    for place in ("", "adopt", "transactions", "tokens", "frames", "connector"):
        await page.goto(f"./#/{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert asked == []
