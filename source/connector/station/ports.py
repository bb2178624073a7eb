"""The ports of a station: what hardware does for its core, and what it tells it.

An adapter (simulated, MQTT, ISO 15118) implements `Hardware` and calls `Told`. All
numbers are SI: W, Wh, A, V. Everything runs on one event loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class Plug(StrEnum):
    """What is known of the cable at an EVSE."""

    PLUGIN = "plugin"
    LOCK = "lock"
    ERROR = "error"
    PLUGOUT = "plugout"
    UNKNOWN = "unknown"


class Demand(StrEnum):
    """What the vehicle does with the power that it is offered (IEC 61851: B, C)."""

    IDLE = "idle"
    """It asks for none: SuspendedEV while a transaction runs."""
    CHARGING = "charging"


@dataclass(slots=True)
class Reading:
    """What a meter shows at one moment; amperes and volts are per phase, L1 first.

    Nobody changes one. (Frozen ones take three times as long to make.)

    ``signed``: the measurand of each signed value, and the wire members of a
    SignedMeterValue of 2.x; None where nothing is signed.
    """

    energy_wh: float
    power_w: float = 0.0
    currents_a: tuple[float, ...] = ()
    voltages: tuple[float, ...] = ()
    frequency_hz: float | None = None
    temperature_c: float | None = None
    state_of_charge: float | None = None
    """0 to 1."""
    exported_wh: float | None = None
    reactive_var: float | None = None
    reactive_varh: float | None = None
    """Imported, as a register that never goes back."""
    signed: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An id token as both versions have it; ``type`` is one of 2.x (`ISO14443`, ..).

    ``certificate`` is that of a contract (`eMAID`), with its chain, in PEM.
    """

    id: str
    type: str = "ISO14443"
    certificate: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a vehicle says by ISO 15118 that it wants, and can.

    ``transfer`` is an EnergyTransferModeEnum (`AC_three_phase`, `DC`, ..); currents are
    per phase. None: it does not say.
    """

    transfer: str
    energy_wh: float
    max_current_a: float
    max_voltage: float
    min_current_a: float = 0.0
    departure_ms: int | None = None
    max_power_w: float | None = None
    state_of_charge: float | None = None
    """0 to 1."""
    capacity_wh: float | None = None

    @property
    def is_dc(self) -> bool:
        """Whether the station rectifies."""
        return self.transfer.startswith("DC")


class Hardware(Protocol):
    """What the core asks of an EVSE's hardware. Numbers of EVSEs count from 1."""

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        """What the vehicle may draw from now on, in W; negative: may feed back.

        0 pauses; less than the least current of AC is never offered. ``phases`` are
        those it is meant for, None: all that there are. A vehicle that uses fewer of
        them gets no more on each.
        """

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        """Let power flow, or not (a transaction runs, or has ended)."""

    async def unlock(self, evse: int, connector: int) -> str:
        """Release the cable: a status of UnlockConnector (2.x UnlockStatusEnum)."""

    async def reset(self, evse: int, *, is_hard: bool) -> None:
        """Start an EVSE's hardware anew; 0: the station's."""

    def read(self, evse: int) -> Reading:
        """The meter now; 0: the main meter."""


@runtime_checkable
class Locking(Protocol):
    """Hardware beside `Hardware` whose sockets hold a cable that is not its own."""

    def lock(self, evse: int, connector: int, *, is_locked: bool) -> None:
        """Hold the cable, or let it go."""


@runtime_checkable
class Sensing(Protocol):
    """Hardware beside `Hardware` that sees whether its contactors have moved."""

    def is_closed(self, evse: int) -> bool | None:
        """Whether power can flow now; None: this one does not tell."""


@runtime_checkable
class Piloting(Protocol):
    """Hardware whose control pilot others than itself may set (IEC 61851-1)."""

    def pilot(self, evse: int, *, duty_percent: float, error: str) -> None:
        """The duty cycle; 100: no PWM. An error is `E` or `F`, else empty."""


@runtime_checkable
class Rectifying(Protocol):
    """Hardware that makes the direct current which a vehicle asks for."""

    def setpoint(
        self, evse: int, voltage: float, current_a: float | None, power_w: float | None
    ) -> None:
        """What the vehicle wants now; None: no bound of its own. Below 0: back."""

    def output(self, evse: int) -> tuple[float, float] | None:
        """Voltage and current at the outlet now; None: this one does not tell."""


@runtime_checkable
class Insulating(Protocol):
    """Hardware that monitors the insulation of its direct current (IEC 61557-8)."""

    def measure_isolation(self, evse: int) -> None:
        """Begin to measure (ISO 15118 CableCheck)."""

    def isolation(self, evse: int) -> str | None:
        """`valid`, `invalid`, `warning`, `fault` or `no_imd`; None: not known yet."""


@runtime_checkable
class Communicating(Protocol):
    """Hardware that wants to know how its vehicle is spoken with (ISO 15118)."""

    def protocol(self, evse: int, protocol: str) -> None:
        """`iso3` (being matched), `iso2`, `iso20`, `iso20discharge` or `iec`."""

    def payment(self, evse: int, payment: str) -> None:
        """`eim` or `pnc`."""

    def slac(self, evse: int, status: str) -> None:
        """`unmatched`, `matching`, `matched`, `failed` or `basic_charging`."""

    def service(self, service: str, status: str) -> None:
        """How a service of the ISO 15118 stack is."""

    def log_in(self, evse: int) -> None:
        """A vehicle waits for somebody who pays: ask for a card."""


class Told(Protocol):
    """What hardware tells the core (`StationCore` is one); times are epoch ms, UTC."""

    def plugged(self, evse: int, plug: Plug, now_ms: int, connector: int = 1) -> None:
        """The cable at a connector of an EVSE."""

    def demands(self, evse: int, demand: Demand, now_ms: int) -> None:
        """The vehicle takes power, or asks for none."""

    def presented(self, token: Token, now_ms: int, evse: int | None = None) -> None:
        """A card, or a button that stops; without an EVSE the core finds it."""

    def in_bay(self, evse: int, now_ms: int, *, is_occupied: bool) -> None:
        """What a parking bay detector sees (2.x, ParkingBayOccupancy)."""

    def fault(
        self,
        evse: int,
        error_code: str,
        now_ms: int,
        info: str = "",
        connector: int = 0,
    ) -> None:
        """Something is broken (1.6 ChargePointErrorCode); `NoError` heals it.

        EVSE 0 is the station, connector 0 the EVSE; an info of `EmergencyStop` ends
        what charges, anything else pauses it.
        """

    def departs(self, evse: int, departure_ms: int | None, energy_wh: float) -> None:
        """When the vehicle wants to leave, and what it still wants (0: unknown)."""

    def needs(self, evse: int, needs: Needs, now_ms: int) -> None:
        """What the vehicle says by ISO 15118, where hardware speaks that with it."""
