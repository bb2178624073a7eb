"""A station's local list, and what it was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.csms.local_lists import ListResult, LocalLists
from connector.store.records import LocalListRecord, TokenRecord
from connector.tests.csms.conftest import NAME, Harness, StationEnd

Json = dict[str, Any]

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
