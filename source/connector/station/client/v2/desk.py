"""What a station keeps for 2.x beside its core: displays, tariffs, monitors, streams.

Each part is made when it is needed first; a station that only charges has none.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from connector.errors import ConnectorError
from connector.station.client.v2.displays import Displays
from connector.station.client.v2.kept import keep
from connector.station.client.v2.networks import Networks
from connector.station.client.v2.pulls import Pulls
from connector.station.client.v2.streams import Streams
from connector.station.client.v2.tariffs import Tariffs
from connector.station.client.v2.watching import Watching

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

_RUBBISH = (AttributeError, KeyError, TypeError, ValueError, ConnectorError)
_KEPT = {
    "displays": "displays",
    "monitors": "watching",
    "networks": "networks",
    "tariffs": "tariffs",
}
"""What the device model remembers, and the part that knows it."""


class Desk:
    """The parts of one station."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.personal: dict[str, str] = {}
        """What the central system wants the driver of a transaction to read."""
        self.web_payments: dict[int, int] = {}
        """By EVSE, until when somebody may be paying on the web (epoch ms)."""

    @cached_property
    def displays(self) -> Displays:
        """Messages that are shown."""
        return Displays(self._client)

    @cached_property
    def tariffs(self) -> Tariffs:
        """What charging costs."""
        return Tariffs(self._client)

    @cached_property
    def networks(self) -> Networks:
        """Central systems to connect to."""
        return Networks(self._client)

    @cached_property
    def watching(self) -> Watching:
        """Monitors of variables."""
        return Watching(self._client)

    @cached_property
    def streams(self) -> Streams:
        """Values that are told all the time (2.1)."""
        return Streams(self._client)

    @cached_property
    def pulls(self) -> Pulls:
        """Dynamic profiles whose numbers have to be asked for (2.1)."""
        return Pulls(self._client)

    def has(self, part: str) -> bool:
        """Whether a part is there already."""
        return part in self.__dict__

    def wake(self) -> None:
        """The central system listens: what was kept is in force again."""
        for kind, part in _KEPT.items():
            if self._client.parts.variables.remembered(kind) is not None:
                self._restore(kind, part)
        for part in ("watching", "networks", "streams"):
            if self.has(part):
                getattr(self, part).wake()

    def _restore(self, kind: str, part: str) -> None:
        """A file may be damaged: then the station goes on without what it says."""
        try:
            getattr(self, part)
        except _RUBBISH as problem:
            identity = self._client.identity
            logger.warning("%s: %s of before are left out: %r", identity, kind, problem)
            keep(self._client, kind, None)

    def transaction_ended(self, key: str) -> None:
        """What was only for this transaction is over."""
        self.personal.pop(key, None)
        if self.has("displays"):
            self.displays.transaction_ended(key)
        if self.has("tariffs"):
            self.tariffs.transaction_ended(key)


def desk_of(client: Client) -> Desk:
    """The desk of a station, made where there is none."""
    if client.desk is None:
        client.desk = Desk(client)
    return client.desk


def known_desk(client: Client) -> Desk | None:
    """The desk of a station; None: nothing was kept on it yet."""
    return client.desk


def wake(client: Client) -> None:
    """The central system listens."""
    parts = client.parts
    if client.desk or any(parts.variables.remembered(kind) for kind in _KEPT):
        desk_of(client).wake()
    if any(parts.profiles.pulls(client.now_ms())):
        desk_of(client).pulls.wake()


def count_messages(client: Client) -> int:
    """How many messages are there to be shown (DisplayMessageCtrlr)."""
    desk = client.desk
    return len(desk.displays) if desk is not None and desk.has("displays") else 0
