"""BootNotification of 2.x, in the words that 1.6 has for the same things."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# as it is kept: where a BootNotification of 2.x says it
_MEMBERS = {
    "chargePointVendor": ("vendorName",),
    "chargePointModel": ("model",),
    "chargePointSerialNumber": ("serialNumber",),
    "firmwareVersion": ("firmwareVersion",),
    "iccid": ("modem", "iccid"),
    "imsi": ("modem", "imsi"),
}


def boot_of(payload: Json) -> Json:
    """What a station says of itself, as 1.6 would."""
    boot = {
        member: found
        for member, path in _MEMBERS.items()
        if (found := _at(payload["chargingStation"], path)) is not None
    }
    return boot | {"reason": payload["reason"]}


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
