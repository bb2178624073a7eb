"""Profiles on a desk: a station with EVSEs, sessions at them, and time in the hand."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.station.charging import Profiles
from connector.station.charging.decision import Decision
from connector.station.core.evse import Evse
from connector.station.core.session import Session
from connector.station.model import EvseModel, Rating, StationModel
from connector.station.ports import Plug, Token

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""A Monday."""
NOON_MS = int(NOON.timestamp() * 1000)
AC = Rating()
DC = Rating(max_power_w=50_000.0, voltage=500.0, is_dc=True, min_current_a=0.0)
V2G = Rating(max_discharge_w=10_000.0)
VARIABLES = {
    "SmartChargingCtrlr/ProfileStackLevel": "9",
    "SmartChargingCtrlr/PeriodsPerSchedule": "24",
    "SmartChargingCtrlr/RateUnit": "A,W",
    "SmartChargingCtrlr/SupportedAdditionalPurposes": "PriorityCharging,LocalGeneration",
    "SmartChargingCtrlr/SupportsFeature#DynamicProfiles": "true",
    "SmartChargingCtrlr/SupportsFeature#UseLocalTime": "true",
    "SmartChargingCtrlr/SupportsFeature#RandomizedDelay": "true",
    "SmartChargingCtrlr/SupportsFeature#EvseSleep": "true",
    **{
        f"V2XChargingCtrlr@{number}/SupportedOperationModes": "CentralSetpoint,Idle"
        for number in range(1, 9)
    },
}
Row = tuple[Any, ...]


class Values:
    """Variables as a dictionary."""

    def __init__(self, **values: str) -> None:
        self.values = {**VARIABLES, **values}

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def number(self, name: str) -> float:
        return float(self.text(name) or 0)

    def items(self, name: str) -> tuple[str, ...]:
        return tuple(item for item in self.text(name).split(",") if item)


def at(seconds: float) -> int:
    """So many seconds after noon."""
    return NOON_MS + round(seconds * 1000)


def iso(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class Desk:
    """A station with an EVSE for each rating."""

    def __init__(self, *ratings: Rating, most: int = 20, **values: str) -> None:
        models = tuple(
            EvseModel(number, rating=rating)
            for number, rating in enumerate(ratings or (AC,), 1)
        )
        self.evses = {model.number: Evse(model) for model in models}
        self.variables = Values(**values)
        self.profiles = Profiles(
            StationModel("CP", evses=models),
            self.variables,
            source=random.Random(1),
            most=most,
        )
        self.profiles.attach(self.evses)

    def charge(
        self, evse: int = 1, since_s: float = 0, id_16: int | None = None
    ) -> str:
        """A transaction runs there; gives its key."""
        key = f"TX-{evse}-{since_s:g}"
        session = Session(key, evse, token=Token("CARD"), id_16=id_16)
        session.started_ms = at(since_s)
        self.evses[evse].session, self.evses[evse].plug = session, Plug.PLUGIN
        return key

    def leave(self, evse: int = 1) -> None:
        self.evses[evse].session, self.evses[evse].plug = None, Plug.PLUGOUT
        self.profiles.session_ended(self.evses[evse])

    def set(
        self, evse: int, wire: dict[str, Any], now_s: float = 0, **more: Any
    ) -> Decision:
        """Install what `profile` or `profile16` made."""
        version = more.pop("version", "1.6" if "chargingProfileId" in wire else "2.1")
        return self.profiles.install(evse, wire, at(now_s), version=version, **more)

    def limit(self, evse: int = 1, now_s: float = 0) -> float:
        return self.profiles.limit_w(self.evses[evse], at(now_s))[0]

    def limits(self, times: Iterable[float], evse: int = 1) -> list[float]:
        return [round(self.limit(evse, time), 3) for time in times]

    def schedule(
        self, duration_s: int, *, evse: int = 1, unit: str = "W", now_s: float = 0
    ) -> list[Row]:
        """Start and limit of each period of the composite schedule."""
        found = self.profiles.composite(evse, duration_s, unit, at(now_s))
        assert found is not None
        return [(each.start_s, each.limit) for each in found.periods]


def periods(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Of start, limit and, where said, number of phases."""
    names = ("startPeriod", "limit", "numberPhases")
    return [dict(zip(names, row, strict=False)) for row in rows]


def schedule(
    *rows: Row, unit: str = "W", start_s: float | None = None, **more: Any
) -> dict[str, Any]:
    found = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods(rows), **more}
    if start_s is not None:
        found["startSchedule"] = iso(start_s)
    return found


def profile(
    *rows: Row,
    purpose: str = "TxDefaultProfile",
    kind: str = "Absolute",
    number: int = 1,
    level: int = 0,
    unit: str = "W",
    start_s: float | None = 0,
    timing: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A ChargingProfile of 2.x; ``timing`` is of its schedule."""
    start_s = start_s if kind in ("Absolute", "Recurring") else None
    found = schedule(*rows, unit=unit, start_s=start_s, **(timing or {}))
    return {
        "id": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": [{"id": number, **found}],
        **more,
    }


def profile16(
    *rows: Row,
    purpose: str = "TxDefaultProfile",
    kind: str = "Absolute",
    number: int = 1,
    level: int = 0,
    unit: str = "W",
    start_s: float | None = 0,
    timing: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A csChargingProfiles of 1.6."""
    start_s = None if kind == "Relative" else start_s
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule(
            *rows, unit=unit, start_s=start_s, **(timing or {})
        ),
        **more,
    }
