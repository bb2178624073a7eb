"""Which charging profiles this station takes (1.6, 5.16; 2.x part 2, K01).

Each rule names the requirement that it holds; reason codes are those of 2.x.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connector.station.charging import settings as names
from connector.station.charging.decision import Refused
from connector.station.charging.profile import (
    CSO,
    Amounts,
    Kind,
    Mode,
    Profile,
    Purpose,
)
from connector.station.core.settings import Variables
from connector.station.model import EvseModel, Rating

_ADDED = frozenset({Purpose.PRIORITY, Purpose.LOCAL})
_OF_TRANSACTIONS = frozenset({Purpose.TX, Purpose.TX_DEFAULT})
_MODES = {
    Purpose.MAX: frozenset({Mode.CHARGING_ONLY}),
    Purpose.PRIORITY: frozenset({Mode.CHARGING_ONLY}),
    Purpose.EXTERNAL: frozenset(
        {Mode.CHARGING_ONLY, Mode.EXTERNAL_LIMITS, Mode.EXTERNAL_SETPOINT}
    ),
    Purpose.LOCAL: frozenset({Mode.CHARGING_ONLY, Mode.EXTERNAL_LIMITS}),
}
"""Where not all of them are allowed (2.1, K01.FR.111 to 113)."""
_NEEDED = {
    Mode.CHARGING_ONLY: "limit",
    Mode.CENTRAL_SETPOINT: "setpoint",
    Mode.CENTRAL_FREQUENCY: "setpoint",
}
"""Limits and setpoints per operation mode (2.1)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a profile shall go: the EVSEs it is for, and what this station can do."""

    variables: Variables
    ratings: tuple[Rating, ...]
    """Of the EVSE, or of all."""
    knows_phases: bool = False
    """Whether a vehicle has said what it takes per phase (K01.FR.142)."""
    evses: tuple[int, ...] = ()
    """Their numbers."""

    @property
    def is_dc(self) -> bool:
        """Whether nothing there is AC."""
        return all(rating.is_dc for rating in self.ratings)

    @property
    def feeds_back(self) -> bool:
        """Whether the hardware lets a vehicle discharge."""
        return any(rating.max_discharge_w > 0 for rating in self.ratings)

    def modes(self) -> frozenset[str]:
        """The operation modes that all of them know, beside ChargingOnly."""
        known = (self.variables.items(names.MODES.format(n)) for n in self.evses)
        return frozenset.intersection(*map(frozenset, known))


def place_of(
    variables: Variables, evses: Sequence[EvseModel], *, knows_phases: bool
) -> Place:
    """The place that these EVSEs are."""
    ratings = tuple(each.rating for each in evses)
    return Place(variables, ratings, knows_phases, tuple(e.number for e in evses))


Rule = Callable[[Profile, Place], None]


def check(profile: Profile, place: Place, now_ms: int) -> None:
    """Look at a profile by itself.

    Raises:
        Refused: it breaks a rule.
    """
    for rule in _RULES_16 if profile.version == "1.6" else _RULES_2:
        rule(profile, place)
    if profile.valid_to_ms <= now_ms:
        raise Refused("InvalidProfile", "validTo has passed")


def _levels(profile: Profile, place: Place) -> None:
    highest = place.variables.text(names.HIGHEST_LEVEL)
    most = place.variables.number(names.HIGHEST_LEVEL)
    if profile.level < 0 or (highest and profile.level > most):
        raise Refused("InvalidStackLevel", f"stackLevel is 0 to {highest}")


def _units(profile: Profile, place: Place) -> None:
    known = place.variables.items(names.UNITS)
    if known and profile.schedule.unit not in known:
        info = f"chargingRateUnit is {' or '.join(known)}"
        raise Refused("UnsupportedRateUnit", info)


def _counts(profile: Profile, place: Place) -> None:
    most = int(place.variables.number(names.MOST_PERIODS))
    if most and len(profile.schedule.periods) > most:
        raise Refused("TooManyElements", f"a schedule has {most} periods at most")


def _places(profile: Profile, place: Place) -> None:
    if profile.purpose is Purpose.MAX and profile.evse != 0:
        info = "the maximum of a station is for EVSE 0"
        raise Refused("InvalidValue", info)
    if profile.purpose is Purpose.TX and profile.evse == 0:  # K01.FR.16
        raise Refused("InvalidValue", "a TxProfile is for one EVSE")


def _validity(profile: Profile, place: Place) -> None:
    if profile.valid_to_ms <= profile.valid_from_ms:
        raise Refused("InvalidProfile", "validTo is not after validFrom")


def _kinds(profile: Profile, place: Place) -> None:
    if profile.purpose is Purpose.MAX and profile.kind is Kind.RELATIVE:  # K01.FR.38
        raise Refused("InvalidValue", "a station has no start of charging")
    starts = profile.schedule.start is not None
    if profile.kind is Kind.RECURRING and not starts:
        raise Refused("InvalidSchedule", "startSchedule is missing")


def _amounts(profile: Profile, place: Place) -> None:
    for period in profile.schedule.periods:
        setpoint = period.setpoint
        if setpoint is not None and _is_negative(setpoint) and not place.feeds_back:
            raise Refused("InvalidSchedule", "nothing can be fed back here")
        if period.limit is not None and _is_negative(period.limit):
            raise Refused("InvalidSchedule", "a limit is not negative")
        if period.discharge is not None and _is_positive(period.discharge):
            raise Refused("InvalidSchedule", "a dischargeLimit is not positive")


def _is_negative(amounts: Amounts) -> bool:
    return min((amounts.first, *amounts.others)) < 0


def _is_positive(amounts: Amounts) -> bool:
    return max((amounts.first, *amounts.others)) > 0


def _no_feeding_back(profile: Profile, place: Place) -> None:
    if any(period.setpoint is not None for period in profile.schedule.periods):
        raise Refused("InvalidSchedule", "a limit is not negative in 1.6")


# -- 2.x


def _from_whom(profile: Profile, place: Place) -> None:
    if profile.source != CSO:
        return
    if profile.purpose is Purpose.EXTERNAL:  # K01.FR.22
        raise Refused("InvalidProfile", "external constraints are not for a CSMS")
    highest = place.variables.text(names.HIGHEST_EXTERNAL_ID)
    last = place.variables.number(names.HIGHEST_EXTERNAL_ID)
    if profile.version == "2.1" and highest and profile.id <= last:  # K01.FR.81
        raise Refused("InvalidProfileId", f"ids up to {highest} are external ones")


def _starts(profile: Profile, place: Place) -> None:
    has_start = "startSchedule" in profile.wire["chargingSchedule"][0]
    if profile.kind is Kind.ABSOLUTE and not has_start:  # K01.FR.40
        raise Refused("InvalidSchedule", "startSchedule is missing")
    if profile.kind is Kind.RELATIVE and has_start:  # K01.FR.41
        raise Refused("InvalidSchedule", "a relative schedule has no startSchedule")


def _phases(profile: Profile, place: Place) -> None:
    can_switch = place.variables.flag(names.SWITCHES_PHASES)
    for period in profile.wire["chargingSchedule"][0]["chargingSchedulePeriod"]:
        use, count = period.get("phaseToUse"), period.get("numberPhases")
        if place.is_dc and (use is not None or count is not None):  # K01.FR.44
            raise Refused(_no_phase(profile), "DC has no phases")
        if use is None:
            continue
        if count != 1 or not 1 <= use <= 3:  # K01.FR.19, K01.FR.48
            raise Refused("InvalidSchedule", "phaseToUse is for numberPhases 1")
        if not can_switch:  # K01.FR.20
            raise Refused("InvalidSchedule", "the phase cannot be chosen here")


def _no_phase(profile: Profile) -> str:
    return "NoPhaseForDC" if profile.version == "2.1" else "InvalidSchedule"


def _has_transaction(profile: Profile, place: Place) -> None:
    if profile.purpose is not Purpose.TX and profile.transaction is not None:
        raise Refused("InvalidProfile", "transactionId is for a TxProfile")


# -- 2.1


def _purposes(profile: Profile, place: Place) -> None:
    known = place.variables.items(names.PURPOSES)
    if profile.purpose in _ADDED and profile.purpose.value not in known:  # K01.FR.120
        raise Refused("UnsupportedPurpose", f"{profile.purpose} is not supported")


def _priority(profile: Profile, place: Place) -> None:
    is_priority = profile.purpose is Purpose.PRIORITY
    if is_priority and profile.schedule.duration_ms is not None:  # K01.FR.70
        raise Refused("InvalidSchedule", "priority lasts as long as the transaction")


def _dynamic(profile: Profile, place: Place) -> None:
    is_dynamic = profile.kind is Kind.DYNAMIC
    if is_dynamic and not place.variables.flag(names.HAS_DYNAMIC):  # K01.FR.121
        raise Refused("UnsupportedKind", "Dynamic is not supported")
    if is_dynamic and len(profile.schedule.periods) != 1:
        raise Refused("InvalidSchedule", "a dynamic schedule has one period")
    wire = profile.wire
    if not is_dynamic and ("dynUpdateInterval" in wire or "dynUpdateTime" in wire):
        raise Refused("InvalidProfile", "only a dynamic profile is updated")


def _features(profile: Profile, place: Place) -> None:
    """What a schedule asks for beside limits (K01.FR.95, K01.FR.123 to 126)."""
    flag = place.variables.flag
    for schedule in profile.wire["chargingSchedule"]:
        if "limitAtSoC" in schedule:
            raise Refused("InvalidSchedule", "limitAtSoC is not supported")
        if schedule.get("useLocalTime") and not flag(names.HAS_LOCAL_TIME):
            raise Refused("InvalidSchedule", "useLocalTime is not supported")
        if not schedule.get("randomizedDelay"):
            continue
        if profile.purpose not in _OF_TRANSACTIONS:
            raise Refused("InvalidSchedule", "no randomizedDelay for this purpose")
        if not flag(names.HAS_RANDOM_DELAY):
            raise Refused("InvalidSchedule", "randomizedDelay is not supported")


def _modes(profile: Profile, place: Place) -> None:
    allowed = _MODES.get(profile.purpose)
    known = place.modes()
    for period in profile.schedule.periods:
        mode = period.mode
        is_usual = mode is Mode.CHARGING_ONLY
        if allowed is not None and mode not in allowed:  # K01.FR.114
            raise Refused("InvalidOperationMode", f"no {mode} for {profile.purpose}")
        if not is_usual and profile.source == CSO and mode.value not in known:
            # K01.FR.115
            raise Refused("InvalidOperationMode", f"{mode} is not supported")
        if _NEEDED.get(mode) == "limit" and period.limit is None:
            raise Refused("InvalidSchedule", f"{mode} needs a limit")
        if _NEEDED.get(mode) == "setpoint" and period.setpoint is None:
            raise Refused("InvalidSchedule", f"{mode} needs a setpoint")
        if period.sleeps and mode is not Mode.IDLE:  # K01.FR.126
            raise Refused("InvalidSchedule", "an EVSE sleeps in Idle")
        if period.sleeps and not place.variables.flag(names.HAS_SLEEP):
            raise Refused("InvalidSchedule", "evseSleep is not supported")


def _each_phase(profile: Profile, place: Place) -> None:
    """L2 and L3 are for a vehicle that has said what it takes (K01.FR.144, V2X.10)."""
    is_for_one = profile.purpose is Purpose.TX and place.knows_phases
    for period in profile.schedule.periods:
        for each in (period.limit, period.discharge, period.setpoint):
            if each is not None and each.others and not is_for_one:
                raise Refused("PhaseConflict", "limits of L2 and L3 are not known here")


_RULES_ALL: tuple[Rule, ...] = (
    _places,
    _levels,
    _units,
    _counts,
    _validity,
    _kinds,
    _amounts,
)
_RULES_16: tuple[Rule, ...] = (*_RULES_ALL, _no_feeding_back)
_RULES_2: tuple[Rule, ...] = (
    _from_whom,
    *_RULES_ALL,
    _starts,
    _phases,
    _has_transaction,
    _purposes,
    _priority,
    _dynamic,
    _features,
    _modes,
    _each_phase,
)
