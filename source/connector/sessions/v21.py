"""OCPP 2.1."""

from __future__ import annotations

from ocpp.v21 import ChargePoint as LibraryChargePoint

from connector.sessions.engine import Session


class ChargePoint(Session, LibraryChargePoint):  # type: ignore[misc]
    """A session in OCPP 2.1."""
