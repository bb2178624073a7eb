"""What a vehicle is told about alternating current."""

from __future__ import annotations

from typing import Any

from iso15118.secc.controller.evse_data import EVSEACCLLimits
from iso15118.secc.controller.simulator import SimEVSEController
from iso15118.shared.messages.datatypes import (
    EVSENotification,
    PVEVSEMaxCurrent,
    PVEVSENominalVoltage,
)
from iso15118.shared.messages.enums import ControlMode, ServiceV20, UnitSymbol
from iso15118.shared.messages.iso15118_2.datatypes import (
    ACEVSEChargeParameter,
    ACEVSEStatus,
)
from iso15118.shared.messages.iso15118_20.ac import (
    ACChargeParameterDiscoveryResParams,
    BPTACChargeParameterDiscoveryResParams,
)

from v2g.contexts import station_context, vehicle_context
from v2g.physical import physical, rational
from v2g.station import Station
from v2g.told import LINES

_GRID_HZ = 50
_LEAST_A = 6.0
"""Less is no current that a control pilot can tell (IEC 61851-1)."""


def by_line(name: str, values: tuple[float, ...]) -> dict[str, Any]:
    """A value per phase, as the messages of -20 name them."""
    names = [name if line == "l1" else f"{name}_{line}" for line in LINES]
    return dict(zip(names, values, strict=False))


class Common(SimEVSEController):
    """What all parts of the controller know."""

    def __init__(self, station: Station) -> None:
        super().__init__()
        self.station = station
        self.evse_data_context = station_context()
        self.ev_data_context = vehicle_context()
        self.is_delivering = False

    def reset_ev_data_context(self) -> None:
        """Forget the vehicle."""
        self.ev_data_context = vehicle_context()


class AlternatingCurrent(Common):
    """AC, of -2 and -20."""

    async def get_ac_evse_status(self) -> ACEVSEStatus:
        """A word to the vehicle, where it has to end."""
        told = self.station.told
        stops = EVSENotification.STOP_CHARGING
        return ACEVSEStatus(
            notification_max_delay=0,
            evse_notification=stops if told.has_to_stop else EVSENotification.NONE,
            rcd=told.ac.rcd_error,
        )

    async def get_ac_charge_params_v2(self) -> ACEVSEChargeParameter:
        """What there is when a vehicle begins."""
        await self.station.refresh()
        volts = self.station.told.ac.nominal_voltage
        return ACEVSEChargeParameter(
            ac_evse_status=await self.get_ac_evse_status(),
            evse_nominal_voltage=physical(
                PVEVSENominalVoltage, volts, UnitSymbol.VOLTAGE
            ),
            evse_max_current=self.most_per_phase(),
        )

    def most_per_phase(self) -> PVEVSEMaxCurrent:
        """Per phase; the vehicle takes the same of each."""
        used = [each for each in self.station.told.ac.amperes if each > 0]
        return physical(PVEVSEMaxCurrent, min(used, default=0.0), UnitSymbol.AMPERE)

    async def get_ac_charge_params_v20(
        self, energy_service: ServiceV20
    ) -> ACChargeParameterDiscoveryResParams | BPTACChargeParameterDiscoveryResParams:
        """What there is when a vehicle begins (-20)."""
        await self.station.refresh()
        ac = self.station.told.ac
        least_w = _LEAST_A * ac.nominal_voltage
        members = {
            **by_line("evse_max_charge_power", ac.watts),
            **by_line("evse_min_charge_power", (least_w,) * len(ac.watts)),
            "evse_nominal_frequency": _GRID_HZ,
        }
        if energy_service == ServiceV20.AC_BPT:
            members |= by_line("evse_max_discharge_power", ac.discharge_w)
            nothing = (0.0,) * len(ac.discharge_w)
            members |= by_line("evse_min_discharge_power", nothing)
        values = {name: rational(value) for name, value in members.items()}
        if energy_service == ServiceV20.AC_BPT:
            return BPTACChargeParameterDiscoveryResParams(**values)
        return ACChargeParameterDiscoveryResParams(**values)

    async def get_ac_charge_loop_params_v20(
        self, control_mode: ControlMode, selected_service: ServiceV20
    ) -> Any:
        """What it may take now: the data context is what the answer is made of."""
        self._set_ac_limits(is_both_ways=selected_service == ServiceV20.AC_BPT)
        return await super().get_ac_charge_loop_params_v20(
            control_mode, selected_service
        )

    def _set_ac_limits(self, *, is_both_ways: bool) -> None:
        ac, bound = self.station.told.ac, self.station.told.bound
        limits = EVSEACCLLimits(
            max_charge_power=0.0,
            max_discharge_power=0.0,
            max_charge_reactive_power=0.0,
            max_discharge_reactive_power=0.0,
        )
        if is_both_ways and bound is not None and bound < 0:
            limits.update_from_dict(by_line("max_discharge_power", ac.discharge_w))
        else:
            limits.update_from_dict(by_line("max_charge_power", ac.watts))
        self.evse_data_context.session_limits.ac_limits = limits
