"""OCPP 2.0.1: the library's ChargePoint on our engine, with its commands as methods."""

from __future__ import annotations

import logging

from ocpp.v201 import ChargePoint as LibraryChargePoint

from connector.sessions.engine import Session
from connector.sessions.v2_commands import V2Commands

# The library prints whole frames at INFO, secrets included.
logging.getLogger("ocpp").setLevel(logging.WARNING)


class ChargePoint(Session, V2Commands, LibraryChargePoint):  # type: ignore[misc]
    """A session in OCPP 2.0.1."""
