"""The stack of charging profiles of one station, and the limit that results from it.

Pure: nothing here waits or looks at a clock. (OCPP 1.6, 3.13)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.demo.schedules import (
    Kind,
    Limit,
    Profile,
    Purpose,
    parse_profile,
)


@dataclass(frozen=True, slots=True)
class StackRules:
    """What this station takes, as its configuration says."""

    max_stack_level: int = 10
    max_periods: int = 24
    max_installed: int = 20
    units: tuple[str, ...] = ("A", "W")


@dataclass(frozen=True, slots=True)
class Session:
    """A running transaction as profiles see it; the id may not be known yet."""

    started_s: float
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True)
class Circuit:
    """How many phases a place has, their voltage, and what it can carry."""

    phases: int
    voltage: float
    max_power_w: float

    def in_unit(self, power_w: float, unit: str) -> float:
        """A power as A per phase, or as it is."""
        return power_w / (self.voltage * self.phases) if unit == "A" else power_w


class ProfileStack:
    """Profiles by the connector they were set for; 0 is the station."""

    def __init__(self, rules: StackRules | None = None) -> None:
        self._rules = rules or StackRules()
        self._installed: dict[tuple[int, Purpose, int], Profile] = {}

    def __len__(self) -> int:
        return len(self._installed)

    def install(
        self,
        connector: int,
        wire: Mapping[str, Any],
        *,
        now_s: float,
        session: Session | None,
    ) -> bool:
        """Take a profile; False when it is refused. The same id or place replaces."""
        try:
            profile = parse_profile(wire, now_s)
        except (ValueError, KeyError):
            return False
        if not self._is_allowed(connector, profile, session):
            return False
        place = (connector, profile.purpose, profile.stack_level)
        kept = {
            key: other
            for key, other in self._installed.items()
            if key != place and other.profile_id != profile.profile_id
        }
        if len(kept) >= self._rules.max_installed:
            return False
        self._installed = kept | {place: profile}
        return True

    def _is_allowed(
        self, connector: int, profile: Profile, session: Session | None
    ) -> bool:
        rules = self._rules
        if (
            profile.stack_level > rules.max_stack_level
            or profile.unit not in rules.units
        ):
            return False
        if len(profile.periods) > rules.max_periods:
            return False
        if profile.purpose is Purpose.MAX:
            return connector == 0 and profile.kind is not Kind.RELATIVE
        if profile.purpose is Purpose.TX_DEFAULT:
            return True
        if connector == 0 or session is None:
            return False
        return profile.transaction_id in (None, session.transaction_id)

    def clear(
        self,
        *,
        profile_id: int | None = None,
        connector: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Remove the profile with an id, or all that match; False if there are none."""
        matching = [
            key
            for key, profile in self._installed.items()
            if (profile_id is None or profile.profile_id == profile_id)
            and (
                profile_id is not None
                or (
                    connector in (None, key[0])
                    and purpose in (None, key[1])
                    and stack_level in (None, key[2])
                )
            )
        ]
        for key in matching:
            del self._installed[key]
        return bool(matching)

    def end_session(self, connector: int) -> None:
        """A TxProfile ends with its transaction."""
        self.clear(connector=connector, purpose=Purpose.TX)

    def limit(
        self,
        connector: int,
        time_s: float,
        session: Session | None,
        circuit: Circuit,
        *,
        sharing: int = 1,
    ) -> float:
        """What a connector may draw at a time, in W.

        ``sharing`` connectors divide what the station as a whole may draw.
        """
        session_s = session.started_s if session else None
        bounds = [circuit.max_power_w]
        own = self._transaction_limit(connector, time_s, session)
        if own is not None:
            bounds.append(own.power_w(circuit.phases, circuit.voltage))
        whole = self._highest(0, Purpose.MAX, time_s, session_s)
        if whole is not None:
            power_w = whole.power_w(circuit.phases, circuit.voltage)
            bounds.append(power_w / max(1, sharing))
        return min(bounds)

    def composite(
        self,
        connector: int,
        span: tuple[float, float],
        session: Session | None,
        circuit: Circuit,
        unit: str,
        *,
        sharing: int = 1,
    ) -> list[dict[str, float]]:
        """The periods of a composite schedule over ``span`` = (start, end).

        Periods start at whole seconds: of two changes within one the later counts.
        """
        start_s, end_s = span
        session_s = session.started_s if session else start_s
        assumed = session or Session(start_s)
        edges = {start_s}
        for profile in self._installed.values():
            edges.update(profile.changes(start_s, end_s, session_s))
        limits: dict[int, float] = {}
        for edge in sorted(edge for edge in edges if start_s <= edge < end_s):
            power_w = self.limit(connector, edge, assumed, circuit, sharing=sharing)
            limits[int(edge - start_s)] = round(circuit.in_unit(power_w, unit), 1)
        periods: list[dict[str, float]] = []
        for second, limit in limits.items():
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"startPeriod": second, "limit": limit})
        return periods

    def _transaction_limit(
        self, connector: int, time_s: float, session: Session | None
    ) -> Limit | None:
        """TxProfile over the connector's default over the station's (3.13.1)."""
        if connector == 0:
            return None
        session_s = session.started_s if session else None
        if session is not None:
            own = self._highest(connector, Purpose.TX, time_s, session_s)
            if own is not None:
                return own
        for place in (connector, 0):
            default = self._highest(place, Purpose.TX_DEFAULT, time_s, session_s)
            if default is not None:
                return default
        return None

    def _highest(
        self, connector: int, purpose: Purpose, time_s: float, session_s: float | None
    ) -> Limit | None:
        """The limit of the highest level that says something at this time."""
        for profile in self._descending(connector, purpose):
            limit = profile.limit_at(time_s, session_s)
            if limit is not None:
                return limit
        return None

    def _descending(self, connector: int, purpose: Purpose) -> Iterable[Profile]:
        matching = (
            profile
            for key, profile in self._installed.items()
            if key[:2] == (connector, purpose)
        )
        return sorted(matching, key=lambda profile: -profile.stack_level)
