"""New values of datapoints, as they come from the flow."""

from __future__ import annotations

from collections.abc import Callable

from connector.datapoints.live import Batch, Live, Want
from connector.web.events import effects, stations
from connector.web.events.effects import Effects
from connector.web.events.hub import AROUND, Hub
from connector.web.events.reader import KINDS

_WATCHED = stations.SHOWN | effects.MEASURED


class NewValues:
    """Tells of values, and of those in which there is more to see."""

    kinds = frozenset(KINDS) - {"message"}

    def __init__(
        self,
        live: Live,
        hub: Hub,
        station_changed: Callable[[str], None],
        effects: Effects,
    ) -> None:
        self._live = live
        self._hub = hub
        self._station_changed = station_changed
        self._effects = effects
        self._is_on = False

    def begin(self) -> None:
        """Somebody reads."""
        self._is_on = True
        self.choose()

    def end(self) -> None:
        """Nobody does."""
        self._is_on = False
        self._live.end()

    def gather(self) -> None:
        """Have the flow hand over what is new; it comes a moment later."""
        self._live.flush(self._take)

    def choose(self) -> None:
        """Readers come and go, and each has wishes of his own."""
        if self._is_on:
            watched = Want(self._hub.stations(), _WATCHED)
            self._live.begin(self._hub.wants(), watched, AROUND)

    def _take(self, batch: Batch) -> None:
        if not self._is_on:
            return
        for value in batch.watched:
            if value.datum.name in stations.SHOWN:
                self._station_changed(value.station)
            self._effects.take(value)
        self._hub.flush(batch.texts)
