"""Charging profiles for a plan, as far as all versions of OCPP have them. Pure.

Ids are fixed for each purpose and place, so that a profile always replaces itself. How
a profile is written is in `profiles16` and `profiles2`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from connector.csms import times
from connector.csms.options import ProfileOptions
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.requests import Periods
from connector.datapoints.limits.vehicles import Vehicle, within_vehicle

Json = dict[str, Any]

TX, TX_DEFAULT, MAX = "TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"
"""What the purposes are called here; 2.x has another word for the last."""
VENDOR = "DataTransfer"
"""No profile: the limit of a station that has a command of its own for it."""
PRIORITY = "PriorityCharging"
"""2.1: it replaces a TxProfile while priority charging is on (use case K21)."""
ADDS = "LocalGeneration"
"""2.1: what it says is added to what the others allow (use case K23)."""
_FIRST_IDS = {
    MAX: 710_000_000,
    TX_DEFAULT: 720_000_000,
    TX: 730_000_000,
    VENDOR: 740_000_000,
}
"""Far from those that people choose, and far enough apart for every connector."""
_PLACES = 1000
_LARGEST_TAKEN = 2**31 - 1 - len(_FIRST_IDS) * _PLACES
"""Above it there is no room: ids are below 2^31."""
_EARLIER_MS = 60_000
"""Some stations take a start in the past only."""

ProfileKind = Literal["Absolute", "Relative", "Dynamic"]


class Carrier(NamedTuple):
    """A profile of ours at a station, by its purpose and connector."""

    purpose: str
    where: str

    @property
    def profile_id(self) -> int:
        """Its id, always the same."""
        return self.id_above(0)

    def id_above(self, taken: int) -> int:
        """Its id where those up to ``taken`` belong to others."""
        if not min(_FIRST_IDS.values()) <= taken <= _LARGEST_TAKEN:
            return _FIRST_IDS[self.purpose] + int(self.where)
        rank = list(_FIRST_IDS).index(self.purpose)
        return taken + 1 + rank * _PLACES + int(self.where)


class Keys(NamedTuple):
    """What a version calls the settings that limits depend on."""

    units: str
    stack_level: str
    periods: str
    phase_switches: tuple[str, ...]
    external_id: str = ""

    @property
    def names(self) -> list[str]:
        """All that there are."""
        found = [self.units, self.stack_level, self.periods, *self.phase_switches]
        return [*found, self.external_id] if self.external_id else found


@dataclass(frozen=True, slots=True)
class Situation:
    """What a profile depends on beside the plan."""

    now_ms: int
    options: ProfileOptions = field(default_factory=ProfileOptions)
    configuration: Mapping[str, str | None] = field(default_factory=dict)
    transaction_id: str | None = None
    duration_s: int | None = None
    clock_error_ms: int | None = None
    vehicle: Vehicle | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile before it is put into words; times are those of the station."""

    carrier: Carrier
    profile_id: int
    stack_level: int
    kind: ProfileKind
    unit: str
    periods: Periods
    phases: int | None
    start_ms: int | None = None
    duration_s: int | None = None
    transaction_id: str | None = None


class Dialect(ABC):
    """A version's words for charging profiles."""

    version: str
    keys: Keys
    words: Mapping[str, str]
    """Its purposes, by what they are called here."""
    can_discharge = False
    has_dynamic = False

    def word(self, purpose: str) -> str:
        """What the version calls a purpose."""
        return self.words.get(purpose, purpose)

    def purpose(self, word: str) -> str:
        """What is called so here."""
        known = {found: purpose for purpose, found in self.words.items()}
        return known.get(word, word)

    def profile(self, carrier: Carrier, plan: Plan, situation: Situation) -> Json:
        """The profile that carries a plan."""
        if plan.raw is not None:
            return plan.raw
        return self.written(self._draft(carrier, plan, situation))

    def raw_carrier(self, raw: Json, where: str) -> Carrier:
        """Where a profile that somebody wrote goes."""
        return Carrier(self.purpose(str(raw.get("chargingProfilePurpose"))), where)

    @abstractmethod
    def written(self, draft: Draft) -> Json:
        """A profile in the words of the version."""

    @abstractmethod
    def period(self, limit: float) -> Json:
        """What a period says of its limit (W or A)."""

    @abstractmethod
    def id_of(self, profile: Json) -> int:
        """The id of a profile."""

    @abstractmethod
    def is_own(self, raw: Json) -> bool:
        """Whether a profile that somebody wrote is one of this version."""

    @abstractmethod
    def request(self, where: str, profile: Json) -> Json:
        """SetChargingProfile with a profile."""

    @abstractmethod
    def composite(self, answer: Json) -> Json | None:
        """The schedule in the answer to GetCompositeSchedule, if any."""

    # -- drafts

    def _schedule(self, draft: Draft) -> Json:
        """The members that the schedule of a profile has in all versions."""
        found: Json = {}
        if draft.duration_s is not None:
            found["duration"] = draft.duration_s
        if draft.start_ms is not None:
            found["startSchedule"] = times.iso(draft.start_ms)
        phases = {} if draft.phases is None else {"numberPhases": draft.phases}
        return found | {
            "chargingRateUnit": draft.unit,
            "chargingSchedulePeriod": [
                {"startPeriod": offset_s, **self.period(limit), **phases}
                for offset_s, limit in draft.periods
            ],
        }

    def _draft(self, carrier: Carrier, plan: Plan, situation: Situation) -> Draft:
        is_tx = carrier.purpose == TX
        if is_tx and situation.vehicle is not None:
            plan = within_vehicle(plan, situation.vehicle, situation.now_ms)
        kind = self._kind(carrier, plan, situation)
        draft = Draft(
            carrier,
            carrier.id_above(whole(situation.configuration, self.keys.external_id)),
            self._stack_level(carrier, situation),
            kind,
            plan.unit,
            plan.periods if plan.start_ms is not None else plan.periods[:1],
            plan.phases,
            transaction_id=situation.transaction_id if is_tx else None,
        )
        return _absolute(draft, plan, situation) if kind == "Absolute" else draft

    def _stack_level(self, carrier: Carrier, situation: Situation) -> int:
        chosen = situation.options.stack_level
        if chosen is not None:
            return chosen
        below = 1 if carrier.purpose == TX_DEFAULT else 0
        return max(0, whole(situation.configuration, self.keys.stack_level) - below)

    def _kind(self, carrier: Carrier, plan: Plan, situation: Situation) -> ProfileKind:
        chosen = situation.options.kind
        has_times = plan.start_ms is not None or situation.duration_s is not None
        if carrier.purpose == MAX or has_times or chosen == "Absolute":
            return "Absolute"
        if self.has_dynamic and chosen == "Dynamic" and carrier.purpose == TX:
            return "Dynamic"
        return "Relative"


def _absolute(draft: Draft, plan: Plan, situation: Situation) -> Draft:
    """A schedule that starts a minute early; everything in it is as much later."""
    start_ms = situation.now_ms if plan.start_ms is None else plan.start_ms
    early_ms = (start_ms - _EARLIER_MS) // 1000 * 1000
    shift_s = -((early_ms - start_ms) // 1000)
    duration_s = None
    if situation.duration_s is not None:
        # Counted from now, wherever the schedule has got to.
        end_ms = situation.now_ms + situation.duration_s * 1000
        duration_s = max(1, -((early_ms - end_ms) // 1000))
    periods = tuple(
        (offset_s + shift_s if offset_s else 0, limit)
        for offset_s, limit in draft.periods
    )
    return replace(
        draft,
        periods=periods,
        start_ms=early_ms + (situation.clock_error_ms or 0),
        duration_s=duration_s,
    )


_LIMITS = ("limit", "setpoint", "dischargeLimit")


def whole(configuration: Mapping[str, str | None], key: str) -> int:
    """A whole number that was read from the station; unknown is 0."""
    text = (configuration.get(key) or "").strip()
    return int(text) if text.isdecimal() else 0


# -- profiles that somebody wrote, in the words of any version


def raw_plan(raw: Json, watts_per_ampere: float | None) -> Plan:
    """What a profile that somebody wrote limits, as far as it can be read."""
    return schedule_plan(first_schedule(raw), watts_per_ampere, raw)


def schedule_plan(
    schedule: Json, watts_per_ampere: float | None, raw: Json | None = None
) -> Plan:
    """What a schedule limits; one that never changes has no start."""
    unit = schedule.get("chargingRateUnit", "W")
    periods = tuple(
        (int(period["startPeriod"]), limit)
        for period in schedule.get("chargingSchedulePeriod", ())
        if (limit := limit_of(period, unit)) is not None
    )
    start = schedule.get("startSchedule") if len(periods) > 1 else None
    if any(_is_uneven(p) for p in schedule.get("chargingSchedulePeriod", ())):
        watts_per_ampere = None
    return Plan(
        unit, periods, times.parse(start), watts_per_ampere=watts_per_ampere, raw=raw
    )


def first_schedule(raw: Json) -> Json:
    """The schedule of a profile; of the several that 2.x may have, the first."""
    return schedules(raw)[0]


def schedules(raw: Json) -> list[Json]:
    """The schedules of a profile; 1.6 has one."""
    found = raw.get("chargingSchedule") or {}
    return [found] if isinstance(found, dict) else found


def _is_uneven(period: Json) -> bool:
    """Whether phases are limited differently: then one unit does not tell the other."""
    return any(
        period.get(f"{name}_L2") is not None or period.get(f"{name}_L3") is not None
        for name in _LIMITS
    )


def limit_of(period: Json, unit: str) -> float | None:
    """What a period allows, over all phases: in A the most on one of them.

    2.1 has limits of each phase, of discharging, and values to follow.
    """
    for name in _LIMITS:
        names = (name, f"{name}_L2", f"{name}_L3")
        values = [float(period[n]) for n in names if period.get(n) is not None]
        if values:
            return sum(values) if unit == "W" else max(values, key=abs)
    is_idle = period.get("operationMode") == "Idle" or period.get("evseSleep")
    return 0.0 if is_idle else None
