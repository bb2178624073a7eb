"""Lines that are answered while the central system is silent."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from connector.cli.station_lines import Answers, one, tell_refusals
from connector.station.driving import driver
from connector.station.driving.fleet import Fleet
from connector.tests.station.client.bench import SILENCE, settle
from connector.tests.station.driving.bench import Place


async def test_a_line_says_that_nothing_of_it_was_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(driver, "_QUIET_WITHIN_S", 0.05)
    place, said = Place(), list[str]()
    answers = Answers(as_json=True, write=said.append)
    async with Fleet([place.driver]) as fleet:
        await settle()
        await one(fleet, "get HeartbeatInterval", answers)
        place.central.answers["StartTransaction"] = SILENCE
        await one(fleet, "plug 1", answers)
        await one(fleet, "swipe TAG1 1", answers)
        # What runs is not told at the end either.
        await place.central.drop()
        place.central.shut()

    quiet, _, silent = map(json.loads, said)
    assert "told" not in quiet
    assert (silent["ok"], silent["told"]) == (True, False)
    assert silent["waiting"] > 0


class Said:
    """What lines at a station are answered."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.place, self.lines = Place(), list[str]()
        self.answers = Answers(as_json=as_json, write=self.lines.append)
        self.fleet = Fleet([self.place.driver])

    async def say(self, line: str) -> list[str]:
        """What is said of it, and after it."""
        self.lines.clear()
        await one(self.fleet, line, self.answers)
        await settle()
        return list(self.lines)


@pytest.fixture
async def said() -> AsyncIterator[Said]:
    found = Said()
    tell_refusals(found.fleet, found.answers)
    async with found.fleet:
        await settle()
        yield found


REFUSAL = "CP 1: EVSE 1: refused card TAG1: Blocked"
SHOWN = "CP 1: ok presented=TAG1"


async def test_a_card_that_is_refused_was_shown_and_its_refusal_is_told_after_that(
    said: Said,
) -> None:
    said.place.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    await said.say("plug 1")

    assert await said.say("swipe TAG1 1") == [SHOWN, REFUSAL]
    assert said.answers.failures == 0


async def test_a_card_that_may_charge_has_no_more_to_say(said: Said) -> None:
    await said.say("plug 1")

    assert await said.say("swipe TAG1 1") == [SHOWN]
    assert await said.say("stop 1") == ["CP 1: ok"]


async def test_a_card_that_is_refused_once_it_charges_is_told_too(said: Said) -> None:
    blocked = {"transactionId": 1, "idTagInfo": {"status": "Blocked"}}
    said.place.central.answers["StartTransaction"] = blocked
    await said.say("plug 1")

    assert await said.say("swipe TAG1 1") == [SHOWN, REFUSAL]


async def test_a_refusal_that_comes_late_is_told_when_it_comes(
    said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_QUIET_WITHIN_S", 0.05)
    central = said.place.central
    central.answers["Authorize"] = SILENCE
    await said.say("plug 1")
    shown = await said.say("swipe TAG1 1")
    said.lines.clear()
    answer = {"idTagInfo": {"status": "Blocked"}}
    await central.say([3, central.unanswered[-1], answer])
    await settle()

    assert shown == [f"{SHOWN} told=no waiting=0"]
    assert said.lines == [REFUSAL]


async def test_somebody_elses_vehicle_is_not_stopped_and_that_is_told(
    said: Said,
) -> None:
    await said.say("plug 1")
    await said.say("swipe TAG1 1")

    (_, refused) = await said.say("swipe TAG2 1")

    assert refused == "CP 1: EVSE 1: refused card TAG2: Occupied"


async def test_a_station_that_had_no_power_still_tells_of_refusals(
    said: Said,
) -> None:
    said.place.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    await said.say("power-loss 5")
    await said.place.wait(10)
    await said.say("plug 1")

    assert await said.say("swipe TAG1 1") == [SHOWN, REFUSAL]


async def test_programs_know_a_refusal_by_its_event() -> None:
    said = Said(as_json=True)
    tell_refusals(said.fleet, said.answers)
    said.place.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    async with said.fleet:
        await settle()
        await said.say("plug 1")
        shown, refused = map(json.loads, await said.say("swipe TAG1 1"))

    assert (shown["ok"], shown["presented"]) == (True, "TAG1")
    wanted = {"event": "refused", "evse": 1, "tag": "TAG1", "reason": "Blocked"}
    assert refused == {"station": "CP 1"} | wanted
