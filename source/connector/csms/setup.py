"""What is read from a station and configured at it after it booted (1.6, section 9).

One task for a station: a new boot replaces it, a lost link ends it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from connector.csms.context import Context
from connector.csms.events import Booted, Connected, Disconnected, Ready
from connector.csms.options import CsmsOptions
from connector.csms.places import grow
from connector.csms.provisioning import change_configuration, get_configuration
from connector.csms.station import Station
from connector.errors import CommandTimeout, ConnectorError, TransportError

Json = dict[str, Any]

logger = logging.getLogger(__name__)

MEASURANDS_KEY = "MeterValuesSampledData"
INTERVAL_KEY = "MeterValueSampleInterval"
ATTEMPTS_KEY = "TransactionMessageAttempts"
KEYS = (
    "NumberOfConnectors",
    "SupportedFeatureProfiles",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleAllowedChargingRateUnit",
    "ChargingScheduleMaxPeriods",
    "ConnectorSwitch3to1PhaseSupported",
    "ACPhaseSwitchingSupported",
    MEASURANDS_KEY,
    INTERVAL_KEY,
    ATTEMPTS_KEY,
)
_AT_ONCE = 4
"""How many keys are asked for where the whole list is refused."""
AUTOMATIC_MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "SoC",
    "Current.Offered",
    "Power.Offered",
)
_ATTEMPTS = 20
"""With the usual 60 s between two that grow, a station tries for three hours."""
_AGREED = ("Accepted", "RebootRequired")


class Setup:
    """Configures stations when they boot."""

    def __init__(self, context: Context) -> None:
        self._context = context
        context.events.subscribe(Booted, self._on_booted)
        context.events.subscribe(Connected, self._on_other_link)
        context.events.subscribe(Disconnected, self._on_other_link)

    def _on_booted(self, event: Booted) -> None:
        self.begin(event.station)

    def begin(self, station: Station) -> None:
        """Configure a station; what runs for it already is given up."""
        self.end(station)
        station.setup = asyncio.get_running_loop().create_task(
            self._run(station), name=f"{station.identity} setup"
        )

    def end(self, station: Station) -> None:
        """Stop configuring it."""
        if station.setup is not None:
            station.setup.cancel()
            station.setup = None

    def _on_other_link(self, event: Connected | Disconnected) -> None:
        self.end(event.station)

    async def _run(self, station: Station) -> None:
        try:
            await self._configure(station)
        except (CommandTimeout, TransportError) as problem:
            logger.warning("%s: not configured: %s", station.identity, problem)
        except ConnectorError as problem:
            logger.warning("%s: configured in part: %s", station.identity, problem)
        except Exception:
            logger.exception("%s: could not be configured", station.identity)
        station.setup = None
        if station.is_connected:
            self._context.events.emit(Ready(station))

    async def _configure(self, station: Station) -> None:
        if station.options.quirks.skip_setup is True:
            return
        await self._read(station)
        count = station.configuration.get("NumberOfConnectors") or ""
        if count.strip().isdecimal() and station.options.connectors is None:
            grow(self._context, station, int(count))
        await self._set_measurands(station)
        interval_s = meter_interval_s(station, self._context.options)
        if interval_s:
            await self._set(station, INTERVAL_KEY, str(interval_s))
        attempts = station.configuration.get(ATTEMPTS_KEY) or ""
        if attempts.strip().isdecimal() and int(attempts) < _ATTEMPTS:
            await self._set(station, ATTEMPTS_KEY, str(_ATTEMPTS))
        await self._set_free_token(station)

    async def _set_free_token(self, station: Station) -> None:
        """Who starts without a card starts with a token of ours.

        Nobody gets in who would not: without `autostart_token` the token is changed
        only where any is accepted.
        """
        key = station.options.quirks.free_token_key
        token = station.options.autostart_token
        if token is None and self._context.options.unknown_tokens == "accept":
            token = self._context.options.remote_id_token
        if key and token and key in station.configuration:
            await self._set(station, key, token)

    async def _read(self, station: Station) -> None:
        """Read the keys that matter, in pieces where all at once is refused."""
        keys = _keys(station)
        if not keys:
            return
        try:
            answer = await get_configuration(station, keys)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            logger.info("%s: %s; asking for less", station.identity, problem)
            for start in range(0, len(keys), _AT_ONCE):
                await self._read_piece(station, keys[start : start + _AT_ONCE])
        else:
            await self._read_rest(station, keys, answer)

    async def _read_rest(self, station: Station, keys: list[str], answer: Json) -> None:
        """Ask for what was left out: answers may be cut (GetConfigurationMaxKeys)."""
        left = _left_out(keys, answer)
        while left and len(left) < len(keys):
            keys, answer = left, await self._read_piece(station, left)
            left = _left_out(keys, answer)

    async def _read_piece(self, station: Station, keys: list[str]) -> Json:
        try:
            return await get_configuration(station, keys)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            logger.info("%s: %s: %s", station.identity, ", ".join(keys), problem)
            for key in keys:
                station.configuration.pop(key, None)
            return {}

    async def _set(self, station: Station, key: str, value: str) -> bool:
        """Set a key unless it is so already; whether it holds now."""
        if station.options.quirks.skips(key):
            return True
        if same(station.configuration.get(key), value):
            return True
        try:
            answer = await change_configuration(station, key, value)
        except (CommandTimeout, TransportError):
            raise
        except ConnectorError as problem:
            logger.info("%s: %s = %s: %s", station.identity, key, value, problem)
            return False
        status = answer.get("status")
        if status not in _AGREED:
            logger.info("%s: %s = %s: %s", station.identity, key, value, status)
        return status in _AGREED

    async def _set_measurands(self, station: Station) -> None:
        """All wanted measurands at once, else those that are taken one by one.

        Where even those are too many together, as many as the station takes.
        """
        wanted = self._wanted(station)
        if not wanted or await self._set(station, MEASURANDS_KEY, ",".join(wanted)):
            return
        before = station.configuration.get(MEASURANDS_KEY)
        taken = [m for m in wanted if await self._set(station, MEASURANDS_KEY, m)]
        if not taken:
            return
        if len(taken) > 1 and not await self._set(
            station, MEASURANDS_KEY, ",".join(taken)
        ):
            await self._set_as_many(station, taken, before)

    async def _set_as_many(
        self, station: Station, taken: list[str], before: str | None
    ) -> None:
        """The first of them; where only one is taken, what was there before."""
        for count in range(2, len(taken)):
            if not await self._set(station, MEASURANDS_KEY, ",".join(taken[:count])):
                if count == 2:
                    await self._set(station, MEASURANDS_KEY, before or taken[0])
                return

    def _wanted(self, station: Station) -> tuple[str, ...]:
        wanted, usual = station.options.measurands, self._context.options.measurands
        # Who leaves stations alone leaves them alone, whatever their preset says.
        if wanted is None or (station.given.measurands is None and usual == ()):
            wanted = usual
        return AUTOMATIC_MEASURANDS if wanted is None else wanted


def _keys(station: Station) -> list[str]:
    """The keys that are read."""
    quirks = station.options.quirks
    more = (quirks.free_token_key,) if quirks.free_token_key else ()
    return [key for key in (*KEYS, *more) if not quirks.skips(key)]


def _left_out(keys: list[str], answer: Json) -> list[str]:
    """The keys of which an answer says nothing."""
    told = {entry["key"].lower() for entry in answer.get("configurationKey", ())}
    told |= {key.lower() for key in answer.get("unknownKey", ())}
    return [key for key in keys if key.lower() not in told]


def meter_interval_s(station: Station, options: CsmsOptions) -> int:
    """The interval of meter values that a station is to have, in s; 0 is its own."""
    interval_s = station.options.meter_interval_s
    if interval_s is None:
        interval_s = options.meter_interval_s
    least_s = station.options.quirks.meter_interval_min_s or 0
    return max(interval_s, least_s) if interval_s else 0


def same(current: str | None, wanted: str) -> bool:
    """Whether two configuration values say the same, spaces and order aside."""
    return current is not None and _items(current) == _items(wanted)


def _items(text: str) -> Iterable[str]:
    return {item.strip().strip("\"'") for item in text.split(",") if item.strip()}
