"""Charging profiles as 1.6 writes them, and as 2.x would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_PURPOSES = {"ChargePointMaxProfile": "ChargingStationMaxProfile"}
_PURPOSES_16 = {new: old for old, new in _PURPOSES.items()}
_SAME = ("stackLevel", "chargingProfileKind", "recurrencyKind", "validFrom", "validTo")


def to_2(wire: Mapping[str, Any]) -> Json:
    """A csChargingProfiles in the form of 2.x, with an integer as transactionId.

    A startSchedule that does not count is left out (7.9: Relative).
    """
    schedule = dict(wire["chargingSchedule"])
    if wire["chargingProfileKind"] == "Relative":
        schedule.pop("startSchedule", None)
    purpose = wire["chargingProfilePurpose"]
    profile: Json = {
        "id": wire["chargingProfileId"],
        "chargingProfilePurpose": _PURPOSES.get(purpose, purpose),
        "chargingSchedule": [{"id": wire["chargingProfileId"], **schedule}],
    }
    profile.update({name: wire[name] for name in _SAME if name in wire})
    if "transactionId" in wire:
        profile["transactionId"] = wire["transactionId"]
    return profile


def from_2(wire: Mapping[str, Any]) -> Json:
    """The csChargingProfiles of a profile that came as one."""
    schedule = dict(wire["chargingSchedule"][0])
    schedule.pop("id")
    purpose = wire["chargingProfilePurpose"]
    profile: Json = {
        "chargingProfileId": wire["id"],
        "chargingProfilePurpose": _PURPOSES_16.get(purpose, purpose),
        "chargingSchedule": schedule,
    }
    profile.update({name: wire[name] for name in _SAME if name in wire})
    if "transactionId" in wire:
        profile["transactionId"] = wire["transactionId"]
    return profile


def purpose_2(word: str | None) -> str | None:
    """The purpose of a request of 1.6 in the words of 2.x."""
    return None if word is None else _PURPOSES.get(word, word)
