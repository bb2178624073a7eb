"""Local authorization lists (1.6, sections 3.5, 5.10, 5.15; 2.x, block D).

They say who may charge offline. Each station's list is made of the token registry. What
it accepted is kept with its version, so that later only what changed needs to be sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakValueDictionary

from connector.csms import local_list_entries as lists
from connector.csms.context import Context
from connector.csms.events import Answered, Forgotten
from connector.csms.local_list_entries import OF_2, OF_16, Entries, Wire
from connector.csms.local_list_keys import Keys, read_keys
from connector.csms.local_list_versions import (
    LARGEST_VERSION,
    is_in_step,
    next_version,
    of_wire,
    why_in_full,
)
from connector.csms.station import Station
from connector.csms.tokens import Tokens
from connector.csms.v2.local_list_variables import ListVariables, read_variables
from connector.errors import CallErrorReceived, CommandTimeout, StoreError
from connector.sessions.handlers import Handler
from connector.store.records import LocalListRecord

Json = dict[str, Any]
UpdateType = Literal["Full", "Differential"]
Bounds = Keys | ListVariables

logger = logging.getLogger(__name__)

ACCEPTED = "Accepted"
NOT_SUPPORTED = "NotSupported"
TOO_LONG = "TooLong"
"""No word of OCPP: the station's list has no room for all tokens."""
_TRY_IN_FULL = frozenset({"VersionMismatch", "Failed"})
_NO_LIST = -1
FOLLOWS = "list_follows_tokens"
"""In `Station.learned`: its list is that of the registry, and is to stay so."""


@dataclass(frozen=True, slots=True)
class ListResult:
    """What became of it: a status of SendLocalList or `TOO_LONG`; the last answer."""

    status: str
    detail: str
    response: Json | None = None


class _Turn:
    """A station's list while we send it."""

    __slots__ = ("is_touched", "notes", "payload", "station", "wire")

    def __init__(self, station: Station) -> None:
        self.station = station
        self.wire = wire_of(station)
        self.payload: Json | None = None
        self.is_touched = False
        """Whether somebody else sent a list meanwhile."""
        self.notes: list[str] = []

    def result(self, status: str, *first: str, response: Json | None) -> ListResult:
        detail = "; ".join([*first, *self.notes])
        return ListResult(status, detail, response)


class LocalLists:
    """Sends lists, and knows what stations accepted."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self.handlers: dict[str, Handler] = {}
        self._context = context
        self._tokens = tokens
        self._stations: Mapping[str, Station] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._turns: dict[str, _Turn] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        context.events.subscribe(Answered, self._on_answered)
        context.events.subscribe(Forgotten, self._on_forgotten)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """Know who is there; what stations accepted is read when it is needed."""
        self._stations = stations

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    # -- the registry

    async def update(self, station: Station, kind: UpdateType) -> ListResult:
        """Make the station's list that of the token registry.

        ``Differential`` sends only what changed since the station accepted a list, and
        nothing if nothing did; where that cannot be known it is sent in full. From
        then on it follows the registry (`local_list_following`).

        Raises:
            StoreError: what the station accepted cannot be read.
            ConnectorError: as `Station.call`.
        """
        async with self._turn(station) as turn:
            result = await self._bring(turn, kind)
            if result.status == ACCEPTED:
                self.follow(station, not turn.is_touched)
            return result

    async def _bring(self, turn: _Turn, kind: UpdateType) -> ListResult:
        station = turn.station
        found = lists.registered(self._tokens, station.spoken)
        if found.left_out:
            turn.notes.append(
                f"{found.left_out} left out: "
                f"id or group over {found.longest} characters{_or_type(station)}"
            )
        bounds = await self._bounds(station)
        room, count = bounds.room, len(found.entries)
        if room is not None and count > room:
            text = f"{count} tokens, {room} fit"
            return turn.result(TOO_LONG, text, response=None)
        if problem := await bounds.allow(station):
            turn.notes.append(problem)
        return await self._update(turn, found.entries, kind, bounds)

    def follows(self, station: Station) -> bool:
        """Whether its list is to stay that of the registry."""
        return bool(station.learned.get(FOLLOWS))

    def follow(self, station: Station, follows: bool) -> None:
        """Keep its list in step from now on, or leave it as it is."""
        if self.follows(station) == follows:
            return
        if follows:
            station.learned[FOLLOWS] = True
        else:
            del station.learned[FOLLOWS]
        self._context.remember(station)

    async def differs(self, station: Station) -> bool:
        """Whether the registry has something that the station has not accepted.

        Raises:
            StoreError: what the station accepted cannot be read.
        """
        wire = wire_of(station)
        kept = of_wire(wire, await self._context.store.local_list(station.identity))
        if kept is None or kept.entries is None:
            return True
        wanted = lists.registered(self._tokens, station.spoken).entries
        return bool(lists.difference(kept.entries, wanted, wire))

    async def _bounds(self, station: Station) -> Bounds:
        """What the station says of its list."""
        if station.speaks_2:
            return await read_variables(station, self._context.store)
        return await read_keys(station)

    async def _update(
        self, turn: _Turn, wanted: Entries, kind: UpdateType, bounds: Bounds
    ) -> ListResult:
        said = _NO_LIST if bounds.is_absent else await self.version(turn.station)
        if said == _NO_LIST:
            return turn.result(
                NOT_SUPPORTED, "the station has no local list", response=None
            )
        kept = await self._kept(turn)
        if kind == "Differential":
            result = await self._difference(turn, wanted, kept, said, bounds)
            if result is not None:
                return result
            said = await self.version(turn.station)
            kept = await self._kept(turn)
        parts = lists.parts(wanted, bounds.most, bounds.most_bytes)
        messages: list[tuple[UpdateType, Entries]] = [
            ("Differential" if index else "Full", part)
            for index, part in enumerate(parts)
        ]
        return await self._send_all(turn, messages, [], next_version(kept, said))

    async def _difference(
        self,
        turn: _Turn,
        wanted: Entries,
        kept: LocalListRecord | None,
        said: int | None,
        bounds: Bounds,
    ) -> ListResult | None:
        """Send what changed; None: the whole list has to be sent."""
        if kept is None or kept.entries is None or not is_in_step(kept, said):
            turn.notes.append(why_in_full(kept, said))
            return None
        change = lists.difference(kept.entries, wanted, turn.wire)
        if not change:
            answer = {turn.wire.version: kept.version}
            return turn.result(ACCEPTED, "unchanged", response=answer)
        messages: list[tuple[UpdateType, Entries]] = [
            ("Differential", part)
            for part in lists.parts(change, bounds.most, bounds.most_bytes)
        ]
        first = next_version(kept, said)
        if first + len(messages) > LARGEST_VERSION:
            turn.notes.append("in full: versions begin again")
            return None
        result = await self._send_all(turn, messages, kept.entries, first)
        if result.status not in _TRY_IN_FULL:
            return result
        # 1.6, section 5.15: then the full list should be sent.
        turn.notes.append(f"in full: {result.status} for what changed")
        return None

    async def _send_all(
        self,
        turn: _Turn,
        messages: list[tuple[UpdateType, Entries]],
        entries: Entries,
        version: int,
    ) -> ListResult:
        """Send messages in their order until one is refused; keep each accepted one."""
        if version + len(messages) > LARGEST_VERSION:
            version = 1
        answer: Json = {}
        for index, (kind, part) in enumerate(messages):
            payload: Json = {turn.wire.version: version + index, "updateType": kind}
            if part or not turn.station.speaks_2:
                # 2.x knows no list without entries, it is left out.
                payload["localAuthorizationList"] = part
            # A full list does away with what others sent before it.
            turn.is_touched = turn.is_touched and kind != "Full"
            answer = await self._send(turn, payload)
            if answer["status"] != ACCEPTED:
                where = f"message {index + 1} of {len(messages)}: "
                text = (where if len(messages) > 1 else "") + answer["status"]
                return turn.result(answer["status"], text, response=answer)
            before = [] if kind == "Full" else entries
            entries = lists.applied(before, part, turn.wire)
            await self._keep(turn, version + index, entries)
        last = version + len(messages) - 1
        count = sum(len(part) for _, part in messages)
        text = f"version {last}, {_counted(messages[0][0], count)}"
        response = answer | {turn.wire.version: last}
        return turn.result(ACCEPTED, text, response=response)

    # -- as it is given

    async def send(self, station: Station, payload: Json) -> ListResult:
        """SendLocalList as somebody gives it; what is accepted is kept, and stays.

        Raises:
            ConnectorError: as `Station.call`.
        """
        async with self._turn(station) as turn:
            answer = await self._send(turn, payload)
            status, version = answer["status"], int(payload[turn.wire.version])
            if status != ACCEPTED:
                return turn.result(status, status, response=answer)
            is_full = payload["updateType"] == "Full"
            given = payload.get("localAuthorizationList", [])
            entries = lists.applied([], given, turn.wire) if is_full else None
            await self._keep(turn, version, entries)
            self.follow(station, False)
            return turn.result(ACCEPTED, f"version {version}", response=answer)

    # -- the station

    async def version(self, station: Station) -> int | None:
        """The version of the station's list; None where it does not tell.

        0 is that of an empty list, -1 says that there can be none (1.6, section 5.10;
        2.x has no -1).

        Raises:
            ConnectorError: as `Station.call`, but for a CALLERROR.
        """
        try:
            answer = await station.call("GetLocalListVersion", {})
        except CallErrorReceived as problem:
            logger.info("%s: GetLocalListVersion: %s", station.identity, problem)
            return None
        return int(answer[wire_of(station).version])

    async def _send(self, turn: _Turn, payload: Json) -> Json:
        turn.payload = payload
        try:
            return await turn.station.call("SendLocalList", payload)
        finally:
            turn.payload = None

    @asynccontextmanager
    async def _turn(self, station: Station) -> AsyncIterator[_Turn]:
        """One after the other at each station: versions rise."""
        lock = self._locks.setdefault(station.identity, asyncio.Lock())
        try:
            async with asyncio.timeout(station.call_timeout_s):
                await lock.acquire()
        except TimeoutError:
            timeout_s = station.call_timeout_s
            raise CommandTimeout("SendLocalList", timeout_s, sent=False) from None
        turn = self._turns[station.identity] = _Turn(station)
        try:
            yield turn
        finally:
            del self._turns[station.identity]
            lock.release()

    # -- what is kept

    async def _kept(self, turn: _Turn) -> LocalListRecord | None:
        """What the station accepted last; entries of another version are unknown."""
        found = await self._context.store.local_list(turn.station.identity)
        return of_wire(turn.wire, found)

    async def _keep(self, turn: _Turn, version: int, entries: Entries | None) -> None:
        if turn.is_touched:
            entries = None
        problem = await self._save(turn.station, version, entries)
        if problem is not None:
            turn.notes.append(f"not kept, so the next one goes in full: {problem}")

    async def _save(
        self, station: Station, version: int, entries: Entries | None
    ) -> StoreError | None:
        if self._stations.get(station.identity) is not station:
            return None  # forgotten while it answered
        version = min(version, LARGEST_VERSION)
        record = LocalListRecord(station.identity, version, entries)
        try:
            await self._context.store.save_local_list(record)
        except StoreError as problem:
            text = "%s: its local list could not be kept: %s"
            logger.log(problem.level, text, station.identity, problem)
            return problem
        return None

    def _on_answered(self, event: Answered) -> None:
        """Somebody else sent a list: its version is known, and no more."""
        if event.action != "SendLocalList" or event.answer["status"] != ACCEPTED:
            return
        station = event.station
        turn = self._turns.get(station.identity)
        if turn is not None:
            if turn.payload is event.payload:
                return
            turn.is_touched = True
        self.follow(station, False)
        version = int(event.payload[wire_of(station).version])
        self._begin(self._note(station, version))

    async def _note(self, station: Station, version: int) -> None:
        await self._save(station, version, None)

    def _on_forgotten(self, event: Forgotten) -> None:
        self._begin(self._forget(event.station))

    async def _forget(self, station: Station) -> None:
        """What was on its way to the disk while the station was forgotten goes, too."""
        try:
            await self._context.store.delete_local_list(station.identity)
        except StoreError as problem:
            logger.error("%s: its local list stays: %s", station.identity, problem)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def wire_of(station: Station) -> Wire:
    """How a station's version writes lists."""
    return OF_2 if station.speaks_2 else OF_16


def _counted(kind: UpdateType, count: int) -> str:
    if kind == "Full":
        return "1 token" if count == 1 else f"{count} tokens"
    return "1 change" if count == 1 else f"{count} changes"


def _or_type(station: Station) -> str:
    """Why else an entry is left out: 2.0.1 lists the types that there are."""
    return ", or a type that 2.0.1 has not" if station.spoken == "2.0.1" else ""
