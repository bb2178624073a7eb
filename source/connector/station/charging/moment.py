"""What every EVSE may draw at one time, and until when that holds.

The lowest of what a transaction may, what others demand and what the hardware can; then
all share what the station may draw; what is generated locally comes on top (2.x part 2,
K, "combining charging profile purposes").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connector.station.charging.circuit import Circuit
from connector.station.charging.profile import (
    NEVER_MS,
    Amounts,
    Mode,
    Profile,
    Purpose,
)
from connector.station.charging.sharing import Claim, share
from connector.station.charging.stack import Leading, Stack, leading

HARDWARE = "Hardware"
_ALMOST = 1e-6
_OF_ALL = (Purpose.MAX, Purpose.EXTERNAL)


@dataclass(frozen=True, slots=True)
class Member:
    """An EVSE that charges, or is thought to."""

    number: int
    circuit: Circuit
    session: str | None
    started_ms: int
    is_priority: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What an EVSE may draw, and who says so.

    ``source`` is the purpose of the profile that binds, or ``Hardware``. ``watts`` is
    the same on all phases, of each where they differ.
    """

    limit_w: float
    phases: int | None
    source: str
    profile_id: int | None
    sleeps: bool
    watts: tuple[float, ...]
    mode: Mode
    setpoint: float | None
    discharge: float | None
    phase_to_use: int | None


@dataclass(slots=True)
class _Bounds:
    """What is demanded of one place so far; powers are of all phases."""

    circuit: Circuit
    most: tuple[float, ...]
    source: str = HARDWARE
    profile_id: int | None = None
    phases: int = 3
    phase_to_use: int | None = None
    setpoint: float | None = None
    discharge: float | None = None
    least: float = 0.0
    mode: Mode = Mode.CHARGING_ONLY
    sleeps: bool = False
    extra: float = 0.0

    def narrow(self, lead: Leading) -> None:
        """Another one has to be kept, too."""
        profile, period = lead
        unit = profile.schedule.unit
        self.phases = min(self.phases, period.phases)
        self.phase_to_use = self.phase_to_use or period.phase_to_use
        if period.limit is not None:
            limits = self.circuit.of_phases(period.limit, unit, period.phases)
            self._lower(limits, profile)
        if period.discharge is not None:
            value = max(self._watts(period.discharge, profile, period.phases))
            self.discharge = (
                value if self.discharge is None else max(value, self.discharge)
            )
        if period.setpoint is not None:
            self._lower((max(0.0, self.aim(lead)),), profile)

    def _lower(self, limits: tuple[float, ...], profile: Profile) -> None:
        if min(limits) < min(self.most):
            self.source, self.profile_id = profile.purpose.value, profile.id
        count = max(len(limits), len(self.most))
        pairs = zip(_spread(limits, count), _spread(self.most, count), strict=True)
        self.most = tuple(map(min, pairs))

    def follow(self, lead: Leading) -> None:
        """What a transaction shall do, beside its limit."""
        profile, period = lead
        self.mode, self.sleeps = period.mode, period.sleeps
        if profile.schedule.least is not None:
            unit, least = profile.schedule.unit, profile.schedule.least
            least_w = self.circuit.watts(least, unit, period.phases)
            self.least = min(max(self.least, least_w), self.circuit.most_w)
        if period.mode is Mode.IDLE:
            self._lower((0.0,), profile)
        if period.setpoint is not None:
            self.setpoint = self.aim(lead)

    def aim(self, lead: Leading) -> float:
        """The weakest setpoint of the phases: the hardware follows one number."""
        profile, period = lead
        setpoint = period.setpoint or Amounts(0.0)
        values = self._watts(setpoint, profile, period.phases)
        return min(values) if min(values) >= 0 else max(values)

    def _watts(
        self, amounts: Amounts, profile: Profile, phases: int
    ) -> tuple[float, ...]:
        return self.circuit.of_phases(amounts, profile.schedule.unit, phases)

    @property
    def may_have_more(self) -> bool:
        """Whether local generation may add to it: not to what it shall do exactly."""
        return self.setpoint is None and self.mode is not Mode.IDLE


def _spread(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    return values if len(values) == count else values[:1] * count


@dataclass(slots=True)
class Evaluation:
    """All EVSEs at one time; ``members`` are in the order in which they began."""

    stack: Stack
    station: Circuit
    members: Sequence[Member]
    now_ms: int
    offline_since_ms: int | None = None
    until_ms: int = NEVER_MS
    offers: dict[int, Offer] = field(default_factory=dict)
    used_w: float = 0.0
    """What all together may draw of the grid connection, on all its phases."""

    def run(self) -> Evaluation:
        """Find it out."""
        bounds = [self._of_evse(member) for member in self.members]
        whole = self._of_station()
        for each in bounds:
            each.phases = min(each.phases, whole.phases)
            each.phase_to_use = each.phase_to_use or whole.phase_to_use
        parts = self._divide(whole, bounds)
        for member, each, part in zip(self.members, bounds, parts, strict=True):
            self.offers[member.number] = self._offer(member, each, whole, part)
        self.used_w = sum(
            part * self._weight(member)
            for member, part in zip(self.members, parts, strict=True)
        )
        return self

    def covers(self, now_ms: int) -> bool:
        """Whether it still holds at a time."""
        return self.now_ms <= now_ms < self.until_ms

    def _lead(
        self, profiles: Sequence[Profile], session_ms: int | None = None
    ) -> Leading | None:
        found, until_ms = leading(
            profiles, self.now_ms, session_ms, self.offline_since_ms
        )
        self.until_ms = min(self.until_ms, until_ms)
        return found

    def _of_evse(self, member: Member) -> _Bounds:
        circuit = member.circuit
        bounds = _Bounds(circuit, (circuit.most_w,), least=circuit.least_w)
        own = self._lead(self._of_transaction(member), member.started_ms)
        if own is not None:
            bounds.narrow(own)
            bounds.follow(own)
        ranked = self.stack.ranked(member.number, Purpose.EXTERNAL)
        external = self._lead(ranked, member.started_ms)
        if external is not None:
            bounds.narrow(external)
            if bounds.setpoint is None and external[1].setpoint is not None:
                bounds.setpoint = bounds.aim(external)
        generated = self._generated(member.number, circuit, member.started_ms)
        if generated and bounds.may_have_more:
            top = circuit.most_w
            bounds.most = tuple(min(each + generated, top) for each in bounds.most)
        return bounds

    def _of_transaction(self, member: Member) -> tuple[Profile, ...]:
        """Priority over its own over the default (2.x part 2, K01 and K21)."""
        tx = self.stack.ranked(member.number, Purpose.TX)
        default = self.stack.ranked(member.number, Purpose.TX_DEFAULT)
        if tx:
            tx = tuple(p for p in tx if p.session in (None, member.session))
        if member.is_priority:
            priority = self.stack.ranked(member.number, Purpose.PRIORITY)
            return priority + tx + default
        return tx + default

    def _of_station(self) -> _Bounds:
        bounds = _Bounds(self.station, (float("inf"),))
        for purpose in _OF_ALL:
            found = self._lead(self.stack.ranked(0, purpose))
            if found is not None:
                bounds.narrow(found)
        bounds.extra = self._generated(0, self.station, None)
        return bounds

    def _generated(self, evse: int, circuit: Circuit, session_ms: int | None) -> float:
        found = self._lead(self.stack.ranked(evse, Purpose.LOCAL), session_ms)
        if found is None or found[1].limit is None:
            return 0.0
        profile, period = found
        unit = profile.schedule.unit
        return min(circuit.of_phases(found[1].limit, unit, period.phases))

    def _weight(self, member: Member) -> float:
        """How much of the grid connection a power of all its phases takes.

        One phase of an EVSE is as bad for the connection as all: they may be the same.
        """
        circuit, station = member.circuit, self.station
        if circuit.is_dc:
            return 1.0
        return station.voltage * station.phases / (circuit.voltage * circuit.phases)

    def _divide(self, whole: _Bounds, bounds: list[_Bounds]) -> list[float]:
        weights = [self._weight(member) for member in self.members]
        claims = [
            Claim(max(each.most) * weight, each.least * weight)
            for each, weight in zip(bounds, weights, strict=True)
        ]
        parts = share(min(whole.most), claims)
        if whole.extra:
            parts = self._add(whole.extra, bounds, weights, parts)
        return [part / weight for part, weight in zip(parts, weights, strict=True)]

    def _add(
        self,
        extra: float,
        bounds: list[_Bounds],
        weights: list[float],
        parts: list[float],
    ) -> list[float]:
        """Local generation is on top of all limits but those of the hardware (K27)."""
        claims = []
        for each, weight, part in zip(bounds, weights, parts, strict=True):
            top = each.circuit.most_w * weight if each.may_have_more else part
            least = each.least * weight
            claims.append(Claim(max(0.0, top - part), max(0.0, least - part)))
        more = share(extra, claims)
        for each, added in zip(bounds, more, strict=True):
            each.extra = added
        return [part + added for part, added in zip(parts, more, strict=True)]

    def _offer(
        self, member: Member, bounds: _Bounds, whole: _Bounds, part: float
    ) -> Offer:
        circuit = member.circuit
        watts = tuple(
            min(each + bounds.extra / self._weight(member), part)
            for each in bounds.most
        )
        is_shared = part < max(bounds.most) - _ALMOST
        used = circuit.used(bounds.phases)
        limit_w = min(watts) * used / circuit.phases
        if bounds.setpoint is not None and bounds.setpoint < 0:
            given = self._fed_back(bounds, whole, self._weight(member))
            limit_w = -given * used / circuit.phases
        is_all = circuit.is_dc or used == circuit.phases
        return Offer(
            limit_w=limit_w,
            phases=None if is_all else used,
            source=whole.source if is_shared else bounds.source,
            profile_id=whole.profile_id if is_shared else bounds.profile_id,
            sleeps=bounds.sleeps,
            watts=watts,
            mode=bounds.mode,
            setpoint=bounds.setpoint,
            discharge=bounds.discharge,
            phase_to_use=bounds.phase_to_use,
        )

    def _fed_back(self, bounds: _Bounds, whole: _Bounds, weight: float) -> float:
        """How much a vehicle shall give, within what it may and the hardware can."""
        most = min(bounds.circuit.discharge_w, -(bounds.setpoint or 0.0))
        if bounds.discharge is not None:
            most = min(most, -bounds.discharge)
        if whole.discharge is not None:
            # Each an equal part, whoever else feeds back.
            part = -whole.discharge / len(self.members)
            most = min(most, part / weight)
        return max(0.0, most)
