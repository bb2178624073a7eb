"""OCPP 2.0.1 as a `Version`."""

from __future__ import annotations

from connector.station.client.v2.version2 import HANDLERS_201, Version2

VERSION = Version2("2.0.1", HANDLERS_201)
