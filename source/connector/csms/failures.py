"""Who fails to get in is slowed down, by address and by identity.

Only failures wait. Whoever comes with the right credentials gets in at once, however
many others have failed from the same address or with the same identity.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict

from connector.csms.clock import Clock

_FREE = 3
"""A typing error costs nothing."""
_FIRST_S, _LONGEST_S = 0.25, 5.0
_FORGETS_EACH_S = 15.0
_MOST = 12.0
"""Failures that count: a clean slate is never more than three minutes away."""
_REMEMBERED = 10_000
"""Addresses, and identities: the oldest are forgotten first."""
_MOST_WAITING = 1000
"""Connections that are held back at a time; the next ones are refused at once."""


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the network of a site (RFC 6177)."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


class _Levels:
    """A number for each key that grows by one and shrinks with time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._found: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def of(self, key: str) -> float:
        level, then_s = self._found.get(key, (0.0, 0.0))
        return max(0.0, level - (self._clock.monotonic() - then_s) / _FORGETS_EACH_S)

    def add(self, key: str) -> None:
        self._found[key] = min(_MOST, self.of(key) + 1.0), self._clock.monotonic()
        self._found.move_to_end(key)
        if len(self._found) > _REMEMBERED:
            self._found.popitem(last=False)

    def __len__(self) -> int:
        return len(self._found)


class Failures:
    """Counts them, and says how long the next one has to wait."""

    def __init__(self, clock: Clock, most_per_address: int) -> None:
        self._most_per_address = most_per_address or _MOST_WAITING
        self._addresses, self._identities = _Levels(clock), _Levels(clock)
        self._waiting: Counter[str] = Counter()
        self._trying: Counter[str] = Counter()

    def __len__(self) -> int:
        """How much is remembered."""
        return len(self._addresses) + len(self._identities)

    def note(self, address: str, identity: str) -> float:
        """One more; how long its answer has to wait."""
        self._addresses.add(address)
        self._identities.add(identity)
        level = max(self._addresses.of(address), self._identities.of(identity))
        if level <= _FREE or not self._may_wait(address):
            return 0.0
        return float(min(_LONGEST_S, _FIRST_S * 2 ** (level - _FREE - 1)))

    def _may_wait(self, address: str) -> bool:
        is_full = self._waiting.total() >= _MOST_WAITING
        return not is_full and self._waiting[address] < self._most_per_address

    def hold(self, address: str) -> None:
        """One is held back."""
        self._waiting[address] += 1

    def release(self, address: str) -> None:
        """It is not any more."""
        _take(self._waiting, address)

    def begin(self, address: str, identity: str) -> int:
        """Credentials are to be checked; their rank, where checks have to queue."""
        self._trying[address] += 1
        failed = self._addresses.of(address) + self._identities.of(identity)
        return int(failed) + self._trying[address] - 1

    def end(self, address: str) -> None:
        """They were."""
        _take(self._trying, address)


def _take(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
