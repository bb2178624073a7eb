"""A limit that no station gives is asked about before it goes out; the usual ones are not."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Locator, expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging_card import asked_limit, charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.system.station import now

pytestmark = MARKS
OF_16_A = '{"CP1": {"max_current_a": 16}}'


def asked(card: Card) -> Locator:
    """The question."""
    return card.page.get_by_role("dialog")


async def choose(card: Card, button: str) -> None:
    """Answer it."""
    await asked(card).get_by_role("button", name=button, exact=True).click()
    await expect(asked(card)).to_have_count(0)


async def test_a_limit_in_kw_that_was_meant_in_w_is_asked_about_and_put_right(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    await card.limit("4140")
    question = asked(card)
    await expect(question).to_contain_text("Set 4,140.00 kW at Connector 1?")
    await expect(question).to_contain_text("4,140.00 kW (4,140,000 W) is far more than")
    await expect(question).to_contain_text("Did you mean 4.14 kW?")
    assert not [each for each, _ in charge.station.received if each == charge.limits]
    await choose(card, "Set 4.14 kW")

    await card.expect_steps(Asked="done: 4.14 kW", In_force="done: 4.14 kW")


async def test_a_limit_that_is_asked_about_can_be_left_or_given_all_the_same(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit("4140")
    await choose(card, "Cancel")
    await card.expect_steps(Asked=": no limit")
    await card.button("Set the limit of").click()
    await choose(card, "Set it all the same")

    await card.expect_steps(In_force="done: 4,140.00 kW")


async def test_a_limit_in_a_that_was_meant_in_w_is_asked_about_and_put_right(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit("4140", "A")
    await expect(asked(card)).to_contain_text("4,140.0 A per phase is far more than")
    await choose(card, "Set 4.14 kW")

    await card.expect_steps(Asked="done: 4.14 kW", In_force="done: 4.14 kW")


async def test_a_huge_limit_is_asked_about_and_none_is_cut(open_site: OpenSite) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit("123456789012345678901234567", "W")
    await expect(asked(card)).to_contain_text("Set 1.23E23 kW at Connector 1?")
    await expect(asked(card)).not_to_contain_text("Did you mean")
    await choose(card, "Cancel")
    await card.expect_steps(Asked=": no limit")


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        ("350", "kW", "350.00 kW"),
        ("22000", "W", "22.00 kW"),
        ("500", "A", "500.0 A per phase"),
        ("0", "kW", "0 W"),
    ],
)
async def test_a_usual_limit_is_one_click(
    open_site: OpenSite, number: str, unit: str, told: str
) -> None:
    card = await asked_limit(open_site, number, unit, told)
    await expect(asked(card)).to_have_count(0)


@pytest.mark.parametrize(
    ("number", "unit", "told"),
    [
        ("4140", "kW", "is more than its connection bears (11.04 kW)"),
        ("20", "A", "20.0 A per phase is more than its connection bears (16.0 A)"),
    ],
)
async def test_a_limit_above_what_the_connection_bears_is_asked_about(
    open_site: OpenSite, number: str, unit: str, told: str
) -> None:
    _, _, card = await charging_card(open_site, stations=OF_16_A)
    await expect(card.own).to_contain_text("t most 11.04 kW")
    await card.limit(number, unit)
    await expect(asked(card)).to_contain_text(told)


async def card_of(open_site: OpenSite, connector_type: str) -> Card:
    """The card of a station that has told of which type its connector is."""
    site = await open_site(STATIONS='{"CP1": {}}')
    station = await site.station("CP1", "2.0.1")
    station.answers["GetBaseReport"] = lambda _: {"status": "Accepted"}
    await station.boot()
    request = await station.until_received("GetBaseReport")
    component = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
    item = {
        "component": component,
        "variable": {"name": "ConnectorType"},
        "variableAttribute": [{"value": connector_type}],
    }
    report = {"requestId": request["requestId"], "seqNo": 0, "reportData": [item]}
    await station.call("NotifyReport", {"generatedAt": now(), **report})
    await station.status("Available")
    return Card((await site.page("stations/CP1")).page, "2.0.1")


async def test_what_a_station_of_alternating_current_never_gives_is_asked_about(
    open_site: OpenSite,
) -> None:
    card = await card_of(open_site, "cType2")
    await card.limit("60")
    words = "60.00 kW (60,000 W) is far more than a station of alternating current"
    await expect(asked(card)).to_contain_text(words)
    await choose(card, "Cancel")
    await card.limit("43")
    await card.expect_steps(Asked="done: 43.00 kW")


async def test_a_station_of_direct_current_may_give_more_than_others(
    open_site: OpenSite,
) -> None:
    card = await card_of(open_site, "cCCS2")
    await card.limit("900")
    await card.expect_steps(Asked="done: 900.00 kW")
    await card.limit("2000")
    words = "2,000.00 kW (2,000,000 W) is far more than a station of direct current"
    await expect(asked(card)).to_contain_text(words)


async def test_limits_over_time_in_the_wrong_unit_are_asked_about(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.page.goto("./#/stations/CP1?tab=commands")
    await card.page.get_by_text("Limits over time").click()
    form = card.page.get_by_role("form", name="Limits over time")
    await form.get_by_label("Unit").select_option("A")
    await form.get_by_role("button", name="Set the schedule").click()
    await expect(asked(card)).to_contain_text("11,000.0 A per phase is far more than")
    await choose(card, "Cancel")
    await form.get_by_label("Unit").select_option("W")
    await form.get_by_role("button", name="Set the schedule").click()
    await expect(form).to_contain_text("Accepted")


async def test_a_limit_far_above_what_flows_is_not_said_to_take_effect(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    await charge.flow(6900, 10, 1100)
    await card.limit_in_force("22", "22.00 kW")
    await charge.flow(6910, 10, 1200)

    kept = card.own.get_by_text("it was not above the limit before, either").first
    await expect(kept).to_contain_text("Kept Power was 6.91 kW")
    await expect(card.own.get_by_text("Seen to take effect")).to_have_count(0)
    await card.limit_in_force("4.14", "4.14 kW")
    await charge.flow(4100, 6, 1300)
    await expect(card.own.get_by_text("Seen to take effect").first).to_be_visible()


def profile_16(unit: str, *limits: float) -> str:
    """A charging profile of 1.6 with these, an hour after each other."""
    periods = [
        {"startPeriod": at * 3600, "limit": limit} for at, limit in enumerate(limits)
    ]
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods}
    kinds = {
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
    }
    profile = {"chargingProfileId": 1, "stackLevel": 0, **kinds}
    return json.dumps(profile | {"chargingSchedule": schedule})


async def profile_form(card: Card, profile: str) -> Locator:
    """The form of a charging profile, sent with this."""
    await card.page.goto("./#/stations/CP1?tab=commands")
    await (
        card.page.locator("summary").get_by_text("Charging profile", exact=True).click()
    )
    form = card.page.get_by_role("form", name="Charging profile")
    await form.get_by_label("Profile (JSON)").fill(profile)
    await form.get_by_role("button", name="Send the profile").click()
    return form


@pytest.mark.parametrize(
    ("unit", "limits", "told"),
    [
        ("W", (4_140_000,), "4,140.00 kW (4,140,000 W) is far more than"),
        ("A", (16, 4140), "4,140.0 A per phase is far more than"),
    ],
)
async def test_a_profile_with_a_huge_limit_is_asked_about(
    open_site: OpenSite, unit: str, limits: tuple[float, ...], told: str
) -> None:
    _, charge, card = await charging_card(open_site)
    form = await profile_form(card, profile_16(unit, *limits))
    await expect(asked(card)).to_contain_text(told)
    await choose(card, "Cancel")
    assert not [each for each, _ in charge.station.received if each == charge.limits]
    await form.get_by_role("button", name="Send the profile").click()
    await choose(card, "Set it all the same")

    await expect(form).to_contain_text("Accepted")


async def test_each_schedule_of_a_profile_of_2_is_looked_at(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site, "2.0.1")
    schedules = [
        {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"limit": 4140}]},
        {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"limit_L3": 4140}]},
    ]
    await profile_form(card, json.dumps({"chargingSchedule": schedules}))

    await expect(asked(card)).to_contain_text("4,140.0 A per phase is far more than")


async def test_a_usual_profile_is_one_click(open_site: OpenSite) -> None:
    _, _, card = await charging_card(open_site)
    form = await profile_form(card, profile_16("W", 11_000, 4140))

    await expect(form).to_contain_text("Accepted")
