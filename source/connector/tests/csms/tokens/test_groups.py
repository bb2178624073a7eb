"""Groups, and the master pass: who may stop what somebody else started."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.options import TokenOptions
from connector.tests.csms.conftest import NAME
from connector.tests.csms.tokens.conftest import (
    VERSIONS,
    authorize,
    connect,
    info,
    start,
    token,
)

Start = Callable[..., Any]
Json = dict[str, Any]
FAMILY = {
    "alice": TokenOptions(group="Family"),
    "bob": TokenOptions(group="family"),
    "family": TokenOptions(),
    "carol": TokenOptions(group="others"),
}


def group(said: Json) -> str | None:
    """The group in an answer."""
    found = said.get("groupIdToken", {}).get("idToken") or said.get("parentIdTag")
    return found


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_start_and_authorize_tell_the_group(
    start2: Start, version: str
) -> None:
    system = await start2(tokens=FAMILY)
    end = await connect(system, version)

    assert group(info(await end.say("Authorize", **token(end, "bob")))) == "family"
    if version == "1.6":
        answer = await end.start(idTag="alice")
    else:
        answer = await end.event("Started", 0, token="alice")
    assert group(info(answer)) == "Family"


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_token_that_a_group_is_named_after_is_of_the_group(
    start2: Start, version: str
) -> None:
    system = await start2(tokens=FAMILY)
    end = await connect(system, version)

    assert group(info(await end.say("Authorize", **token(end, "FAMILY")))) == "family"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_group_that_nobody_is_in_any_more_is_none(
    start2: Start, version: str
) -> None:
    system = await start2(tokens={"family": TokenOptions()})
    tokens = system.central.tokens
    end = await connect(system, version)
    assert group(info(await end.say("Authorize", **token(end, "family")))) is None

    system.central.tokens.registry.take([])
    assert tokens.group_of("family") is None


@pytest.mark.parametrize(
    ("version", "length", "is_told"),
    [("1.6", 20, True), ("1.6", 21, False), ("2.0.1", 36, True), ("2.0.1", 37, False)],
)
async def test_a_group_that_is_too_long_for_a_version_is_left_out(
    start2: Start, version: str, length: int, is_told: bool
) -> None:
    system = await start2(tokens={"card": TokenOptions(group="g" * length)})
    end = await connect(system, version)

    said = info(await end.say("Authorize", **token(end, "card")))

    assert said["status"] == "Accepted"
    assert (group(said) is not None) is is_told


async def stopped_with(system: Any, version: str, by: str) -> Json:
    """What a stop of alice's transaction with another token is answered."""
    end = await connect(system, version)
    if version == "1.6":
        number = (await end.start(idTag="alice"))["transactionId"]
        return await end.stop(number, idTag=by)  # type: ignore[no-any-return]
    await end.event("Started", 0, token="alice")
    answer: Json = await end.event("Ended", 1, reason="Local", token=by)
    return answer


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("by", "text"),
    [
        ("bob", "was stopped with ***, which may do so"),
        ("family", "was stopped with fami***, which may do so"),
        ("remote", "was stopped with remo***, which may do so"),
        ("carol", "of alic*** was stopped with caro***, which is not of its group"),
        ("x9", "of alic*** was stopped with ***, which is not of its group"),
    ],
)
async def test_a_stop_is_kept_whoever_it_was_and_the_log_tells(
    start2: Start, version: str, by: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    system = await start2(tokens=FAMILY)

    answer = await stopped_with(system, version, by)

    assert info(answer)["status"] == "Accepted"
    [record] = await system.store.transactions()
    assert (record.is_open, record.stop_token) == (False, by)
    assert text in caplog.text


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_stop_with_the_same_token_is_nothing_to_tell(
    start2: Start, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    system = await start2(tokens=FAMILY)

    await stopped_with(system, version, "ALICE")

    assert "was stopped with" not in caplog.text


POLICE = {"alice": TokenOptions(), "police": TokenOptions(group="Masters")}
MASTER = "AuthCtrlr/MasterPassGroupId"


async def with_master(start2: Start, version: str, *, is_reported: bool) -> Any:
    system = await start2(tokens=POLICE)
    end = await system.connect_2(version=version)
    if is_reported:
        item = {"variableAttribute": [{"type": "Actual", "value": "masters"}]}
        await system.store.save_variables(NAME, {MASTER: item})
    else:
        system.station().configuration[MASTER] = "MASTERS"
    return end


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("is_reported", [True, False])
async def test_a_master_pass_is_authorised_and_starts_nothing(
    start2: Start, version: str, is_reported: bool
) -> None:
    end = await with_master(start2, version, is_reported=is_reported)

    assert await authorize(end, "police") == "Accepted"
    assert await start(end, "police") == "Invalid"
    assert await start(end, "alice", 2) == "Accepted"


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_master_pass_stops_what_runs(
    start2: Start, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    end = await with_master(start2, version, is_reported=True)
    await end.event("Started", 0, token="alice")

    answer = await end.event("Ended", 1, reason="MasterPass", token="police")

    said = info(answer)
    assert (said["status"], group(said)) == ("Accepted", "Masters")
    assert "was stopped with the master pass poli***" in caplog.text


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_without_a_master_group_a_group_is_a_group(
    start2: Start, version: str
) -> None:
    system = await start2(tokens=POLICE)
    end = await system.connect_2(version=version)

    assert await start(end, "police") == "Accepted"
