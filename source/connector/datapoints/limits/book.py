"""All slots of one station, the profiles of ours that it holds, what it refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connector.csms.clock import Timer
from connector.csms.quirks import VendorLimit
from connector.csms.station import STATION, Station
from connector.datapoints.limits.dialects import dialect_of
from connector.datapoints.limits.installed import (
    Installed,
    Trust,
    installed_from_json,
)
from connector.datapoints.limits.plans import Plan
from connector.datapoints.limits.profiles import (
    ADDS,
    MAX,
    PRIORITY,
    TX,
    TX_DEFAULT,
    VENDOR,
    Carrier,
    Dialect,
)
from connector.datapoints.limits.slot import Goal, Slot

Json = dict[str, Any]

LEARNED = "limits"
_KEYS = "keys"
"""In what was learnt: how the station takes limits, once that was read."""


@dataclass(slots=True)
class Book:
    """What is known of one station's limits.

    ``worked`` are purposes that it took at a connector, ``refused`` those that it
    refused since its last boot; ``shares``: its own limit is divided among its
    connectors; ``uses_max``: its only connector has its limit in the station's profile.
    ``version`` is the one in whose words profiles were sent; ``priority`` are places
    with priority charging. ``lock`` is held while profiles are on their way.
    ``has_read``: what the station tells of limits was read once; ``is_fresh``: on this
    link, since its boot, or that has failed. ``basis`` is what the profiles that are
    being sent were made from; ``is_outdated``: one was not sent, as it has changed.
    """

    station: Station
    slots: dict[str, Slot] = field(default_factory=dict)
    installed: dict[Carrier, Installed] = field(default_factory=dict)
    worked: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    shares: bool = False
    uses_max: bool = False
    has_composite: bool = True
    basis: tuple[object, ...] | None = None
    is_outdated: bool = False
    has_read: bool = False
    is_fresh: bool = False
    version: str = ""
    priority: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    was_connected: bool = False
    timers: dict[str, Timer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        learned = self.station.learned.get(LEARNED, {})
        self.worked = set(learned.get("worked", ()))
        self.refused = set(learned.get("refused", ()))
        self.shares = bool(learned.get("shares"))
        self.uses_max = bool(learned.get("uses_max"))
        self.version = learned.get("version", self.station.spoken)
        self.has_read = _KEYS in learned
        for key, value in learned.get(_KEYS, {}).items():
            self.station.configuration.setdefault(key, value)

    def slot(self, where: str) -> Slot:
        """The slot of a place, made if there is none."""
        return self.slots.setdefault(where, Slot(where))

    def goal(self, where: str) -> Goal:
        """What is to hold at a place."""
        slot = self.slots.get(where)
        return slot.goal if slot else Goal()

    @property
    def places(self) -> list[str]:
        """The station, its connectors, and wherever else something was written."""
        known = {STATION, *self.station.places, *self.slots}
        return sorted(known, key=lambda where: (len(where), where))

    def cancel_timers(self) -> None:
        """Nothing happens by itself any more."""
        for timer in self.timers.values():
            timer.cancel()
        self.timers.clear()
        for slot in self.slots.values():
            slot.cancel_timers()

    @property
    def dialect(self) -> Dialect:
        """The station's words for charging profiles."""
        return dialect_of(self.station)

    @property
    def vendor_limit(self) -> VendorLimit | None:
        """The command that carries limits, where profiles do not."""
        return self.station.options.quirks.vendor_limit or None

    # -- what was found out

    def has_booted(self) -> None:
        """What was refused is tried again, and what was set is set again."""
        self.is_fresh = False
        self.refused.clear()
        self.has_composite = True
        for held in self.installed.values():
            held.doubt()

    def has_connected(self) -> None:
        """A station that speaks another version now may have lost all that it had."""
        self.is_fresh = False
        if self.version == self.station.spoken:
            return
        self.has_read = False
        self.version = self.station.spoken
        self.worked.clear()
        self.refused.clear()
        self.has_composite = True
        for held in self.installed.values():
            held.trust = Trust.UNKNOWN

    def learn(self) -> bool:
        """Note what was found out with the station; whether it is news."""
        found: Json = {
            "worked": sorted(self.worked),
            "refused": sorted(self.refused),
            "shares": self.shares,
            "uses_max": self.uses_max,
            "version": self.version,
        }
        if self.has_read:
            known = self.station.configuration
            names = self.dialect.keys.names
            found[_KEYS] = {name: known[name] for name in names if name in known}
        is_news = self.station.learned.get(LEARNED) != found
        self.station.learned[LEARNED] = found
        return is_news

    @property
    def keys_to_read(self) -> list[str]:
        """What limits depend on, and may be asked for."""
        skips = self.station.options.quirks.skips
        return [name for name in self.dialect.keys.names if not skips(name)]

    @property
    def knows(self) -> bool:
        """Whether all is known that the station tells of limits."""
        return self.has_read or not self.keys_to_read

    @property
    def told(self) -> tuple[object, ...]:
        """What the station has told of how it takes limits."""
        known, names = self.station.configuration, self.dialect.keys.names
        count = self.station.connector_count
        return (self.station.is_dc, count, *(known.get(name) for name in names))

    def refuse(self, purposes: Iterable[str]) -> None:
        """The station does not take these; a no to a guess says nothing of them."""
        if self.knows:
            self.refused.update(purposes)
            self.worked.difference_update(purposes)

    def is_pointless(self, purpose: str) -> bool:
        """Whether the station refused a purpose, or the options rule it out."""
        if self.vendor_limit is not None:
            return purpose != VENDOR
        chosen = self.station.options.profile.purpose
        return purpose in self.refused or chosen not in (None, purpose)

    # -- what holds

    def in_force(self, where: str) -> Plan | None:
        """The limit by us at a place, as the station accepted it; None: none known."""
        if where == STATION and self.shares:
            return self.slot(STATION).shared if self._has_all_parts() else None
        held = self.in_effect(where)
        return held.plan if held and held.trust is not Trust.UNKNOWN else None

    def _has_all_parts(self) -> bool:
        """Whether every connector has its part; one may end with a transaction."""
        if self.is_unknown(STATION):
            return False
        return all(self.in_effect(where) for where in self.station.places)

    def in_effect(self, where: str) -> Installed | None:
        """The profile of ours that decides at a place now."""
        for carrier in self._by_rank(where):
            held = self.installed.get(carrier)
            if held is not None and self.applies(carrier, held):
                return held
        return None

    def _by_rank(self, where: str) -> Iterator[Carrier]:
        if where in self.priority:
            yield Carrier(PRIORITY, where)
            return
        if where != STATION:
            yield Carrier(TX, where)
            if self.uses_max:
                yield Carrier(MAX, STATION)
            yield Carrier(TX_DEFAULT, where)
        yield from self.at(where)

    def applies(self, carrier: Carrier, held: Installed) -> bool:
        """Whether a profile is for what runs now, and a limit at all."""
        if carrier.purpose == PRIORITY:
            return carrier.where in self.priority
        if carrier.purpose != TX:
            return carrier.purpose != ADDS
        running = self.station.transaction(carrier.where)
        return running is not None and held.transaction_id == running.ocpp_id

    def at(self, where: str) -> list[Carrier]:
        """The profiles of ours at a place."""
        return [carrier for carrier in self.installed if carrier.where == where]

    def is_unknown(self, where: str) -> bool:
        """Whether nobody can say of a profile for this place if it is there."""
        return any(
            held.trust is Trust.UNKNOWN and where in self._concerned(carrier)
            for carrier, held in self.installed.items()
        )

    def _concerned(self, carrier: Carrier) -> list[str]:
        """The places whose limit a profile carries."""
        if carrier.where == STATION:
            return [STATION, "1"] if self.uses_max else [STATION]
        return [STATION, carrier.where] if self.shares else [carrier.where]

    def has_something(self, where: str) -> bool:
        """Whether anything is wanted, owed or installed at a place."""
        slot = self.slots.get(where)
        wants = slot is not None and (slot.goal != Goal() or bool(slot.owed))
        return wants or bool(self.at(where)) or (where == STATION and self.shares)

    # -- keeping

    def state(self, where: str) -> Json:
        """What is kept of a place."""
        profiles = [self.installed[held].to_json(held) for held in self.at(where)]
        return {**self.slot(where).to_json(), "profiles": profiles}

    def restore(self, slot: Slot, state: Json) -> None:
        """Take up what was kept of a place.

        Raises:
            KeyError, TypeError, ValueError: it cannot be read.
        """
        found = {
            Carrier(entry["purpose"], slot.where): installed_from_json(entry)
            for entry in state["profiles"]
        }
        self.slots[slot.where] = slot
        self.installed |= found
