"""What a station says of its list: how much it takes, and whether it uses it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.local_lists import ListResult
from connector.errors import (
    RemoteProtocolError,
)
from connector.store.records import LocalListRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.local_lists.bench import (
    ACCEPTED,
    DIFFERENTIAL,
    FULL,
    List,
    entry,
    kept,
    register,
    sent,
    update,
)


async def test_a_list_without_room_is_not_sent(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"LocalAuthListMaxLength": "2", "LocalAuthListEnabled": "false"}
    register(system, "a", "b", "c")
    result = await update(system)
    assert result == ListResult("TooLong", "3 tokens, 2 fit")
    assert sent(end) == []
    assert end.asked("ChangeConfiguration") == []
    register(system, "a", "b")
    assert (await update(system)).status == "Accepted"


async def test_a_long_list_goes_out_in_pieces(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"SendLocalListMaxLength": " 2 "}
    register(system, *"abcde")
    result = await update(system)
    assert sent(end) == [
        (1, FULL, ["a", "b"]),
        (2, DIFFERENTIAL, ["c", "d"]),
        (3, DIFFERENTIAL, ["e"]),
    ]
    assert set(its.entries) == set("abcde")
    assert result.detail == "version 3, 5 tokens"
    assert await kept(system) == LocalListRecord(NAME, 3, [entry(t) for t in "abcde"])


async def test_many_changes_go_out_in_pieces(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"SendLocalListMaxLength": "2"}
    await update(system)
    register(system, *"cde")
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [
        (2, DIFFERENTIAL, ["-alice", "-bob"]),
        (3, DIFFERENTIAL, ["c", "d"]),
        (4, DIFFERENTIAL, ["e"]),
    ]
    assert set(its.entries) == set("cde")
    assert result.detail == "version 4, 5 changes"


async def test_of_pieces_the_accepted_ones_are_kept(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"SendLocalListMaxLength": "1"}
    register(system, *"abc")
    take = end.answers["SendLocalList"]
    end.answers["SendLocalList"] = lambda payload: (
        {"status": "Failed"} if payload["listVersion"] == 3 else take(payload)
    )
    result = await update(system)
    assert (result.status, result.detail) == ("Failed", "message 3 of 3: Failed")
    assert await kept(system) == LocalListRecord(NAME, 2, [entry("a"), entry("b")])
    end.answers["SendLocalList"] = take
    await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (3, DIFFERENTIAL, ["c"])


@pytest.mark.parametrize("value", ["0", "", "many", "-1"])
async def test_a_bound_that_is_none_bounds_nothing(
    system: Harness, end: StationEnd, its: List, value: str
) -> None:
    its.keys = {"LocalAuthListMaxLength": value}
    end.answers["SendLocalList"] = ACCEPTED
    its.keys["SendLocalListMaxLength"] = value
    assert (await update(system)).status == "Accepted"
    assert len(sent(end)) == 1


@pytest.mark.parametrize("value", ["true", "TRUE", ""])
async def test_a_station_that_uses_its_list_is_left_alone(
    system: Harness, end: StationEnd, its: List, value: str
) -> None:
    its.keys = {"LocalAuthListEnabled": value}
    await update(system)
    assert end.asked("ChangeConfiguration") == []


@pytest.mark.parametrize("value", ["false", " False"])
async def test_a_station_is_made_to_use_its_list(
    system: Harness, end: StationEnd, its: List, value: str
) -> None:
    its.keys = {"LocalAuthListEnabled": value}
    result = await update(system)
    assert end.asked("ChangeConfiguration") == [
        {"key": "LocalAuthListEnabled", "value": "true"}
    ]
    assert result.detail == "version 1, 2 tokens"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ({"status": "Rejected"}, "is false at the station: Rejected"),
        ({"status": "NotSupported"}, "is false at the station: NotSupported"),
        ({"status": "RebootRequired"}, "becomes true when the station reboots"),
        (RemoteProtocolError("InternalError"), "is false at the station: InternalErr"),
    ],
)
async def test_a_station_that_does_not_want_to_use_its_list_gets_it(
    system: Harness, end: StationEnd, its: List, answer: Any, detail: str
) -> None:
    its.keys = {"LocalAuthListEnabled": "false"}
    end.answers["ChangeConfiguration"] = answer
    result = await update(system)
    assert result.status == "Accepted"
    assert f"LocalAuthListEnabled {detail}" in result.detail


async def test_a_key_that_cannot_be_set_is_not_tried(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"LocalAuthListEnabled": "false"}
    its.readonly = frozenset(its.keys)
    result = await update(system)
    assert end.asked("ChangeConfiguration") == []
    assert result.detail.endswith(
        "LocalAuthListEnabled is false at the station, and read-only"
    )


async def test_a_station_that_tells_no_keys_gets_the_list(
    system: Harness, end: StationEnd
) -> None:
    end.answers["GetConfiguration"] = RemoteProtocolError("InternalError")
    assert (await update(system)).status == "Accepted"
