"""A vehicle: it takes what it is told it may, and stops when it has enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from iso15118.evcc.controller.simulator import SimEVController
from iso15118.evcc.evcc_config import EVCCConfig
from iso15118.shared.messages.datatypes import (
    PVEVMaxCurrentLimit,
    PVEVSEPresentVoltage,
    PVEVTargetCurrent,
    PVEVTargetVoltage,
)
from iso15118.shared.messages.enums import ControlMode, ParameterName, UnitSymbol
from iso15118.shared.messages.iso15118_20.common_messages import (
    MatchedService,
    ParameterSet,
    SelectedEnergyService,
)
from iso15118.shared.messages.iso15118_20.common_types import RationalNumber
from iso15118.shared.messages.iso15118_20.dc import (
    BPTDynamicDCChargeLoopReqParams,
    DynamicDCChargeLoopReqParams,
    ScheduledDCChargeLoopReqParams,
)
from iso15118.shared.security import get_cert_cn

from v2g.envelope import Json
from v2g.loops import amperes_of, feeds_back, limit_of
from v2g.physical import physical, rational

Says = Callable[[Json], None]

_PRECHARGED_V = 20.0
"""Voltages that are so near are the same (IEC 61851-23)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the battery is like, and how long the vehicle stays."""

    voltage: float = 400.0
    max_current_a: float = 125.0
    stays_s: float = 300.0
    loop_s: float = 0.5
    keeps_schedule: bool = False
    """It would rather have a schedule than be told what to take (-20)."""


class Vehicle(SimEVController):
    """``says`` gets what happens, as it happens."""

    def __init__(self, config: EVCCConfig, wishes: Wishes, says: Says) -> None:
        super().__init__(config)
        self._wishes, self._says = wishes, says
        self._began_s: float | None = None
        self._set_targets(0.0)
        self.dc_ev_charge_params.dc_max_current_limit = physical(
            PVEVMaxCurrentLimit, wishes.max_current_a, UnitSymbol.AMPERE
        )

    def _set_targets(self, amperes: float) -> None:
        self._target_a = amperes
        params = self.dc_ev_charge_params
        params.dc_target_voltage = physical(
            PVEVTargetVoltage, self._wishes.voltage, UnitSymbol.VOLTAGE
        )
        params.dc_target_current = physical(
            PVEVTargetCurrent, amperes, UnitSymbol.AMPERE
        )

    def hears(self, name: str, members: Json) -> None:
        """A response of the station's."""
        said: Json = {"heard": name, "code": members.get("ResponseCode")}
        limit = limit_of(name, members)
        if limit is not None:
            said["limit"] = limit
        back = feeds_back(members)
        if back is not None:
            said["feeds back"] = back
        amperes = amperes_of(name, members)
        if amperes is not None:
            self._set_targets(min(amperes, self._wishes.max_current_a))
        self._says(said)

    def leaves(self) -> None:
        """Its driver wants to go: it ends charging at its next turn."""
        self._charging_is_completed = True

    async def continue_charging(self) -> bool:
        """As long as it stays, and may."""
        now_s = time.monotonic()
        if self._began_s is None:
            self._began_s = now_s
        if await self.is_charging_complete():
            return False
        return now_s - self._began_s < self._wishes.stays_s

    async def charge_loop_delay(self) -> float:  # type: ignore[override]
        """Between two requests, in s."""
        return self._wishes.loop_s

    async def select_energy_service_v20(
        self, services: list[MatchedService]
    ) -> SelectedEnergyService:
        """The first, in the control mode that it likes, where that is offered."""
        found = await super().select_energy_service_v20(services)
        keeps = self._wishes.keeps_schedule
        wanted = ControlMode.SCHEDULED if keeps else ControlMode.DYNAMIC
        for each in services[0].parameter_sets:
            if _mode_of(each) == wanted:
                found.parameter_set = each
        return found

    async def get_scheduled_dc_charge_loop_params(
        self,
    ) -> ScheduledDCChargeLoopReqParams:
        """What it takes, which is as much as it may (-20)."""
        return ScheduledDCChargeLoopReqParams(
            ev_target_current=rational(self._target_a),
            ev_target_voltage=rational(self._wishes.voltage),
        )

    async def get_dynamic_dc_charge_loop_params(self) -> DynamicDCChargeLoopReqParams:
        """What it can take; the station says what it gets (-20)."""
        params = await super().get_dynamic_dc_charge_loop_params()
        amperes, volts = self._wishes.max_current_a, self._wishes.voltage
        params.ev_max_charge_current = rational(amperes)
        params.ev_max_charge_power = rational(amperes * volts)
        params.ev_max_voltage = rational(volts + _PRECHARGED_V)
        return params

    async def get_bpt_dynamic_dc_charge_loop_params(
        self,
    ) -> BPTDynamicDCChargeLoopReqParams:
        """The same, where it may feed back as much."""
        params = await self.get_dynamic_dc_charge_loop_params()
        return BPTDynamicDCChargeLoopReqParams(
            **params.dict(),
            ev_max_discharge_power=params.ev_max_charge_power,
            ev_min_discharge_power=rational(0.0),
            ev_max_discharge_current=params.ev_max_charge_current,
        )

    async def store_contract_cert_and_priv_key(
        self, contract_cert: bytes, priv_key: bytes
    ) -> None:
        """It has a contract now; the package goes on with the one of `--pki`."""
        self._says({"contract": get_cert_cn(contract_cert)})

    async def is_precharged(
        self, present_voltage_evse: PVEVSEPresentVoltage | RationalNumber
    ) -> bool:
        """Whether the station's voltage is the battery's."""
        seen = present_voltage_evse.get_decimal_value()
        return abs(seen - self._wishes.voltage) < _PRECHARGED_V

    async def get_present_voltage(self) -> RationalNumber:
        """The battery's."""
        return rational(self._wishes.voltage)

    async def get_target_voltage(self) -> RationalNumber:
        """The battery's."""
        return rational(self._wishes.voltage)


def _mode_of(parameters: ParameterSet) -> int | None:
    name = ParameterName.CONTROL_MODE
    found = (each.int_value for each in parameters.parameters if each.name == name)
    return next(found, None)
