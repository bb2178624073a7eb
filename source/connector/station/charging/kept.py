"""Charging profiles that survive a reboot, as plain values (2.x K01.FR.27, 55)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connector.station.charging import settings as names
from connector.station.charging import wire2
from connector.station.charging.decision import Refused
from connector.station.charging.profile import Period, Profile, Purpose
from connector.station.core.settings import Variables

Json = Mapping[str, Any]
_ALWAYS = frozenset({Purpose.MAX, Purpose.TX_DEFAULT, Purpose.PRIORITY})


def is_kept(profile: Profile, variables: Variables) -> bool:
    """Whether it survives: a TxProfile only where the station says so."""
    if profile.purpose in _ALWAYS:
        return True
    said = variables.text(f"{names.PERSISTENCE}#{profile.purpose.value}").lower()
    if profile.purpose is Purpose.TX:
        return said == "true" and profile.session is not None
    return said != "false"


def save(profiles: Iterable[Profile], variables: Variables) -> list[dict[str, Any]]:
    """Those that survive, each as JSON can hold it."""
    return [_saved(each) for each in profiles if is_kept(each, variables)]


def _saved(profile: Profile) -> dict[str, Any]:
    return {
        "evse": profile.evse,
        "version": profile.version,
        "source": profile.source,
        "session": profile.session,
        "installed_ms": profile.installed_ms,
        "updated_ms": profile.updated_ms,
        "starts": [[p.index, p.start_ms] for p in profile.schedule.periods],
        "wire": dict(profile.wire),
    }


def restored(entry: Json, arrival: wire2.Arrival) -> Profile:
    """The profile of an entry.

    Raises:
        Refused: it is none that this station could have had.
        LookupError: a member is missing.
    """
    # Delays that were at random are not drawn again: what was begun goes on.
    drawn = replace(arrival, source=None)
    profile = wire2.parse(entry["wire"], drawn)
    periods = _as_kept(profile.schedule.periods, entry["starts"])
    profile.schedule = replace(profile.schedule, periods=periods)
    profile.source, profile.session = entry["source"], entry["session"]
    profile.installed_ms = entry["installed_ms"]
    profile.updated_ms = entry["updated_ms"]
    profile.wire = entry["wire"]
    return profile


def _as_kept(
    periods: tuple[Period, ...], starts: list[list[int]]
) -> tuple[Period, ...]:
    if not starts or starts[0] != [0, 0]:
        raise Refused("InvalidSchedule", "the first startPeriod has to be 0")
    return tuple(wire2.moved(periods[index], start_ms) for index, start_ms in starts)
