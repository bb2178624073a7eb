"""OCPP 2.1 as a `Version`."""

from __future__ import annotations

from connector.station.client.v2.version2 import HANDLERS_21, Version2

VERSION = Version2("2.1", HANDLERS_21)
