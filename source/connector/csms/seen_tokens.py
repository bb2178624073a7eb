"""The id tokens that were presented and that nobody has registered.

They are counted in memory and written once in a second; the newest stay. What
counts is how often somebody held one there: a station asks, and names it again as it is
used.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from connector.csms.clock import Clock
from connector.csms.token_registry import ANY_TYPE
from connector.csms.token_verdicts import Presented, Showing
from connector.errors import StoreError
from connector.store.interface import TokenStore
from connector.store.records import SeenToken

logger = logging.getLogger(__name__)

KEPT = 1000
_WRITTEN_AFTER_S = 1.0
_RETRY_S = 5.0
_LONGEST = 255
_USED_WITHIN_MS = 600_000
"""After it was asked about: a vehicle is plugged in meanwhile."""


class SeenTokens:
    """Notes them for whoever wants to register one."""

    def __init__(self, store: TokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._due: dict[tuple[str, str], SeenToken] = {}
        self._asked_ms: dict[tuple[str, str], int] = {}
        """Those that were asked about and are not used yet, by station."""
        self._is_timed = False
        self._writing: asyncio.Task[None] | None = None

    def note(self, shown: Presented) -> None:
        """It was presented, and nobody knows it."""
        if not 0 < len(shown.id_token) <= _LONGEST or not shown.id_token.isprintable():
            return  # nobody could register it
        now_ms = self._clock.now_ms()
        station, where = shown.station.identity, shown.where
        times = self._times(shown, now_ms)
        token = SeenToken(
            shown.id_token, shown.type, station, where, now_ms, now_ms, times
        )
        self._add(token)
        self._write_in(_WRITTEN_AFTER_S)

    def _times(self, shown: Presented, now_ms: int) -> int:
        """Whether somebody has held it there now, or has before."""
        key = (shown.station.identity, shown.id_token.lower())
        asked_ms = self._asked_ms.pop(key, None)
        if shown.showing is Showing.ASKED:
            self._asked_ms[key] = now_ms
            if len(self._asked_ms) > KEPT:
                del self._asked_ms[next(iter(self._asked_ms))]
            return 1
        was_asked = asked_ms is not None and now_ms - asked_ms <= _USED_WITHIN_MS
        return 0 if was_asked or shown.showing is Showing.NAMED else 1

    def _add(self, token: SeenToken) -> None:
        key = (token.id_token.lower(), token.type)
        known = self._due.pop(key, None)
        if known is not None:
            times = known.times + token.times
            token = replace(token, first_ms=known.first_ms, times=times)
        self._due[key] = token
        if len(self._due) > KEPT:
            del self._due[next(iter(self._due))]

    def forget(self, id_token: str, type: str) -> None:
        """Somebody has registered it, as this type."""
        for key in [key for key in self._due if key[0] == id_token.lower()]:
            if type == ANY_TYPE or key[1] in (ANY_TYPE, type):
                del self._due[key]

    def _write_in(self, delay_s: float) -> None:
        if not self._is_timed:
            self._is_timed = True
            self._clock.call_later(delay_s, self._begin)

    def _begin(self) -> None:
        self._is_timed = False
        if self._due and self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(
                self._write(), name="seen tokens"
            )

    async def _write(self) -> None:
        due, self._due = self._due, {}
        try:
            await self._store.note_seen_tokens(list(due.values()), KEPT)
        except StoreError as problem:
            text = "the id tokens that nobody knows could not be kept: %s"
            logger.log(problem.level, text, problem)
            newer, self._due = self._due, due
            for token in newer.values():
                self._add(token)
            self._write_in(_RETRY_S)
        finally:
            self._writing = None
        if self._due:
            self._write_in(_WRITTEN_AFTER_S)

    async def flush(self) -> None:
        """Write what is due, or try to."""
        if self._writing is None:
            self._begin()
        if self._writing is not None:
            await asyncio.wait({self._writing})
