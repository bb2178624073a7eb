"""What a vehicle is told about direct current, and what it asks of the rectifier."""

from __future__ import annotations

from typing import Any

from iso15118.secc.controller.evse_data import EVSEDCCLLimits
from iso15118.shared.messages.datatypes import (
    DCEVSEChargeParameter,
    DCEVSEStatus,
    DCEVSEStatusCode,
    EVSENotification,
    PVEVSEMaxCurrentLimit,
    PVEVSEMaxPowerLimit,
    PVEVSEMaxVoltageLimit,
    PVEVSEMinCurrentLimit,
    PVEVSEMinVoltageLimit,
    PVEVSEPeakCurrentRipple,
    PVEVSEPresentCurrent,
    PVEVSEPresentVoltage,
)
from iso15118.shared.messages.enums import (
    ControlMode,
    IsolationLevel,
    Protocol,
    ServiceV20,
    UnitSymbol,
)
from iso15118.shared.messages.iso15118_20.common_types import RationalNumber
from iso15118.shared.messages.iso15118_20.dc import (
    BPTDCChargeParameterDiscoveryResParams,
    DCChargeParameterDiscoveryResParams,
)

from v2g.alternating import Common
from v2g.contexts import rated_dc, session_dc
from v2g.physical import physical, rational

_ISOLATION = {
    "valid": IsolationLevel.VALID,
    "invalid": IsolationLevel.INVALID,
    "warning": IsolationLevel.WARNING,
    "fault": IsolationLevel.FAULT,
    # A station without a monitor has no fault; the stack would take it for one.
    "no_imd": IsolationLevel.VALID,
    "no_i_m_d": IsolationLevel.VALID,
}
_CODES = {
    "evse_not_ready": DCEVSEStatusCode.EVSE_NOT_READY,
    "evse_ready": DCEVSEStatusCode.EVSE_READY,
    "evse_shutdown": DCEVSEStatusCode.EVSE_SHUTDOWN,
    "evse_utility_interrupt_event": DCEVSEStatusCode.EVSE_UTILITY_INTERUPT_EVENT,
    "evse_isolation_monitoring_active": (
        DCEVSEStatusCode.EVSE_ISOLATION_MONITORING_ACTIVE
    ),
    "evse_emergency_shutdown": DCEVSEStatusCode.EVSE_EMERGENCY_SHUTDOWN,
    "evse_malfunction": DCEVSEStatusCode.EVSE_MALFUNCTION,
}
_V, _A, _W = UnitSymbol.VOLTAGE, UnitSymbol.AMPERE, UnitSymbol.WATT
_ACHIEVED = 0.99
_MOST = 1000.0
"""What -2 allows a voltage to be."""


class DirectCurrent(Common):
    """DC, of -2, -20 and DIN SPEC 70121."""

    _isolation: IsolationLevel | None = None
    _wanted: tuple[float, float] = (0.0, 0.0)

    async def get_dc_evse_status(self) -> DCEVSEStatus:
        """How it is, and a word to the vehicle, where it has to end."""
        told = self.station.told
        stops = EVSENotification.STOP_CHARGING
        return DCEVSEStatus(
            notification_max_delay=0,
            evse_notification=stops if told.has_to_stop else EVSENotification.NONE,
            evse_isolation_status=_ISOLATION.get(told.dc.isolation),
            evse_status_code=_CODES[told.status_code],
        )

    async def get_dc_charge_parameters(self) -> DCEVSEChargeParameter:
        """What there is when a vehicle begins."""
        await self.station.refresh()
        dc = self.station.told.dc
        return DCEVSEChargeParameter(
            dc_evse_status=await self.get_dc_evse_status(),
            evse_maximum_current_limit=self.most_current(),
            evse_maximum_power_limit=await self.get_evse_max_power_limit(),
            evse_maximum_voltage_limit=await self.get_evse_max_voltage_limit(),
            evse_minimum_current_limit=physical(
                PVEVSEMinCurrentLimit, dc.min_current, _A
            ),
            evse_minimum_voltage_limit=physical(
                PVEVSEMinVoltageLimit, dc.min_voltage, _V
            ),
            evse_peak_current_ripple=physical(PVEVSEPeakCurrentRipple, dc.ripple, _A),
        )

    async def get_dc_charge_params_v20(
        self, energy_service: ServiceV20
    ) -> DCChargeParameterDiscoveryResParams | BPTDCChargeParameterDiscoveryResParams:
        """What there is when a vehicle begins (-20)."""
        await self.station.refresh()
        dc = self.station.told.dc
        members = {
            "evse_max_charge_power": dc.max_power,
            "evse_min_charge_power": 0.0,
            "evse_max_charge_current": dc.max_current,
            "evse_min_charge_current": dc.min_current,
            "evse_max_voltage": dc.max_voltage,
            "evse_min_voltage": dc.min_voltage,
        }
        if energy_service != ServiceV20.DC_BPT:
            values = {name: rational(value) for name, value in members.items()}
            return DCChargeParameterDiscoveryResParams(**values)
        members |= {
            "evse_max_discharge_power": dc.discharge_w,
            "evse_min_discharge_power": 0.0,
            "evse_max_discharge_current": dc.discharge_a,
            "evse_min_discharge_current": 0.0,
        }
        values = {name: rational(value) for name, value in members.items()}
        return BPTDCChargeParameterDiscoveryResParams(**values)

    # -- the cable

    async def start_cable_check(self) -> None:
        """The contactor closes, the insulation is measured."""
        self._isolation = None
        await self.station.ask("cable_check", cable_check_action="start")

    async def get_cable_check_status(self) -> IsolationLevel | None:
        """What was found; None while it is measured."""
        answer = await self.station.ask("cable_check", cable_check_action="status")
        if answer["cable_check_status"] != "finished":
            return None
        level = str(answer.get("isolation_level", "invalid")).lower()
        self._isolation = _ISOLATION.get(level, IsolationLevel.INVALID)
        return self._isolation

    # -- the rectifier

    async def send_charging_command(
        self,
        ev_target_voltage: float | None,
        ev_target_current: float | None,
        is_precharge: bool = False,
        is_session_bpt: bool = False,
    ) -> None:
        """What the vehicle wants.

        Raises:
            TimeoutError: nobody answered.
        """
        ev = self.ev_data_context
        # The stack gives `is_session_bpt` in the place of `is_precharge`.
        before = is_precharge and not self.is_delivering
        most = rated_dc(ev).max_voltage or self.station.told.dc.max_voltage
        volts, wanted = self._targets(ev_target_voltage, ev_target_current)
        self._wanted = volts, wanted.get("charge_current", 0.0)
        await self.station.ask(
            "power_electronics_setpoint",
            ev_limits={"maximum_voltage": most},
            is_precharge=before,
            dc={"voltage": volts, **wanted},
        )

    def _targets(
        self, voltage: float | None, current: float | None
    ) -> tuple[float, dict[str, float]]:
        """In dynamic mode a vehicle says what it can take, not what it wants."""
        ev, dc = self.ev_data_context, self.station.told.dc
        if voltage is not None:
            return voltage, {"charge_current": current or 0.0}
        limits = session_dc(ev)
        volts = ev.present_voltage or ev.target_voltage or dc.present_voltage
        bound = self.station.told.bound
        if bound is not None and bound < 0:
            most_w = min(-bound, limits.max_discharge_power or 0.0)
            return volts, {"discharge_power": most_w}
        most_w = min(dc.max_power, limits.max_charge_power or dc.max_power)
        return volts, {"charge_power": most_w}

    async def get_evse_present_voltage(self, protocol: Protocol) -> Any:
        """At the outlet."""
        volts = self.station.told.dc.present_voltage
        return self._of(protocol, PVEVSEPresentVoltage, volts, _V)

    async def get_evse_present_current(self, protocol: Protocol) -> Any:
        """At the outlet."""
        amperes = self.station.told.dc.present_current
        return self._of(protocol, PVEVSEPresentCurrent, amperes, _A)

    @staticmethod
    def _of(
        protocol: Protocol,
        kind: type[PVEVSEPresentVoltage] | type[PVEVSEPresentCurrent],
        value: float,
        unit: UnitSymbol,
    ) -> PVEVSEPresentVoltage | PVEVSEPresentCurrent | RationalNumber:
        if protocol in (Protocol.DIN_SPEC_70121, Protocol.ISO_15118_2):
            return physical(kind, value, unit)
        return rational(value)

    async def is_evse_current_limit_achieved(self) -> bool:
        """Whether more is wanted than there is."""
        return self._wanted[1] >= self.station.told.dc.max_current * _ACHIEVED

    async def is_evse_voltage_limit_achieved(self) -> bool:
        """Whether more is wanted than there is."""
        return self._wanted[0] >= self.station.told.dc.max_voltage

    async def is_evse_power_limit_achieved(self) -> bool:
        """Whether more is wanted than there is."""
        volts, amperes = self._wanted
        return volts * amperes >= self.station.told.dc.max_power * _ACHIEVED

    async def get_evse_max_voltage_limit(self) -> PVEVSEMaxVoltageLimit:
        """The most there is now."""
        volts = min(self.station.told.dc.max_voltage, _MOST)
        return physical(PVEVSEMaxVoltageLimit, volts, _V)

    def most_current(self) -> PVEVSEMaxCurrentLimit:
        """The most there is now."""
        return physical(PVEVSEMaxCurrentLimit, self.station.told.dc.max_current, _A)

    async def get_evse_max_power_limit(self) -> PVEVSEMaxPowerLimit:
        """The most there is now."""
        return physical(PVEVSEMaxPowerLimit, self.station.told.dc.max_power, _W)

    async def get_dc_charge_loop_params_v20(
        self, control_mode: ControlMode, selected_service: ServiceV20
    ) -> Any:
        """What it may take now: the data context is what the answer is made of."""
        dc = self.station.told.dc
        self.evse_data_context.session_limits.dc_limits = EVSEDCCLLimits(
            max_charge_power=dc.max_power,
            min_charge_power=0.0,
            max_charge_current=dc.max_current,
            max_voltage=dc.max_voltage,
            min_voltage=dc.min_voltage,
            max_discharge_power=dc.discharge_w,
            min_discharge_power=0.0,
            max_discharge_current=dc.discharge_a,
        )
        return await super().get_dc_charge_loop_params_v20(
            control_mode, selected_service
        )
