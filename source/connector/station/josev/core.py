"""The core of a station that is bridged: the bridge sees what it is told."""

from __future__ import annotations

from typing import Protocol

from connector.station.core.events import AuthorizeWanted, CoreEvent, SessionEvent
from connector.station.hardware_mqtt.watched import WatchedCore
from connector.station.ports import Demand, Plug, Token


class Watcher(Protocol):
    """Who sees it; `Bridge` is one."""

    def cable(self, evse: int, plug: Plug) -> None:
        """The cable is going to be so; before the core is told."""

    def demanded(self, evse: int, demand: Demand) -> Demand:
        """What the vehicle asks of its hardware; gives what that means by now."""

    def judged(self, evse: int, token: Token, outcome: str) -> None:
        """What became of a token."""

    def asked_about(self, event: AuthorizeWanted) -> None:
        """The client asks about a token."""

    def began(self, evse: int) -> None:
        """A transaction has begun."""

    def changed(self) -> None:
        """Something is another than before."""


class HlcCore(WatchedCore):
    """`WatchedCore` with one who watches more."""

    _hlc: Watcher | None = None

    @property
    def hlc(self) -> Watcher | None:
        """Who watches."""
        return self._hlc

    @hlc.setter
    def hlc(self, watcher: Watcher | None) -> None:
        self._hlc = watcher
        self.site.on_judged = watcher.judged if watcher is not None else None

    def plugged(self, evse: int, plug: Plug, now_ms: int, connector: int = 1) -> None:
        """As the base class, and the watcher knows before and after."""
        if self._hlc is not None:
            self._hlc.cable(evse, plug)
        super().plugged(evse, plug, now_ms, connector)
        self._changed()

    def demands(self, evse: int, demand: Demand, now_ms: int) -> None:
        """What the hardware sees; whether power is taken the watcher knows."""
        if self._hlc is not None:
            demand = self._hlc.demanded(evse, demand)
        super().demands(evse, demand, now_ms)
        self._changed()

    def takes(self, evse: int, demand: Demand, now_ms: int) -> None:
        """What the watcher itself has found out of a vehicle."""
        super().demands(evse, demand, now_ms)

    def fault(
        self,
        evse: int,
        error_code: str,
        now_ms: int,
        info: str = "",
        connector: int = 0,
    ) -> None:
        """As the base class, and the watcher knows."""
        super().fault(evse, error_code, now_ms, info, connector)
        self._changed()

    def offer_anew(self, now_ms: int) -> None:
        """As the base class, and the watcher knows."""
        super().offer_anew(now_ms)
        self._changed()

    def take_events(self) -> list[CoreEvent]:
        """As the base class, and the watcher hears of questions and starts."""
        events = super().take_events()
        if self._hlc is None:
            return events
        for event in events:
            if isinstance(event, AuthorizeWanted):
                self._hlc.asked_about(event)
            elif isinstance(event, SessionEvent) and event.kind == "Started":
                self._hlc.began(event.session.evse)
        if events:
            self._hlc.changed()
        return events

    def _changed(self) -> None:
        if self._hlc is not None:
            self._hlc.changed()
