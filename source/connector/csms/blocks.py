"""The functional blocks: made here, and known to nobody else by their names.

A block has handlers for what stations send. It may read what was kept before stations
come, and may have something to finish at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from connector.csms.authorization import Authorization
from connector.csms.autostart import Autostart
from connector.csms.availability import Availability
from connector.csms.context import Context
from connector.csms.data_transfer import DataTransfer
from connector.csms.local_lists import LocalLists
from connector.csms.metering import Metering
from connector.csms.notifications import Notifications
from connector.csms.polling import Polling
from connector.csms.provisioning import Provisioning
from connector.csms.reservations import Reservations
from connector.csms.station import Station
from connector.csms.tokens import Tokens
from connector.csms.transactions import Transactions
from connector.sessions.handlers import Handler

Stations = Mapping[str, Station]


class Block(Protocol):
    """Answers some of the actions of stations."""

    handlers: dict[str, Handler]


class LastingBlock(Protocol):
    """Keeps something over restarts."""

    async def start(self, stations: Stations) -> None:
        """Take up again what was kept.

        Raises:
            StoreError: the store cannot be used.
        """

    async def finish(self) -> None:
        """Wait for what is being written; nothing more comes."""


class Blocks:
    """All of them."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self.transactions = Transactions(context, tokens)
        self.reservations = Reservations(context, tokens)
        self.local_lists = LocalLists(context, tokens)
        self.autostart = Autostart(context)
        self._all: tuple[Block, ...] = (
            Provisioning(context),
            Availability(context),
            Authorization(tokens),
            self.transactions,
            self.reservations,
            self.local_lists,
            Metering(context),
            DataTransfer(context),
            Notifications(context),
        )
        self._lasting: tuple[LastingBlock, ...] = (
            self.transactions,
            self.reservations,
            self.local_lists,
            self.autostart,
            Polling(context),
        )

    def handlers(self) -> dict[str, Handler]:
        """By action."""
        return {
            action: handler
            for block in self._all
            for action, handler in block.handlers.items()
        }

    async def start(self, stations: Stations) -> None:
        """Take up again what was kept.

        Raises:
            StoreError: the store cannot be used.
        """
        for block in self._lasting:
            await block.start(stations)

    async def finish(self) -> None:
        """Wait for what is being written."""
        for block in self._lasting:
            await block.finish()
