"""What a station itself knows of id tokens: its local list and its cache.

Whether that is enough, or the central system has to be asked, follows from the
variables (1.6, section 3.5; 2.x part 2, block C).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from connector.station.core import settings as names
from connector.station.core.settings import Variables
from connector.station.ports import Token

ACCEPTED, UNKNOWN, EXPIRED = "Accepted", "Unknown", "Expired"
NO_AUTHORIZATION = "NoAuthorization"
_NEVER_CACHED = frozenset({NO_AUTHORIZATION, "Central"})
"""Ids that name no driver: nothing is to be learnt of them."""
MOST_CACHED, MOST_LISTED = 1000, 1000
ListStatus = Literal["Accepted", "Failed", "VersionMismatch"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a token, in the words of 2.x."""

    status: str
    group: str | None = None
    expiry_ms: int | None = None
    evses: tuple[int, ...] = ()
    """Where it may charge; empty: everywhere (2.x IdTokenInfo evseId)."""

    def holds_at(self, now_ms: int) -> Verdict:
        """The same, where it has not expired."""
        is_over = self.expiry_ms is not None and self.expiry_ms <= now_ms
        if is_over and self.status == ACCEPTED:
            return replace(self, status=EXPIRED)
        return self

    @property
    def is_accepted(self) -> bool:
        """Whether it may charge."""
        return self.status == ACCEPTED


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a local list; without a verdict it is to be removed."""

    token: Token
    verdict: Verdict | None


@dataclass(slots=True)
class TokenBook:
    """The local list with its version, and the cache, newest last."""

    variables: Variables
    version: int = 0
    _list: dict[str, Entry] = field(default_factory=dict)
    _cache: dict[str, tuple[Verdict, int]] = field(default_factory=dict)

    # -- decisions

    def decide(self, token: Token, now_ms: int, *, is_online: bool) -> Verdict | None:
        """What is said of a token here; None: the central system has to be asked."""
        variables = self.variables
        is_asking = variables.text(names.AUTHORIZES).lower() != "false"
        if token.type == NO_AUTHORIZATION or not is_asking:
            return Verdict(ACCEPTED)
        known = self.known(token, now_ms)
        if is_online:
            return None if token.certificate else self._decide_online(token, known)
        if token.certificate and not variables.flag(names.CONTRACTS_OFFLINE):
            return Verdict(UNKNOWN)
        if known is not None and variables.flag(names.LOCAL_OFFLINE):
            return known
        is_stranger = known is None and variables.flag(names.UNKNOWN_OFFLINE)
        return Verdict(ACCEPTED if is_stranger else UNKNOWN)

    def _decide_online(self, token: Token, known: Verdict | None) -> Verdict | None:
        """Known tokens need no question where that is allowed (2.x C12, C14).

        Who is known and not accepted is asked about, unless DisablePostAuthorize.
        """
        variables = self.variables
        if known is None or not variables.flag(names.LOCAL_FIRST):
            return None
        is_listed = token.id.casefold() in self._list
        name = names.LIST_IS_LAST_WORD if is_listed else names.CACHE_IS_LAST_WORD
        return known if known.is_accepted or variables.flag(name) else None

    def known(self, token: Token, now_ms: int) -> Verdict | None:
        """What the list, else the cache, says of it now."""
        folded = token.id.casefold()
        if self.variables.flag(names.HAS_LIST):
            entry = self._list.get(folded)
            if entry is not None and entry.verdict is not None:
                return entry.verdict.holds_at(now_ms)
        if self.variables.flag(names.HAS_CACHE) and folded in self._cache:
            verdict, until_ms = self._cache[folded]
            return verdict.holds_at(now_ms) if now_ms < until_ms else None
        return None

    def learn(self, token: Token, verdict: Verdict, now_ms: int) -> None:
        """The central system has said what it thinks of a token."""
        folded = token.id.casefold()
        if not self.variables.flag(names.HAS_CACHE) or folded in self._list:
            return
        if token.type in _NEVER_CACHED:
            return
        lasts_s = self.variables.number(names.CACHE_LASTS_S)
        until_ms = now_ms + round(lasts_s * 1000) if lasts_s else 2**63
        self._cache.pop(folded, None)
        self._cache[folded] = verdict, until_ms
        while len(self._cache) > MOST_CACHED:
            del self._cache[next(iter(self._cache))]

    def clear_cache(self) -> bool:
        """Forget what was learnt; False where there is no cache."""
        self._cache.clear()
        return self.variables.flag(names.HAS_CACHE)

    # -- the local list

    def update(
        self, version: int, entries: Iterable[Entry], *, is_full: bool
    ) -> ListStatus:
        """SendLocalList: the whole, or what is another (1.6, 5.15; 2.x D01)."""
        if not self.variables.flag(names.HAS_LIST):
            return "Failed"
        if not is_full and version <= self.version:
            return "VersionMismatch"
        found = {} if is_full else dict(self._list)
        for entry in entries:
            folded = entry.token.id.casefold()
            found.pop(folded, None)
            if entry.verdict is not None:
                found[folded] = entry
        if len(found) > MOST_LISTED or version <= 0:
            return "Failed"
        self._list, self.version = found, version
        return "Accepted"

    def listed_version(self) -> int:
        """GetLocalListVersion; 0 where the list is empty, -1 where there is none."""
        if not self.variables.flag(names.HAS_LIST):
            return -1
        return self.version if self._list else 0

    def __len__(self) -> int:
        return len(self._list)

    # -- kept over restarts

    def listed(self) -> list[Entry]:
        """All entries, to be kept."""
        return list(self._list.values())

    def restore(self, version: int, entries: Iterable[Entry]) -> None:
        """What was kept."""
        self.version = version
        self._list = {entry.token.id.casefold(): entry for entry in entries}

    def cached(self) -> list[tuple[str, Verdict, int]]:
        """What was learnt: token, verdict, and until when that holds (epoch ms)."""
        return [(folded, *kept) for folded, kept in self._cache.items()]

    def restore_cache(self, kept: Iterable[tuple[str, Verdict, int]]) -> None:
        """What was learnt before."""
        self._cache = {folded: (verdict, until) for folded, verdict, until in kept}
