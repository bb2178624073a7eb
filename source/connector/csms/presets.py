"""Presets: the options that stations of a brand need, found by what they say at boot.

The brands are data (`presets.json`), each with its source. What `STATIONS` says of a
station counts before its preset, member by member.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from connector.csms import quirks
from connector.csms.options import ProfileOptions, StationOptions
from connector.csms.station import Station

Json = dict[str, Any]

logger = logging.getLogger(__name__)

NONE = "none"
"""The name that stands for no preset."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One brand: how it is known, what it needs, and where that is written."""

    name: str
    brand: str
    vendor: str | None
    model: str | None
    seen: tuple[tuple[str, str], ...]
    """Vendor and model as they stand in BootNotifications of the source."""
    members: Json
    """What it sets, as in `STATIONS`."""
    note: str
    source: tuple[str, ...]

    def matches(self, vendor: str, model: str) -> bool:
        """Whether a station that says this of itself is meant; case is the same."""
        if self.vendor is None and self.model is None:
            return False
        pairs = ((self.vendor, vendor), (self.model, model))
        return all(
            pattern is None or re.search(pattern, text, re.IGNORECASE)
            for pattern, text in pairs
        )

    @property
    def options(self) -> StationOptions:
        """What it sets."""
        return _options(self.name)


@cache
def presets() -> Mapping[str, Preset]:
    """All of them by name, in the order in which they are tried."""
    text = files("connector.csms").joinpath("presets.json").read_text("utf-8")
    return MappingProxyType(
        {name: _read(name, e) for name, e in json.loads(text).items()}
    )


def _read(name: str, entry: Json) -> Preset:
    match = entry.get("match", {})
    return Preset(
        name,
        entry["brand"],
        match.get("vendor"),
        match.get("model"),
        tuple((vendor, model) for vendor, model in entry.get("seen", ())),
        entry["options"],
        entry["note"],
        tuple(entry["source"]),
    )


@cache
def _options(name: str) -> StationOptions:
    members = dict(presets()[name].members)
    if "measurands" in members:
        members["measurands"] = tuple(members["measurands"])
    profile = ProfileOptions(**members.pop("profile", {}))
    own = quirks.read(members.pop("quirks", {}))
    return StationOptions(profile=profile, quirks=own, **members)


@lru_cache(maxsize=1024)
def of_boot(vendor: str, model: str) -> Preset | None:
    """The first preset for a station that says this of itself."""
    fitting = (p for p in presets().values() if p.matches(vendor, model))
    return next(fitting, None)


def chosen(given: StationOptions, boot: Mapping[str, Any]) -> Preset | None:
    """The preset of a station: the one that is named, else that of its brand."""
    if given.preset is not None:
        return None if given.preset == NONE else presets()[given.preset]
    if not boot:
        return None
    vendor, model = boot.get("chargePointVendor"), boot.get("chargePointModel")
    return of_boot(str(vendor or "").strip(), str(model or "").strip())


@lru_cache(maxsize=1024)
def over(given: StationOptions, name: str) -> StationOptions:
    """What is given, and beside it what the preset of this name says."""
    preset = _options(name)
    mine = {
        field.name: value
        for field in fields(given)
        if (value := getattr(given, field.name)) is not None
    }
    mine["profile"] = _profile_over(given.profile, preset.profile)
    mine["quirks"] = given.quirks.over(preset.quirks)
    return replace(preset, **mine)


def _profile_over(given: ProfileOptions, preset: ProfileOptions) -> ProfileOptions:
    mine = {
        field.name: value
        for field in fields(given)
        if (value := getattr(given, field.name)) is not None
    }
    return replace(preset, **mine)


def apply(station: Station, call_timeout_s: float) -> None:
    """Give a station the options that follow from what it says of itself.

    ``call_timeout_s`` is the usual one: a preset makes it longer, never shorter.
    """
    preset = chosen(station.given, station.boot)
    options = station.given if preset is None else over(station.given, preset.name)
    if options == station.options:
        return
    station.options = options
    own_s = station.given.call_timeout_s
    station.call_timeout_s = own_s or max(options.call_timeout_s or 0, call_timeout_s)
    if preset is not None:
        logger.info(
            "%s: preset %s (%s): %s",
            station.identity,
            preset.name,
            preset.brand,
            ", ".join(shown(preset.members)),
        )


def shown(members: Json, path: str = "") -> list[str]:
    """Members as people read them: ``profile.stack_level 0``."""
    found: list[str] = []
    for name, value in members.items():
        if name in ("profile", "quirks"):
            found += shown(value, f"{name}.")
        else:
            found.append(f"{path}{name} {_text(value)}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)
