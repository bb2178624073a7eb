"""Local authorization lists: what a station is sent, and what is known of it after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms import local_list_entries as lists
from connector.csms.local_lists import LARGEST_VERSION, ListResult, LocalLists
from connector.csms.options import StationOptions
from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    LocalProtocolError,
    RemoteProtocolError,
    StationNotConnected,
)
from connector.store import DatabaseStore, open_store
from connector.store.records import LocalListRecord, TokenRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]
Start = Callable[..., Any]

FULL, DIFFERENTIAL = "Full", "Differential"
ACCEPTED = {"status": "Accepted"}


@dataclass
class List:
    """The list of a station that does as the specification says."""

    keys: dict[str, str] = field(default_factory=dict)
    readonly: frozenset[str] = frozenset()
    version: int = 0
    entries: dict[str, Json] = field(default_factory=dict)

    def answers(self) -> Json:
        return {
            "GetConfiguration": self._configuration,
            "GetLocalListVersion": lambda _: {"listVersion": self.version},
            "SendLocalList": self._take,
        }

    def _configuration(self, payload: Json) -> Json:
        found = [
            {"key": key, "readonly": key in self.readonly, "value": self.keys[key]}
            for key in payload["key"]
            if key in self.keys
        ]
        return {"configurationKey": found}

    def _take(self, payload: Json) -> Json:
        change = payload.get("localAuthorizationList", [])
        most = int(self.keys.get("SendLocalListMaxLength", 10**6))
        if len(change) > most:
            return {"status": "Failed"}
        if payload["updateType"] == DIFFERENTIAL:
            if payload["listVersion"] <= self.version:
                return {"status": "VersionMismatch"}
        else:
            self.entries = {}
        for entry in change:
            if "idTagInfo" in entry:
                self.entries[entry["idTag"]] = entry["idTagInfo"]
            else:
                self.entries.pop(entry["idTag"], None)
        self.version = payload["listVersion"] if self.entries else 0
        return ACCEPTED


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def system(start: Start, store: DatabaseStore) -> Harness:
    found: Harness = await start(store, stations={NAME: StationOptions()})
    register(found, "alice", "bob")
    return found


@pytest.fixture
def its() -> List:
    return List()


@pytest.fixture
async def end(system: Harness, its: List) -> StationEnd:
    return await system.connect(**its.answers())


def register(system: Harness, *tokens: str | TokenRecord) -> None:
    """The token registry holds these from now on."""
    records = [TokenRecord(t) if isinstance(t, str) else t for t in tokens]
    system.central.tokens.registry.take(records)


def block(system: Harness) -> LocalLists:
    found: LocalLists = system.central.blocks.local_lists
    return found


async def update(system: Harness, kind: Any = FULL) -> ListResult:
    return await block(system).update(system.station(), kind)


async def kept(system: Harness) -> LocalListRecord | None:
    await block(system).finish()
    found: LocalListRecord | None = await system.store.local_list(NAME)
    return found


def sent(end: StationEnd) -> list[tuple[int, str, list[str]]]:
    """Version, type and id tags of every list; a tag to be removed has a minus."""
    return [
        (
            payload["listVersion"],
            payload["updateType"],
            [
                ("" if "idTagInfo" in entry else "-") + entry["idTag"]
                for entry in payload.get("localAuthorizationList", ())
            ],
        )
        for payload in end.asked("SendLocalList")
    ]


def entry(id_tag: str, status: str = "Accepted") -> Json:
    return {"idTag": id_tag, "idTagInfo": {"status": status}}


# -- in full


async def test_a_full_list_is_that_of_the_registry(
    system: Harness, end: StationEnd
) -> None:
    expiry_ms = system.clock.now_ms() + 60_000
    register(
        system,
        "alice",
        TokenRecord("bob", status="Blocked"),
        TokenRecord("carol", expiry_ms=expiry_ms, group="family"),
        TokenRecord("dave", expiry_ms=expiry_ms - 120_000),
    )
    result = await update(system)
    assert end.asked("SendLocalList") == [
        {
            "listVersion": 1,
            "updateType": "Full",
            "localAuthorizationList": [
                {"idTag": "alice", "idTagInfo": {"status": "Accepted"}},
                {"idTag": "bob", "idTagInfo": {"status": "Blocked"}},
                {
                    "idTag": "carol",
                    "idTagInfo": {
                        "status": "Accepted",
                        "expiryDate": "2026-01-31T12:01:00Z",
                        "parentIdTag": "family",
                    },
                },
                {
                    "idTag": "dave",
                    "idTagInfo": {
                        "status": "Expired",
                        "expiryDate": "2026-01-31T11:59:00Z",
                    },
                },
            ],
        }
    ]
    assert result == ListResult(
        "Accepted", "version 1, 4 tokens", {"status": "Accepted", "listVersion": 1}
    )


async def test_a_full_list_is_sent_again_as_often_as_one_likes(
    system: Harness, end: StationEnd
) -> None:
    for _ in range(3):
        assert (await update(system)).status == "Accepted"
    assert [version for version, _, _ in sent(end)] == [1, 2, 3]


async def test_what_the_station_accepted_is_kept(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    assert await kept(system) == LocalListRecord(
        NAME, 1, [entry("alice"), entry("bob")]
    )


async def test_an_empty_registry_is_an_empty_list(
    system: Harness, end: StationEnd, its: List
) -> None:
    register(system)
    result = await update(system)
    assert sent(end) == [(1, FULL, [])]
    assert result.detail == "version 1, 0 tokens"
    assert (await update(system, DIFFERENTIAL)).detail == "unchanged"


async def test_the_version_is_above_that_of_the_station(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = 41
    await update(system)
    assert sent(end)[0][0] == 42


async def test_the_version_is_above_the_one_that_was_accepted(
    system: Harness, end: StationEnd
) -> None:
    await system.store.save_local_list(LocalListRecord(NAME, 7, []))
    await update(system)
    assert sent(end)[0][0] == 8


async def test_after_the_largest_version_they_begin_again(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = LARGEST_VERSION
    await update(system)
    assert sent(end) == [(1, FULL, ["alice", "bob"])]


async def test_what_is_too_long_for_an_id_tag_is_left_out(
    system: Harness, end: StationEnd
) -> None:
    register(
        system,
        "x" * 20,
        "y" * 21,
        TokenRecord("bob", group="g" * 21),
        TokenRecord(""),
    )
    result = await update(system)
    assert sent(end) == [(1, FULL, ["x" * 20])]
    assert result.detail == (
        "version 1, 1 token; 3 left out: id or group over 20 characters"
    )


async def test_the_lists_of_two_stations_are_their_own(
    start: Start, store: DatabaseStore
) -> None:
    stations = {NAME: StationOptions(), "CP-8": StationOptions()}
    system = await start(store, stations=stations)
    register(system, "alice")
    first = await system.connect(NAME, **List().answers())
    second = await system.connect("CP-8", **List(version=9).answers())
    await asyncio.gather(
        *(block(system).update(system.station(s), FULL) for s in stations)
    )
    assert sent(first) == [(1, FULL, ["alice"])]
    assert sent(second) == [(10, FULL, ["alice"])]


# -- what changed


async def test_only_what_changed_is_sent(system: Harness, end: StationEnd) -> None:
    register(system, "alice", "bob", "carol")
    await update(system)
    register(system, "alice", TokenRecord("bob", status="Blocked"), "dave")
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, DIFFERENTIAL, ["-carol", "bob", "dave"])]
    assert result.detail == "version 2, 3 changes"
    record = await kept(system)
    assert record == LocalListRecord(
        NAME, 2, [entry("alice"), entry("bob", "Blocked"), entry("dave")]
    )


async def test_where_nothing_changed_nothing_is_sent(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    register(system, "BOB", "alice")
    result = await update(system, DIFFERENTIAL)
    assert result == ListResult("Accepted", "unchanged", {"listVersion": 1})
    assert len(sent(end)) == 1


async def test_a_token_that_expired_has_changed(
    system: Harness, end: StationEnd, its: List
) -> None:
    expiry_ms = system.clock.now_ms() + 60_000
    register(system, TokenRecord("alice", expiry_ms=expiry_ms))
    await update(system)
    await system.advance(61)
    await update(system, DIFFERENTIAL)
    assert its.entries["alice"]["status"] == "Expired"


async def test_what_was_accepted_is_known_after_a_restart(
    system: Harness, end: StationEnd, its: List, start: Start
) -> None:
    await update(system)
    await system.close()
    system = await start(system.store)
    register(system, "alice")
    end = await system.connect(**its.answers())
    await update(system, DIFFERENTIAL)
    assert sent(end) == [(2, DIFFERENTIAL, ["-bob"])]


async def test_the_first_list_is_a_full_one(system: Harness, end: StationEnd) -> None:
    result = await update(system, DIFFERENTIAL)
    assert sent(end) == [(1, FULL, ["alice", "bob"])]
    assert result.detail == "version 1, 2 tokens; in full: none was sent before"


async def test_a_station_with_another_version_gets_a_full_list(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    its.version = 5
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(6, FULL, ["alice", "bob"])]
    assert result.detail.endswith("in full: the station has version 5, not 1")


async def test_a_station_that_lost_its_list_gets_a_full_one(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    its.version, its.entries = 0, {}
    await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, FULL, ["alice", "bob"])]


@pytest.mark.parametrize("status", ["VersionMismatch", "Failed"])
async def test_a_refused_change_is_followed_by_a_full_list(
    system: Harness, end: StationEnd, its: List, status: str
) -> None:
    await update(system)
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def refuse(payload: Json) -> Json:
        its.version = 8
        is_full = payload["updateType"] == FULL
        answer: Json = take(payload) if is_full else {"status": status}
        return answer

    end.answers["SendLocalList"] = refuse
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(2, DIFFERENTIAL, ["-bob"]), (9, FULL, ["alice"])]
    assert result.status == "Accepted"
    assert result.detail == f"version 9, 1 token; in full: {status} for what changed"
    assert await kept(system) == LocalListRecord(NAME, 9, [entry("alice")])


async def test_versions_that_begin_again_do_so_in_full(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = LARGEST_VERSION - 2
    await update(system)
    register(system, "alice")
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[1:] == [(1, FULL, ["alice"])]
    assert "versions begin again" in result.detail


@pytest.mark.parametrize("code", ["NotImplemented", "InternalError"])
async def test_a_station_that_does_not_tell_its_version_gets_full_lists(
    system: Harness, end: StationEnd, code: str
) -> None:
    end.answers["GetLocalListVersion"] = RemoteProtocolError(code)
    await update(system)
    result = await update(system, DIFFERENTIAL)
    assert [(version, kind) for version, kind, _ in sent(end)] == [(1, FULL), (2, FULL)]
    assert "does not tell its version" in result.detail


# -- refusals


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch", "NotSupported"])
async def test_a_refused_list_changes_nothing_here(
    system: Harness, end: StationEnd, status: str
) -> None:
    await update(system)
    end.answers["SendLocalList"] = {"status": status}
    register(system, "alice")
    result = await update(system)
    assert result == ListResult(status, status, {"status": status})
    assert await kept(system) == LocalListRecord(
        NAME, 1, [entry("alice"), entry("bob")]
    )


async def test_a_station_without_a_list_is_sent_none(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = -1
    result = await update(system)
    assert result == ListResult("NotSupported", "the station has no local list")
    assert sent(end) == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (RemoteProtocolError("NotSupported"), CallErrorReceived),
        ({"status": "Whatever"}, RemoteProtocolError),
    ],
)
async def test_an_answer_that_is_none_is_told(
    system: Harness, end: StationEnd, answer: Any, problem: type[Exception]
) -> None:
    end.answers["SendLocalList"] = answer
    end.session._rules = _Anything(end.session._rules)  # type: ignore[assignment]
    with pytest.raises(problem):
        await update(system)
    assert await kept(system) is None


class _Anything:
    """Rules that let every answer out."""

    def __init__(self, rules: Any) -> None:
        self._rules = rules

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rules, name)

    def answer_fits(self, action: str, payload: object) -> bool:
        return True


async def test_nobody_connected_is_told(system: Harness) -> None:
    system.central.stations[NAME].session = None
    with pytest.raises(StationNotConnected):
        await update(system)


async def test_a_link_that_is_lost_is_told(
    system: Harness, end: StationEnd, its: List
) -> None:
    await update(system)
    register(system, "alice")
    has_come, is_over = asyncio.Event(), asyncio.Event()

    async def wait() -> Json:
        has_come.set()
        await is_over.wait()
        return ACCEPTED

    end.answers["SendLocalList"] = lambda _: wait()
    sending = asyncio.create_task(update(system, DIFFERENTIAL))
    await has_come.wait()
    await end.link.close()
    with pytest.raises(LinkClosed):
        await sending
    is_over.set()


@pytest.mark.parametrize("has_arrived", [True, False])
async def test_after_a_lost_answer_the_version_tells_what_holds(
    system: Harness, end: StationEnd, its: List, has_arrived: bool
) -> None:
    await update(system)
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def lose(payload: Json) -> Any:
        if has_arrived:
            take(payload)
        raise RemoteProtocolError("InternalError")

    end.answers["SendLocalList"] = lose
    with pytest.raises(CallErrorReceived):
        await update(system, DIFFERENTIAL)
    end.answers["SendLocalList"] = take
    await update(system, DIFFERENTIAL)
    assert set(its.entries) == {"alice"}
    last = (3, FULL, ["alice"]) if has_arrived else (2, DIFFERENTIAL, ["-bob"])
    assert sent(end)[-1] == last


# -- the station's bounds


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


# -- as it is given, and what others send


async def test_a_list_is_sent_as_it_is_given(system: Harness, end: StationEnd) -> None:
    payload = {
        "listVersion": 12,
        "updateType": FULL,
        "localAuthorizationList": [entry("x"), entry("X", "Blocked")],
    }
    result = await block(system).send(system.station(), payload)
    assert end.calls == [("SendLocalList", payload)]
    assert result == ListResult("Accepted", "version 12", ACCEPTED)
    assert await kept(system) == LocalListRecord(NAME, 12, [entry("X", "Blocked")])


async def test_without_entries_it_empties_the_list(
    system: Harness, end: StationEnd
) -> None:
    payload = {"listVersion": 12, "updateType": FULL}
    await block(system).send(system.station(), payload)
    assert await kept(system) == LocalListRecord(NAME, 12, [])


async def test_what_a_given_change_makes_is_unknown(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    payload = {"listVersion": 12, "updateType": DIFFERENTIAL}
    await block(system).send(system.station(), payload)
    assert await kept(system) == LocalListRecord(NAME, 12, None)
    await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (13, FULL, ["alice", "bob"])


async def test_a_given_list_that_is_refused_is_not_followed_by_another(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.version = 20
    payload = {"listVersion": 12, "updateType": DIFFERENTIAL}
    result = await block(system).send(system.station(), payload)
    assert result.status == result.detail == "VersionMismatch"
    assert len(sent(end)) == 1
    assert await kept(system) is None


async def test_a_given_list_that_is_none_is_not_sent(
    system: Harness, end: StationEnd
) -> None:
    with pytest.raises(LocalProtocolError, match="updateType"):
        await block(system).send(system.station(), {"listVersion": 1})
    assert end.calls == []


async def test_a_list_through_call_is_known_by_its_version_only(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    payload = {"listVersion": 5, "updateType": FULL, "localAuthorizationList": []}
    await system.station().call("SendLocalList", payload)
    assert await kept(system) == LocalListRecord(NAME, 5, None)


async def test_after_a_list_through_call_the_next_change_is_a_full_list(
    system: Harness, end: StationEnd
) -> None:
    payload = {"listVersion": 5, "updateType": FULL}
    payload["localAuthorizationList"] = [entry("x")]
    await system.station().call("SendLocalList", payload)
    await kept(system)
    result = await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (6, FULL, ["alice", "bob"])
    assert result.detail.endswith("in full: somebody else sent version 5")


async def test_a_refused_list_through_call_means_nothing(
    system: Harness, end: StationEnd
) -> None:
    await update(system)
    end.answers["SendLocalList"] = {"status": "Failed"}
    payload = {"listVersion": 5, "updateType": FULL}
    await system.station().call("SendLocalList", payload)
    record = await kept(system)
    assert record is not None
    assert record.version == 1


async def test_a_list_through_call_between_two_pieces_makes_the_list_unknown(
    system: Harness, end: StationEnd, its: List
) -> None:
    its.keys = {"SendLocalListMaxLength": "1"}
    take = end.answers["SendLocalList"]
    foreign = {"listVersion": 50, "updateType": FULL}

    def answer(payload: Json) -> Json:
        if payload["listVersion"] == 1:
            call = system.station().call("SendLocalList", foreign)
            end.tasks.append(asyncio.create_task(call))  # type: ignore[arg-type]
        took: Json = take(payload)
        return took

    end.answers["SendLocalList"] = answer
    await update(system)
    record = await kept(system)
    assert record is not None
    assert record.entries is None


async def test_lists_of_one_station_are_sent_one_after_the_other(
    system: Harness, end: StationEnd
) -> None:
    results = await asyncio.gather(*(update(system) for _ in range(3)))
    assert [result.response["listVersion"] for result in results] == [1, 2, 3]


async def test_one_that_waits_too_long_for_its_turn_is_not_sent(
    start: Start,
) -> None:
    stations = {NAME: StationOptions(call_timeout_s=0.05)}
    system = await start(stations=stations)
    end = await system.connect(**List().answers())
    async with block(system)._turn(system.station()):
        with pytest.raises(CommandTimeout, match="not sent within"):
            await update(system)
    assert end.calls == []
    assert (await update(system)).status == "Accepted"


# -- the store


async def test_a_list_that_cannot_be_kept_is_accepted_all_the_same(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    system = await start(store)
    its = List()
    end = await system.connect(**its.answers())
    register(system, "alice")
    take = end.answers["SendLocalList"]

    def fail(payload: Json) -> Json:
        store.is_failing = True
        took: Json = take(payload)
        return took

    end.answers["SendLocalList"] = fail
    result = await update(system)
    store.is_failing = False
    assert result.status == "Accepted"
    assert "not kept, so the next one goes in full: the disk is full" in result.detail
    end.answers["SendLocalList"] = take
    await update(system, DIFFERENTIAL)
    assert sent(end)[-1] == (2, FULL, ["alice"])


@pytest.mark.parametrize("is_failing", [False, True])
async def test_a_station_that_is_forgotten_has_no_list(
    start: Start, is_failing: bool
) -> None:
    store = MemoryStore()
    system = await start(store, stations={}, unknown_stations="accept")
    await system.connect(**List().answers())
    await update(system)
    station = system.station()
    await system.central.forget(NAME)
    store.is_failing = is_failing
    await settle()
    store.is_failing = False
    assert (await kept(system) is None) is not is_failing
    await block(system)._save(station, 9, [])
    assert (await kept(system) is None) is not is_failing


# -- what differs


TAGS = st.sampled_from(["a", "A", "b", "bB", "BB", "c", "d"])
INFOS = st.sampled_from(
    [{"status": "Accepted"}, {"status": "Blocked"}, {"status": "Accepted", "x": 1}]
)
LISTS = st.dictionaries(TAGS, INFOS).map(
    lambda found: [
        {"idTag": tag, "idTagInfo": info}
        for tag, info in {t.lower(): (t, i) for t, i in found.items()}.values()
    ]
)


def meaning(entries: list[Json]) -> dict[str, Json]:
    return {entry["idTag"].lower(): entry["idTagInfo"] for entry in entries}


@given(LISTS, LISTS)
def test_a_change_makes_the_new_list_of_the_old_one(
    old: list[Json], new: list[Json]
) -> None:
    change = lists.difference(old, new)
    assert meaning(lists.applied(old, change)) == meaning(new)
    assert len({entry["idTag"].lower() for entry in change}) == len(change)


@given(LISTS, LISTS, st.integers(1, 4))
def test_a_change_in_pieces_makes_the_new_list_too(
    old: list[Json], new: list[Json], most: int
) -> None:
    entries = old
    for part in lists.parts(lists.difference(old, new), most):
        assert len(part) <= most
        entries = lists.applied(entries, part)
        assert len(entries) <= max(len(old), len(new))
    assert meaning(entries) == meaning(new)


@given(LISTS, LISTS)
def test_a_station_that_minds_case_gets_the_new_list_too(
    old: list[Json], new: list[Json]
) -> None:
    strict = {entry["idTag"]: entry["idTagInfo"] for entry in old}
    for change in lists.difference(old, new):
        if "idTagInfo" in change:
            strict[change["idTag"]] = change["idTagInfo"]
        else:
            del strict[change["idTag"]]
    assert {tag.lower(): info for tag, info in strict.items()} == meaning(new)
    assert len(strict) == len(new)


@given(LISTS)
def test_nothing_differs_from_itself(entries: list[Json]) -> None:
    assert lists.difference(entries, entries[::-1]) == []
