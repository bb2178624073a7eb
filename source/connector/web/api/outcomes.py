"""The outcome object of commands, and those that can be read later."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Literal

from pydantic import BaseModel, Field

from connector.datapoints.outcomes import OutcomeName


class OutcomeView(BaseModel):
    """How a command or a call ended; HTTP is 200 whatever it is."""

    outcome: OutcomeName = Field(
        description="What became of it: docs/reference/datapoints.md"
    )
    detail: str = Field(description="Why, in words; often empty")
    response: Any = Field(description="What the station answered; null: nothing")
    correlation: str = Field(
        description="Its name, in its datapoint, too", examples=["0f8fad5bd9cb469f"]
    )
    timestamp: int = Field(description="When it ended: milliseconds since 1970, UTC")
    duration_ms: int = Field(description="How long it took")
    kept: Literal[True] | None = Field(
        None, description="A limit that is applied when the station can take it"
    )


class Accepted(BaseModel):
    """A call that is on its way."""

    correlation: str = Field(
        description="Its outcome: GET /api/v1/calls/{correlation}",
        examples=["0f8fad5bd9cb469f"],
    )


class LaterOutcomes:
    """Outcomes that nobody waits for, the newest of them, bounded."""

    def __init__(self, most: int = 1000, most_bytes: int = 16_777_216) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._ended: OrderedDict[str, str] = OrderedDict()
        self._running: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether as many run as may be."""
        return len(self._running) >= self._most

    def expect(self, correlation: str) -> None:
        """There will be one."""
        self._running.add(correlation)

    def is_running(self, correlation: str) -> bool:
        """Whether it is still to come."""
        return correlation in self._running

    def keep(self, correlation: str, text: str) -> None:
        """Here it is; the oldest go where there are too many, or too long ones."""
        self._running.discard(correlation)
        self._ended[correlation] = text
        self._bytes += len(text)
        while len(self._ended) > self._most or self._bytes > self._most_bytes:
            _, oldest = self._ended.popitem(last=False)
            self._bytes -= len(oldest)

    def find(self, correlation: str) -> str | None:
        """One that ended, as JSON text."""
        return self._ended.get(correlation)
