"""A core that lets a watcher see what becomes of tokens, and what its client takes."""

from __future__ import annotations

from typing import Any, Protocol

from connector.station.core.events import CoreEvent
from connector.station.core.session import Session
from connector.station.core.station import StationCore
from connector.station.core.tokens import Verdict
from connector.station.ports import Token


class Watcher(Protocol):
    """Who sees it; `MqttHardware` is one."""

    def judged(self, evse: int, token: Token, *, is_accepted: bool) -> None:
        """What was said about a token that was presented."""

    def numbered(self, session: Session) -> None:
        """The central system has given a transaction its number (1.6)."""

    def heard(self, event: CoreEvent) -> None:
        """What the client was told."""

    def accepted(self) -> None:
        """A central system has accepted the station, and listens."""


class WatchedCore(StationCore):
    """`StationCore` for hardware that wants to know."""

    watcher: Watcher | None = None
    _numbered: Session | None = None
    """Whose number was told last."""

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

    def judged(
        self, session: Session, token: Token | None, verdict: Verdict, now_ms: int
    ) -> None:
        """As the base class; in 1.6 a number comes with the first of these."""
        runs = self.evses[session.evse].session is session
        is_news = session.id_16 is not None and self._numbered is not session
        if self.watcher is not None and runs and is_news:
            self._numbered = session
            self.watcher.numbered(session)
        super().judged(session, token, verdict, now_ms)

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
