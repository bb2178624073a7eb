"""Links that are neither authenticated nor those of adopted stations: few, everywhere.

They count from the moment they are let in: many that come at once are all seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from connector.csms.failures import neighbourhood


class Strangers:
    """Who they are, by where they come from."""

    def __init__(self) -> None:
        self._at: dict[str, Counter[str]] = {}
        self._identities: Counter[str] = Counter()

    @property
    def identities(self) -> set[str]:
        """All of them."""
        return set(self._identities)

    def at(self, address: str) -> set[str]:
        """Those from the neighbourhood of an address."""
        return set(self._at.get(neighbourhood(address), ()))

    def enter(self, identity: str, address: str | None) -> Callable[[], None]:
        """One more link; what to call when it ends.

        ``address`` is None where it is authenticated, and counts at no address.
        """
        self._identities[identity] += 1
        if address is None:
            return lambda: _take(self._identities, identity)
        place = neighbourhood(address)
        here = self._at.setdefault(place, Counter())
        here[identity] += 1

        def leave() -> None:
            _take(here, identity)
            _take(self._identities, identity)
            if not here and self._at.get(place) is here:
                del self._at[place]

        return leave


def _take(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
