"""`ocpp-connector run`: the connector itself, loaded when it is asked for."""

from __future__ import annotations


def run() -> int:
    """Connect stations and MQTT until stopped; the exit code."""
    from connector.main import main  # noqa: PLC0415

    return main()
