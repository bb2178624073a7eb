"""Temporary."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from connector.sessions.engine import Session

_MODULES = {"ocpp1.6": "v16", "ocpp2.0.1": "v201", "ocpp2.1": "v21"}


@cache
def session_class(subprotocol: str) -> type[Session]:
    """The class of sessions."""
    module = import_module(f"connector.sessions.{_MODULES[subprotocol]}")
    found: type[Session] = module.ChargePoint
    return found


def version_of(subprotocol: str) -> str:
    """The version."""
    return subprotocol.removeprefix("ocpp")
