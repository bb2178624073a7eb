"""Who may charge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import TokenOptions
from connector.errors import StoreError
from connector.store.records import TokenRecord
from connector.tests.csms.conftest import Harness
from connector.tests.csms.memory_store import MemoryStore

Start = Callable[..., Any]
STATUSES = ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]


async def info(system: Harness, id_token: str) -> dict[str, Any]:
    end = await system.connect()
    answer = await end.say("Authorize", idTag=id_token)
    found: dict[str, Any] = answer["idTagInfo"]
    return found


@pytest.mark.parametrize("status", STATUSES)
async def test_each_status_is_answered_as_itself(start: Start, status: str) -> None:
    system = await start(tokens={"card": TokenOptions(status=status)})
    assert await info(system, "card") == {"status": status}


@pytest.mark.parametrize("status", STATUSES)
async def test_a_start_is_answered_as_authorize_is(start: Start, status: str) -> None:
    system = await start(tokens={"card": TokenOptions(status=status)})
    end = await system.connect()
    assert (await end.start())["idTagInfo"] == {"status": status}


async def test_case_does_not_matter(start: Start) -> None:
    system = await start(tokens={"CaRd": TokenOptions(status="Blocked")})
    assert (await info(system, "cArD"))["status"] == "Blocked"


async def test_a_group_is_the_parent(start: Start) -> None:
    system = await start(tokens={"card": TokenOptions(group="family")})
    assert await info(system, "card") == {
        "status": "Accepted",
        "parentIdTag": "family",
    }


async def test_a_token_is_accepted_until_it_expires(start: Start) -> None:
    expiry = "2026-01-31T12:00:10Z"
    system = await start(tokens={"card": TokenOptions(expiry=expiry)})
    assert await info(system, "card") == {"status": "Accepted", "expiryDate": expiry}
    await system.advance(10)
    assert await info(system, "card") == {"status": "Expired", "expiryDate": expiry}


async def test_a_blocked_token_that_expired_stays_blocked(start: Start) -> None:
    token = TokenOptions(status="Blocked", expiry="2020-01-01T00:00:00Z")
    system = await start(tokens={"card": token})
    assert (await info(system, "card"))["status"] == "Blocked"


@pytest.mark.parametrize(
    ("policy", "status"), [("accept", "Accepted"), ("reject", "Invalid")]
)
async def test_an_unknown_token_is_what_the_policy_says(
    start: Start, policy: str, status: str
) -> None:
    system = await start(unknown_tokens=policy)
    assert await info(system, "stranger") == {"status": status}


@pytest.mark.parametrize("id_token", ["app", "APP"])
async def test_the_remote_token_is_always_accepted(start: Start, id_token: str) -> None:
    system = await start(
        unknown_tokens="reject",
        remote_id_token="app",
        tokens={"app": TokenOptions(status="Blocked")},
    )
    assert await info(system, id_token) == {"status": "Accepted"}


async def test_tokens_from_elsewhere_are_kept_over_restarts(start: Start) -> None:
    store = MemoryStore()
    await store.save_token(TokenRecord("card", status="Blocked"))
    system = await start(store, tokens={"other": TokenOptions()})
    assert await info(system, "card") == {"status": "Blocked"}


async def test_a_token_that_was_taken_out_of_the_configuration_is_forgotten(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    tokens = {"CardOne": TokenOptions(), "CardTwo": TokenOptions()}
    before = await start(tokens=tokens, unknown_tokens="reject")
    await before.store.save_token(TokenRecord("guest"))

    tokens = {"cardtwo": TokenOptions()}
    system = await start(before.store, tokens=tokens, unknown_tokens="reject")

    assert [
        (await info(system, id_token))["status"]
        for id_token in ("CardOne", "CardTwo", "guest")
    ] == ["Invalid", "Accepted", "Accepted"]
    assert {record.id_token for record in await system.store.tokens()} == {
        "cardtwo",
        "guest",
    }
    assert "the token Card*** is in TOKENS no more: forgotten" in caplog.text


async def test_what_the_configuration_says_of_a_kept_token_holds(start: Start) -> None:
    before = await start(tokens={"card": TokenOptions(status="Blocked")})
    system = await start(before.store, tokens={"CARD": TokenOptions()})
    assert await info(system, "card") == {"status": "Accepted"}
    (record,) = await system.store.tokens()
    assert record.status == "Accepted"


async def test_tokens_are_told_while_the_store_fails(start: Start) -> None:
    system = await start(tokens={"card": TokenOptions(status="Blocked")})
    system.store.is_failing = True
    assert await info(system, "card") == {"status": "Blocked"}


async def test_a_store_that_fails_at_the_start_is_told(start: Start) -> None:
    store = MemoryStore()
    store.is_failing = True
    with pytest.raises(StoreError):
        await start(store)


async def test_tokens_are_shortened_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    system = await start()
    await info(system, "0123456789ABCDEF")
    assert "0123456789ABCDEF" not in caplog.text
