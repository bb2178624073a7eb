"""Boot, heartbeat, and what a station is configured to after it booted."""

from __future__ import annotations

import logging
from typing import Any

from connector.csms import presets, times
from connector.csms.context import Context, at
from connector.csms.events import Booted, Held
from connector.csms.facts import Datum, Scalar
from connector.csms.station import STATION, Station
from connector.csms.v2 import remote_control as v2
from connector.csms.v2.provisioning import boot_of
from connector.ocppj.frames import Call
from connector.sessions.handlers import Answer, Handler

Json = dict[str, Any]

logger = logging.getLogger(__name__)

PENDING_INTERVAL_S = 30

# sensor: members of BootNotification that tell it, the first that is there
_SENSORS = {
    "vendor": ("chargePointVendor",),
    "model": ("chargePointModel",),
    "serial_number": ("chargePointSerialNumber", "chargeBoxSerialNumber"),
    "firmware_version": ("firmwareVersion",),
    "boot_reason": ("reason",),
}
_BOOT_MEMBERS = (
    "chargeBoxSerialNumber",
    "chargePointModel",
    "chargePointSerialNumber",
    "chargePointVendor",
    "firmwareVersion",
    "iccid",
    "imsi",
    "meterSerialNumber",
    "meterType",
    "reason",
)
_LONGEST_KEPT = 255
"""Of what a station says of itself: anybody who waits for adoption says it, too."""
_RESETS_2 = {"Soft": "OnIdle", "Hard": "Immediate"}
_RESETS_16 = {new: old for old, new in _RESETS_2.items()}
"""What each version calls the same."""
REGISTRATION = {"accepted": "Accepted", "pending": "Pending", "rejected": "Rejected"}


class Provisioning:
    """Handles boots and heartbeats."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.handlers: dict[str, Handler] = {
            "BootNotification": self.on_boot,
            "Heartbeat": self.on_heartbeat,
        }
        self.handlers_2: dict[str, Handler] = {
            "BootNotification": self.on_boot_2,
            "Heartbeat": self.on_heartbeat,
        }

    def on_boot(self, station: Station, call: Call) -> Answer:
        """BootNotification of 1.6."""
        return self._boot(station, call.payload)

    def on_boot_2(self, station: Station, call: Call) -> Answer:
        """BootNotification of 2.x."""
        return self._boot(station, boot_of(call.payload))

    def _boot(self, station: Station, said: Json) -> Answer:
        station.boot = boot = _kept(said)
        presets.apply(station, self._context.options.call_timeout_s)
        is_held = _is_held(station)
        status = REGISTRATION["pending" if is_held else station.registration]
        interval_s = max(1, round(self._context.options.heartbeat_interval_s))
        answer = {
            "currentTime": times.iso(self._context.clock.now_ms()),
            "interval": interval_s if station.is_served else PENDING_INTERVAL_S,
            "status": status,
        }
        logger.info(
            "%s: %s %s booted: %s",
            station.identity,
            boot["chargePointVendor"],
            boot["chargePointModel"],
            status,
        )
        return Answer(answer, lambda: self._booted(station))

    def _booted(self, station: Station) -> None:
        self._context.tell(station, boot_values(station))
        self._context.remember(station)
        if station.is_adopted:
            station.has_booted = True
            kind = Held if station.held else Booted
            self._context.events.emit(kind(station, is_asked=_is_asked(station)))
            station.boot_is_asked = False

    def on_heartbeat(self, station: Station, call: Call) -> Answer:
        """Heartbeat."""
        now_ms = self._context.clock.now_ms()
        return Answer(
            {"currentTime": times.iso(now_ms)},
            lambda: self._context.tell_seen(station, now_ms),
        )


def _is_held(station: Station) -> bool:
    """Whether it has to be configured before it is accepted (2.x, B02)."""
    wants = station.options.quirks.setup_while_pending and station.is_adopted
    if wants and station.held is None:
        station.held = True
    return bool(station.held)


def _is_asked(station: Station) -> bool:
    """Whether it boots because we asked; 2.x says so."""
    return station.boot_is_asked or station.boot.get("reason") == "Triggered"


def _kept(payload: Json) -> Json:
    """The members that mean something, none of them without end."""
    return {
        member: payload[member][:_LONGEST_KEPT]
        for member in _BOOT_MEMBERS
        if member in payload
    }


def boot_values(station: Station) -> dict[Datum, Scalar]:
    """What a station says of itself."""
    boot = station.boot
    is_held = station.is_adopted and station.held
    registration = "pending" if is_held else station.registration
    values: dict[Datum, Scalar] = {
        at(STATION, "registration"): REGISTRATION[registration]
    }
    for name, members in _SENSORS.items():
        found = next((boot[member] for member in members if member in boot), None)
        if found is not None:
            values[at(STATION, name)] = found
    return values


async def reset(station: Station, where: str, kind: str) -> Json:
    """Reset: ``Soft`` or ``Hard``; in 2.x ``OnIdle``, ``Immediate``, and of an EVSE."""
    if station.speaks_2:
        return await v2.reset(station, where, _RESETS_2.get(kind, kind))
    kind = _RESETS_16.get(kind, kind)
    return await station.call("Reset", {"type": kind})


async def get_configuration(station: Station, keys: list[str] | None = None) -> Json:
    """GetConfiguration of these keys, or of all; gives the wire response."""
    answer = await station.call("GetConfiguration", {"key": keys} if keys else {})
    # Keys are the same in any case (1.6, section 7.29: CiString50Type).
    names = {key.lower(): key for key in (*station.configuration, *(keys or ()))}
    for entry in answer.get("configurationKey", ()):
        key = names.get(entry["key"].lower(), entry["key"])
        station.configuration[key] = entry.get("value")
    for unknown in answer.get("unknownKey", ()):
        station.configuration.pop(names.get(unknown.lower(), unknown), None)
    return answer


async def change_configuration(station: Station, key: str, value: str) -> Json:
    """ChangeConfiguration; gives the wire response."""
    answer = await station.call("ChangeConfiguration", {"key": key, "value": value})
    if answer.get("status") in ("Accepted", "RebootRequired"):
        station.configuration[key] = value
    return answer
