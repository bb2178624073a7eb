"""The monitors of a station, looked at when it is time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.station.device_model.monitors import Monitors

if TYPE_CHECKING:
    from connector.station.client.client import Client

_TIMER = "monitors"


class Watching:
    """The monitors, and the timer that looks at them; without any there is none."""

    __slots__ = ("_client", "monitors")

    def __init__(self, client: Client) -> None:
        self._client = client
        parts = client.parts
        self.monitors = Monitors(
            parts.variables, client.core, client.now_ms, parts.monitors
        )

    def wake(self) -> None:
        """Look now, and again when that is due."""
        now_ms = self._client.now_ms()
        due_ms = self.monitors.step(now_ms)
        if due_ms is None:
            self._client.timers.cancel(_TIMER)
        else:
            self._client.timers.set(_TIMER, (due_ms - now_ms) / 1000, self.wake)
