"""What a station itself knows of id tokens: its local list and its cache.

Whether that is enough, or the central system has to be asked, follows from the
variables (1.6, section 3.5; 2.x part 2, block C).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from connector.station.core import settings as names
from connector.station.core.settings import Variables
from connector.station.ports import Token

ACCEPTED, UNKNOWN, EXPIRED = "Accepted", "Unknown", "Expired"
NO_AUTHORIZATION = "NoAuthorization"
MOST_CACHED, MOST_LISTED = 1000, 1000
ListStatus = Literal["Accepted", "Failed", "VersionMismatch"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a token, in the words of 2.x."""

    status: str
    group: str | None = None
    expiry_ms: int | None = None

    def holds_at(self, now_ms: int) -> Verdict:
        """The same, where it has not expired."""
        is_over = self.expiry_ms is not None and self.expiry_ms <= now_ms
        if is_over and self.status == ACCEPTED:
            return Verdict(EXPIRED, self.group, self.expiry_ms)
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
            may_answer = variables.flag(names.LOCAL_FIRST) or self._is_master(known)
            return known if may_answer and known and known.is_accepted else None
        if known is not None and variables.flag(names.LOCAL_OFFLINE):
            return known
        is_stranger = known is None and variables.flag(names.UNKNOWN_OFFLINE)
        return Verdict(ACCEPTED if is_stranger else UNKNOWN)

    def _is_master(self, known: Verdict | None) -> bool:
        """A master pass only stops: it is looked up wherever it is known (C16)."""
        group = self.variables.text(names.MASTER_GROUP)
        return bool(group) and known is not None and known.group == group

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
