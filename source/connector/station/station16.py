"""A simulated station on a link: OCPP 1.6 between its core and a central system.

What belongs to a transaction is kept while there is no link, and sent in its order.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from connector.errors import (
    CallErrorReceived,
    ConnectorError,
    LinkRefused,
    TransportError,
)
from connector.sessions.engine import SessionOptions
from connector.sessions.link import Link
from connector.sessions.v16 import ChargePoint
from connector.station.core import (
    Sampled,
    Started,
    StationCore,
    StationEvent,
    StatusChanged,
    Stopped,
    Swiped,
)
from connector.station.evse import Transaction
from connector.station.requests16 import HANDLERS
from connector.station.times import iso

Json = dict[str, Any]
OpenLink = Callable[[], Awaitable[Link]]

logger = logging.getLogger(__name__)

_STEP_S = 1.0
_LONGEST_WAIT_S = 30.0
_MOST_KEPT = 10_000


class Station16:
    """Connects again and again, boots, and tells what happens in its core."""

    def __init__(
        self,
        core: StationCore,
        open_link: OpenLink,
        *,
        source: random.Random,
        step: Callable[[int], None] = lambda now_ms: None,
    ) -> None:
        self.core = core
        self._open_link = open_link
        self._source = source
        self._step = step
        self._session: ChargePoint | None = None
        self._kept: deque[StationEvent] = deque(maxlen=_MOST_KEPT)
        self._woken = asyncio.Event()
        self._reboots: asyncio.Task[None] | None = None
        self._heartbeat_s = 300.0
        self._is_accepted = False

    def now_ms(self) -> int:
        """The station's clock."""
        return time.time_ns() // 1_000_000

    def wake(self) -> None:
        """Something happened in the core: tell it."""
        self._woken.set()

    # -- life

    async def run(self) -> None:
        """Be a station until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._live())
            tasks.create_task(self._stay_connected())

    async def _live(self) -> None:
        """Let time pass in the core."""
        while True:
            now_ms = self.now_ms()
            self._step(now_ms)
            self.core.step(now_ms)
            self.wake()
            await asyncio.sleep(_STEP_S)

    async def _stay_connected(self) -> None:
        wait_s = 1.0
        while True:
            try:
                link = await self._open_link()
            except LinkRefused as problem:
                logger.warning("%s: %s", self.core.model.identity, problem)
                await asyncio.sleep(wait_s * self._source.uniform(0.5, 1.0))
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
                continue
            wait_s = 1.0
            await self._converse(link)
            await asyncio.sleep(self._source.uniform(0.5, 1.5))

    async def _converse(self, link: Link) -> None:
        """Boot and talk while the link is up."""
        session = ChargePoint(
            self.core.model.identity,
            link,
            owner=self,
            handlers=HANDLERS,
            options=SessionOptions(is_station=True),
        )
        self._session = session
        self._is_accepted = False
        try:
            async with asyncio.TaskGroup() as tasks:
                talking = tasks.create_task(self._talk(session))
                await session.start()
                talking.cancel()
        finally:
            self._session = None
            logger.info("%s: the link ended", self.core.model.identity)

    async def _talk(self, session: ChargePoint) -> None:
        try:
            await self._boot_until_accepted(session)
            self.core.forget_told()
            self.wake()
            await self._tell_for_ever(session)
        except TransportError:
            logger.debug("%s: nobody listens any more", session.identity)

    # -- boot

    async def _boot_until_accepted(self, session: ChargePoint) -> None:
        while not self._is_accepted:
            try:
                interval_s = await self._boot(session)
            except TransportError:
                raise
            except ConnectorError as problem:
                logger.warning("%s: boot: %s", session.identity, problem)
                interval_s = _LONGEST_WAIT_S
            if not self._is_accepted:
                await asyncio.sleep(interval_s)

    async def _boot(self, session: ChargePoint) -> float:
        """Say who we are; gives the interval we are told."""
        model = self.core.model
        answer = await session.call_action(
            "BootNotification",
            {
                "chargePointVendor": model.vendor,
                "chargePointModel": model.model,
                "chargePointSerialNumber": model.serial_number,
                "firmwareVersion": model.firmware_version,
            },
        )
        logger.info("%s: boot: %s", session.identity, answer["status"])
        self._is_accepted = answer["status"] == "Accepted"
        self._heartbeat_s = max(1.0, float(answer["interval"]))
        return self._heartbeat_s

    def reboot(self, reason: str) -> None:
        """End transactions, drop the link, and come back."""
        now_ms = self.now_ms()
        for where in self.core.evses:
            self.core.end(where, reason, now_ms)
        self.wake()
        self._reboots = asyncio.get_running_loop().create_task(self._hang_up())

    async def _hang_up(self) -> None:
        await asyncio.sleep(_STEP_S)
        if self._session is not None:
            await self._session.close(1001, "reset")

    # -- telling

    async def send_triggered(self, message: str, where: int) -> None:
        """Send what was asked for."""
        session = self._session
        places = [where] if where else list(self.core.evses)
        if session is None:
            return
        match message:
            case "BootNotification":
                await self._boot(session)
            case "Heartbeat":
                await session.call_action("Heartbeat", {})
            case "MeterValues":
                for place in places:
                    self.core.sample(place, self.now_ms(), "Trigger")
            case _:
                for place in places:
                    await self._send_status(session, place)
        self.wake()

    async def _tell_for_ever(self, session: ChargePoint) -> None:
        """Tell events as they come, else give a sign of life."""
        while True:
            self._kept.extend(self.core.take_events())
            while self._kept:
                if await self._told(session, self._kept[0]):
                    self._kept.popleft()
            self._woken.clear()
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    await self._woken.wait()
            except TimeoutError:
                await session.call_action("Heartbeat", {})

    async def _told(self, session: ChargePoint, event: StationEvent) -> bool:
        """Send one event; False when it has to be sent again."""
        try:
            await self._send(session, event)
        except TransportError:
            raise
        except CallErrorReceived as problem:
            logger.warning("%s: %s", session.identity, problem)
        except ConnectorError as problem:
            logger.warning("%s: %s, trying again", session.identity, problem)
            await asyncio.sleep(_STEP_S)
            return not isinstance(event, Started | Stopped)
        return True

    async def _send(self, session: ChargePoint, event: StationEvent) -> None:
        match event:
            case StatusChanged(where=where):
                await self._send_status(session, where)
            case Swiped(where=where, id_tag=id_tag):
                await self._authorize(session, where, id_tag)
            case Started(transaction=transaction):
                await self._start(session, transaction)
            case Stopped():
                await self._stop(session, event)
            case Sampled():
                await self._send_samples(session, event)

    async def _send_status(self, session: ChargePoint, where: int) -> None:
        status, error_code = self.core.status(where)
        await session.call_action(
            "StatusNotification",
            {
                "connectorId": where,
                "errorCode": error_code,
                "status": status,
                "timestamp": iso(self.now_ms()),
            },
        )

    async def _authorize(self, session: ChargePoint, where: int, id_tag: str) -> None:
        answer = await session.call_action("Authorize", {"idTag": id_tag})
        if answer["idTagInfo"]["status"] == "Accepted":
            self.core.authorize(where, id_tag, self.now_ms())
            self.wake()

    async def _start(self, session: ChargePoint, transaction: Transaction) -> None:
        answer = await session.call_action(
            "StartTransaction",
            {
                "connectorId": transaction.where,
                "idTag": transaction.id_tag,
                "meterStart": transaction.meter_start_wh,
                "timestamp": iso(transaction.started_ms),
            },
        )
        transaction.transaction_id = answer["transactionId"]
        if answer["idTagInfo"]["status"] != "Accepted":
            self.core.end(transaction.where, "DeAuthorized", self.now_ms())
            self.wake()

    async def _stop(self, session: ChargePoint, stopped: Stopped) -> None:
        payload: Json = {
            "transactionId": stopped.transaction.transaction_id or 0,
            "idTag": stopped.transaction.id_tag,
            "meterStop": stopped.meter_stop_wh,
            "timestamp": iso(stopped.time_ms),
            "reason": stopped.reason,
        }
        if stopped.values:
            data = {"timestamp": iso(stopped.time_ms), "sampledValue": stopped.values}
            payload["transactionData"] = [data]
        await session.call_action("StopTransaction", payload)

    async def _send_samples(self, session: ChargePoint, sampled: Sampled) -> None:
        payload: Json = {
            "connectorId": sampled.where,
            "meterValue": [
                {"timestamp": iso(sampled.time_ms), "sampledValue": sampled.values}
            ],
        }
        if sampled.transaction is not None and sampled.transaction.transaction_id:
            payload["transactionId"] = sampled.transaction.transaction_id
        await session.call_action("MeterValues", payload)
