"""What the bridge hands on to others, and what others answer.

All of it may be missing: then messages that need it are answered so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connector.station.josev.messages import EvCertificate, EvInfo
from connector.station.ports import Token


class Contracts(Protocol):
    """Who judges contracts of Plug and Charge (`contracts/pnc.md`).

    Without one a contract is a token like others: an Authorize of type eMAID.
    """

    def judge(self, evse: int, contract: Token, done: Callable[[bool], None]) -> None:
        """Judge a contract, then call ``done`` on the event loop, at most once."""


class EvCertificates(Protocol):
    """Who gets certificates for vehicles (2.x Get15118EVCertificate)."""

    def get(
        self,
        evse: int,
        request: EvCertificate,
        done: Callable[[str, str], None],
    ) -> None:
        """Ask, then call ``done`` with a status (2.x) and the answer (base64 EXI)."""


@dataclass(slots=True)
class Outside:
    """Whoever is there."""

    contracts: Contracts | None = None
    certificates: EvCertificates | None = None
    needs: Callable[[int, Mapping[str, Any], int | None], None] | None = None
    """Told what a vehicle wants: EVSE, a ChargingNeedsType of 2.1, schedule tuples."""
    ev_info: Callable[[int, EvInfo], None] | None = None
    """Told what a vehicle says of itself."""
    device_model: Callable[[], Mapping[str, Any]] | None = None
    """Identity, EVSEs and components for Josev's own OCPP client."""
    reset: Callable[[], None] | None = None
    """Start the station anew."""
