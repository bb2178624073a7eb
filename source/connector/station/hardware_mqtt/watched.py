"""A core that lets a watcher see what becomes of tokens, and what its client takes."""

from __future__ import annotations

from typing import Any, Protocol

from connector.station.core.events import CoreEvent
from connector.station.core.station import StationCore
from connector.station.core.tokens import Verdict
from connector.station.ports import Token


class Watcher(Protocol):
    """Who sees it; `MqttHardware` is one."""

    def judged(self, evse: int, token: Token, *, is_accepted: bool) -> None:
        """What was said about a token that was presented."""

    def heard(self, event: CoreEvent) -> None:
        """What the client was told."""

    def accepted(self) -> None:
        """A central system has accepted the station, and listens."""


class WatchedCore(StationCore):
    """`StationCore` for hardware that wants to know."""

    watcher: Watcher | None = None

    def authorized(self, evse: int, token: Token, verdict: Verdict, now_ms: int) -> str:
        """As the base class, and the watcher knows."""
        outcome = super().authorized(evse, token, verdict, now_ms)
        self._tell(evse, token, verdict)
        return outcome

    def unanswered(self, evse: int, token: Token, now_ms: int) -> str:
        """As the base class, and the watcher knows."""
        verdict = self.tokens.decide(token, now_ms, is_online=False)
        outcome: str = super().unanswered(evse, token, now_ms)
        self._tell(evse, token, verdict)
        return outcome

    def _tell(self, evse: int, token: Token, verdict: Verdict | None) -> None:
        if self.watcher is not None:
            is_accepted = verdict is not None and verdict.is_accepted
            self.watcher.judged(evse, token, is_accepted=is_accepted)

    def take_events(self) -> list[CoreEvent]:
        """As the base class, and the watcher hears each."""
        events = super().take_events()
        if self.watcher is not None:
            for event in events:
                self.watcher.heard(event)
        return events

    def came_online(self, now_ms: int) -> Any:
        """As the base class, and the watcher knows."""
        super().came_online(now_ms)
        if self.watcher is not None:
            self.watcher.accepted()
