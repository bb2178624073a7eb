"""Stations that are not as they were: each once in a while, as it is then."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from connector.csms import events
from connector.csms.events import Event
from connector.web.api.context import ApiContext
from connector.web.api.station_view import view
from connector.web.events.hub import Hub

KIND = "station"
_CHANGES: tuple[type[Event], ...] = (
    events.Booted,
    events.ConfirmationChanged,
    events.Connected,
    events.ConnectorsChanged,
    events.Disconnected,
    events.Forgotten,
    events.Held,
    events.Ready,
    events.RegistrationChanged,
    events.Released,
    events.StatusChanged,
    events.TransactionChanged,
    events.TransactionEnded,
    events.TransactionStarted,
)
SHOWN = frozenset(
    {
        "connected",
        "current_limit",
        "current_limit_asked",
        "enabled",
        "error_code",
        "firmware_version",
        "limit_max",
        "limit_min",
        "model",
        "power_limit",
        "power_limit_asked",
        "power_limit_effective",
        "registration",
        "status",
        "vendor",
    }
)
"""Values that are members of a station's view, too."""
_AT_ONCE = 50
"""After an outage all of them change; other work goes on meanwhile."""


class StationChanges:
    """Tells of stations what the API tells of them."""

    kinds = frozenset({KIND})

    def __init__(self, context: ApiContext, hub: Hub) -> None:
        self._context = context
        self._hub = hub
        self._changed: dict[str, None] = {}
        self._unsubscribe: list[Callable[[], None]] = []

    def begin(self) -> None:
        """Somebody reads."""
        subscribe = self._context.central_system.events.subscribe
        self._unsubscribe = [subscribe(kind, self._note) for kind in _CHANGES]

    def end(self) -> None:
        """Nobody does."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe, self._changed = [], {}

    def changed(self, identity: str) -> None:
        """A station is not as it was."""
        if self._unsubscribe:
            self._changed[identity] = None

    def _note(self, event: Event) -> None:
        self._changed[event.station.identity] = None

    def gather(self) -> None:
        """Tell how they are now."""
        for identity in tuple(self._changed)[:_AT_ONCE]:
            del self._changed[identity]
            if self._hub.is_wanted(KIND, identity):
                self._hub.publish(KIND, identity, self._data(identity))

    def _data(self, identity: str) -> bytes:
        station = self._context.central_system.stations.get(identity)
        if station is None:
            return orjson.dumps({"station": identity, "removed": True})
        return view(self._context, station).model_dump_json().encode()
