"""Lists that follow the token registry once a station was sent it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.local_lists import FOLLOWS
from connector.csms.options import StationOptions
from connector.errors import RemoteProtocolError
from connector.store.records import TokenRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    DIFFERENTIAL,
    FULL,
    List,
    block,
    entry,
    sent,
    update,
)
from connector.tests.csms.memory_store import MemoryStore

Start = Callable[..., Any]
Json = dict[str, Any]


@pytest.fixture
async def system(start: Start) -> Harness:
    """On a store that waits for nothing but the loop."""
    found: Harness = await start(MemoryStore())
    await put(found, "alice")
    await put(found, "bob")
    return found


@pytest.fixture
async def end(system: Harness, its: List) -> StationEnd:
    """A station that was sent its list, and has nothing more to wait for."""
    found: StationEnd = await system.connect(boots=True, **its.answers())
    await update(system)
    await system.advance(60)
    found.calls.clear()
    return found


async def put(system: Harness, id_token: str, **more: Any) -> None:
    await system.central.tokens.register(TokenRecord(id_token, **more))


async def test_what_changes_is_sent(system: Harness, end: StationEnd) -> None:
    await put(system, "carol")
    await system.central.tokens.remove("alice", "any")
    await system.advance(0.9)
    assert sent(end) == []

    await system.advance(0.2)

    assert sent(end) == [(2, DIFFERENTIAL, ["-alice", "carol"])]


async def test_a_station_that_was_sent_no_list_gets_none(
    system: Harness, its: List
) -> None:
    end = await system.connect(boots=True, **its.answers())
    await put(system, "carol")
    await system.advance(60)

    assert sent(end) == []


async def test_a_change_that_changes_no_list_is_not_talked_about(
    system: Harness, end: StationEnd
) -> None:
    await put(system, "alice", note="has paid", max_active=3, language="de")
    await system.advance(60)

    assert end.calls == []


async def test_many_changes_are_sent_together_and_the_station_rests(
    system: Harness, end: StationEnd
) -> None:
    for number in range(20):
        await put(system, f"t{number}")
        await system.advance(0.5)

    assert len(sent(end)) == 1
    await system.advance(10)
    assert len(sent(end)) == 2
    await system.advance(3600)
    assert len(sent(end)) == 2
    assert {tag for *_, tags in sent(end) for tag in tags} == {
        f"t{number}" for number in range(20)
    }


async def test_a_station_that_was_not_bothered_need_not_rest(
    system: Harness, end: StationEnd
) -> None:
    await put(system, "alice", note="has paid")
    await system.advance(2)
    await put(system, "carol")
    await system.advance(2)

    assert sent(end) == [(2, DIFFERENTIAL, ["carol"])]


async def test_only_one_is_on_its_way_to_a_station(
    system: Harness, end: StationEnd
) -> None:
    is_over, going = asyncio.Event(), [0, 0]
    take = end.answers["SendLocalList"]

    async def wait(payload: Json) -> Json:
        going[0] += 1
        going[1] = max(going)
        await is_over.wait()
        going[0] -= 1
        took: Json = take(payload)
        return took

    end.answers["SendLocalList"] = wait
    await put(system, "carol")
    await system.advance(2)
    await put(system, "dave")
    await system.advance(2)
    assert len(sent(end)) == 1
    is_over.set()
    await system.advance(0)
    await system.advance(11)

    assert going[1] == 1
    assert sent(end) == [(2, DIFFERENTIAL, ["carol"]), (3, DIFFERENTIAL, ["dave"])]


async def test_a_station_that_was_away_gets_what_changed_when_it_boots(
    system: Harness, end: StationEnd, its: List
) -> None:
    await end.leave()
    await put(system, "carol")
    await system.advance(60)

    again = await system.connect(boots=True, **its.answers())
    await system.advance(1)

    assert sent(again) == [(2, DIFFERENTIAL, ["carol"])]


async def test_a_station_that_does_not_boot_gets_it_after_a_while(
    system: Harness, end: StationEnd, its: List
) -> None:
    await end.leave()
    await put(system, "carol")
    await system.advance(60)

    again = await system.connect(**its.answers())
    await system.advance(29)
    assert sent(again) == []
    await system.advance(2)

    assert sent(again) == [(2, DIFFERENTIAL, ["carol"])]


async def test_after_a_restart_lists_follow_as_before(
    system: Harness, end: StationEnd, its: List, start: Start
) -> None:
    await system.close()
    after = await start(system.store)
    await put(after, "carol")

    again = await after.connect(boots=True, **its.answers())
    await after.advance(1)

    assert sent(again) == [(2, DIFFERENTIAL, ["carol"])]


async def test_a_station_that_lost_its_list_gets_it_when_it_boots(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version, its.entries = 0, {}

    await end.boot()
    await system.advance(1)

    assert sent(end) == [(2, FULL, ["alice", "bob"])]


async def test_a_station_in_step_is_only_asked_for_its_version_when_it_boots(
    system: Harness, end: StationEnd
) -> None:
    await end.boot()
    await system.advance(60)

    assert len(end.asked("GetLocalListVersion")) == 1
    assert sent(end) == []


async def test_a_list_that_is_refused_is_tried_again_and_then_left(
    system: Harness, end: StationEnd, caplog: pytest.LogCaptureFixture
) -> None:
    end.answers["SendLocalList"] = {"status": "Failed"}
    await put(system, "carol")
    await system.advance(2)
    # What changed, and then the whole list.
    assert len(sent(end)) == 2
    for seconds in (60, 300, 1800):
        await system.advance(seconds)
    assert len(sent(end)) == 8
    await system.advance(86_400)

    assert len(sent(end)) == 8
    assert "its local list is not in step: Failed" in caplog.text
    assert "until it boots" in caplog.text


async def test_a_change_does_not_hurry_a_station_that_refuses(
    system: Harness, end: StationEnd
) -> None:
    end.answers["SendLocalList"] = RemoteProtocolError("InternalError")
    await put(system, "carol")
    await system.advance(2)
    for number in range(5):
        await put(system, f"t{number}")
        await system.advance(2)

    assert len(sent(end)) == 1


async def test_one_that_takes_it_at_last_is_in_step(
    system: Harness, end: StationEnd, its: List
) -> None:
    take = end.answers["SendLocalList"]
    end.answers["SendLocalList"] = RemoteProtocolError("InternalError")
    await put(system, "carol")
    await system.advance(2)
    end.answers["SendLocalList"] = take
    await system.advance(60)

    assert set(its.entries) == {"alice", "bob", "carol"}


async def test_a_boot_is_a_new_chance(
    system: Harness, end: StationEnd, its: List
) -> None:
    take = end.answers["SendLocalList"]
    end.answers["SendLocalList"] = RemoteProtocolError("InternalError")
    await put(system, "carol")
    await system.advance(2)
    end.answers["SendLocalList"] = take

    await end.boot()
    await system.advance(1)

    assert set(its.entries) == {"alice", "bob", "carol"}


async def test_a_list_that_became_too_long_stays_until_it_fits(
    system: Harness, end: StationEnd, its: List, caplog: pytest.LogCaptureFixture
) -> None:
    its.keys = {"LocalAuthListMaxLength": "2"}
    await put(system, "carol")
    await system.advance(60)
    assert sent(end) == []
    assert "its local list stays as it is: 3 tokens, 2 fit" in caplog.text

    await system.central.tokens.remove("bob", "any")
    await system.advance(60)

    assert set(its.entries) == {"alice", "carol"}


async def test_a_station_that_has_no_list_any_more_is_left_alone(
    system: Harness, end: StationEnd, its: List, caplog: pytest.LogCaptureFixture
) -> None:
    its.version = -1
    await put(system, "carol")
    await system.advance(60)
    await put(system, "dave")
    await system.advance(60)

    assert len(end.asked("GetLocalListVersion")) == 1
    assert FOLLOWS not in system.station().learned
    assert "its local list is kept in step no more" in caplog.text


async def test_a_list_that_somebody_gives_stays(
    system: Harness, end: StationEnd, its: List
) -> None:
    payload = {"listVersion": 9, "updateType": FULL}
    payload["localAuthorizationList"] = [entry("guest")]
    await block(system).send(system.station(), payload)
    await put(system, "carol")
    await system.advance(60)

    assert set(its.entries) == {"guest"}


async def test_a_list_through_call_stays(
    system: Harness, end: StationEnd, its: List
) -> None:
    payload = {"listVersion": 9, "updateType": FULL}
    payload["localAuthorizationList"] = [entry("guest")]
    await system.station().call("SendLocalList", payload)
    await put(system, "carol")
    await system.advance(60)

    assert set(its.entries) == {"guest"}


async def test_a_station_that_is_left_alone_can_be_brought_into_step_again(
    system: Harness, end: StationEnd, its: List
) -> None:
    block(system).follow(system.station(), False)
    await put(system, "carol")
    await system.advance(60)
    assert sent(end) == []

    await update(system, DIFFERENTIAL)
    await put(system, "dave")
    await system.advance(60)

    assert sent(end) == [(2, DIFFERENTIAL, ["carol"]), (3, DIFFERENTIAL, ["dave"])]


async def test_what_waits_is_not_sent_to_a_station_that_is_left_alone(
    system: Harness, end: StationEnd
) -> None:
    await put(system, "carol")
    await system.advance(2)
    await put(system, "dave")
    await system.advance(2)
    block(system).follow(system.station(), False)
    await system.advance(60)

    assert sent(end) == [(2, DIFFERENTIAL, ["carol"])]


async def test_a_station_that_is_forgotten_is_not_followed(start: Start) -> None:
    system = await start(MemoryStore(), stations={}, unknown_stations="accept")
    end = await system.connect(boots=True, **List().answers())
    await update(system)
    await put(system, "carol")
    await system.central.forget(NAME)
    await system.advance(60)

    assert len(sent(end)) == 1


async def test_every_station_that_follows_gets_it(start: Start) -> None:
    names = [f"CP-{number}" for number in range(30)]
    stations = {name: StationOptions() for name in names}
    system = await start(MemoryStore(), stations=stations)
    lists = {name: List() for name in names}
    for name in names:
        await system.connect(name, boots=True, **lists[name].answers())
        await block(system).update(system.station(name), FULL)
    await system.advance(60)

    await put(system, "carol")
    await system.advance(2)

    assert [set(its.entries) for its in lists.values()] == [{"carol"}] * 30


async def test_at_the_end_nothing_more_is_begun(
    system: Harness, end: StationEnd
) -> None:
    await put(system, "carol")
    await system.central.stop()
    await system.advance(60)

    assert end.asked("SendLocalList") == []
