"""What is read from a station of 2.x and configured at it after it booted.

It may be done while it is still Pending (2.x, B02): reads, sets and reports may go out.
"""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.context import Context
from connector.csms.events import ConfigurationRead
from connector.csms.places import grow, grow_evse
from connector.csms.station import Station
from connector.csms.targets import ATTEMPTS as MOST_ATTEMPTS
from connector.csms.targets import measurands, meter_interval_s, same
from connector.csms.v2.device_model import DeviceModel, actual, is_agreed
from connector.csms.v2.inventory import Inventory, inventory
from connector.csms.v2.variables import Variable, of_wire
from connector.errors import CommandTimeout, ConnectorError, TransportError
from connector.ocppj.redaction import shown_value

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_SAMPLED, _SMART = "SampledDataCtrlr", "SmartChargingCtrlr"
UPDATED = Variable(_SAMPLED, "TxUpdatedMeasurands")
STARTED = Variable(_SAMPLED, "TxStartedMeasurands")
ENDED = Variable(_SAMPLED, "TxEndedMeasurands")
INTERVAL = Variable(_SAMPLED, "TxUpdatedInterval")
ATTEMPTS = Variable(
    "OCPPCommCtrlr", "MessageAttempts", variable_instance="TransactionEvent"
)
RATE_UNIT = Variable(_SMART, "RateUnit")
STACK_LEVEL = Variable(_SMART, "ProfileStackLevel")
PERIODS = Variable(_SMART, "PeriodsPerSchedule")
PHASE_SWITCH = Variable(_SMART, "Phases3to1")
EXTERNAL_ID = Variable(_SMART, "MaxExternalConstraintsId")
READ = (
    Variable("DeviceDataCtrlr", "ItemsPerMessage", variable_instance="GetVariables"),
    Variable("DeviceDataCtrlr", "ItemsPerMessage", variable_instance="SetVariables"),
    RATE_UNIT,
    STACK_LEVEL,
    PERIODS,
    PHASE_SWITCH,
    EXTERNAL_ID,
    UPDATED,
    STARTED,
    ENDED,
    INTERVAL,
    ATTEMPTS,
)
_REGISTER = "Energy.Active.Import.Register"
_INVENTORY = "FullInventory"


class Configuring:
    """Reads and sets what the connector needs, as far as the station allows."""

    def __init__(self, context: Context, model: DeviceModel) -> None:
        self._context = context
        self._model = model

    async def configure(self, station: Station) -> None:
        """Everything, one after the other.

        Raises:
            CommandTimeout, TransportError: the station is gone, or does not answer.
        """
        await self._read(station)
        self._context.events.emit(ConfigurationRead(station))
        await self._set_measurands(station)
        interval_s = meter_interval_s(station, self._context.options)
        wanted = {}
        if interval_s:
            wanted[INTERVAL] = str(interval_s)
        attempts = (station.configuration.get(str(ATTEMPTS)) or "").strip()
        if attempts.isdecimal() and int(attempts) < MOST_ATTEMPTS:
            wanted[ATTEMPTS] = str(MOST_ATTEMPTS)
        for variable, value in wanted.items():
            await self._set(station, variable, value)
        await self._take_inventory(station)

    async def _read(self, station: Station) -> None:
        """All at once, else one by one: some stations answer all with an error."""
        if await self._get(station, READ):
            return
        for variable in READ:
            await self._get(station, (variable,))

    async def _get(self, station: Station, variables: tuple[Variable, ...]) -> bool:
        try:
            await self._model.get(station, variables)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            logger.info("%s: GetVariables: %s", station.identity, problem)
            return False
        return True

    async def _set(self, station: Station, variable: Variable, value: str) -> bool:
        """Set a variable unless it is so already; whether it holds now."""
        if same(station.configuration.get(str(variable)), value):
            return True
        try:
            result = (await self._model.set(station, {variable: value})).get(variable)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            shown = shown_value(str(variable), value)
            logger.info("%s: %s = %s: %s", station.identity, variable, shown, problem)
            return False
        if result is None or not is_agreed(result):
            status = (result or {}).get("attributeStatus", "no result")
            shown = shown_value(str(variable), value)
            logger.info("%s: %s = %s: %s", station.identity, variable, shown, status)
            return False
        return True

    # -- measurands

    async def _set_measurands(self, station: Station) -> None:
        wanted = measurands(station, self._context.options)
        if not wanted:
            return
        await self._set_list(station, UPDATED, wanted)
        for variable in (STARTED, ENDED):
            # The energy of a session is the difference of these two.
            present = _items(station.configuration.get(str(variable)))
            if _REGISTER not in present:
                await self._set_list(station, variable, (_REGISTER, *present))

    async def _set_list(
        self, station: Station, variable: Variable, wanted: tuple[str, ...]
    ) -> None:
        """All wanted measurands at once, else those that are taken one by one."""
        if await self._set(station, variable, ",".join(wanted)) or len(wanted) == 1:
            return
        before = station.configuration.get(str(variable))
        taken = [m for m in wanted if await self._set(station, variable, m)]
        if len(taken) < 2:
            return
        # All of them together were refused already.
        is_new = len(taken) < len(wanted)
        if not (is_new and await self._set(station, variable, ",".join(taken))):
            await self._set(station, variable, before or taken[0])

    # -- inventory

    async def _take_inventory(self, station: Station) -> None:
        """The EVSEs and connectors; where no report comes they are learnt on sight."""
        try:
            items = await self._model.report(station, _INVENTORY)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            logger.info("%s: no inventory: %s", station.identity, problem)
            return
        for item in items:
            value = actual(item)
            if value is not None and of_wire(item) in READ:
                station.configuration[str(of_wire(item))] = value
        self._note(station, inventory(items))

    def _note(self, station: Station, found: Inventory) -> None:
        """Places, and what they bear, are known from now on."""
        if station.options.connectors is None:
            grow(self._context, station, max(found.connectors, default=0))
        for evse_id, count in found.connectors.items():
            grow_evse(self._context, station, evse_id, count)
        known = {"is_dc": found.is_dc, "phases": found.phases, "max_w": found.max_w}
        station.learned |= {n: v for n, v in known.items() if v is not None}
        self._context.remember(station)


def _items(text: str | None) -> tuple[str, ...]:
    return tuple(item.strip() for item in (text or "").split(",") if item.strip())
