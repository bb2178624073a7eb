"""The charging profiles of one station (`core.station.Offers`).

Pure: nothing waits here or looks at a clock. What was found out is kept until the next
change; a station without profiles costs nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from connector.station.charging import (
    acceptance,
    composite,
    conflicts,
    dynamic,
    ends,
    kept,
    wire2,
    wire16,
)
from connector.station.charging.circuit import Circuit
from connector.station.charging.circuit import of_evse as circuit_of
from connector.station.charging.circuit import of_station as grid_of
from connector.station.charging.composite import Composite, CompositePeriod, Span
from connector.station.charging.criteria import Criteria
from connector.station.charging.decision import ACCEPTED, Decision, Refused, rejected
from connector.station.charging.local_time import zone_of
from connector.station.charging.moment import Evaluation, Member, Offer
from connector.station.charging.profile import CSO, NEVER_MS, Profile, Purpose
from connector.station.charging.settings import UNITS
from connector.station.charging.stack import Stack
from connector.station.core.evse import Evse
from connector.station.core.settings import Variables
from connector.station.model import StationModel

Json = Mapping[str, Any]
_Key = tuple[int, tuple[tuple[int, str | None, int], ...]]
MOST_INSTALLED = 20


class Profiles:
    """The stack of a station, and the limits that follow from it."""

    __slots__ = (
        "_evses",
        "_known",
        "_known_for",
        "_model",
        "_most",
        "_offline_since_ms",
        "_per_phase",
        "_priority",
        "_source",
        "_stack",
        "_variables",
    )

    def __init__(
        self,
        model: StationModel,
        variables: Variables,
        *,
        source: random.Random | None = None,
        most: int = MOST_INSTALLED,
    ) -> None:
        self._model = model
        self._variables = variables
        self._source = source
        self._most = most
        self._evses: dict[int, Evse] = {}
        self._stack = Stack()
        self._offline_since_ms: int | None = None
        self._priority: frozenset[str] = frozenset()
        self._per_phase: frozenset[int] = frozenset()
        self._known: Evaluation | None = None
        self._known_for: _Key | None = None

    def __len__(self) -> int:
        return len(self._stack)

    @property
    def revision(self) -> int:
        """Another number after every change: then there is something to save."""
        return self._stack.revision

    def attach(self, evses: dict[int, Evse]) -> None:
        """Know the EVSEs of the core, which share what the station may draw."""
        self._evses = evses

    # -- limits (`Offers`)

    def limit_w(self, evse: Evse, now_ms: int) -> tuple[float, int | None]:
        """What an EVSE may draw now, and on how many phases (None: all it has).

        Negative where it shall feed back.
        """
        if not self._stack:
            return evse.model.rating.max_power_w, None
        offer = self.offer(evse, now_ms)
        return offer.limit_w, offer.phases

    def offer(self, evse: Evse, now_ms: int) -> Offer:
        """The same, with whose limit it is."""
        self._evses.setdefault(evse.number, evse)
        self._adopt(evse)
        return self._now(evse.number, now_ms).offers[evse.number]

    def next_change_ms(self, now_ms: int) -> int | None:
        """When a limit may be another without anybody saying so."""
        if not self._stack:
            return None
        taking = next((n for n, evse in self._evses.items() if _takes(evse)), None)
        if taking is None:
            return None
        until_ms = self._now(taking, now_ms).until_ms
        return None if until_ms >= NEVER_MS else until_ms

    def session_ended(self, evse: Evse) -> None:
        """The profiles of its transaction end with it."""
        self.forget_start(evse.number)
        self._known = None
        self.tell_needs(evse.number, knows_phases=False)
        if self._priority:
            self._priority &= self._sessions()

    def tell_needs(self, evse: int, *, knows_phases: bool) -> None:
        """Whether its vehicle has said what it takes per phase (2.1, K01.FR.142).

        Only there L2 and L3 may have limits of their own.
        """
        self._per_phase -= {evse}
        self._per_phase |= {evse} if knows_phases else frozenset()

    def link_changed(self, now_ms: int, *, is_online: bool) -> None:
        """Some profiles hold only so long without a central system (2.1).

        Those that do not come back are gone once there is a link again.
        """
        since_ms = self._offline_since_ms
        if is_online:
            offline_ms = -1 if since_ms is None else now_ms - since_ms
            self._stack.remove(ends.lapsed(self._stack, offline_ms))
            self._offline_since_ms = None
        elif since_ms is None:
            self._offline_since_ms = now_ms
        self._stack.changed()

    def time_moved(self, by_ms: int) -> None:
        """The clock was set."""
        if self._offline_since_ms is not None:
            self._offline_since_ms += by_ms
        self._stack.time_moved(by_ms)

    def _now(self, asked: int, now_ms: int) -> Evaluation:
        """What holds, as found out before where that is still so."""
        members = tuple(
            (number, *_session(evse, now_ms))
            for number, evse in self._evses.items()
            if number == asked or _takes(evse)
        )
        key = (self._stack.revision, members)
        known = self._known
        if known is None or self._known_for != key or not known.covers(now_ms):
            known = self._known = self._evaluate(self._members(members), now_ms)
            self._known_for = key
        return known

    def _evaluate(self, members: Sequence[Member], now_ms: int) -> Evaluation:
        grid = self._circuit(0)
        offline_ms = self._offline_since_ms
        return Evaluation(self._stack, grid, members, now_ms, offline_ms).run()

    def _members(self, sessions: Sequence[tuple[int, str | None, int]]) -> list[Member]:
        members = [
            Member(number, self._circuit(number), key, started, key in self._priority)
            for number, key, started in sessions
        ]
        return sorted(members, key=lambda m: (m.started_ms, m.number))

    def _circuit(self, number: int) -> Circuit:
        evses = self._model.evses
        if number == 0:
            return grid_of(evses)
        return circuit_of(next(e.rating for e in evses if e.number == number))

    # -- installing

    def install(
        self,
        evse: int,
        profile: Json,
        now_ms: int,
        *,
        version: str,
        source: str = CSO,
        is_for_start: bool = False,
    ) -> Decision:
        """Take a profile as it is on the wire of a version; EVSE 0 is the station.

        ``source`` other than CSO is somebody beside the central system who limits this
        station. ``is_for_start``: it came with a request to start, and is for the
        transaction that comes (`forget_start` if none does).
        """
        try:
            found = self._read(evse, profile, now_ms, version, source)
            self._bind(found, is_for_start=is_for_start)
            self._purge(now_ms, found if is_for_start else None)
            replaced = conflicts.replaced_by(found, self._stack)
            conflicts.check_phases(found, self._stack)
            if len(self._stack) - len(replaced) >= self._most:
                raise Refused("OutOfStorage", f"{self._most} profiles are the most")
        except Refused as refused:
            return rejected(refused)
        self._stack.remove(replaced)
        self._stack.add(found)
        return ACCEPTED

    def _read(
        self, evse: int, wire: Json, now_ms: int, version: str, source: str
    ) -> Profile:
        place = self._place(evse)
        if not place.ratings:  # K01.FR.28
            raise Refused("UnknownEvse", f"there is no EVSE {evse}")
        arrival = self._arrival(evse, now_ms, version)
        found = wire2.parse(wire16.to_2(wire) if version == "1.6" else wire, arrival)
        found.source = source
        acceptance.check(found, place, now_ms)
        return found

    def _place(self, evse: int) -> acceptance.Place:
        chosen = [e for e in self._model.evses if evse in (0, e.number)]
        knows_phases = evse in self._per_phase
        return acceptance.place_of(self._variables, chosen, knows_phases=knows_phases)

    def _arrival(self, evse: int, now_ms: int, version: str) -> wire2.Arrival:
        zone = zone_of(self._variables)
        return wire2.Arrival(evse, now_ms, version, zone, self._source)

    def _bind(self, profile: Profile, *, is_for_start: bool) -> None:
        """Find the transaction that it is for."""
        evse = self._evses.get(profile.evse)
        session = evse.session if evse is not None else None
        if is_for_start:
            conflicts.check_start(profile)
            profile.session = session.key if session is not None else None
        elif profile.purpose is Purpose.TX:
            profile.session = conflicts.key_of(profile, session)

    def _purge(self, now_ms: int, starting: Profile | None) -> None:
        """What can never hold again needs no place, nor an earlier start's profile."""
        self._stack.remove(ends.dead(self._stack, self._sessions(), now_ms))
        if starting is not None:
            tx = self._stack.ranked(starting.evse, Purpose.TX)
            self._stack.remove([profile for profile in tx if profile.session is None])

    def _sessions(self) -> frozenset[str]:
        sessions = (evse.session for evse in self._evses.values())
        return frozenset(each.key for each in sessions if each is not None)

    def _adopt(self, evse: Evse) -> None:
        """What was sent to start with belongs to the transaction that starts."""
        if evse.session is None:
            return
        for profile in self._stack.ranked(evse.number, Purpose.TX):
            if profile.session is None:
                profile.session = evse.session.key

    def forget_start(self, evse: int) -> None:
        """No transaction comes, or it has ended: its profiles are gone."""
        if self._stack:
            self._stack.remove(self._stack.ranked(evse, Purpose.TX))

    def use_priority(self, session_key: str, *, is_active: bool) -> str:
        """UsePriorityCharging (2.1, K21): its status."""
        where = [
            number
            for number, evse in self._evses.items()
            if evse.session is not None and evse.session.key == session_key
        ]
        if not where:
            return "Rejected"
        if not self._stack.ranked(where[0], Purpose.PRIORITY):
            return "NoProfile"
        change = self._priority.union if is_active else self._priority.difference
        self._priority = change({session_key})
        self._stack.changed()
        return "Accepted"

    # -- looking and clearing

    def find(self, criteria: Criteria) -> list[Profile]:
        """The profiles that are meant, in the order in which they came."""
        return [profile for profile in self._stack if criteria.matches(profile)]

    def clear(self, criteria: Criteria, *, source: str = CSO) -> list[int]:
        """Take away what is meant, and say which.

        A central system clears nothing that others demand (2.x part 2, K10).
        """
        gone = [p for p in self.find(criteria) if source != CSO or p.source == CSO]
        self._stack.remove(gone)
        return [profile.id for profile in gone]

    # -- dynamic profiles (2.1, K28)

    def update(self, profile_id: int, update: Json, now_ms: int) -> Decision:
        """Other numbers for a dynamic profile: a ChargingScheduleUpdateType."""
        found = self._stack.by_id(profile_id)
        arrival = self._arrival(found.evse if found else 0, now_ms, "2.1")
        try:
            updated = dynamic.updated(found, update, arrival)
            acceptance.check(updated, self._place(updated.evse), now_ms)
        except Refused as refused:
            return rejected(refused)
        self._stack.remove([p for p in self._stack if p is found])
        self._stack.add(updated)
        return ACCEPTED

    def pulls(self, now_ms: int) -> tuple[list[int], int | None]:
        """The dynamic profiles to be asked for now, and when the next one will be."""
        return dynamic.pulls(self._stack, now_ms)

    # -- composite schedules

    def composite(
        self, evse: int, duration_s: int, unit: str | None, now_ms: int
    ) -> Composite | None:
        """What will be allowed; None where there is no such EVSE.

        An EVSE that is free is told what a vehicle would get that comes now.

        Raises:
            Refused: the unit is not one of this station.
        """
        numbers = [e.number for e in self._model.evses]
        if evse not in (0, *numbers):
            return None
        span = Span(evse, now_ms, max(0, duration_s), self._unit(unit, evse))
        asked = set(numbers) if evse == 0 else {evse}
        sessions = [
            (number, *self._session(number, now_ms))
            for number in numbers
            if number in asked or _takes(self._evses.get(number))
        ]
        members = self._members(sessions)
        return composite.build(
            span, lambda t: self._evaluate(members, t), lambda m: self._say(m, span)
        )

    def _say(self, moment: Evaluation, span: Span) -> CompositePeriod:
        if span.evse == 0:
            return composite.of_station(moment, span.unit)
        circuit = self._circuit(span.evse)
        return composite.of_evse(moment.offers[span.evse], circuit, span.unit)

    def _unit(self, unit: str | None, evse: int) -> str:
        known = self._variables.items(UNITS)
        if unit is None:
            return "W" if self._circuit(evse).is_dc or "A" not in known else "A"
        if known and unit not in known:  # K08.FR.07
            info = f"chargingRateUnit is {' or '.join(known)}"
            raise Refused("UnsupportedRateUnit", info)
        return unit

    def _session(self, number: int, now_ms: int) -> tuple[str | None, int]:
        evse = self._evses.get(number)
        return (None, now_ms) if evse is None else _session(evse, now_ms)

    # -- what survives a reboot

    def save(self) -> list[dict[str, Any]]:
        """What has to be there after a reboot, as plain values."""
        return kept.save(self._stack, self._variables)

    def restore(self, saved: Sequence[Json], now_ms: int) -> list[str]:
        """Have again what was saved; gives why some of it cannot be."""
        problems = []
        for entry in saved:
            try:
                arrival = self._arrival(entry["evse"], now_ms, entry["version"])
                self._stack.add(kept.restored(entry, arrival))
            except (Refused, LookupError, TypeError, ValueError) as error:
                problems.append(f"a charging profile is lost: {error}")
        return problems


def _takes(evse: Evse | None) -> bool:
    """Whether power may flow there."""
    return evse is not None and evse.is_running and evse.may_flow


def _session(evse: Evse, now_ms: int) -> tuple[str | None, int]:
    """The key of its session, and when its charging began."""
    session = evse.session
    if session is None:
        return None, now_ms
    return session.key, now_ms if session.started_ms is None else session.started_ms
