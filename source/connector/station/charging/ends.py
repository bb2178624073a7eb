"""Profiles that can never hold again."""

from __future__ import annotations

from collections.abc import Iterable

from connector.station.charging.profile import Profile


def dead(
    profiles: Iterable[Profile], sessions: frozenset[str], now_ms: int
) -> list[Profile]:
    """Those whose time is over, or whose transaction is none of ``sessions``."""
    return [
        profile
        for profile in profiles
        if profile.valid_to_ms <= now_ms
        or (profile.session is not None and profile.session not in sessions)
    ]


def lapsed(profiles: Iterable[Profile], offline_ms: int) -> list[Profile]:
    """Those that do not come back after so long without a link (2.1, K01.FR.102)."""
    return [
        profile
        for profile in profiles
        if profile.ends_offline
        and profile.offline_ms is not None
        and offline_ms >= profile.offline_ms
    ]
