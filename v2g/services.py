"""What kinds of charging a vehicle is offered, and when it may take how much."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from iso15118.secc.controller.ev_data import EVDataContext
from iso15118.shared.messages.datatypes import (
    PVPMax,
)
from iso15118.shared.messages.din_spec.datatypes import (
    PMaxScheduleEntry as PMaxScheduleEntryDin,
)
from iso15118.shared.messages.din_spec.datatypes import (
    PMaxScheduleEntryDetails,
)
from iso15118.shared.messages.din_spec.datatypes import (
    RelativeTimeInterval as RelativeTimeIntervalDin,
)
from iso15118.shared.messages.din_spec.datatypes import (
    SAScheduleTupleEntry as SAScheduleTupleEntryDin,
)
from iso15118.shared.messages.enums import (
    ACConnector,
    BPTChannel,
    ControlMode,
    DCConnector,
    EnergyTransferModeEnum,
    GeneratorMode,
    GridCodeIslandingDetectionMode,
    MobilityNeedsMode,
    ParameterName,
    Pricing,
    Protocol,
    ServiceV20,
    UnitSymbol,
)
from iso15118.shared.messages.iso15118_2.datatypes import (
    PMaxSchedule,
    PMaxScheduleEntry,
    RelativeTimeInterval,
    SAScheduleTuple,
)
from iso15118.shared.messages.iso15118_20.common_messages import (
    ChargingSchedule,
    DynamicScheduleExchangeResParams,
    Parameter,
    ParameterSet,
    PowerSchedule,
    PowerScheduleEntry,
    PowerScheduleEntryList,
    PriceLevelSchedule,
    PriceLevelScheduleEntry,
    PriceLevelScheduleEntryList,
    ScheduledScheduleExchangeResParams,
    ScheduleExchangeReq,
    ScheduleTuple,
    SelectedEnergyService,
    Service,
    ServiceList,
    ServiceParameterList,
)

from v2g.alternating import Common, by_line
from v2g.envelope import Json
from v2g.needs import charging_needs
from v2g.physical import physical, rational

_DAY_S = 86_400
"""A schedule reaches at least so far where a vehicle does not say when it leaves."""
_DIN_MOST_W = 32_767
_SERVICES = {
    "ac": ServiceV20.AC,
    "ac_bpt": ServiceV20.AC_BPT,
    "dc": ServiceV20.DC,
    "dc_bpt": ServiceV20.DC_BPT,
}
_CONNECTORS = {
    "AC_single_phase_core": ACConnector.SINGLE_PHASE,
    "AC_three_phase_core": ACConnector.THREE_PHASE,
    "DC_core": DCConnector.CORE,
    "DC_extended": DCConnector.EXTENDED,
    "DC_combo_core": DCConnector.EXTENDED,
    "DC_unique": DCConnector.CORE,
}
_BPT: Mapping[str, tuple[ParameterName, Mapping[str, int]]] = {
    "bpt_channel": (
        ParameterName.BPT_CHANNEL,
        {"unified": BPTChannel.UNIFIED, "separated": BPTChannel.SEPARATED},
    ),
    "generator_mode": (
        ParameterName.GENERATOR_MODE,
        {
            "grid_following": GeneratorMode.GRID_FOLLOWING,
            "grid_forming": GeneratorMode.GRID_FORMING,
        },
    ),
    "grid_island_detection_mode": (
        ParameterName.GRID_CODE_ISLANDING_DETECTION_MODE,
        {
            "active": GridCodeIslandingDetectionMode.ACTIVE,
            "passive": GridCodeIslandingDetectionMode.PASSIVE,
        },
    ),
}
"""Members of a service of both ways, in the words of -20."""


class Services(Common):
    """Services and schedules; no tariffs: nobody here sells anything."""

    _told_needs: Json | None = None

    async def get_supported_energy_transfer_modes(
        self, protocol: Protocol
    ) -> list[EnergyTransferModeEnum]:
        """The kinds of -2."""
        kind = EnergyTransferModeEnum(self.station.evse.main["connector_type"])
        if kind == EnergyTransferModeEnum.AC_THREE_PHASE_CORE:
            return [kind, EnergyTransferModeEnum.AC_SINGLE_PHASE_CORE]
        return [kind]

    async def get_energy_service_list(self) -> ServiceList:
        """The kinds of -20."""
        names = [name for name in _SERVICES if name in self.station.evse.services]
        services = [
            Service(service_id=_SERVICES[name].id, free_service=False) for name in names
        ]
        return ServiceList(services=services)

    async def get_service_parameter_list(
        self, service_id: int
    ) -> ServiceParameterList | None:
        """Both control modes, the one that the station prefers first."""
        name = next((n for n, s in _SERVICES.items() if s.id == service_id), "")
        if name not in self.station.evse.services:
            return None
        modes = [ControlMode.DYNAMIC, ControlMode.SCHEDULED]
        if not self.station.evse.prefers_dynamic:
            modes.reverse()
        sets = [
            ParameterSet(id=number, parameters=self._parameters(name, mode))
            for number, mode in enumerate(modes, 1)
        ]
        return ServiceParameterList(parameter_sets=sets)

    def _parameters(self, name: str, mode: ControlMode) -> list[Parameter]:
        service = self.station.evse.services[name]
        values: dict[ParameterName, int] = {
            ParameterName.CONNECTOR: _CONNECTORS[service["connector_type"]],
            ParameterName.CONTROL_MODE: mode,
            ParameterName.MOBILITY_NEEDS_MODE: MobilityNeedsMode.EVCC_ONLY,
            ParameterName.PRICING: Pricing.NONE,
        }
        if service.get("nominal_voltage"):
            values[ParameterName.EVSE_NOMINAL_VOLTAGE] = service["nominal_voltage"]
        for member, (parameter, words) in _BPT.items():
            if member in service:
                values[parameter] = words[service[member]]
        return [Parameter(name=n.value, int_value=int(v)) for n, v in values.items()]

    # -- schedules

    def tell_needs(self, service: ServiceV20 | None = None) -> None:
        """What the vehicle wants, to whoever plans for it."""
        is_dc, told = self.station.evse.is_dc, self.station.told
        phases = len(told.ac.amperes)
        ev = self.ev_data_context
        is_both_ways = service in (ServiceV20.AC_BPT, ServiceV20.DC_BPT)
        needs = charging_needs(
            ev, is_dc=is_dc, phases=phases, is_both_ways=is_both_ways
        )
        if needs != self._told_needs:
            self._told_needs = needs
            self.station.tell("x_charging_needs", charging_needs=needs)

    def _most_w(self) -> float:
        told = self.station.told
        return told.dc.max_power if self.station.evse.is_dc else sum(told.ac.watts)

    async def get_sa_schedule_list(
        self,
        ev_data_context: EVDataContext,
        is_free_charging_service: bool,
        max_schedule_entries: int | None,
        departure_time: int = 0,
    ) -> list[SAScheduleTuple]:
        """What there is now, until the vehicle leaves (-2)."""
        self.tell_needs()
        interval = RelativeTimeInterval(start=0, duration=departure_time or _DAY_S)
        power = physical(PVPMax, self._most_w(), UnitSymbol.WATT)
        entry = PMaxScheduleEntry(p_max=power, time_interval=interval)
        schedule = PMaxSchedule(schedule_entries=[entry])
        return [SAScheduleTuple(sa_schedule_tuple_id=1, p_max_schedule=schedule)]

    async def get_sa_schedule_list_dinspec(
        self, max_schedule_entries: int | None, departure_time: int = 0
    ) -> list[SAScheduleTupleEntryDin]:
        """The same, of DIN SPEC 70121."""
        self.tell_needs()
        interval = RelativeTimeIntervalDin(start=0, duration=departure_time or _DAY_S)
        watts = min(_DIN_MOST_W, int(self._most_w()))
        details = PMaxScheduleEntryDetails(p_max=watts, time_interval=interval)
        entry = PMaxScheduleEntryDin(p_max_schedule_id=1, entry_details=[details])
        return [SAScheduleTupleEntryDin(sa_schedule_tuple_id=1, p_max_schedule=entry)]

    async def get_scheduled_se_params(
        self,
        selected_energy_service: SelectedEnergyService,
        schedule_exchange_req: ScheduleExchangeReq,
    ) -> ScheduledScheduleExchangeResParams:
        """What there is now, until the vehicle leaves (-20)."""
        self.tell_needs(selected_energy_service.service)
        told, evse = self.station.told, self.station.evse
        watts = (told.dc.max_power,) if evse.is_dc else told.ac.watts
        by_phase = by_line("power", watts)
        powers: dict[str, Any] = {n: rational(w) for n, w in by_phase.items()}
        wishes = schedule_exchange_req.scheduled_params
        until_s = (wishes.departure_time if wishes is not None else None) or _DAY_S
        entry = PowerScheduleEntry(duration=until_s, **powers)
        schedule = PowerSchedule(
            time_anchor=int(time.time()),
            schedule_entry_list=PowerScheduleEntryList(entries=[entry]),
        )
        offered = ScheduleTuple(
            schedule_tuple_id=1,
            charging_schedule=ChargingSchedule(
                power_schedule=schedule, price_level_schedule=_one_price(until_s)
            ),
        )
        return ScheduledScheduleExchangeResParams(schedule_tuples=[offered])

    async def get_dynamic_se_params(
        self,
        selected_energy_service: SelectedEnergyService,
        schedule_exchange_req: ScheduleExchangeReq,
    ) -> DynamicScheduleExchangeResParams:
        """The station says in the charging loop what to take."""
        self.tell_needs(selected_energy_service.service)
        wishes = schedule_exchange_req.dynamic_params
        until_s = (wishes.departure_time if wishes is not None else None) or _DAY_S
        return DynamicScheduleExchangeResParams(
            price_level_schedule=_one_price(until_s)
        )


def _one_price(until_s: int) -> PriceLevelSchedule:
    """The stack wants a price of some kind: there is one, always the same."""
    entry = PriceLevelScheduleEntry(duration=until_s, price_level=1)
    return PriceLevelSchedule(
        id="price1",
        time_anchor=int(time.time()),
        schedule_id=1,
        num_price_levels=1,
        schedule_entries=PriceLevelScheduleEntryList(entries=[entry]),
    )
