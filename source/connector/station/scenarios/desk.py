"""Who makes the central system do what a scenario wants of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import orjson

from connector.errors import ConnectorError
from connector.station.scenarios.scenario import Ask

Json = dict[str, Any]


class DeskProblem(ConnectorError):
    """The central system could not be brought to do it; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class Desk(Protocol):
    """Somebody at the central system."""

    patience_s: float
    """How much longer they may take than a machine."""

    async def ask(self, identity: str, ask: Ask) -> None:
        """Have it send a call to a station; what follows is seen at the station.

        Raises:
            DeskProblem: it does not.
        """


class Person:
    """Is told what to do, on a screen."""

    def __init__(self, show: Callable[[str], None], patience_s: float = 300.0) -> None:
        self._show = show
        self.patience_s = patience_s

    async def ask(self, identity: str, ask: Ask) -> None:
        """Say it."""
        payload = orjson.dumps(ask.payload).decode()
        self._show(f"let the central system send {identity}: {ask.action} {payload}")
