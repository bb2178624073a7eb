"""What a command came to: refused, not reached, not taken. Said in words, never lost."""

from __future__ import annotations

import asyncio
import signal

import pytest
from playwright.async_api import expect

from connector.tests.dashboard.cards import Card, badge
from connector.tests.dashboard.charging_card import charging_card, flowing_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.refused_limit import refused_limit
from connector.tests.dashboard.site import GONE

pytestmark = MARKS
ONE = '{"CP1": {}}'
WHY = {"reasonCode": "TooHot", "additionalInfo": "the fan stands still"}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_refused_limit_is_shown_refused_with_the_stations_words(
    open_site: OpenSite, version: str
) -> None:
    _, charge, card = await charging_card(open_site, version)
    reason = {"statusInfo": WHY} if version == "2.0.1" else {}
    charge.station.answers["SetChargingProfile"] = lambda _: {
        "status": "Rejected",
        **reason,
    }
    await card.limit("4.14")

    form = card.limit_form
    await expect(badge(form, "Rejected")).to_be_visible()
    await expect(form.get_by_text("The station said no.")).to_be_visible()
    await card.expect_steps(Asked="done: 4.14 kW", Accepted="failed: no")
    await card.expect_steps(In_force=": none, or not known")
    if reason:
        await expect(form).to_contain_text("the fan stands still")


async def test_a_refused_command_says_what_the_station_answered(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    charge.station.answers["UnlockConnector"] = lambda _: {"status": "UnlockFailed"}
    page = (await site.page("stations/CP1?tab=commands")).page
    await page.get_by_text("Unlock the cable").click()
    form = page.get_by_role("form", name="Unlock the cable")
    await form.get_by_role("button", name="Unlock").click()
    await page.get_by_role("dialog").get_by_role("button", name="Unlock").click()

    await expect(badge(form, "Rejected")).to_be_visible()
    await expect(form).to_contain_text("UnlockFailed")


async def test_what_needs_attention_names_a_limit_that_is_not_met(
    open_site: OpenSite,
) -> None:
    _, page = await refused_limit(open_site)
    await page.get_by_role("link", name="All stations").click()

    await expect(page.get_by_text("1 limit not in force")).to_be_visible()
    line = page.get_by_role("region", name="Needs attention").get_by_role("listitem")
    await expect(line.get_by_text("Rejected")).to_have_count(1)
    await expect(page.get_by_role("row", name="CP1")).to_contain_text("not met")


async def test_a_refused_limit_needs_attention_also_where_less_is_in_force(
    open_site: OpenSite,
) -> None:
    site, charge, card = await charging_card(open_site)
    await card.limit_in_force("4.14", "4.14 kW")
    charge.station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    await card.limit("6")
    steps = {
        "Asked": "done: 6.00 kW",
        "In_force": "failed: 4.14 kW, not what was asked",
    }
    await card.expect_steps(Accepted="failed: no", **steps)

    page = (await site.page()).page
    await expect(page.get_by_text("1 limit not in force")).to_be_visible()
    await expect(page.get_by_role("row", name="CP1")).to_contain_text("not met")

    await asyncio.gather(page.close(), card.page.close())
    await site.stop()
    await site.start()
    charge = await site.charger()
    card = Card((await site.page("stations/CP1")).page)
    await card.expect_steps(Accepted="failed: no: the station refused it", **steps)


async def test_a_limit_for_a_station_that_is_away_is_kept_and_said_to_be(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await expect(card.own).to_contain_text("No transaction runs.")
    await charge.station.close()
    await expect(page.get_by_text("It is not connected.")).to_be_visible()
    await card.limit("4.14")
    await expect(badge(card.limit_form, "Kept for later")).to_be_visible()
    await expect(card.limit_form).to_contain_text("applied when the station is back")
    await expect(badge(card.limit_form, "Not connected")).to_have_count(0)
    await expect(card.button("Start charging at")).to_be_disabled()
    await expect(card.own).to_contain_text("Nothing can be started here while")

    await site.charger()
    await card.expect_steps(In_force="done: 4.14 kW")
    await expect(badge(card.limit_form, "Accepted")).to_be_visible()
    await expect(card.limit_form).to_contain_text("sent again")
    await expect(badge(card.limit_form, "Kept for later")).to_have_count(0)


async def test_a_command_while_the_connector_is_gone_says_so(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    watched = await site.page("stations/CP1")
    watched.expect(*GONE)
    card = Card(watched.page)
    await card.fill("4.14")
    await site.stop()
    await card.button("Set the limit of").click()

    told = card.limit_form.get_by_role("alert")
    await expect(told).to_contain_text("The connector did not answer.")
    bar = watched.page.get_by_text("The connector does not answer; trying again.")
    await expect(bar).to_be_visible()
    assert await card.limit_form.get_by_label("New limit").input_value() == "4.14"
    await site.start()
    await expect(bar).to_have_count(0)
    await card.expect_steps(Asked=": no limit")


async def test_a_limit_that_the_connector_never_got_leaves_what_is_known_of_the_last(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    await charge.begin()
    watched = await site.page("stations/CP1")
    watched.expect(*GONE)
    page, card = watched.page, Card(watched.page)
    await card.limit("6")
    await card.expect_steps(Accepted="done", In_force="done: 6.00 kW")
    steps = card.own.locator(".limit-steps ol")
    known = await steps.inner_text()
    await site.stop(signal.SIGKILL)
    await expect(page.get_by_text("trying again.")).to_be_visible()
    await card.limit("4.14")
    told = card.limit_form.get_by_role("alert")
    await expect(told).to_contain_text("Nobody knows what became of it.")

    orders = page.get_by_role("region", name="Commands and their outcome")
    newest = orders.get_by_role("listitem").first
    await expect(newest).to_contain_text("4.14 kW")
    await expect(newest).to_contain_text("Nobody knows what became of it.")
    assert await steps.inner_text() == known
    await site.start()
    await expect(page.get_by_text("trying again.")).to_have_count(0)
    await expect(newest).to_contain_text("4.14 kW")
    before = [line for line in known.splitlines() if line.count(":") == 2]
    for line in before:
        await expect(steps).to_contain_text(line)
    assert len(before) == 2


async def test_a_limit_too_small_to_charge_with_is_said_to_pause(
    open_site: OpenSite,
) -> None:
    _, charge, card = await flowing_card(open_site)
    await card.limit_in_force("2", "2.00 kW")
    await charge.flow(0, 0, 1100)
    await charge.station.status("SuspendedEVSE")

    await expect(badge(card.own, "Paused by the limit").first).to_be_visible()
    await expect(card.own.get_by_text("Seen to take effect")).to_have_count(0)
    await charge.end(1100)
    await expect(card.own).to_contain_text("No transaction runs.")
    await expect(badge(card.page.locator("main"), "Paused by the limit")).to_have_count(
        0
    )


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_what_stops_at_a_limit_that_is_enough_is_not_said_to_be_paused_by_it(
    open_site: OpenSite, version: str
) -> None:
    _, charge, card = await flowing_card(open_site, version)
    await card.limit("6", "A")
    await card.expect_steps(In_force="done")
    await charge.flow(0, 0, 1100)

    await expect(badge(card.own, "Seen to take effect").first).to_be_visible()
    await expect(card.own.get_by_text("Current was 0.0 A").first).to_be_visible()
    await expect(badge(card.page.locator("main"), "Paused by the limit")).to_have_count(
        0
    )


async def test_what_is_given_in_a_pause_is_not_said_to_be_sent(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit_in_force("4.14", "4.14 kW")
    await card.button("Pause").click()
    await card.expect_steps(In_force="done: 0 W")
    await card.button("Release the limit of").click()

    await card.expect_steps(Sent=": nothing: paused", Accepted=": nothing was sent")
    form = card.limit_form
    await expect(badge(form, "Kept until the pause is over")).to_be_visible()
    await expect(badge(form, "Accepted")).to_have_count(0)


async def test_a_limit_that_the_connector_refuses_leaves_the_steps_of_the_one_in_force(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit_in_force("4.14", "4.14 kW")
    await card.limit("-5")

    refused = card.own.get_by_text("What was asked before stays.")
    await expect(refused).to_contain_text("-5.00 kW")
    await expect(refused).to_contain_text("OCPP 1.6 knows no negative limits")
    await card.expect_steps(Asked="done: 4.14 kW", Accepted="done")
    await card.expect_steps(In_force="done: 4.14 kW")


async def test_a_limit_kept_for_the_next_transaction_is_not_told_as_refused(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    charge.station.answers["SetChargingProfile"] = lambda _: {"status": "Rejected"}
    page = (await site.page("stations/CP1")).page
    card = Card(page)
    await card.limit("4.14")

    await expect(badge(card.limit_form, "Kept for later")).to_be_visible()
    told = "The station takes no limit now; it is kept for the next transaction."
    await expect(card.limit_form).to_contain_text(told)
    await expect(badge(page.locator("main"), "Rejected")).to_have_count(0)
    await card.expect_steps(Asked="done: 4.14 kW", Accepted="under way")
    overview = (await site.page()).page
    attention = overview.get_by_role("region", name="Needs attention")
    await expect(attention).to_contain_text(told)
    await expect(badge(attention, "Rejected")).to_have_count(0)


async def test_commands_are_listed_as_the_page_speaks_elsewhere(
    open_site: OpenSite,
) -> None:
    site, _, card = await charging_card(open_site)
    context = await site.context()
    for command, value in (
        ("power_limit", 4933.8),
        ("current_limit", 10),
        ("enabled", False),
        ("power_limit", None),
        ("get_composite_schedule", 600),
    ):
        url = f"api/v1/stations/CP1/1/{command}"
        await context.request.post(url, data={"value": value})

    orders = card.page.get_by_role("region", name="Commands and their outcome")
    for each in (
        "Power limitConnector 14.93 kW",
        "Current limitConnector 110.0 A per phase",
        "PauseConnector 1",
        "Release the limitConnector 1",
        "Get composite scheduleConnector 1600 s",
    ):
        await expect(orders).to_contain_text(each)


async def test_a_pause_is_told_as_what_is_asked(open_site: OpenSite) -> None:
    _, _, card = await flowing_card(open_site)
    await card.limit_in_force("6", "6.00 kW")
    await card.button("Pause").click()
    paused = {
        "Asked": "done: a pause; 6.00 kW when it is over",
        "Accepted": "done",
        "In_force": "done: 0 W",
    }
    await card.expect_steps(**paused)
    await card.page.reload()
    await card.expect_steps(**paused)
    await card.button("Resume").click()

    await card.expect_steps(Asked="done: 6.00 kW", In_force="done: 6.00 kW")
