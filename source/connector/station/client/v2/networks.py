"""Central systems that a station may connect to, by slot (2.x part 2, B09 and B10).

NetworkConfigurationPriority says which; the first of them is tried at the next
connection, and where nobody accepts the station there it goes through the others.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connector.ocppj.frames import Json
from connector.station.client.options import Endpoint
from connector.station.client.v2.answers import answer
from connector.station.client.v2.kept import keep
from connector.station.device_model import DeviceModel

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

PRIORITY = "OCPPCommCtrlr/NetworkConfigurationPriority"
ACTIVE = "OCPPCommCtrlr/ActiveNetworkProfile"
_KIND = "networks"
_FIRST_SLOT, _LAST_SLOT = 1, 9
_VERSIONS = {
    "OCPP16": ("ocpp1.6",),
    "OCPP20": ("ocpp2.0.1",),
    "OCPP201": ("ocpp2.0.1",),
    "OCPP21": ("ocpp2.1",),
}
"""2.0.1 writes itself as OCPP20 (B09.FR.06)."""
_WITH_PASSWORD, _WITH_TLS, _WITH_CERTIFICATE = (1, 2), 2, 3
_HIGHEST_PROFILE = 3


class Networks:
    """The slots of one station."""

    __slots__ = ("_client", "_slots")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._slots = _slots(client.parts.variables)
        client.parts.variables.on_change(PRIORITY, self._prefer)

    # -- SetNetworkProfile

    def set(self, slot: int, data: Json) -> Json:
        """The answer to SetNetworkProfile."""
        reason, info = self._why_not(slot, data)
        if reason:
            return answer("Rejected", reason, info)
        self._slots[slot] = data
        slots = {str(number): each for number, each in self._slots.items()}
        keep(self._client, _KIND, slots)
        return answer("Accepted")

    def _why_not(self, slot: int, data: Json) -> tuple[str, str]:
        if not _FIRST_SLOT <= slot <= _LAST_SLOT:
            return "InvalidConfSlot", f"expected {_FIRST_SLOT} to {_LAST_SLOT}"
        if self._is_in_use(slot):
            # B09 (2.1): a mistake there would leave no way back.
            return "PriorityNetworkConf", "expected a slot that is not in use"
        if data["ocppTransport"] != "JSON":
            return "InvalidNetworkConf", "only JSON is spoken"
        if data.get("ocppVersion", "OCPP20") not in _VERSIONS:
            return "InvalidNetworkConf", "this version is not spoken"
        if "vpn" in data or "apn" in data:
            return "InvalidNetworkConf", "there is neither a modem nor a VPN"
        if data.get("identity", self._client.identity) != self._client.identity:
            return "InvalidNetworkConf", "the identity is fixed"
        return self._why_no_link(data)

    def _is_in_use(self, slot: int) -> bool:
        priority = self._client.parts.variables.text(PRIORITY)
        return slot == self._active() or str(slot) in map(
            str.strip, priority.split(",")
        )

    def _why_no_link(self, data: Json) -> tuple[str, str]:
        profile = data["securityProfile"]
        current = self._client.connecting.endpoint.security_profile
        if not 0 <= profile <= _HIGHEST_PROFILE:
            return "InvalidNetworkConf", "expected 0 to 3"
        if profile < current:
            return "NoSecurityDowngrade", "it is lower than that in force"
        scheme = _scheme(data["ocppCsmsUrl"])
        if scheme is None:
            return "InvalidNetworkConf", "ocppCsmsUrl: expected ws:// or wss://"
        if profile >= _WITH_TLS and scheme != "wss":
            return "InvalidNetworkConf", "this security profile needs wss://"
        lacks_password = not (data.get("basicAuthPassword") or self._password())
        if profile in _WITH_PASSWORD and lacks_password:
            return "InvalidNetworkConf", "there is no password"
        return "", ""

    def _password(self) -> str | None:
        return self._client.connecting.endpoint.password

    # -- using it

    def knows(self, priority: str) -> bool:
        """Whether every slot of a NetworkConfigurationPriority is set."""
        return all(
            slot.isdecimal()
            and (int(slot) in self._slots or int(slot) == self._active())
            for slot in map(str.strip, priority.split(","))
        )

    def _active(self) -> int:
        return int(self._client.parts.variables.number(ACTIVE))

    def _prefer(self, priority: str) -> None:
        """The first slot is where to connect from the next time on."""
        data = self._slots.get(_first(priority))
        if data is not None:
            connecting = self._client.connecting
            connecting.use(_endpoint(connecting.endpoint, data))

    def wake(self) -> None:
        """We were accepted somewhere: that slot is the active one."""
        endpoint = self._client.connecting.endpoint
        slot = self._slot_of(endpoint.url)
        if slot is not None and slot != self._active():
            self._client.parts.variables.override(ACTIVE, str(slot))
            self._client.credentials.show(endpoint)

    def _slot_of(self, url: str) -> int | None:
        for slot, data in self._slots.items():
            if data["ocppCsmsUrl"] == url:
                return slot
        told = self._client.options.endpoint
        return self._slot_of_told() if url == told.url else None

    def _slot_of_told(self) -> int | None:
        """That of the endpoint which the station was started with: it has no data."""
        order = _order(self._client.parts.variables)
        return next((slot for slot in order if slot not in self._slots), None)


def _first(priority: str) -> int:
    text = priority.split(",", maxsplit=1)[0].strip()
    return int(text) if text.isdecimal() else 0


def _order(variables: DeviceModel) -> list[int]:
    """The slots of NetworkConfigurationPriority."""
    parts = map(str.strip, variables.text(PRIORITY).split(","))
    return [int(part) for part in parts if part.isdecimal()]


def fallbacks(
    variables: DeviceModel, current: Endpoint, told: Endpoint, least: int
) -> list[Endpoint]:
    """Where else to try, in the order of the slots (2.x part 2, B10).

    A slot without data is that of ``told``, which the station was started with. None
    has a lower security profile than ``least``.
    """
    slots = _slots(variables)
    found: list[Endpoint] = []
    for slot in _order(variables):
        data = slots.get(slot)
        each = (
            replace(current, url=told.url, password=told.password or current.password)
            if data is None
            else _endpoint(current, data)
        )
        is_other = each.url not in (current.url, *(one.url for one in found))
        if is_other and each.security_profile >= least:
            found.append(each)
    return found


def _slots(variables: DeviceModel) -> dict[int, Json]:
    found = variables.remembered(_KIND)
    return {
        int(slot): data
        for slot, data in (found if isinstance(found, dict) else {}).items()
        if str(slot).isdecimal() and isinstance(data, dict)
    }


def _endpoint(current: Endpoint, data: Json) -> Endpoint:
    return replace(
        current,
        url=data["ocppCsmsUrl"],
        security_profile=data["securityProfile"],
        password=data.get("basicAuthPassword") or current.password,
    )


def active(variables: DeviceModel, endpoint: Endpoint) -> Endpoint:
    """Where a station was accepted last, after a restart; else as it was told."""
    data = _slots(variables).get(int(variables.number(ACTIVE)))
    return endpoint if data is None else _endpoint(endpoint, data)


def _scheme(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        is_fit = parts.scheme in ("ws", "wss") and bool(parts.hostname)
        _: Any = parts.port
    except ValueError:
        return None
    return parts.scheme if is_fit else None
