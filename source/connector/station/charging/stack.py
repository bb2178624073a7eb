"""The installed profiles, and which of them leads at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from connector.station.charging.profile import NEVER_MS, Period, Profile, Purpose

Leading = tuple[Profile, Period]


class Stack:
    """Profiles in the order in which they count: of each kind the highest level.

    ``revision`` is another number after every change.
    """

    __slots__ = ("_profiles", "_ranked", "revision")

    def __init__(self) -> None:
        self._profiles: list[Profile] = []
        self._ranked: dict[tuple[int, Purpose], tuple[Profile, ...]] = {}
        self.revision = 0

    def __len__(self) -> int:
        return len(self._profiles)

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._profiles)

    def add(self, profile: Profile) -> None:
        """Have one more."""
        self._profiles.append(profile)
        self.changed()

    def remove(self, gone: Iterable[Profile]) -> None:
        """Have these no more."""
        ids = {id(profile) for profile in gone}
        if ids:
            self._profiles = [p for p in self._profiles if id(p) not in ids]
            self.changed()

    def changed(self) -> None:
        """Something about one of them is another."""
        self.revision += 1
        self._ranked.clear()

    def time_moved(self, by_ms: int) -> None:
        """The clock was set: what came so long ago still did."""
        for profile in self._profiles:
            profile.installed_ms += by_ms
            profile.updated_ms += by_ms
        self.changed()

    def by_id(self, number: int) -> Profile | None:
        """The one with an id."""
        return next((p for p in self._profiles if p.id == number), None)

    def ranked(self, evse: int, purpose: Purpose) -> tuple[Profile, ...]:
        """What counts at an EVSE for a purpose, best first.

        A default of the station is one of every EVSE: in 2.x both make one stack (part
        2, K01), in 1.6 one of the connector goes before (3.13.1).
        """
        place = (evse, purpose)
        if place not in self._ranked:
            here = {0, evse} if purpose in _SPREAD else {evse}
            found = [
                p for p in self._profiles if p.purpose is purpose and p.evse in here
            ]
            self._ranked[place] = tuple(sorted(found, key=_rank))
        return self._ranked[place]


_SPREAD = frozenset({Purpose.TX_DEFAULT, Purpose.PRIORITY})


def _rank(profile: Profile) -> tuple[bool, int, bool]:
    is_of_station = profile.evse == 0
    is_last = is_of_station and profile.version == "1.6"
    return is_last, -profile.level, is_of_station


def leading(
    profiles: Sequence[Profile],
    now_ms: int,
    session_ms: int | None,
    offline_since_ms: int | None,
) -> tuple[Leading | None, int]:
    """The first that says something, and until when that may be so."""
    until_ms = NEVER_MS
    for profile in profiles:
        period, holds_ms = profile.at(now_ms, session_ms, offline_since_ms)
        until_ms = min(until_ms, holds_ms)
        if period is not None:
            return (profile, period), until_ms
    return None, until_ms
