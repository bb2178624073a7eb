"""What `cs_parameters` says an EVSE is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from v2g.envelope import Json

AC, DC = "ac", "dc"


@dataclass(frozen=True, slots=True)
class Evse:
    """One EVSE, as a vehicle is offered it."""

    evse_id: str
    interface: str
    supports_eim: bool
    services: Mapping[str, Mapping[str, Any]]
    """By name: ac, ac_bpt, dc, dc_bpt."""

    @property
    def is_dc(self) -> bool:
        """Whether it gives direct current."""
        return DC in self.services

    @property
    def main(self) -> Mapping[str, Any]:
        """The service that all others are variants of."""
        return self.services[DC if self.is_dc else AC]

    @property
    def prefers_dynamic(self) -> bool:
        """Whether the station would rather tell the vehicle what to take (-20)."""
        return self.main.get("control_mode") != "scheduled"


def evses_of(answer: Json) -> list[Evse]:
    """All EVSEs of a station; a connector that is not the first is not spoken for."""
    return [
        Evse(
            each["evse_id"],
            each["network_interface"],
            each.get("supports_eim", True),
            each["connectors"][0]["services"],
        )
        for each in answer["parameters"]
    ]
