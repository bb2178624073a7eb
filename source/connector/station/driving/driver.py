"""Does at one station what a verb says; answers are ready for JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from connector.errors import ConnectorError, UnsupportedAction
from connector.station.assembly.station import Station
from connector.station.core.evse import Evse
from connector.station.driving import status
from connector.station.driving.verbs import Deed, NotDone
from connector.station.driving.watching import quiet, until
from connector.station.ports import Token
from connector.station.simulated import (
    NotPossible,
    SimulatedHardware,
    Vehicle,
    VehicleModel,
)

Json = dict[str, Any]
_QUIET_WITHIN_S = 5.0
_SHARE = 0.01
_MODEL = {
    "capacity_kwh": ("capacity_wh", 1000.0),
    "max_a": ("max_current_a", 1),
    "min_a": ("min_current_a", 1),
    "phases": ("phases", 1),
    "discharge_kw": ("max_discharge_w", 1000.0),
}
"""Arguments of `plug` as members of a `VehicleModel`, and their factors."""
_USUAL = VehicleModel()
STATUSES_OF_STATION = ("Available", "Unavailable", "Faulted")
STATUSES = (
    *STATUSES_OF_STATION,
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
)
"""Those of 1.6, section 4.9; of connector 0 only the first."""


class Driver:
    """Somebody at a station; ``id_tag`` is the card that they have."""

    __slots__ = ("id_tag", "station")

    def __init__(self, station: Station, id_tag: str = "") -> None:
        self.station = station
        self.id_tag = id_tag

    async def do(self, deed: Deed) -> Json:
        """Do it; gives what there is to say about it.

        Raises:
            NotDone: it cannot be done.
        """
        if deed.verb.needs_simulation and self._simulated is None:
            raise NotDone(f"{deed.verb.name}: the hardware is not simulated")
        method: Callable[..., Any] = getattr(self, deed.verb.method)
        try:
            found = method(**deed.values)
            answer = await found if isinstance(found, Awaitable) else found
        except NotPossible as problem:
            raise NotDone(str(problem)) from None
        self.station.touch()
        return answer or {}

    async def settle(self) -> bool:
        """Wait until what has happened was told, if anybody listens; whether it was."""
        return await quiet(self.station, _QUIET_WITHIN_S)

    # -- vehicles and cards

    @property
    def _simulated(self) -> SimulatedHardware | None:
        hardware = self.station.plant.hardware
        return hardware if isinstance(hardware, SimulatedHardware) else None

    @property
    def _hardware(self) -> SimulatedHardware:
        hardware = self._simulated
        assert hardware is not None  # noqa: S101  (`do` has looked)
        return hardware

    def plug(self, where: int, connector: int | None, **vehicle: Any) -> None:
        """A vehicle comes."""
        self._hardware.plug(where, self._vehicle(vehicle), connector or 1)

    def _vehicle(self, given: Mapping[str, Any]) -> Vehicle:
        members = {
            name: given[argument] * factor
            for argument, (name, factor) in _MODEL.items()
            if given.get(argument) is not None
        }
        if given.get("iso15118"):
            members["speaks_iso15118"] = True
        model = VehicleModel(**members) if members else _USUAL
        soc, target = given.get("soc"), given.get("target")
        leaves_s = given.get("leaves_after_s")
        departure_ms = None
        if leaves_s is not None:
            departure_ms = self.station.clock.now_ms() + round(leaves_s * 1000)
        return Vehicle(
            model,
            0.4 if soc is None else soc * _SHARE,
            1.0 if target is None else target * _SHARE,
            departure_ms,
            leaves_on_time=leaves_s is not None,
        )

    def unplug(self, where: int) -> None:
        """It leaves."""
        self._hardware.unplug(where)

    def swipe(
        self, tag: str, where: int | None, type: str, contract: str | None = None
    ) -> Json:
        """A card is shown, or a vehicle its contract; who may charge is seen later."""
        core = self._core_now("swipe")
        if where is not None:
            self._evse(where)
        token = Token(tag, type)
        if contract:
            token = Token(tag, "eMAID", _contract(Path(contract)))
        if self._simulated is not None:
            self._simulated.swipe(token, where)
        else:
            core.presented(token, self._now_ms, where)
        return {"presented": tag}

    def stop(self, where: int) -> None:
        """Whoever charges has enough."""
        evse = self._evse(where)
        session = evse.session
        if session is None or session.is_over or session.token is None:
            raise NotDone(f"stop: nobody charges at EVSE {where}")
        core = self._core_now("stop")
        core.stop(evse, "StopAuthorized", "Local", self._now_ms, session.token)

    def pause(self, where: int) -> None:
        """The vehicle wants nothing for now."""
        self._hardware.pause(where)

    def resume(self, where: int) -> None:
        """It wants energy again."""
        self._hardware.pause(where, is_paused=False)

    # -- the station

    def fault(self, where: int, code: str, info: str) -> None:
        """Something breaks."""
        self._hardware.fault(where, code, info)

    def clear(self, where: int) -> None:
        """It is repaired."""
        self._hardware.clear(where)

    def meter(self, where: int) -> None:
        """Values are told."""
        core, now_ms = self._core_now("meter"), self._now_ms
        for evse in [self._evse(where)] if where else list(core.evses.values()):
            if evse.is_running:
                core.sample(evse, "MeterValuePeriodic", "Sample.Periodic", now_ms)
            else:
                core.measure(evse.number, "Sample.Periodic", now_ms)

    def drop(self, seconds: float) -> None:
        """The link is lost."""
        self._core_now("drop")
        self.station.client.reconnect("dropped by hand", after_s=seconds)

    def reboot(self, how: str) -> None:
        """The station starts anew."""
        core = self._core_now("reboot")
        core.end_all("Reboot", self._now_ms)
        self.station.client.reboot("LocalReset", is_hard=how == "hard")

    def power_loss(self, seconds: float) -> None:
        """Everything that is not on disk is gone."""
        self._core_now("power-loss")
        self.station.lose_power(seconds)

    async def call(self, action: str, payload: Json | None) -> Json:
        """Any call; gives its answer."""
        self._core_now("call")
        try:
            answer = await self.station.client.ask(action, payload or {})
        except UnsupportedAction as problem:
            known = f"OCPP {problem.version} has no {problem.action}"
            raise NotDone(f"call: {known} from a charging station") from None
        except ConnectorError as problem:
            raise NotDone(f"call: {problem}") from None
        return {"answer": answer}

    # -- variables

    def set(self, name: str, value: str) -> Json:
        """A variable, or a key."""
        variables = self.station.parts.variables
        if "/" not in name:
            status_ = variables.set_key(name, value)
            if status_ not in ("Accepted", "RebootRequired"):
                raise NotDone(f"set: {name}: {status_}")
            return {"status": status_}
        try:
            variables.override(name, value)
        except (ValueError, OSError) as problem:
            raise NotDone(f"set: {problem}") from None
        return {"status": "Accepted"}

    def get(self, name: str) -> Json:
        """A variable, or a key."""
        variables = self.station.parts.variables
        if "/" not in name:
            found = variables.get_keys([name])["configurationKey"]
            if not found:
                raise NotDone(f"get: there is no key {name!r}")
            return {"value": found[0].get("value", "")}
        component, _, rest = name.partition("/")
        variable, _, instance = rest.partition("#")
        result = variables.get(component, variable, instance)
        if result.status != "Accepted":
            raise NotDone(f"get: {name}: {result.status}")
        return {"value": result.value}

    # -- looking

    async def wait(self, seconds: float, status: str | None, where: int) -> None:
        """Let time pass, or wait for a status."""
        if status is None:
            await asyncio.sleep(seconds)
            return
        if where:
            self._evse(where)
        known = STATUSES if where else STATUSES_OF_STATION
        if status.casefold() not in map(str.casefold, known):
            words = ", ".join(known)
            raise NotDone(f"wait: status is {status!r}, expected one of {words}")
        if not await until(
            self.station, lambda: self._status(where) == status.casefold(), seconds
        ):
            now = self.station.core.status(where)[0]
            place = f"EVSE {where}" if where else "the station"
            raise NotDone(
                f"wait: {place} is {now} after {seconds:g} s, expected {status}"
            )

    def _status(self, where: int) -> str:
        return self.station.core.status(where)[0].casefold()

    def status(self) -> Json:
        """How it is."""
        return status.of(self.station)

    # -- what all need

    @property
    def _now_ms(self) -> int:
        return self.station.clock.now_ms()

    def _core_now(self, verb: str) -> Any:
        if not self.station.has_power:
            raise NotDone(f"{verb}: the station has no power")
        return self.station.core

    def _evse(self, where: int) -> Evse:
        evses = self.station.core.evses
        found = evses.get(where)
        if found is None:
            numbers = ", ".join(map(str, evses))
            raise NotDone(f"EVSE {where}: expected one of {numbers}")
        return found


def _contract(path: Path) -> str:
    """The certificate of a contract, with its chain."""
    try:
        return path.read_text("ascii")
    except OSError as problem:
        raise NotDone(f"swipe: contract {path}: {problem.strerror}") from None
    except ValueError:
        raise NotDone(f"swipe: contract {path}: expected a PEM file") from None
