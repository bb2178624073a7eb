"""What this station has not: the answers that 2.x has for that, and why.

One table, so that who builds such a feature finds what it takes the place of.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from connector.ocppj.frames import Call, Json
from connector.station.client.messages import ClientHandler
from connector.station.client.v2.answers import answer


class Absent(NamedTuple):
    """A status, and why it is that one; without ``reason`` there is no statusInfo."""

    status: str
    reason: str
    info: str


ABSENT: Mapping[str, Absent] = MappingProxyType(
    {
        "PublishFirmware": Absent(
            "Rejected", "UnsupportedRequest", "this is no local controller (L03)"
        ),
        "UnpublishFirmware": Absent("NoFirmware", "", "nothing was published (L04)"),
        "AFRRSignal": Absent(
            "Rejected", "UnsupportedRequest", "no profile follows a signal (V2X, Q08)"
        ),
        "ClearDERControl": Absent(
            "NotSupported", "UnsupportedRequest", "no inverter obeys grid codes (R04)"
        ),
        "GetDERControl": Absent(
            "NotSupported", "UnsupportedRequest", "no inverter obeys grid codes (R04)"
        ),
        "SetDERControl": Absent(
            "NotSupported", "UnsupportedRequest", "no inverter obeys grid codes (R04)"
        ),
        "NotifyAllowedEnergyTransfer": Absent(
            "Rejected", "UnsupportedRequest", "services are not renegotiated (Q02)"
        ),
        "RequestBatterySwap": Absent(
            "Rejected", "UnsupportedRequest", "no batteries are swapped here (S02)"
        ),
    }
)
"""By action."""


def _of(absent: Absent) -> ClientHandler:
    def handle(_client: Any, _call: Call) -> Json:
        info = absent.info if absent.reason else ""
        return answer(absent.status, absent.reason, info)

    return handle


HANDLERS: dict[str, ClientHandler] = {
    action: _of(absent) for action, absent in ABSENT.items()
}
