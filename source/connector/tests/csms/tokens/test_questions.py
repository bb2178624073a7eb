"""`UNKNOWN_TOKENS=ask`: somebody decides about unknown tokens, or a time limit does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.csms.token_questions import Question
from connector.tests.csms.conftest import NAME, settle
from connector.tests.csms.tokens.conftest import VERSIONS, authorize, connect, start
from connector.tests.csms.v2.conftest import Harness2

UNKNOWN = {"1.6": "Invalid", "2.0.1": "Unknown", "2.1": "Unknown"}


class Site:
    """A central system that asks, and a station of each version."""

    def __init__(self, system: Harness2) -> None:
        self.system = system
        self.asked: list[Question] = []
        self.is_there = True
        system.central.tokens.questions.publish = self._ask

    def _ask(self, question: Question) -> bool:
        if self.is_there:
            self.asked.append(question)
        return self.is_there

    async def connect(self, version: str, identity: str = NAME) -> Any:
        return await connect(self.system, version, identity)

    def answer(self, status: str, number: int = -1) -> tuple[str, str]:
        questions = self.system.central.tokens.questions
        return questions.answer(self.asked[number].id, status)


async def begun(work: Any) -> asyncio.Task[str]:
    """What waits for an answer."""
    task = asyncio.ensure_future(work)
    await settle()
    return task


@pytest.fixture
async def site(start2: Callable[..., Any]) -> Site:
    stations = {name: StationOptions() for name in (NAME, "CP-8")}
    return Site(await start2(stations=stations, unknown_tokens="ask"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("status", ["Accepted", "Blocked", "Expired", "Invalid"])
async def test_what_somebody_answers_is_what_the_station_is_told(
    site: Site, version: str, status: str
) -> None:
    end = await site.connect(version)

    waiting = await begun(authorize(end))
    assert not waiting.done()
    assert site.answer(status) == ("accepted", "")

    assert await waiting == status
    [question] = site.asked
    type_ = "any" if version == "1.6" else "ISO14443"
    _, where, id_token, asked_type, _ = question.shown
    assert (where, id_token, asked_type) == ("0", "stranger", type_)


@pytest.mark.parametrize("version", VERSIONS)
async def test_without_an_answer_the_default_holds_after_the_time_limit(
    site: Site, version: str
) -> None:
    end = await site.connect(version)

    waiting = await begun(authorize(end))
    await site.system.advance(4.9)
    assert not waiting.done()
    await site.system.advance(0.2)

    assert await waiting == UNKNOWN[version]


async def test_the_default_and_the_time_are_settings(start2: Any) -> None:
    system = await start2(
        unknown_tokens="ask", token_ask_timeout_s=20.0, token_ask_default="accept"
    )
    site = Site(system)
    end = await site.connect("1.6")

    waiting = await begun(authorize(end))
    await system.advance(19)
    assert not waiting.done()
    await system.advance(2)

    assert await waiting == "Accepted"


async def test_a_late_answer_is_told_that_it_is_late(site: Site) -> None:
    end = await site.connect("1.6")
    waiting = await begun(authorize(end))
    await site.system.advance(6)
    await waiting

    assert site.answer("Accepted") == (
        "rejected",
        "decided already: Unknown (no answer within 5 s)",
    )
    assert await start(end, ago_s=3600) == "Invalid"


async def test_a_second_answer_changes_nothing(site: Site) -> None:
    end = await site.connect("1.6")
    waiting = await begun(authorize(end))
    site.answer("Accepted")

    assert site.answer("Blocked") == ("rejected", "decided already: Accepted")
    assert await waiting == "Accepted"


@pytest.mark.parametrize("version", VERSIONS)
async def test_where_nobody_can_be_asked_the_default_holds_at_once(
    site: Site, version: str
) -> None:
    site.is_there = False
    end = await site.connect(version)

    assert await authorize(end) == UNKNOWN[version]


@pytest.mark.parametrize("version", VERSIONS)
async def test_known_tokens_are_not_asked_about(start2: Any, version: str) -> None:
    tokens = {"card": TokenOptions(), "other": TokenOptions(status="Blocked")}
    site = Site(await start2(unknown_tokens="ask", tokens=tokens))
    end = await site.connect(version)

    assert await authorize(end, "CARD") == "Accepted"
    assert await authorize(end, "other") == "Blocked"
    assert await authorize(end, "remote") == "Accepted"
    assert site.asked == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_gets_the_answer_that_authorize_got(
    site: Site, version: str
) -> None:
    end = await site.connect(version)
    waiting = await begun(authorize(end))
    site.answer("Accepted")
    await waiting

    assert await start(end, "STRANGER") == "Accepted"
    assert len(site.asked) == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_without_authorize_is_asked_about(
    site: Site, version: str
) -> None:
    end = await site.connect(version)

    waiting = await begun(start(end))
    [record] = await site.system.store.open_transactions()
    site.answer("Blocked")

    assert await waiting == "Blocked"
    assert site.asked[0].shown.where == record.where == "1"
    assert site.system.station().transaction("1") == record


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_that_was_kept_offline_does_not_wait(
    site: Site, version: str
) -> None:
    end = await site.connect(version)

    assert await start(end, ago_s=3600) == UNKNOWN[version]
    assert site.asked == []
    assert len(await site.system.store.open_transactions()) == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_new_authorize_is_a_new_question(site: Site, version: str) -> None:
    end = await site.connect(version)
    first = await begun(authorize(end))
    site.answer("Blocked")
    await first

    second = await begun(authorize(end))
    site.answer("Accepted")

    assert await second == "Accepted"


async def test_after_a_while_a_start_is_asked_about_again(site: Site) -> None:
    end = await site.connect("1.6")
    waiting = await begun(authorize(end))
    site.answer("Accepted")
    await waiting
    await site.system.advance(601)

    waiting = await begun(start(end))

    assert len(site.asked) == 2
    site.answer("Accepted")
    await waiting


async def test_a_token_at_two_stations_is_two_questions(site: Site) -> None:
    here, there = await site.connect("1.6"), await site.connect("2.0.1", "CP-8")

    first, second = await begun(authorize(here)), await begun(authorize(there))
    site.answer("Accepted", 0)
    site.answer("Blocked", 1)

    assert (await first, await second) == ("Accepted", "Blocked")
    assert [q.shown.station.identity for q in site.asked] == [NAME, "CP-8"]


async def test_a_station_that_asks_again_on_a_new_link_joins_the_question(
    site: Site,
) -> None:
    before = await site.connect("1.6")
    lost = await begun(authorize(before))
    after = await site.connect("1.6")

    waiting = await begun(authorize(after))
    site.answer("Accepted")

    assert await waiting == "Accepted"
    assert len(site.asked) == 1
    with pytest.raises(Exception, match="link closed"):
        await lost


async def test_a_station_that_is_gone_is_not_waited_for(site: Site) -> None:
    end = await site.connect("1.6")
    lost = await begun(authorize(end))
    await end.link.close()
    await site.system.advance(1)

    assert not site.system.station().is_connected
    assert site.answer("Accepted") == (
        "rejected",
        "decided already: Unknown (the station is gone)",
    )
    with pytest.raises(Exception, match="link closed"):
        await lost


async def test_another_station_is_served_while_one_waits(site: Site) -> None:
    here, there = await site.connect("1.6"), await site.connect("1.6", "CP-8")
    waiting = await begun(authorize(here))

    assert await there.status("Available") == {}
    later = await begun(here.status("Charging"))
    assert not later.done()
    site.answer("Accepted")

    assert await waiting == "Accepted"
    assert await later == {}


@pytest.mark.parametrize(("by", "status"), [("stranger", "Accepted"), ("x", "Invalid")])
async def test_a_stop_is_not_asked_about(site: Site, by: str, status: str) -> None:
    end = await site.connect("1.6")
    waiting = await begun(end.start(idTag="stranger"))
    site.answer("Accepted")
    number = (await waiting)["transactionId"]
    await site.system.advance(3600)

    answer = await end.stop(number, idTag=by)

    assert answer["idTagInfo"]["status"] == status
    assert len(site.asked) == 1


async def test_at_the_end_nobody_waits(site: Site) -> None:
    end = await site.connect("1.6")
    waiting = await begun(authorize(end))
    await site.system.central.stop()

    assert await waiting == "Invalid"
