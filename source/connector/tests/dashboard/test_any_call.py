"""Any action of OCPP: sent as it is written, and what may do harm is asked first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from connector.tests.dashboard.cards import badge
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS

pytestmark = MARKS
ONE = '{"CP1": {}}'
KEY = {"key": "AuthorizationKey", "value": "correct-horse-1-12345"}


def form_of(page: Page) -> Locator:
    return page.get_by_role("form", name="Any OCPP action")


async def send(page: Page, action: str, payload: dict[str, Any]) -> None:
    form = form_of(page)
    await form.get_by_label("Action").fill(action)
    await form.get_by_label("Payload (JSON)").fill(json.dumps(payload))
    await form.get_by_role("button", name="Send", exact=True).click()


async def agree(page: Page) -> None:
    asked = page.get_by_role("dialog")
    await asked.get_by_role("button", name="Send", exact=True).click()


async def test_a_secret_that_is_not_shown_is_not_sent_again_as_its_blank(
    open_site: OpenSite,
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("stations/CP1?tab=commands")).page
    await send(page, "ChangeConfiguration", KEY)
    await agree(page)
    await expect(badge(form_of(page), "Accepted")).to_be_visible()
    before = charge.station.received.count(("ChangeConfiguration", KEY))
    await form_of(page).get_by_role("button", name="ChangeConfiguration").click()
    await form_of(page).get_by_role("button", name="Send", exact=True).click()

    await expect(form_of(page)).to_contain_text("stands where a secret was")
    await send(page, "GetLocalListVersion", {})
    await charge.station.until_received("GetLocalListVersion")
    sent = [p for a, p in charge.station.received if a == "ChangeConfiguration"]
    assert before == 1
    assert not [each for each in sent if each["value"] == "***"]


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
        ("ChangeConfiguration", KEY),
        (
            "SendLocalList",
            {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []},
        ),
    ],
)
async def test_what_takes_something_away_is_asked_first(
    open_site: OpenSite, action: str, payload: dict[str, Any]
) -> None:
    site = await open_site(STATIONS=ONE)
    charge = await site.charger()
    page = (await site.page("stations/CP1?tab=commands")).page
    await send(page, action, payload)
    asked = page.get_by_role("dialog", name=f"Send {action} to CP1?")
    await asked.get_by_role("button", name="Cancel").click()
    assert (action, payload) not in charge.station.received

    await send(page, action, payload)
    await agree(page)
    await expect(badge(form_of(page), "Accepted")).to_be_visible()
    assert (action, payload) in charge.station.received


async def test_what_gives_it_back_is_not_asked(open_site: OpenSite) -> None:
    site = await open_site(STATIONS=ONE)
    await site.charger()
    page = (await site.page("stations/CP1?tab=commands")).page
    await send(page, "ChangeAvailability", {"connectorId": 0, "type": "Operative"})

    await expect(badge(form_of(page), "Accepted")).to_be_visible()
