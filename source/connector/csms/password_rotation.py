"""A station is given another password, and is never locked out by it.

The new one is right from before it is sent, and so is the old one until the station
came with the new one (`csms.credentials`): both are kept first, so that neither a crash
nor an answer that never came parts us from the station. What a station refuses is
withdrawn. The password itself is nowhere but on its way to the station.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.csms import credentials, password_change
from connector.csms.context import Context
from connector.csms.events import Answered
from connector.csms.station import Station
from connector.errors import (
    CallErrorReceived,
    CommandRejected,
    CommandTimeout,
    ConnectorError,
    LocalProtocolError,
    OutboxFull,
    PasswordError,
    StationNotConnected,
)
from connector.security.passwords import generate

Json = dict[str, Any]

logger = logging.getLogger(__name__)

UNCLEAR = (
    "whether it has the new password is not known: until it comes with it, the old one "
    "is right, too"
)
AFTER_REBOOT = "it counts after the station's next boot"
_NOT_THERE = frozenset({"NotImplemented", "NotSupported"})


@dataclass(frozen=True, slots=True)
class Changed:
    """A station has taken a new password."""

    answer: Json
    needs_reboot: bool


class Unclear(ConnectorError):
    """A new password was sent, and nobody knows what became of it.

    ``cause`` is what happened instead of an answer.
    """

    def __init__(self, cause: ConnectorError) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return f"{self.cause}; {UNCLEAR}"


class PasswordRotation:
    """Sets passwords, one at a time at each station."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._passwords = context.passwords
        self._changing: set[str] = set()
        self._following: set[asyncio.Task[None]] = set()
        context.events.subscribe(Answered, self._answered)

    async def start(self, stations: Mapping[str, Station]) -> None:
        """What was on its way at our end is right still; nothing is to be done."""

    async def finish(self) -> None:
        """Wait for what is being kept."""
        if self._following:
            await asyncio.wait(self._following)

    async def change(self, station: Station, password: str | None = None) -> Changed:
        """Give a station a password; None: one that is made up and never shown.

        Raises:
            UnfitPassword: a station of its version cannot have this one.
            CommandRejected: it has refused, or too many were sent in vain.
            Unclear: it was sent; both it and the older ones are right.
            PasswordError, StoreError: it cannot be kept; nothing was sent.
            ConnectorError: as `Station.call`; nothing was sent.
        """
        if station.identity in self._changing:
            raise CommandRejected("another password is on its way to it")
        self._changing.add(station.identity)
        try:
            return await self._change(station, password)
        finally:
            self._changing.discard(station.identity)

    async def _change(self, station: Station, password: str | None) -> Changed:
        given, password = password, password or generate()
        password_change.check(station, password)
        action, payload = password_change.call_of(station, password)
        station.check(action, payload)
        if len(credentials.older_of(station.security)) >= credentials.MOST_OLDER:
            raise CommandRejected(
                f"{credentials.MOST_OLDER} passwords were sent and none was used yet: "
                "have the station connect again first"
            )
        new = await self._hash(password, is_made_up=given is None)
        await self._keep(station, await self._offered(station, new))
        return await self._send(station, action, payload, new)

    async def _hash(self, password: str, *, is_made_up: bool) -> str:
        if is_made_up:
            return await self._passwords.hash_generated(password)
        return await self._passwords.hash_human(password)

    async def _offered(self, station: Station, new: str) -> Json:
        """The state with both; what counts now may stand in `STATIONS`."""
        security = station.security
        named = await self._named(station)
        if named is not None:
            # What was sent while `STATIONS` said another one is over.
            return credentials.offered(
                credentials.forgotten(security), new, named, named
            )
        present = security.get("password") or credentials.NOT_ASKED_FOR
        return credentials.offered(security, new, present, None)

    async def _named(self, station: Station) -> str | None:
        """A hash of the password in `STATIONS`, where that one counts now."""
        password = station.given.password
        if password is None:
            return None
        replaces = station.security.get("replaces")
        try:
            is_replaced = replaces and await self._passwords.verify(replaces, password)
        except PasswordError:
            is_replaced = False
        return None if is_replaced else await self._passwords.hash_human(password)

    async def _keep(self, station: Station, security: Json) -> None:
        """Kept before it holds for anybody but this process.

        Raises:
            StoreError: it cannot be kept; all is as it was.
        """
        before, station.security = station.security, security
        try:
            await self._context.store.save_station(station.record())
        except BaseException:
            if station.security is security:
                station.security = before
            raise

    async def _send(
        self, station: Station, action: str, payload: Json, new: str
    ) -> Changed:
        try:
            answer = await station.call(action, payload)
            status = password_change.status_of(station, answer)
        except ConnectorError as problem:
            if _was_not_taken(problem):
                self._withdraw(station, new)
                raise
            logger.warning("%s: %s; %s", station.identity, problem, UNCLEAR)
            raise Unclear(problem) from None
        if status not in password_change.AGREED:
            self._withdraw(station, new)
            raise CommandRejected(status, answer)
        logger.info("%s: has a new password", station.identity)
        return Changed(answer, status == "RebootRequired")

    def _withdraw(self, station: Station, new: str) -> None:
        station.security = credentials.withdrawn(station.security, new)
        self._context.remember(station)

    # -- what others set

    def _answered(self, event: Answered) -> None:
        """Somebody has set it with `configuration` or `call`: it is right, too."""
        station = event.station
        if station.identity in self._changing or event.action not in _SETTING:
            return
        found = password_change.set_by(event.action, event.payload, event.answer)
        for password in found:
            task = asyncio.get_running_loop().create_task(
                self._follow(station, password), name=f"{station.identity} password"
            )
            self._following.add(task)
            task.add_done_callback(self._following.discard)

    async def _follow(self, station: Station, password: str) -> None:
        """Where none was asked for until now none is from now on."""
        security = station.security
        if not (credentials.right_ones(security) or station.given.password):
            return
        try:
            new = await self._passwords.hash_human(password)
            await self._keep(station, await self._offered(station, new))
        except ConnectorError as problem:
            logger.error(
                "%s: a password was set at it that cannot be kept: %s; it will be "
                "refused with it",
                station.identity,
                problem,
            )
            return
        logger.info("%s: a new password was set at it", station.identity)


_SETTING = frozenset({"ChangeConfiguration", "SetVariables"})


def _was_not_taken(problem: ConnectorError) -> bool:
    """Whether a station surely does not have what it was to be sent."""
    match problem:
        case CallErrorReceived():
            return problem.code in _NOT_THERE
        case CommandTimeout():
            return not problem.sent
        case _:
            return isinstance(
                problem,
                CommandRejected | LocalProtocolError | OutboxFull | StationNotConnected,
            )
