"""Whoever uses the keyboard stays where he was when an action takes its button away."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from connector.tests.dashboard.charging_card import charging_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
ONE = '{"CP1": {}}'


async def press(button: Locator) -> None:
    """By its key, as whoever has no mouse."""
    await button.focus()
    await button.press("Enter")


async def test_after_a_row_is_dealt_with_the_same_button_of_the_next_is_at_hand(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    for identity in ("NEW1", "NEW2", "NEW3"):
        await (await site.station(identity)).boot()
    page = (await site.page()).page
    await expect(page.get_by_text("3 stations waiting for you")).to_be_visible()

    await press(page.get_by_role("button", name="Adopt NEW2"))
    for name in ("NEW3", "NEW1"):
        await expect(page.get_by_role("button", name=f"Adopt {name}")).to_be_focused()
        # What is pressed sooner was meant for the row before.
        await expect(page.locator(".is-moved")).to_have_count(0)
        await page.keyboard.press("Enter")

    await expect(page.get_by_text("waiting for you")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page.get_by_role("status").last).to_have_text("NEW1 adopted")


async def test_after_the_last_row_the_heading_of_its_list_has_the_focus(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE, UNKNOWN_TOKENS="reject")
    charge = await site.charger()
    await charge.station.call("Authorize", {"idTag": "TAG1"})
    page = (await site.page("tokens")).page

    await press(page.get_by_role("button", name="Block TAG1"))

    await expect(page.get_by_text("No unknown token")).to_be_visible()
    await expect(
        page.get_by_role("heading", name="Presented, but not registered")
    ).to_be_focused()


async def test_after_a_stop_that_comes_later_the_connector_has_the_focus(
    open_site: OpenSite,
) -> None:
    _, charge, card = await charging_card(open_site)
    await press(card.button("Stop charging at"))
    confirm = card.page.get_by_role("dialog").get_by_role(
        "button", name="Stop charging"
    )
    await press(confirm)
    await expect(card.button("Stop charging at")).to_be_focused()
    await expect(card.page.get_by_role("status").last).to_contain_text("accepted")

    await charge.end(1300)

    await expect(card.button("Start charging at")).to_be_visible()
    await expect(card.own.get_by_role("heading", name=card.name)).to_be_focused()


async def test_a_button_that_can_do_no_more_hands_the_focus_on(
    open_site: OpenSite,
) -> None:
    _, _, card = await charging_card(open_site)
    await card.limit_in_force("4.14", "4.14 kW")

    await press(card.button("Release the limit of"))

    await expect(card.button("Release the limit of")).to_be_disabled()
    await expect(card.button("Pause")).to_be_focused()


async def test_who_clicks_elsewhere_is_not_called_back(open_site: OpenSite) -> None:
    _, charge, card = await charging_card(open_site)
    await card.button("Stop charging at").focus()
    await card.own.get_by_role("heading", name=card.name).click()
    await expect(card.button("Stop charging at")).not_to_be_focused()

    await charge.end(1300)

    await expect(card.button("Start charging at")).to_be_visible()
    await expect(card.page.get_by_role("main")).to_be_focused()
