"""The registry of id tokens at run time, and which of its tokens stands for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.csms.token_members import is_id, language, token_type
from connector.csms.tokens import Tokens
from connector.errors import StoreError, TokenHeld
from connector.store.records import OF_CONFIGURATION, TokenRecord
from connector.tests.csms.conftest import NAME
from connector.tests.csms.tokens.conftest import (
    VERSIONS,
    authorize,
    connect,
    info,
    token,
)

Start = Callable[..., Any]
Json = dict[str, Any]


async def said(end: Any, id_token: str, type_: str = "ISO14443") -> Json:
    """What Authorize is answered."""
    return info(await end.say("Authorize", **token(end, id_token, type_)))


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_token_that_is_registered_holds_at_once(
    start2: Start, version: str
) -> None:
    system = await start2(unknown_tokens="reject")
    end = await connect(system, version)
    tokens: Tokens = system.central.tokens

    assert await tokens.register(TokenRecord("card"))
    assert await authorize(end, "CARD") == "Accepted"
    assert not await tokens.register(TokenRecord("Card", status="Blocked"))
    assert await authorize(end, "card") == "Blocked"
    assert await tokens.remove("cARD", "any")
    assert await authorize(end, "card") != "Accepted"
    assert not await tokens.remove("card", "any")


async def test_what_is_registered_is_kept_over_restarts(start2: Start) -> None:
    before = await start2()
    record = TokenRecord("card", "KeyCode", "Blocked", language="de", max_active=2)
    await before.central.tokens.register(record)

    after = await start2(before.store)

    assert after.central.tokens.registry.records() == [record]


async def test_one_that_cannot_be_kept_does_not_hold(start2: Start) -> None:
    system = await start2(unknown_tokens="reject")
    end = await system.connect()
    await system.central.tokens.register(TokenRecord("old"))
    system.store.is_failing = True

    with pytest.raises(StoreError):
        await system.central.tokens.register(TokenRecord("card"))
    with pytest.raises(StoreError):
        await system.central.tokens.remove("old", "any")

    assert await authorize(end, "card") == "Invalid"
    assert await authorize(end, "old") == "Accepted"


@pytest.mark.parametrize("id_token", ["card", "CARD"])
async def test_what_the_configuration_says_cannot_be_changed(
    start2: Start, id_token: str
) -> None:
    system = await start2(tokens={"card": TokenOptions(status="Blocked")})
    tokens: Tokens = system.central.tokens

    with pytest.raises(TokenHeld, match="TOKENS says what holds for this token"):
        await tokens.register(TokenRecord(id_token))
    with pytest.raises(TokenHeld):
        await tokens.remove(id_token, "any")

    [record] = await system.store.tokens()
    assert (record.status, record.origin) == ("Blocked", OF_CONFIGURATION)


@pytest.mark.parametrize(
    ("id_token", "by"), [("App", "REMOTE_ID_TOKEN"), ("auto", "an autostart_token")]
)
async def test_tokens_of_ours_are_no_ones_to_register(
    start2: Start, id_token: str, by: str
) -> None:
    stations = {NAME: StationOptions(autostart_token="Auto")}
    system = await start2(remote_id_token="app", stations=stations)

    with pytest.raises(TokenHeld, match=by):
        await system.central.tokens.register(TokenRecord(id_token))


async def test_a_type_that_is_registered_comes_before_any(start2: Start) -> None:
    system = await start2(unknown_tokens="reject")
    for record in (
        TokenRecord("1234", status="Blocked"),
        TokenRecord("1234", "KeyCode"),
        TokenRecord("5678", "KeyCode"),
    ):
        await system.central.tokens.register(record)
    end = await system.connect_2(version="2.1")

    assert (await said(end, "1234", "KeyCode"))["status"] == "Accepted"
    assert (await said(end, "1234", "keycode"))["status"] == "Accepted"
    assert (await said(end, "1234", "ISO14443"))["status"] == "Blocked"
    assert (await said(end, "5678", "ISO14443"))["status"] == "Unknown"


@pytest.mark.parametrize(
    ("types", "status"),
    [
        (["KeyCode", "any"], "any"),
        (["KeyCode", "ISO15693"], "ISO15693"),
        (["ISO15693", "ISO14443"], "ISO14443"),
        (["eMAID", "Central"], "Central"),
        (["KeyCode"], "KeyCode"),
    ],
)
async def test_for_1_6_which_has_no_types_it_is_any_then_a_card(
    start2: Start, types: list[str], status: str
) -> None:
    system = await start2(unknown_tokens="reject")
    for type_ in types:
        group = f"of {type_}"
        await system.central.tokens.register(TokenRecord("1234", type_, group=group))
    end = await system.connect()

    assert (await said(end, "1234"))["parentIdTag"] == f"of {status}"


async def test_a_type_is_the_same_whatever_its_case(start2: Start) -> None:
    system = await start2()
    tokens: Tokens = system.central.tokens
    await tokens.register(TokenRecord("card", "Own"))

    assert not await tokens.register(TokenRecord("card", "OWN", note="newer"))
    assert [r.note for r in await system.store.tokens()] == ["newer"]
    assert [r.note for r in tokens.registry.records()] == ["newer"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_language_of_its_user_is_told_where_there_is_a_word_for_it(
    start2: Start, version: str
) -> None:
    system = await start2(tokens={"card": TokenOptions(language="de")})
    end = await connect(system, version)

    language = (await said(end, "card")).get("language1")
    assert language == (None if version == "1.6" else "de")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_no_authorization_is_accepted_and_noted_nowhere(
    start2: Start, version: str
) -> None:
    system = await start2(unknown_tokens="reject")
    end = await connect(system, version)

    assert await said(end, "", "NoAuthorization") == {"status": "Accepted"}
    await system.central.tokens.seen.flush()
    assert system.store.seen_records == {}


@pytest.mark.parametrize(
    ("text", "type_"),
    [("ISO14443", "ISO14443"), ("emaid", "eMAID"), ("ANY", "any"), ("x-Own", "x-Own")],
)
def test_types_are_spelt_as_the_specification_does(text: str, type_: str) -> None:
    assert token_type(text) == type_


@pytest.mark.parametrize("text", ["", "a b", "a/b", "x" * 21, "noauthorization"])
def test_what_is_no_type_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="any, Central, "):
        token_type(text)


@pytest.mark.parametrize("text", ["de", "en-GB", "zh-Hans"])
def test_languages_are_those_of_rfc_5646(text: str) -> None:
    assert language(text) == text


@pytest.mark.parametrize("text", ["", "d", "Deutsch", "de_DE", "de-Latn-DE"])
def test_what_is_no_language_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="a language such as de"):
        language(text)


@pytest.mark.parametrize(("text", "is_one"), [("a", True), ("a b/%?#", True), ("é" * 255, True), ("", False), ("a\n", False), ("\x00", False), ("x" * 256, False)])  # fmt: skip
def test_an_id_is_what_can_be_printed(text: str, is_one: bool) -> None:
    assert is_id(text) is is_one
