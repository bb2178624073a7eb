"""What is read from a station of 1.6 and configured at it after it booted."""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.context import Context
from connector.csms.events import ConfigurationRead
from connector.csms.places import grow
from connector.csms.provisioning import change_configuration, get_configuration
from connector.csms.station import Station
from connector.csms.targets import ATTEMPTS, measurands, meter_interval_s, same
from connector.errors import CommandTimeout, ConnectorError, TransportError
from connector.ocppj.redaction import shown_value

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
_AGREED = ("Accepted", "RebootRequired")


class Configuring:
    """Reads and sets what the connector needs, as far as the station allows."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def configure(self, station: Station) -> None:
        """Everything, one after the other.

        Raises:
            CommandTimeout, TransportError: the station is gone, or does not answer.
        """
        await self._read(station)
        count = station.configuration.get("NumberOfConnectors") or ""
        if count.strip().isdecimal() and station.options.connectors is None:
            grow(self._context, station, int(count))
        self._context.events.emit(ConfigurationRead(station))
        await self._set_measurands(station)
        interval_s = meter_interval_s(station, self._context.options)
        if interval_s:
            await self._set(station, INTERVAL_KEY, str(interval_s))
        attempts = station.configuration.get(ATTEMPTS_KEY) or ""
        if attempts.strip().isdecimal() and int(attempts) < ATTEMPTS:
            await self._set(station, ATTEMPTS_KEY, str(ATTEMPTS))
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
            shown = shown_value(key, value)
            logger.info("%s: %s = %s: %s", station.identity, key, shown, problem)
            return False
        status = answer.get("status")
        if status not in _AGREED:
            shown = shown_value(key, value)
            logger.info("%s: %s = %s: %s", station.identity, key, shown, status)
        return status in _AGREED

    async def _set_measurands(self, station: Station) -> None:
        """All wanted measurands at once, else those that are taken one by one.

        Where even those are too many together, as many as the station takes.
        """
        wanted = measurands(station, self._context.options)
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
