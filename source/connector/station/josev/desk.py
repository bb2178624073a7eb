"""The central system of a station whose real one is at the end of Josev's own link.

The station's OCPP client speaks with it in memory. Tokens are judged by Josev, whatever
else a station tells has no reader: transactions and meter values Josev tells itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from connector.errors import LinkClosed, LinkRefused
from connector.sessions.link import Link
from connector.sessions.memory import MemoryLink, link_pair
from connector.station.client.options import Endpoint
from connector.station.josev.authorizing import ACCEPTED, Authorizing
from connector.station.ports import Token
from connector.station.times import iso

logger = logging.getLogger(__name__)

Json = dict[str, Any]
VERSION = "ocpp2.0.1"
_LIMIT = 1000
_INTERVAL_S = 86_400
_NOTHING: frozenset[str] = frozenset(
    {
        "StatusNotification",
        "MeterValues",
        "NotifyEvent",
        "NotifyReport",
        "NotifyMonitoringReport",
        "NotifyChargingLimit",
        "ClearedChargingLimit",
        "SecurityEventNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "ReservationStatusUpdate",
        "ReportChargingProfiles",
    }
)
"""What is answered by nothing."""
_ACCEPTED = {"status": "Accepted"}


class Desk:
    """`dial` is a `dialing.Dial`; set ``authorizing`` before a station runs."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.authorizing: Authorizing | None = None
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: Mapping[str, Callable[[Json], Json]] = {
            "BootNotification": self._boot,
            "Heartbeat": lambda _: {"currentTime": iso(self._now())},
            "TransactionEvent": self._transaction,
            "NotifyEVChargingNeeds": lambda _: _ACCEPTED,
            "NotifyEVChargingSchedule": lambda _: _ACCEPTED,
            "DataTransfer": lambda _: {"status": "UnknownVendorId"},
        }

    async def dial(
        self,
        _endpoint: Endpoint,
        _identity: str,
        subprotocols: Sequence[str],
        _timeout_s: float,
    ) -> Link:
        """A link to this desk.

        Raises:
            LinkRefused: the station does not speak 2.0.1.
        """
        if VERSION not in subprotocols:
            raise LinkRefused(f"{VERSION} is not one of {', '.join(subprotocols)}")
        pair = link_pair(VERSION, limit=_LIMIT)
        task = asyncio.create_task(self._serve(pair.server), name="josev desk")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return pair.client

    async def _serve(self, link: MemoryLink) -> None:
        try:
            while True:
                frame = orjson.loads(await link.recv())
                if frame[0] == 2:
                    await self._answer(link, *frame[1:])
        except LinkClosed:
            return

    async def _answer(
        self, link: MemoryLink, id_: str, action: str, payload: Json
    ) -> None:
        if action == "Authorize":
            self._judge(link, id_, payload["idToken"])
            return
        known = self._answers.get(action)
        if known is not None:
            await _send(link, [3, id_, known(payload)])
        elif action in _NOTHING:
            await _send(link, [3, id_, {}])
        else:
            text = "Josev has the link to the central system"
            await _send(link, [4, id_, "NotSupported", text, {}])

    def _boot(self, _: Json) -> Json:
        now = iso(self._now())
        return {"currentTime": now, "interval": _INTERVAL_S, "status": "Accepted"}

    @staticmethod
    def _transaction(payload: Json) -> Json:
        """Who charges was judged before."""
        return {"idTokenInfo": _ACCEPTED} if "idToken" in payload else {}

    # -- tokens

    def _judge(self, link: MemoryLink, id_: str, token: Json) -> None:
        authorizing = self.authorizing
        loop = asyncio.get_running_loop()

        def decided(status: str) -> None:
            word = "Accepted" if status == ACCEPTED else "Invalid"
            answer = [3, id_, {"idTokenInfo": {"status": word}}]
            task = loop.create_task(_try(link, answer), name="josev verdict")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        if authorizing is None:
            decided("rejected")
        else:
            authorizing.ask_josev(Token(token["idToken"], token["type"]), decided)


async def _send(link: MemoryLink, frame: list[Any]) -> None:
    await link.send(orjson.dumps(frame).decode())


async def _try(link: MemoryLink, frame: list[Any]) -> None:
    try:
        await _send(link, frame)
    except LinkClosed as closed:
        logger.info("a verdict came too late: %s", closed)
