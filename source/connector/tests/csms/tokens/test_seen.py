"""Tokens that nobody has registered, for whoever wants to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.csms.seen_tokens import KEPT
from connector.csms.token_verdicts import Presented
from connector.store.records import SeenToken, TokenRecord
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME
from connector.tests.csms.tokens.conftest import (
    VERSIONS,
    authorize,
    connect,
    start,
    stop,
)

Start = Callable[..., Any]


@pytest.mark.parametrize("policy", ["accept", "reject", "ask"])
@pytest.mark.parametrize("version", VERSIONS)
async def test_who_is_unknown_is_noted_with_time_and_place(
    start2: Start, version: str, policy: str
) -> None:
    system = await start2(unknown_tokens=policy)
    end = await connect(system, version)
    await authorize(end, "Stranger")
    await system.advance(3)
    await start(end, "stranger", ago_s=0.5)
    assert len(await system.store.seen_tokens()) == 1
    await system.advance(1)

    [seen] = await system.store.seen_tokens()
    type_ = "any" if version == "1.6" else "ISO14443"
    assert seen == SeenToken(
        "stranger", type_, NAME, "1", START_MS, START_MS + 3000, times=1
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("is_asked", "reason", "times"),
    [
        (True, "Local", 2),
        (False, "Local", 2),
        (False, "EVDisconnected", 1),
        (False, "Remote", 1),
    ],
)
async def test_what_is_counted_is_how_often_somebody_held_it_there(
    start2: Start, version: str, is_asked: bool, reason: str, times: int
) -> None:
    system = await start2(unknown_tokens="accept")
    end = await connect(system, version)
    await authorize(end)
    await system.advance(60)
    await start(end)
    await system.advance(60)
    if is_asked:
        await authorize(end)
    await stop(end, "stranger", reason)
    await system.advance(1)

    [seen] = await system.store.seen_tokens()
    assert seen.times == times


async def test_a_start_long_after_a_question_is_another_time(start2: Start) -> None:
    system = await start2(unknown_tokens="accept")
    end = await system.connect()
    await authorize(end)
    await system.advance(660)
    await start(end)
    await system.advance(1)

    [seen] = await system.store.seen_tokens()
    assert seen.times == 2


async def test_who_is_known_is_not(start2: Start) -> None:
    tokens = {"card": TokenOptions(status="Blocked")}
    stations = {NAME: StationOptions(autostart_token="auto")}
    system = await start2(tokens=tokens, stations=stations)
    end = await system.connect()
    for id_token in ("card", "remote", "AUTO"):
        await authorize(end, id_token)
    await system.advance(2)

    assert await system.store.seen_tokens() == []


async def test_many_are_written_at_once_and_the_newest_stay(start2: Start) -> None:
    system = await start2()
    seen = system.central.tokens.seen
    for number in range(KEPT + 5):
        seen.note(Presented(system.station(), "1", f"t{number}"))
    await system.advance(1)

    found = await system.store.seen_tokens(2 * KEPT)
    assert len(found) == KEPT
    assert found[0].id_token == f"t{KEPT + 4}"


@pytest.mark.parametrize("id_token", ["", "a\x00b", "a\nb", "x" * 256])
async def test_what_nobody_could_register_is_not_noted(
    start2: Start, id_token: str
) -> None:
    system = await start2()
    system.central.tokens.seen.note(Presented(system.station(), "1", id_token))
    await system.advance(1)

    assert await system.store.seen_tokens() == []


async def test_one_that_is_registered_is_noted_no_more(start2: Start) -> None:
    system = await start2()
    end = await system.connect()
    await authorize(end, "first")
    await system.advance(1)
    await authorize(end, "second")

    for id_token in ("FIRST", "SECOND"):
        await system.central.tokens.register(TokenRecord(id_token, "ISO14443"))
    await system.advance(1)

    assert await system.store.seen_tokens() == []


async def test_what_could_not_be_written_is_written_later(start2: Start) -> None:
    system = await start2()
    end = await system.connect()
    await authorize(end)
    system.store.is_failing = True
    await system.advance(1)
    await authorize(end)
    system.store.is_failing = False
    await system.advance(6)

    [seen] = await system.store.seen_tokens()
    assert seen.times == 2


async def test_what_was_noted_last_is_kept_at_the_end(start2: Start) -> None:
    system = await start2()
    end = await system.connect()
    await authorize(end)
    await system.central.stop()

    assert [t.id_token for t in await system.store.seen_tokens()] == ["stranger"]
