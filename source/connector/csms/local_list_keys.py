"""Configuration keys of local authorization lists (1.6, section 9.2)."""

from __future__ import annotations

import logging
from typing import Any

from connector.csms.station import Station
from connector.errors import CallErrorReceived

Json = dict[str, Any]

logger = logging.getLogger(__name__)

ENABLED = "LocalAuthListEnabled"
_ROOM, _MOST = "LocalAuthListMaxLength", "SendLocalListMaxLength"
_NAMES = [ENABLED, _ROOM, _MOST]


class Keys:
    """What a station says of its keys; a key that it has not is unknown."""

    most_bytes: int | None = None
    is_absent = False
    """1.6 has no words for these."""

    def __init__(self, answer: Json) -> None:
        self._entries: dict[str, Json] = {
            entry["key"].lower(): entry for entry in answer.get("configurationKey", ())
        }

    def text(self, name: str) -> str:
        """The value, or nothing."""
        entry = self._entries.get(name.lower(), {})
        return str(entry.get("value") or "").strip()

    def number(self, name: str) -> int | None:
        """A value above 0; what is none bounds nothing."""
        text = self.text(name)
        return (int(text) or None) if text.isdecimal() else None

    @property
    def room(self) -> int | None:
        """How many entries fit."""
        return self.number(_ROOM)

    @property
    def most(self) -> int | None:
        """Entries of one message."""
        return self.number(_MOST)

    async def allow(self, station: Station) -> str | None:
        """Have the station use its list; gives what it does not agree to.

        Raises:
            ConnectorError: as `Station.call`, but for a CALLERROR.
        """
        return await _allow(station, self)

    def is_readonly(self, name: str) -> bool:
        """Whether it says that it cannot be set."""
        return bool(self._entries.get(name.lower(), {}).get("readonly"))


async def read_keys(station: Station) -> Keys:
    """Ask for all of them; a station that refuses has none.

    Raises:
        ConnectorError: as `Station.call`, but for a CALLERROR.
    """
    try:
        return Keys(await station.call("GetConfiguration", {"key": _NAMES}))
    except CallErrorReceived as problem:
        logger.info("%s: %s: %s", station.identity, ", ".join(_NAMES), problem)
        return Keys({})


async def _allow(station: Station, keys: Keys) -> str | None:
    if keys.text(ENABLED).lower() != "false":
        return None
    if keys.is_readonly(ENABLED):
        return f"{ENABLED} is false at the station, and read-only"
    try:
        payload = {"key": ENABLED, "value": "true"}
        answer = await station.call("ChangeConfiguration", payload)
    except CallErrorReceived as problem:
        return f"{ENABLED} is false at the station: {problem}"
    match answer["status"]:
        case "Accepted":
            return None
        case "RebootRequired":
            return f"{ENABLED} becomes true when the station reboots"
        case status:
            return f"{ENABLED} is false at the station: {status}"
