"""A station gets another password, in every version, and is never locked out."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.datastructures import Headers

from connector.csms.credentials import MOST_OLDER
from connector.csms.options import FileOptions, StationOptions
from connector.datapoints.outcomes import Outcome
from connector.datapoints.security_runs import NewPassword
from connector.errors import RemoteProtocolError
from connector.sessions.websocket_server import HandshakeRequest, Refusal
from connector.tests.csms.conftest import NAME, StationEnd, settle
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2
from connector.tests.csms.v2.desk import command, run

Json = dict[str, Any]
OLD = "an-older-password"
VERSIONS = ("1.6", "2.0.1", "2.1")


@pytest.fixture(params=VERSIONS)
def version(request: Any) -> str:
    return str(request.param)


def agreeing(status: str) -> Json:
    """Answers of all versions with a status."""

    def set_variables(payload: Json) -> Json:
        return {
            "setVariableResult": [
                {
                    "component": item["component"],
                    "variable": item["variable"],
                    "attributeStatus": status,
                }
                for item in payload["setVariableData"]
            ]
        }

    plain = "NotSupported" if status == "NotSupportedAttributeType" else status
    return {"ChangeConfiguration": {"status": plain}, "SetVariables": set_variables}


async def connected(system: Harness2, version: str, **answers: Any) -> StationEnd:
    if version == "1.6":
        end: StationEnd = await system.connect(boots=True, **answers)
    else:
        end = await system.connect_2(version=version, boots=True, **answers)
    await settle()
    end.calls.clear()
    return end


def sent(end: StationEnd) -> list[str]:
    """The passwords that the station was sent."""
    of_16 = [
        payload["value"]
        for payload in end.asked("ChangeConfiguration")
        if payload["key"] == "AuthorizationKey"
    ]
    of_2 = [
        item["attributeValue"]
        for payload in end.asked("SetVariables")
        for item in payload["setVariableData"]
        if item["variable"]["name"] == "BasicAuthPassword"
    ]
    return of_16 + of_2


async def knock(system: Harness2, password: str | bytes | None) -> int | None:
    """The profile with which a station would get in; None: it would not."""
    headers = Headers()
    if password is not None:
        raw = password.encode() if isinstance(password, str) else password
        text = base64.b64encode(f"{NAME}:".encode() + raw).decode()
        headers["Authorization"] = f"Basic {text}"
    request = HandshakeRequest(NAME, f"/{NAME}", headers, "192.0.2.1")
    asked = asyncio.ensure_future(system.central.gate(request))
    while not asked.done():
        # Wrong ones are answered slowly.
        await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)
        system.clock.advance(60)
    answer = asked.result()
    if isinstance(answer, Refusal) or answer is None:
        return None
    if answer.end is not None:
        answer.end()
    return answer.security_profile


async def with_password(start2: Any, tmp_path: Path, **more: Any) -> Harness2:
    """A central system that has a password for its station."""
    system: Harness2 = await start2(files=FileOptions(tmp_path), **more)
    kept = await system.central.blocks.passwords._passwords.hash_human(OLD)
    system.station().security = {"password": kept}
    return system


async def test_the_new_one_is_right_and_the_old_one_until_it_was_used(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcome = await command(system, "password", True)

    assert outcome.is_accepted
    [new] = sent(end)
    assert len(new) == 40
    assert await knock(system, OLD) == 1
    assert await knock(system, "something else here") is None
    assert await knock(system, new) == 1
    assert await knock(system, OLD) is None
    assert await knock(system, bytes.fromhex(new)) == 1


async def test_it_is_nowhere_to_be_seen(
    start2: Any, tmp_path: Path, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcome = await command(system, "password", True)
    given = await command(system, "password", NewPassword("a-very-long-password"))

    new, _ = sent(end)
    everything = "\n".join(
        (
            caplog.text,
            repr(outcome),
            repr(given),
            repr(system.facts),
            repr(system.station().configuration),
            repr(system.station().learned),
            orjson.dumps(system.station().security).decode(),
            repr(system.store.station_records),
        )
    )
    assert given.is_accepted
    for secret in (new, "a-very-long-password", OLD, b"a-very-long-password".hex()):
        assert secret not in everything


async def test_it_is_kept_before_it_is_sent(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    kept: list[Json] = []

    def note(payload: Json) -> Json:
        kept.append(system.store.station_records[NAME].security)
        answer: Json = agreeing("Accepted")["SetVariables"](payload)
        return answer

    def note_16(payload: Json) -> Json:
        kept.append(system.store.station_records[NAME].security)
        return {"status": "Accepted"}

    end = await connected(
        system, version, SetVariables=note, ChangeConfiguration=note_16
    )
    kept.clear()

    await command(system, "password", True)

    assert len(sent(end)) == 1
    assert [len(each["older"]) for each in kept] == [1]


async def test_what_is_refused_was_never_there(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    before = system.station().security
    end = await connected(system, version, **agreeing("Rejected"))

    outcome = await command(system, "password", True)

    assert outcome.outcome == "rejected"
    [new] = sent(end)
    assert system.station().security == before
    assert await knock(system, new) is None
    await system.central.registry.finish()
    assert system.store.station_records[NAME].security == before


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (RemoteProtocolError("InternalError", "flash is full"), "error"),
        ({}, "error"),
    ],
)
async def test_where_it_is_not_clear_both_are_right(
    start2: Any, tmp_path: Path, version: str, answer: Any, expected: str
) -> None:
    system = await with_password(start2, tmp_path)
    answers = {"ChangeConfiguration": answer, "SetVariables": answer}
    end = await connected(system, version)
    end.answers |= answers
    if answer == {}:
        end.session._rules.answer_fits = lambda *_: True  # type: ignore[method-assign]

    outcome = await command(system, "password", True)

    assert outcome.outcome == expected
    assert "until it comes with it, the old one is right, too" in outcome.detail
    [new] = sent(end)
    assert await knock(system, OLD) == 1
    assert await knock(system, new) == 1
    assert await knock(system, OLD) is None


async def test_a_link_that_is_lost_meanwhile_leaves_both_right(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    async def go(_: Json) -> Json:
        await end.link.close()
        return {}

    end.answers |= {"ChangeConfiguration": go, "SetVariables": go}

    outcome = await command(system, "password", True)

    assert outcome.outcome == "disconnected"
    assert "the old one is right, too" in outcome.detail
    [new] = sent(end)
    assert await knock(system, OLD) == 1
    assert await knock(system, new) == 1


async def test_a_restart_in_between_locks_nobody_out(
    start2: Any, tmp_path: Path, version: str
) -> None:
    store = MemoryStore()
    first = await start2(store, files=FileOptions(tmp_path))
    first.station().security = {
        "password": await first.central.blocks.passwords._passwords.hash_human(OLD)
    }
    end = await connected(first, version)
    await command(first, "password", True)
    [new] = sent(end)
    await first.central.registry.finish()

    second = await start2(store, files=FileOptions(tmp_path))

    assert await knock(second, OLD) == 1
    assert await knock(second, new) == 1
    assert await knock(second, OLD) is None


async def test_the_first_one_is_not_asked_for_before_it_was_used(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await start2(files=FileOptions(tmp_path))
    end = await connected(system, version)

    await command(system, "password", True)

    [new] = sent(end)
    assert await knock(system, None) == 0
    assert await knock(system, "whatever it sends") == 0
    assert await knock(system, new) == 1
    assert await knock(system, None) is None
    assert await knock(system, "whatever it sends") is None


async def test_one_in_the_settings_is_replaced(
    start2: Any, tmp_path: Path, version: str
) -> None:
    stations = {NAME: StationOptions(password=OLD)}
    store = MemoryStore()
    system = await start2(store, files=FileOptions(tmp_path), stations=stations)
    end = await connected(system, version)

    await command(system, "password", True)

    [new] = sent(end)
    assert await knock(system, OLD) == 1
    assert await knock(system, new) == 1
    assert await knock(system, OLD) is None
    await system.central.registry.finish()
    again = await start2(store, files=FileOptions(tmp_path), stations=stations)
    assert await knock(again, new) == 1
    assert await knock(again, OLD) is None
    other = {NAME: StationOptions(password="set-anew-by-the-operator")}
    last = await start2(store, files=FileOptions(tmp_path), stations=other)
    assert await knock(last, "set-anew-by-the-operator") == 1
    assert await knock(last, new) is None


async def test_a_refused_one_leaves_that_in_the_settings(
    start2: Any, tmp_path: Path, version: str
) -> None:
    stations = {NAME: StationOptions(password=OLD)}
    system = await start2(files=FileOptions(tmp_path), stations=stations)
    await connected(system, version, **agreeing("Rejected"))

    await command(system, "password", True)

    assert system.station().security == {}
    assert await knock(system, OLD) == 1


async def test_none_is_sent_where_it_cannot_be_kept(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)
    before = system.station().security
    system.store.is_failing = True

    outcome = await command(system, "password", True)

    assert (outcome.outcome, outcome.detail) == ("error", "the disk is full")
    assert sent(end) == []
    assert system.station().security == before


async def test_a_station_that_is_away_gets_none(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    before = system.station().security
    end = await connected(system, version)
    await end.leave()

    outcome = await command(system, "password", True)

    assert outcome.outcome == "disconnected"
    assert system.station().security == before


async def test_so_many_may_be_sent_in_vain(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcomes = [await command(system, "password", True) for _ in range(MOST_OLDER + 1)]

    assert [each.outcome for each in outcomes] == ["accepted"] * MOST_OLDER + [
        "rejected"
    ]
    assert "have the station connect again first" in outcomes[-1].detail
    passwords = sent(end)
    assert [await knock(system, each) for each in (OLD, *passwords)] == [1] * 5
    assert await knock(system, OLD) is None


async def test_two_at_once_are_one(start2: Any, tmp_path: Path, version: str) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcomes = await asyncio.gather(
        *(command(system, "password", True) for _ in range(2))
    )

    assert sorted(each.outcome for each in outcomes) == ["accepted", "rejected"]
    assert len(sent(end)) == 1


@pytest.mark.parametrize("value", [False, None, "my-secret-password", 1, {"a": 1}])
async def test_what_is_written_by_mistake_is_not_shown(
    start2: Any, tmp_path: Path, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, "1.6")

    outcome = await command(system, "password", value)

    assert outcome.outcome == "invalid"
    assert "true, which makes a new one" in outcome.detail
    assert "my-secret-password" not in repr(outcome) + caplog.text
    assert sent(end) == []


# -- certain ones


@pytest.mark.parametrize(
    ("version", "text", "on_the_wire"),
    [
        ("1.6", "0123456789abcdef", b"0123456789abcdef".hex()),
        ("1.6", "exactly 20 long here", b"exactly 20 long here".hex()),
        ("1.6", "ab" * 20, "ab" * 20),
        ("1.6", "this one is longer than 20", "this one is longer than 20"),
        ("2.0.1", "0123456789abcdef", "0123456789abcdef"),
        ("2.1", "x" * 64, "x" * 64),
    ],
)
async def test_a_certain_one_is_sent_as_the_version_wants_it(
    start2: Any, tmp_path: Path, version: str, text: str, on_the_wire: str
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcome = await command(system, "password", NewPassword(text))

    assert outcome.is_accepted
    assert sent(end) == [on_the_wire]
    assert await knock(system, OLD) == 1
    assert await knock(system, on_the_wire) == 1
    assert await knock(system, text) == 1
    assert await knock(system, OLD) is None


@pytest.mark.parametrize(
    ("version", "text", "longest"),
    [
        ("1.6", "x" * 15, 40),
        ("1.6", "x" * 41, 40),
        ("2.0.1", "x" * 41, 40),
        ("2.1", "x" * 65, 64),
        ("2.1", "sécret-password-here", 64),
        ("1.6", "a\nline-feed-in-here", 40),
    ],
)
async def test_one_that_does_not_fit_is_refused(
    start2: Any, tmp_path: Path, version: str, text: str, longest: int
) -> None:
    system = await with_password(start2, tmp_path)
    end = await connected(system, version)

    outcome = await command(system, "password", NewPassword(text))

    assert outcome.outcome == "invalid"
    assert f"takes 16 to {longest} printable ones of ASCII" in outcome.detail
    assert text not in outcome.detail
    assert sent(end) == []


# -- what others set


async def set_by_hand(system: Harness2, version: str, text: str) -> Outcome:
    if version == "1.6":
        return await command(system, "configuration", {"authorizationkey": text})
    item = {
        "attributeValue": text,
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "basicauthpassword"},
    }
    return await run(system, "SetVariables", {"setVariableData": [item]})


async def followed(system: Harness2) -> None:
    """What is to be kept of it is."""
    blocks = system.central.blocks.passwords
    if blocks._following:
        await asyncio.wait(blocks._following)
    await settle()


async def test_one_that_was_set_by_hand_is_right_too(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    await connected(system, version)

    await set_by_hand(system, version, "ab" * 20)
    await followed(system)

    assert await knock(system, OLD) == 1
    assert await knock(system, "ab" * 20) == 1
    assert await knock(system, OLD) is None


async def test_one_that_was_refused_by_hand_is_not(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await with_password(start2, tmp_path)
    await connected(system, version, **agreeing("Rejected"))

    await set_by_hand(system, version, "ab" * 20)
    await followed(system)

    assert await knock(system, "ab" * 20) is None


async def test_where_none_is_asked_for_one_set_by_hand_changes_nothing(
    start2: Any, tmp_path: Path, version: str
) -> None:
    system = await start2(files=FileOptions(tmp_path))
    await connected(system, version)

    await set_by_hand(system, version, "ab" * 20)
    await followed(system)

    assert system.station().security == {}
