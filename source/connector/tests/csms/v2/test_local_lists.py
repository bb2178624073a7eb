"""Local lists of 2.x: what is sent, in parts that fit, and what is known after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.errors import RemoteProtocolError
from connector.store.records import LocalListRecord, TokenRecord
from connector.tests.csms.conftest import NAME
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import command, run

Json = dict[str, Any]
ACCEPTED = {"status": "Accepted"}
DIFFERENTIAL = {"updateType": "Differential"}


@dataclass
class List:
    """The list of a station that does as the specification says."""

    variables: dict[str, str] = field(default_factory=dict)
    version: int = 0
    entries: dict[str, Json] = field(default_factory=dict)

    def answers(self) -> Json:
        return {
            "GetVariables": self._get,
            "SetVariables": self._set,
            "GetLocalListVersion": lambda _: {"versionNumber": self.version},
            "SendLocalList": self._take,
        }

    def _get(self, payload: Json) -> Json:
        return {"getVariableResult": [self._value(d) for d in payload["getVariableData"]]}  # fmt: skip

    def _value(self, asked: Json) -> Json:
        found = self.variables.get(asked["variable"]["name"])
        if asked["component"]["name"] != "LocalAuthListCtrlr" or found is None:
            return {**asked, "attributeStatus": "UnknownVariable"}
        return {**asked, "attributeStatus": "Accepted", "attributeValue": found}

    def _set(self, payload: Json) -> Json:
        (data,) = payload["setVariableData"]
        self.variables[data["variable"]["name"]] = data["attributeValue"]
        named = {name: data[name] for name in ("component", "variable")}
        return {"setVariableResult": [{**named, "attributeStatus": "Accepted"}]}

    def _take(self, payload: Json) -> Json:
        change = payload.get("localAuthorizationList", [])
        if len(change) > int(self.variables.get("ItemsPerMessage", 10**6)):
            return {"status": "Failed"}
        if len(orjson.dumps(payload)) > int(self.variables.get("BytesPerMessage", 10**6)):  # fmt: skip
            return {"status": "Failed"}
        if payload["updateType"] == "Full":
            self.entries = {}
        elif payload["versionNumber"] <= self.version:
            return {"status": "VersionMismatch"}
        for entry in change:
            token = entry["idToken"]["idToken"]
            if "idTokenInfo" in entry:
                self.entries[token] = entry["idTokenInfo"]
            else:
                self.entries.pop(token, None)
        self.version = payload["versionNumber"]
        return ACCEPTED


@dataclass
class Room:
    """A central system, a station, and the station's list."""

    system: Harness2
    station: Station2
    its: List

    async def update(self, value: object = None) -> Outcome:
        return await command(self.system, "local_list", value)

    def register(self, *records: TokenRecord) -> None:
        """The token registry holds these from now on."""
        self.system.central.tokens.registry.take(records)

    def sent(self) -> list[tuple[int, str, list[str]]]:
        """Version, type and tokens of every list; one to be removed has a minus."""
        return [
            (
                payload["versionNumber"],
                payload["updateType"],
                [
                    ("" if "idTokenInfo" in entry else "-")
                    + entry["idToken"]["idToken"]
                    for entry in payload.get("localAuthorizationList", ())
                ],
            )
            for payload in self.station.asked("SendLocalList")
        ]


async def made(start2: Any, version: str, store: MemoryStore | None = None) -> Room:
    system = await start2(store, tokens={"alice": TokenOptions(), "bob": TokenOptions(status="Blocked", group="family")})  # fmt: skip
    its = List()
    station = await system.connect_2(version=version, **its.answers())
    return Room(system, station, its)


@pytest.fixture(params=["2.0.1", "2.1"])
async def room(request: Any, start2: Any) -> Room:
    return await made(start2, request.param)


async def test_the_list_of_the_registry_is_sent(room: Room) -> None:
    outcome = await room.update()

    assert outcome == Outcome(
        OutcomeName.ACCEPTED,
        "version 1, 2 tokens",
        {"status": "Accepted", "versionNumber": 1},
    )
    family = {"idToken": "family", "type": "Central"}
    assert room.station.asked("SendLocalList") == [
        {
            "versionNumber": 1,
            "updateType": "Full",
            "localAuthorizationList": [
                {
                    "idToken": {"idToken": "alice", "type": "ISO14443"},
                    "idTokenInfo": {"status": "Accepted"},
                },
                {
                    "idToken": {"idToken": "bob", "type": "ISO14443"},
                    "idTokenInfo": {"status": "Blocked", "groupIdToken": family},
                },
            ],
        }
    ]


async def test_only_what_changed_is_sent(room: Room) -> None:
    await room.update()
    room.register(TokenRecord("alice"), TokenRecord("carol", type="KeyCode"))

    await room.update(DIFFERENTIAL)
    outcome = await room.update(DIFFERENTIAL)

    assert room.sent()[1:] == [(2, "Differential", ["-bob", "carol"])]
    token = room.station.asked("SendLocalList")[1]["localAuthorizationList"][1]
    assert token["idToken"] == {"idToken": "carol", "type": "KeyCode"}
    assert outcome.detail == "unchanged"
    assert outcome.response == {"versionNumber": 2}


async def test_a_list_without_entries_has_no_member_for_them(room: Room) -> None:
    room.register()

    outcome = await room.update()

    assert outcome.is_accepted
    assert room.station.asked("SendLocalList") == [
        {"versionNumber": 1, "updateType": "Full"}
    ]


@pytest.mark.parametrize(("name", "value"), [("ItemsPerMessage", "2"), ("BytesPerMessage", "400")])  # fmt: skip
async def test_messages_are_as_small_as_the_station_wants(
    room: Room, name: str, value: str
) -> None:
    room.its.variables[name] = value
    room.register(*(TokenRecord(f"token-{number}") for number in range(5)))

    outcome = await room.update()

    assert outcome.detail == "version 3, 5 tokens"
    assert [(v, kind, len(e)) for v, kind, e in room.sent()] == [
        (1, "Full", 2),
        (2, "Differential", 2),
        (3, "Differential", 1),
    ]
    assert len(room.its.entries) == 5


async def test_a_list_that_has_no_room_is_not_sent(room: Room) -> None:
    item = {"component": {"name": "LocalAuthListCtrlr"}, "variable": {"name": "Entries"}}  # fmt: skip
    limit = {"variableCharacteristics": {"maxLimit": 1}}
    await room.system.store.save_variables(NAME, {"LocalAuthListCtrlr/Entries": item | limit})  # fmt: skip

    outcome = await room.update()

    assert (outcome.outcome, outcome.detail) == (OutcomeName.REJECTED, "2 tokens, 1 fit")  # fmt: skip
    assert room.sent() == []


async def test_a_list_that_is_not_used_is_enabled(room: Room) -> None:
    room.its.variables["Enabled"] = "false"

    outcome = await room.update()

    assert outcome.is_accepted
    assert room.its.variables["Enabled"] == "true"


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ("Rejected", "LocalAuthListCtrlr/Enabled is false at the station: Rejected"),
        ("RebootRequired", "LocalAuthListCtrlr/Enabled becomes true when the station"),
        (None, "LocalAuthListCtrlr/Enabled is false at the station: "),
    ],
)
async def test_where_it_is_not_enabled_the_outcome_says_so(
    room: Room, answer: str | None, detail: str
) -> None:
    room.its.variables["Enabled"] = "False"

    def answers(payload: Json) -> Json:
        if answer is None:
            raise RemoteProtocolError("NotSupported")
        (data,) = payload["setVariableData"]
        named = {name: data[name] for name in ("component", "variable")}
        return {"setVariableResult": [{**named, "attributeStatus": answer}]}

    room.station.answers["SetVariables"] = answers

    outcome = await room.update()

    assert outcome.is_accepted
    assert detail in outcome.detail


async def test_a_station_without_a_list_is_unsupported(room: Room) -> None:
    room.its.variables["Available"] = "false"

    outcome = await room.update()

    assert outcome.outcome is OutcomeName.UNSUPPORTED
    assert room.sent() == []


async def test_a_station_without_variables_gets_its_list(room: Room) -> None:
    room.station.answers["GetVariables"] = RemoteProtocolError("NotSupported")

    assert (await room.update()).is_accepted


async def test_a_refused_change_is_sent_in_full(room: Room) -> None:
    await room.update()
    room.register(TokenRecord("alice"))
    answers = iter([{"status": "VersionMismatch"}, ACCEPTED])
    room.station.answers["SendLocalList"] = lambda _: next(answers)

    outcome = await room.update(DIFFERENTIAL)

    assert outcome.is_accepted
    assert "in full: VersionMismatch for what changed" in outcome.detail
    assert [kind for _, kind, _ in room.sent()] == ["Full", "Differential", "Full"]


@pytest.mark.parametrize(("length", "left_out"), [(36, ()), (37, ("2.0.1",)), (256, ("2.0.1", "2.1"))])  # fmt: skip
async def test_what_no_list_can_hold_is_left_out(
    room: Room, length: int, left_out: tuple[str, ...]
) -> None:
    room.register(TokenRecord("x" * length), TokenRecord("bob"))

    outcome = await room.update()

    is_left_out = room.station.session.version in left_out
    assert ("1 left out: id or group over" in outcome.detail) is is_left_out
    assert len(room.its.entries) == 2 - is_left_out


async def test_a_type_that_the_version_has_not_is_left_out_alone(room: Room) -> None:
    room.register(TokenRecord("van", "VIN"), TokenRecord("bob"))

    outcome = await room.update()

    is_left_out = room.station.session.version == "2.0.1"
    assert ("or a type that 2.0.1 has not" in outcome.detail) is is_left_out
    assert len(room.its.entries) == 2 - is_left_out


async def test_a_complete_list_is_sent_as_it_is(room: Room) -> None:
    payload = {"versionNumber": 9, "updateType": "Full"}

    outcome = await room.update(payload)

    assert outcome.is_accepted
    assert room.station.asked("SendLocalList") == [payload]
    assert room.system.store.local_list_records[NAME] == LocalListRecord(NAME, 9, [])


@pytest.mark.parametrize("value", [{"listVersion": 1, "updateType": "Full"}, {"updateType": "x"}, 5, {"versionNumber": "1", "updateType": "Full"}])  # fmt: skip
async def test_what_is_no_list_is_invalid(room: Room, value: object) -> None:
    outcome = await room.update(value)

    assert outcome.outcome is OutcomeName.INVALID
    assert room.sent() == []


async def test_a_list_that_somebody_else_sent_is_not_that_of_the_registry(
    room: Room,
) -> None:
    await room.update()

    await run(room.system, "SendLocalList", {"versionNumber": 7, "updateType": "Full"})
    outcome = await room.update(DIFFERENTIAL)

    assert "in full: somebody else sent version 7" in outcome.detail
    assert room.sent()[-1][:2] == (8, "Full")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_what_was_accepted_is_known_after_a_restart(
    start2: Any, version: str
) -> None:
    store = MemoryStore()
    before = await made(start2, version, store)
    await before.update()
    await before.system.close()
    after = await made(start2, version, store)
    after.its.version = 1

    assert (await after.update(DIFFERENTIAL)).detail == "unchanged"


async def test_what_changes_is_sent_from_then_on(room: Room) -> None:
    await room.update()
    system = room.system
    await system.central.tokens.register(TokenRecord("carol", "KeyCode"))
    await system.advance(2)

    assert room.sent()[1:] == [(2, "Differential", ["carol"])]


async def test_it_may_stay_as_it_is(room: Room) -> None:
    await room.update()
    outcome = await room.update(False)
    await room.system.central.tokens.register(TokenRecord("carol"))
    await room.system.advance(60)

    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "it stays as it is: changes of the registry are not sent any more")  # fmt: skip
    assert len(room.sent()) == 1


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_entries_of_another_version_are_not_compared(
    start2: Any, version: str
) -> None:
    store = MemoryStore()
    old = {"idTag": "alice", "idTagInfo": {"status": "Accepted"}}
    store.local_list_records[NAME] = LocalListRecord(NAME, 4, [old])
    room = await made(start2, version, store)
    room.its.version = 4

    outcome = await room.update(DIFFERENTIAL)

    assert outcome.detail.startswith("version 5, 2 tokens; in full")


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_gets_no_list(start2: Any, version: str) -> None:
    system = await start2(stations={"other": StationOptions()})
    station = await system.connect_2(version=version, boots=True, **List().answers())

    outcome = await command(system, "local_list", None)

    assert outcome.outcome is OutcomeName.REJECTED
    assert station.asked("SendLocalList") == []
