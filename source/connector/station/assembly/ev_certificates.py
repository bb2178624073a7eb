"""Certificates for vehicles, asked for at the central system (2.x, M01 and M02)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from connector.errors import ConnectorError
from connector.station.client.client import Client
from connector.station.client.v2 import vehicles
from connector.station.josev.messages import EvCertificate

logger = logging.getLogger(__name__)

FAILED = "Failed"


class CentralCertificates:
    """`josev.ports.EvCertificates` over OCPP; ``client`` gives the one there is now."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[None]] = set()

    def get(
        self,
        evse: int,
        request: EvCertificate,
        done: Callable[[str, str], None],
    ) -> None:
        """See `josev.ports.EvCertificates`."""
        task = asyncio.create_task(self._get(evse, request, done), name="certificate")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _get(
        self,
        evse: int,
        request: EvCertificate,
        done: Callable[[str, str], None],
    ) -> None:
        client = self._client()
        try:
            status, exi = await vehicles.get_certificate(
                client, request.schema, request.action, request.exi
            )
        except ConnectorError as problem:
            words = (client.identity, evse, problem)
            logger.warning("%s: EVSE %d: no certificate for its vehicle: %s", *words)
            status, exi = FAILED, ""
        done(status, exi)
