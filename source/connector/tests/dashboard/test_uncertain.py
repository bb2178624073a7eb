"""What nobody knows of: not answered, not understood, under way at the end."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.async_api import expect

from connector.tests.dashboard.cards import Card
from connector.tests.dashboard.charging import Charging
from connector.tests.dashboard.charging_card import flowing_card
from connector.tests.dashboard.conftest import OpenSite
from connector.tests.dashboard.marks import MARKS
from connector.tests.dashboard.site import GONE, Site
from connector.tests.system.station import Json

pytestmark = MARKS
ONE = '{"CP1": {}}'


async def test_a_limit_that_was_not_answered_is_told_as_unknown_until_it_is_taken(
    open_site: OpenSite,
) -> None:
    charge, card = await unanswered_limit(open_site, lambda _: None)
    unknown = "not known: SetChargingProfile: no answer within 1 s"
    await card.expect_steps(Accepted=f": {unknown}; it is sent again by itself")
    await expect(card.limit_form).to_contain_text("It is sent again by itself.")

    del charge.station.answers["SetChargingProfile"]
    await card.expect_steps(Accepted="done: later, when it was sent again")
    await card.expect_steps(In_force="done: 4.14 kW")


async def test_an_answer_that_is_none_is_not_told_as_a_fault_of_ours(
    open_site: OpenSite,
) -> None:
    charge, card = await unanswered_limit(open_site, lambda _: {"status": 42})
    await card.expect_steps(Accepted=": not known: an answer that cannot be understood")
    told = "What the station answered cannot be understood"
    await expect(card.limit_form).to_contain_text(told)

    del charge.station.answers["SetChargingProfile"]
    await card.expect_steps(Accepted="done: later", In_force="done: 4.14 kW")


async def unanswered_limit(
    open_site: OpenSite, answer: Callable[[Json], Json | None]
) -> tuple[Charging, Card]:
    """A station that does not answer as it should, and was given a limit."""
    site = await open_site(STATIONS=ONE, CALL_TIMEOUT_S="1", LIMIT_MIN_INTERVAL_S="2")
    charge = await site.charger()
    charge.station.answers["SetChargingProfile"] = answer
    card = Card((await site.page("stations/CP1")).page)
    await card.limit("4.14")
    return charge, card


async def test_a_limit_under_way_when_the_connector_ends_is_not_told_as_accepted(
    open_site: OpenSite,
) -> None:
    site, charge, card = await flowing_card(open_site, complaints=GONE)
    await card.limit_in_force("3.9", "3.90 kW")
    charge.station.answers["SetChargingProfile"] = lambda _: None
    await card.limit("4.4")
    await card.expect_steps(Asked="done: 4.40 kW", Sent="done")
    await asyncio.to_thread(until_kept, site, 4400)
    await site.stop(signal.SIGKILL)
    await expect(card.page.get_by_text("trying again.")).to_be_visible()
    await card.expect_steps(Accepted=": not known")

    await charge.station.close()
    await site.start()
    await site.charger()
    await card.expect_steps(Asked="done: 4.40 kW", Accepted="done")
    await card.expect_steps(In_force="done: 4.40 kW")


def until_kept(site: Site, watts: float) -> None:
    """Wait until it is on the disk that this is asked."""
    path = site.connector.log_path.with_name("connector.sqlite")
    deadline = time.monotonic() + 10
    while watts not in _asked(path):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _asked(path: Path) -> list[float]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT state FROM limits").fetchall()
    asked = [json.loads(state)["asked"] for (state,) in rows]
    return [each["watts"] for each in asked if each]
