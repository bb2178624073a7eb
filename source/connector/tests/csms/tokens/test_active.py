"""How many transactions may run with a token at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.store.records import TokenRecord
from connector.tests.csms.conftest import NAME
from connector.tests.csms.tokens.conftest import (
    VERSIONS,
    authorize,
    connect,
    info,
    start,
)
from connector.tests.csms.v2.conftest import Harness2

Start = Callable[..., Any]


async def site(start2: Start, most: int | None) -> Harness2:
    stations = {name: StationOptions() for name in (NAME, "CP-8")}
    found: Harness2 = await start2(
        stations=stations, tokens={"card": TokenOptions(max_active=most)}
    )
    return found


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_next_one_is_told_that_it_is_one_too_many(
    start2: Start, version: str
) -> None:
    system = await site(start2, 2)
    here = await connect(system, version)
    there = await connect(system, "2.0.1", "CP-8")

    assert await start(here, "card", 1) == "Accepted"
    assert await start(there, "CARD", 1) == "Accepted"
    assert await start(here, "card", 2) == "ConcurrentTx"
    assert len(await system.store.open_transactions()) == 3


@pytest.mark.parametrize("version", VERSIONS)
async def test_without_a_maximum_there_may_be_any_number(
    start2: Start, version: str
) -> None:
    system = await site(start2, None)
    end = await connect(system, version)

    assert [await start(end, "card", n) for n in range(1, 6)] == ["Accepted"] * 5


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_that_is_repeated_is_no_second_one(
    start2: Start, version: str
) -> None:
    system = await site(start2, 1)
    end = await connect(system, version)

    assert await start(end, "card") == "Accepted"
    assert await start(end, "card") == "Accepted"


async def test_a_start_that_is_repeated_after_another_stays_accepted(
    start2: Start,
) -> None:
    system = await site(start2, 1)
    end = await system.connect()
    assert await start(end, "card", 1) == "Accepted"
    assert await start(end, "card", 2) == "ConcurrentTx"

    assert await start(end, "card", 1) == "Accepted"
    assert await start(end, "card", 2) == "ConcurrentTx"


async def test_after_a_stop_there_is_room_again(start2: Start) -> None:
    system = await site(start2, 1)
    end = await system.connect()
    number = (await end.start(idTag="card"))["transactionId"]
    await end.stop(number, idTag="card")

    assert await start(end, "card", 2) == "Accepted"


@pytest.mark.parametrize("version", VERSIONS)
async def test_authorize_does_not_count_for_somebody_may_want_to_stop(
    start2: Start, version: str
) -> None:
    system = await site(start2, 1)
    end = await connect(system, version)
    await start(end, "card")

    assert await authorize(end, "card") == "Accepted"


async def test_a_stop_does_not_count(start2: Start) -> None:
    system = await site(start2, 1)
    end = await system.connect()
    await start(end, "card", 1)
    second = await end.start(idTag="card", connector=2)

    answer = await end.stop(second["transactionId"], idTag="card")

    assert info(answer) == {"status": "Accepted"}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_token_that_comes_later_counts_when_it_comes(
    start2: Start, version: str
) -> None:
    system = await site(start2, 1)
    end = await connect(system, version)
    await start(end, "card", 1)
    await end.event("Started", 0, tx="later", evse=2)

    answer = await end.event("Updated", 1, tx="later", evse=2, token="card")

    assert info(answer)["status"] == "ConcurrentTx"


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize(
    ("kind", "why"), [("Ended", "Trigger"), ("Updated", "StopAuthorized")]
)
async def test_whoever_stops_is_not_one_too_many(
    start2: Start, version: str, kind: str, why: str
) -> None:
    system = await site(start2, 1)
    end = await connect(system, version)
    await start(end, "card", 1)
    await end.event("Started", 0, tx="second", evse=2, token="card")

    answer = await end.event(
        kind, 1, tx="second", evse=2, token="card", triggerReason=why
    )

    assert info(answer)["status"] == "Accepted"


async def test_types_are_counted_each_for_itself(start2: Start) -> None:
    system = await start2()
    for type_ in ("KeyCode", "ISO14443"):
        record = TokenRecord("1234", type_, max_active=1)
        await system.central.tokens.register(record)
    end = await system.connect_2()
    await start(end, "1234", 1)

    code = {"idToken": {"idToken": "1234", "type": "KeyCode"}}
    answer = await end.event("Started", 0, tx="code", evse=2, **code)

    assert info(answer)["status"] == "Accepted"


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_cannot_be_counted_makes_the_station_try_again(
    start2: Start, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = await site(start2, 1)
    end = await connect(system, version)

    async def fail(id_token: str) -> Any:
        system.store.is_failing = True
        system.store._check()

    monkeypatch.setattr(system.store, "open_transactions_of", fail)
    with pytest.raises(Exception, match="InternalError"):
        await start(end, "card")
    system.store.is_failing = False
    monkeypatch.undo()

    assert await start(end, "card") == "Accepted"
    assert len(await system.store.open_transactions()) == 1
