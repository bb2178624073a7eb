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
from connector.csms.certificate_days import CertificateDays
from connector.csms.certificates import Certificates
from connector.csms.context import Context
from connector.csms.data_transfer import DataTransfer
from connector.csms.diagnostics import Diagnostics
from connector.csms.doubts import Doubts
from connector.csms.file_places import FilePlaces
from connector.csms.firmware import Firmware
from connector.csms.local_list_following import Following
from connector.csms.local_lists import LocalLists
from connector.csms.metering import Metering
from connector.csms.password_rotation import PasswordRotation
from connector.csms.pki import Pki
from connector.csms.polling import Polling
from connector.csms.provisioning import Provisioning
from connector.csms.request_ids import RequestIds
from connector.csms.reservations import Reservations
from connector.csms.security_events import SecurityEvents
from connector.csms.security_profiles import SecurityProfiles
from connector.csms.station import Station
from connector.csms.tokens import Tokens
from connector.csms.transactions import Transactions
from connector.csms.unknown_statuses import UnknownStatuses
from connector.csms.v2 import blocks as v2
from connector.security.ca import PKI_FOLDER, StationAuthority
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


class _Shared:
    """Blocks that answer stations of all versions, and that nobody else asks."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self.provisioning = Provisioning(context)
        self.authorization = Authorization(tokens)
        self.data_transfer = DataTransfer(context)
        self.security_events = SecurityEvents(context)


class Blocks:
    """All of them."""

    def __init__(self, context: Context, tokens: Tokens) -> None:
        self.transactions = Transactions(context, tokens)
        self.reservations = Reservations(context, tokens)
        self.local_lists = LocalLists(context, tokens)
        self.autostart = Autostart(context)
        self.metering = Metering(context)
        self.files = FilePlaces(context.options.files, context.clock)
        ids = RequestIds(context)
        self.firmware = Firmware(context, self.files, ids)
        self.diagnostics = Diagnostics(context, self.files, ids)
        self._make_security(context)
        shared = _Shared(context, tokens)
        self.v2 = v2.Blocks(
            context,
            tokens,
            self.transactions.running,
            ids,
            (
                shared.provisioning.handlers_2,
                shared.authorization.handlers_2,
                self.reservations.handlers_2,
                self.firmware.handlers_2,
                self.diagnostics.handlers_2,
                self.certificates.handlers,
                shared.data_transfer.handlers,
                shared.security_events.handlers,
            ),
        )
        self._all = self._of_16(context, shared)
        self._lasting = self._that_last(context, tokens)

    def _make_security(self, context: Context) -> None:
        folder = self.files.data_dir / PKI_FOLDER
        authority = StationAuthority(folder, context.options.operator_name)
        self.pki = Pki(authority, context.store, context.clock.now_ms)
        self.certificates = Certificates(context, self.pki)
        self.certificate_days = CertificateDays(context, self.pki)
        self.passwords = PasswordRotation(context)
        self.security_profiles = SecurityProfiles(
            context, self.pki, self.certificates.installed
        )

    def _of_16(self, context: Context, shared: _Shared) -> tuple[Block, ...]:
        return (
            shared.provisioning,
            Availability(context),
            shared.authorization,
            self.transactions,
            self.reservations,
            self.local_lists,
            self.metering,
            shared.data_transfer,
            self.firmware,
            self.diagnostics,
            self.certificates,
            shared.security_events,
        )

    def _that_last(self, context: Context, tokens: Tokens) -> tuple[LastingBlock, ...]:
        return (
            self.transactions,
            Doubts(context),
            self.reservations,
            Following(context, self.local_lists, tokens),
            self.local_lists,
            self.diagnostics,
            self.certificates,
            self.certificate_days,
            self.passwords,
            self.security_profiles,
            self.v2.monitors,
            self.v2.customer_information,
            self.autostart,
            Polling(context),
            UnknownStatuses(context),
        )

    def handlers(self, version: str) -> dict[str, Handler]:
        """Of stations of a version, by action."""
        if version != "1.6":
            return self.v2.handlers()
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
