"""The configuration keys of a simulated OCPP 1.6 station (OCPP 1.6, section 9).

Pure. A key is a row: its first value, how a new one is checked, whether it may be set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.station.demo.meter import MEASURANDS

Check = Callable[[str], bool]


def _is_flag(text: str) -> bool:
    return text.lower() in {"true", "false"}


def _is_count(text: str) -> bool:
    return text.isdecimal() and int(text) < 2**31


def _is_measurands(text: str) -> bool:
    return all(item in MEASURANDS for item in split_list(text))


def _is_text(text: str) -> bool:
    return len(text) <= 500


def split_list(text: str) -> list[str]:
    """A comma-separated value, without spaces and empty items."""
    return [item.strip() for item in text.split(",") if item.strip()]


@dataclass(frozen=True, slots=True)
class Key:
    """One configuration key; one without a check is read-only."""

    first: str
    check: Check | None = None
    needs_reboot: bool = False


_SAMPLED = (
    "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,"
    "Power.Offered,Current.Offered"
)

KEYS: dict[str, Key] = {
    "AllowOfflineTxForUnknownId": Key("true", _is_flag),
    "AuthorizationCacheEnabled": Key("false"),
    "AuthorizeRemoteTxRequests": Key("false"),
    "ChargeProfileMaxStackLevel": Key("10"),
    "ChargingScheduleAllowedChargingRateUnit": Key("Current,Power"),
    "ChargingScheduleMaxPeriods": Key("24"),
    "ClockAlignedDataInterval": Key("0"),
    "ConnectionTimeOut": Key("60", _is_count),
    "ConnectorPhaseRotation": Key("0.RST,1.RST", _is_text),
    "GetConfigurationMaxKeys": Key("50"),
    "HeartbeatInterval": Key("300", _is_count),
    "LocalAuthorizeOffline": Key("true", _is_flag),
    "LocalPreAuthorize": Key("false", _is_flag),
    "MaxChargingProfilesInstalled": Key("20"),
    "MeterValuesAlignedData": Key(""),
    "MeterValuesSampledData": Key(_SAMPLED, _is_measurands),
    "MeterValueSampleInterval": Key("60", _is_count),
    "NumberOfConnectors": Key("1"),
    "ResetRetries": Key("1", _is_count),
    "StopTransactionOnEVSideDisconnect": Key("true"),
    "StopTransactionOnInvalidId": Key("true", _is_flag),
    "StopTxnAlignedData": Key(""),
    "StopTxnSampledData": Key("Energy.Active.Import.Register", _is_measurands),
    "SupportedFeatureProfiles": Key("Core,SmartCharging,RemoteTrigger"),
    "TransactionMessageAttempts": Key("3", _is_count),
    "TransactionMessageRetryInterval": Key("20", _is_count),
    "UnlockConnectorOnEVSideDisconnect": Key("true"),
    "WebSocketPingInterval": Key("0", _is_count, needs_reboot=True),
}


class Configuration:
    """The values of one station; ``fixed`` are its own and cannot be changed."""

    def __init__(self, fixed: Mapping[str, str] | None = None) -> None:
        self._values = {name: key.first for name, key in KEYS.items()}
        self._fixed = frozenset(fixed or ())
        self._values.update(fixed or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def flag(self, name: str) -> bool:
        """A value that is true or false."""
        return self._values[name].lower() == "true"

    def number(self, name: str) -> int:
        """A value that is a number."""
        return int(self._values[name])

    def change(self, name: str, value: str) -> str:
        """Set a key; returns the status of ChangeConfiguration."""
        key = KEYS.get(name)
        if key is None:
            return "NotSupported"
        if key.check is None or name in self._fixed or not key.check(value):
            return "Rejected"
        self._values[name] = value
        return "RebootRequired" if key.needs_reboot else "Accepted"

    def answer(self, asked: Iterable[str] | None) -> dict[str, Any]:
        """The response to GetConfiguration; None or nothing asks for all."""
        names = list(asked or KEYS)
        known = [self._described(name) for name in names if name in KEYS]
        unknown = [name for name in names if name not in KEYS]
        response: dict[str, Any] = {"configurationKey": known}
        return response | {"unknownKey": unknown} if unknown else response

    def _described(self, name: str) -> dict[str, Any]:
        readonly = KEYS[name].check is None or name in self._fixed
        return {"key": name, "readonly": readonly, "value": self._values[name]}
