"""The simulated hardware of a station: what its core asks, and what a driver does.

There is no timer: somebody calls `step` when it said, or sooner. Whatever is read or
changed brings the energy up to date first, so that it does not matter how often.
Nothing is told while the core asks for something; that waits for the next step.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from connector.station.core.evse import NO_ERROR
from connector.station.model import StationModel
from connector.station.ports import Demand, Plug, Reading, Token, Told
from connector.station.simulated.faults import EFFECTS
from connector.station.simulated.meter import Meter
from connector.station.simulated.outlet import (
    UNLOCK_FAILED,
    UNLOCKED,
    Outlet,
)
from connector.station.simulated.vehicle import NEVER_MS, Vehicle

if TYPE_CHECKING:
    from connector.station.simulated.signing import MeterKey

UNLOCK_OUTCOMES = (UNLOCKED, UNLOCK_FAILED)


class NotPossible(ValueError):
    """A driver wanted what cannot be; says what was expected."""


class SimulatedHardware:
    """Implements `ports.Hardware` and `ports.Locking`; set ``told`` at once.

    ``now`` gives epoch ms. ``source`` may be shared by many stations. With a ``key``
    readings are signed, while ``signs`` says so. ``on_due`` is called when `step` is
    due sooner than it said.
    """

    __slots__ = (
        "_key",
        "_model",
        "_now",
        "_source",
        "on_due",
        "outlets",
        "signs",
        "told",
    )

    def __init__(
        self,
        model: StationModel,
        now: Callable[[], int],
        source: random.Random,
        *,
        key: Callable[[], MeterKey] | None = None,
        on_due: Callable[[], None] = lambda: None,
    ) -> None:
        self._model = model
        self._now = now
        self._source = source
        self._key = key
        self.signs: Callable[[], bool] = lambda: True
        """Whether anybody wants signatures now."""
        self.on_due = on_due
        self.told: Told | None = None
        """Who listens: the core."""
        now_ms = now()
        self.outlets = {
            each.number: Outlet(each, Meter.made(each.rating, source), now_ms)
            for each in model.evses
        }

    # -- what the core asks (`ports.Hardware`)

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        """What a vehicle may draw from now on; it follows at once."""
        outlet = self.outlets[evse]
        outlet.advance(self._now())
        outlet.limit_w, outlet.phases = limit_w, phases
        self._changed(outlet)

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        """Let power flow, or not."""
        outlet = self.outlets[evse]
        if outlet.is_closed == is_closed:
            return
        outlet.advance(self._now())
        outlet.is_closed = is_closed
        if not is_closed:
            outlet.opened()
        self._changed(outlet)

    def is_closed(self, evse: int) -> bool | None:
        """Whether power can flow now (`ports.Sensing`)."""
        return self.outlets[evse].has_power

    def measure_isolation(self, evse: int) -> None:
        """It takes no time (`ports.Insulating`)."""

    def isolation(self, evse: int) -> str | None:
        """`fault` where there is an earth fault (`ports.Insulating`)."""
        return "fault" if "GroundFailure" in self.outlets[evse].faults else "valid"

    def lock(self, evse: int, connector: int, *, is_locked: bool) -> None:
        """Hold the cable, or let it go (`ports.Locking`); a broken one does neither."""
        outlet = self.outlets[evse]
        if not outlet.is_stuck:
            outlet.is_locked = is_locked

    async def unlock(self, evse: int, connector: int) -> str:
        """Release the cable; ``outlet.unlocks`` says what becomes of it."""
        outlet = self.outlets.get(evse)
        if outlet is None or not 0 < connector <= len(outlet.model.connectors):
            return "UnknownConnector"
        return outlet.unlock()

    async def reset(self, evse: int, *, is_hard: bool) -> None:
        """Open the power path, and forget what was offered; registers stay."""
        for outlet in self._meant(evse):
            outlet.advance(self._now())
            outlet.is_closed = False
            outlet.limit_w, outlet.phases = 0.0, None
            outlet.opened()
            self._changed(outlet)

    def read(self, evse: int) -> Reading:
        """The meter now; 0: the main meter, which has no currents of its own."""
        now_ms = self._now()
        if evse == 0:
            return self._main(now_ms)
        outlet = self.outlets[evse]
        outlet.advance(now_ms)
        key = self._key if self._key is not None and self.signs() else None
        return outlet.read(self._source, key, self._model.serial_number)

    def _main(self, now_ms: int) -> Reading:
        for outlet in self.outlets.values():
            outlet.advance(now_ms)
        shown = [each.meter.shown_wh() for each in self.outlets.values()]
        powers = [each.shown_w for each in self.outlets.values()]
        return Reading(
            energy_wh=sum(imported for imported, _ in shown),
            power_w=sum(powers),
            exported_wh=sum(exported for _, exported in shown),
        )

    # -- time

    def step(self, now_ms: int) -> int:
        """Tell what has happened; gives when to come again at the latest (ms)."""
        for number, outlet in self.outlets.items():
            if outlet.due_ms <= now_ms or now_ms < outlet.updated_ms:
                self._due(number, outlet, now_ms)
        return self.next_ms

    def time_moved(self, by_ms: int) -> None:
        """The clock was set: call it before anything else, so that no energy moves."""
        for outlet in self.outlets.values():
            outlet.updated_ms += by_ms
            outlet.set(outlet.updated_ms)
        self.on_due()

    @property
    def next_ms(self) -> int:
        """When something will have to be told."""
        return min((each.due_ms for each in self.outlets.values()), default=NEVER_MS)

    def _due(self, number: int, outlet: Outlet, now_ms: int) -> None:
        outlet.advance(now_ms)
        vehicle = outlet.vehicle
        if vehicle is not None and vehicle.leaves_at_ms <= now_ms:
            self.unplug(number)
            return
        self._tell_demand(number, outlet, now_ms)

    def _changed(self, outlet: Outlet) -> None:
        before_ms = outlet.due_ms
        outlet.set(outlet.updated_ms)
        if outlet.due_ms < before_ms:
            self.on_due()

    def _tell_demand(self, number: int, outlet: Outlet, now_ms: int) -> None:
        told, demand = self.told, outlet.demands
        if demand is not outlet.demand and told is not None:
            outlet.demand = demand
            told.demands(number, demand, now_ms)
        outlet.set(now_ms)

    # -- what a driver does

    def plug(self, evse: int, vehicle: Vehicle, connector: int = 1) -> None:
        """Plug a vehicle in.

        Raises:
            NotPossible: there is no such place, or a vehicle is there.
        """
        outlet, now_ms = self._outlet(evse), self._now()
        count = len(outlet.model.connectors)
        if not 0 < connector <= count:
            raise NotPossible(f"connector {connector}: expected 1 to {count}")
        if outlet.vehicle is not None:
            raise NotPossible(f"EVSE {evse}: a vehicle is plugged in already")
        outlet.advance(now_ms)
        outlet.vehicle, outlet.connector = vehicle, connector
        outlet.set(now_ms)
        self._tell_vehicle(evse, outlet, now_ms)

    def _tell_vehicle(self, evse: int, outlet: Outlet, now_ms: int) -> None:
        told, vehicle = self.told, outlet.vehicle
        if told is None or vehicle is None:
            return
        # What it asks for is known at once: it is not seen to pause first.
        self._tell_demand(evse, outlet, now_ms)
        told.plugged(evse, Plug.PLUGIN, now_ms, outlet.connector)
        told.departs(evse, vehicle.departure_ms, vehicle.wanted_wh)
        if vehicle.model.speaks_iso15118:
            told.needs(evse, outlet.needs_of(vehicle), now_ms)

    def unplug(self, evse: int) -> Vehicle:
        """Take the vehicle away, at its own end of the cable; gives it.

        Raises:
            NotPossible: there is no such EVSE, or no vehicle.
        """
        outlet, now_ms = self._outlet(evse), self._now()
        vehicle = outlet.vehicle
        if vehicle is None:
            raise NotPossible(f"EVSE {evse}: no vehicle is plugged in")
        outlet.advance(now_ms)
        vehicle.offer(0.0)
        outlet.is_locked = False
        if self.told is not None:
            # The vehicle is still known: its transaction ends with its last reading.
            self.told.plugged(evse, Plug.PLUGOUT, now_ms, outlet.connector)
        outlet.vehicle = None
        outlet.demand = outlet.demands
        outlet.set(now_ms)
        return vehicle

    def pause(self, evse: int, *, is_paused: bool = True) -> None:
        """The driver, or a timer in the vehicle, wants no energy for now.

        Raises:
            NotPossible: there is no such EVSE, or no vehicle.
        """
        outlet, now_ms = self._outlet(evse), self._now()
        if outlet.vehicle is None:
            raise NotPossible(f"EVSE {evse}: no vehicle is plugged in")
        outlet.advance(now_ms)
        outlet.vehicle.is_paused = is_paused
        outlet.set(now_ms)
        self._tell_demand(evse, outlet, now_ms)

    def swipe(self, token: Token, evse: int | None = None) -> None:
        """Show a card.

        Raises:
            NotPossible: there is no such EVSE, or its reader is broken.
        """
        outlets = self._meant(0) if evse is None else [self._outlet(evse)]
        if all("ReaderFailure" in each.faults for each in outlets):
            raise NotPossible("the card reader is broken")
        if self.told is not None:
            self.told.presented(token, self._now(), evse)

    def fault(self, evse: int, error_code: str, info: str = "") -> None:
        """Break something (1.6 ChargePointErrorCode); EVSE 0: in the whole station.

        Raises:
            NotPossible: there is no such EVSE, or no such code.
        """
        outlets, now_ms = self._broken(evse), self._now()
        if error_code not in EFFECTS:
            codes = ", ".join(EFFECTS)
            raise NotPossible(f"fault {error_code!r}: expected one of {codes}")
        for outlet in outlets:
            outlet.advance(now_ms)
            outlet.faults[error_code] = info
            # The protection is faster than the core.
            outlet.set(now_ms)
        if self.told is not None:
            self.told.fault(evse, error_code, now_ms, info)
        self.on_due()

    def clear(self, evse: int) -> None:
        """Repair whatever is broken; EVSE 0: in the whole station.

        Raises:
            NotPossible: there is no such EVSE.
        """
        outlets, now_ms = self._broken(evse), self._now()
        for outlet in outlets:
            outlet.advance(now_ms)
            outlet.faults.clear()
            outlet.set(now_ms)
        if self.told is not None:
            self.told.fault(evse, NO_ERROR, now_ms)
        self.on_due()

    def bay(self, evse: int, *, is_occupied: bool) -> None:
        """Drive into the parking bay of an EVSE, or out of it.

        Raises:
            NotPossible: there is no such EVSE.
        """
        self._outlet(evse)
        if self.told is not None:
            self.told.in_bay(evse, self._now(), is_occupied=is_occupied)

    def tell_all(self) -> None:
        """Tell a core that has just started what it finds here."""
        for number, outlet in self.outlets.items():
            outlet.advance(self._now())
            outlet.demand = Demand.IDLE
            self._tell_vehicle(number, outlet, outlet.updated_ms)
            for code, info in outlet.faults.items():
                if self.told is not None:
                    self.told.fault(number, code, outlet.updated_ms, info)

    # -- kept over restarts

    def registers_wh(self) -> dict[int, tuple[float, float]]:
        """What the meters have counted, by EVSE: imported, exported."""
        now_ms = self._now()
        for outlet in self.outlets.values():
            outlet.advance(now_ms)
        meters = {number: each.meter for number, each in self.outlets.items()}
        return {n: (each.imported_wh, each.exported_wh) for n, each in meters.items()}

    def restore(self, registers_wh: Mapping[int, tuple[float, float]]) -> None:
        """What was kept; a register never goes back."""
        for number, (imported_wh, exported_wh) in registers_wh.items():
            if number in self.outlets:
                meter = self.outlets[number].meter
                meter.imported_wh = max(meter.imported_wh, imported_wh)
                meter.exported_wh = max(meter.exported_wh, exported_wh)

    def show_at_least(self, evse: int, energy_wh: float) -> None:
        """A value that was told before a restart; a register never goes back."""
        if evse in self.outlets:
            meter = self.outlets[evse].meter
            meter.imported_wh = max(meter.imported_wh, energy_wh / meter.gain)

    def _outlet(self, evse: int) -> Outlet:
        found = self.outlets.get(evse)
        if found is None:
            numbers = ", ".join(map(str, self.outlets))
            raise NotPossible(f"EVSE {evse}: expected one of {numbers}")
        return found

    def _broken(self, evse: int) -> list[Outlet]:
        return self._meant(0) if evse == 0 else [self._outlet(evse)]

    def _meant(self, evse: int) -> list[Outlet]:
        return [o for number, o in self.outlets.items() if evse in (0, number)]
