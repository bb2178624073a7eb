"""A simulated station on a link: OCPP 1.6 between its core and a central system.

What belongs to a transaction is kept while there is no link, and sent in its order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from connector.errors import (
    CallErrorReceived,
    ConnectorError,
    LocalProtocolError,
    TransportError,
)
from connector.sessions.engine import SessionOptions
from connector.sessions.link import Link
from connector.sessions.v16 import ChargePoint
from connector.station.demo.core import (
    Sampled,
    Started,
    StationCore,
    StationEvent,
    StatusChanged,
    Stopped,
    Swiped,
)
from connector.station.demo.evse import Transaction
from connector.station.demo.requests16 import HANDLERS
from connector.station.demo.times import iso

Json = dict[str, Any]
OpenLink = Callable[[], Awaitable[Link]]
Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger(__name__)

_STEP_S = 1.0
_LONGEST_WAIT_S = 30.0
_CLOSES_WITHIN_S = 2.0
_MOST_KEPT = 10_000


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Station16:
    """Connects again and again, boots, and tells what happens in its core."""

    def __init__(
        self,
        core: StationCore,
        open_link: OpenLink,
        *,
        source: random.Random,
        step: Callable[[int], None] = lambda now_ms: None,
        now_ms: Callable[[], int] = _wall_ms,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.core = core
        self._open_link = open_link
        self._source = source
        self._step = step
        self.now_ms = now_ms
        self._sleep = sleep
        self._session: ChargePoint | None = None
        self._kept: deque[StationEvent] = deque()
        self._woken = asyncio.Event()
        self._reboots: asyncio.Task[None] | None = None
        self._called_ms = 0
        self._is_accepted = False
        self._is_telling = False

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
            self._gather()
            self.wake()
            await self._sleep(_STEP_S)

    async def _stay_connected(self) -> None:
        wait_s = 1.0
        while True:
            try:
                link = await self._open_link()
            except TransportError as problem:
                logger.warning("%s: %s", self.core.model.identity, problem)
                await self._sleep(wait_s * self._source.uniform(0.5, 1.0))
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
                continue
            wait_s = 1.0
            await self._converse(link)
            await self._sleep(self._source.uniform(0.5, 1.5))

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
            self._is_telling = False
            if self._reboots is not None:
                self._reboots.cancel()
            self._kept = deque(filter(_is_of_transaction, self._kept))
            logger.info("%s: the link ended", self.core.model.identity)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSES_WITHIN_S):
                    await link.close(1001, "the station ends")

    async def _talk(self, session: ChargePoint) -> None:
        try:
            await self._boot_until_accepted(session)
            self._gather()
            self.core.forget_told()
            self._is_telling = True
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
            await self._wait_for_acceptance(interval_s)

    async def _wait_for_acceptance(self, longest_s: float) -> None:
        """A boot that was asked for in between may end it."""
        due_ms = self.now_ms() + longest_s * 1000
        while not self._is_accepted and self.now_ms() < due_ms:
            await self._sleep(_STEP_S)

    async def _boot(self, session: ChargePoint) -> float:
        """Say who we are; gives the time after which to do so again, if needed."""
        model = self.core.model
        answer = await self._call(
            session,
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
        interval_s = answer["interval"]
        if self._is_accepted and interval_s > 0:
            self.core.configuration.change("HeartbeatInterval", str(interval_s))
        return float(interval_s) if interval_s > 0 else _LONGEST_WAIT_S

    def reboot(self, reason: str) -> None:
        """End transactions, drop the link, and come back."""
        now_ms = self.now_ms()
        for where in self.core.evses:
            self.core.end(where, reason, now_ms)
        self.wake()
        if self._reboots is None or self._reboots.done():
            self._reboots = asyncio.get_running_loop().create_task(self._hang_up())

    async def _hang_up(self) -> None:
        await self._sleep(_STEP_S)
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
                await self._call(session, "Heartbeat", {})
            case "MeterValues":
                for place in places:
                    self.core.sample(place, self.now_ms(), "Trigger")
            case _:
                for place in places:
                    await self._send_status(session, place, *self.core.status(place))
        self.wake()

    async def _tell_for_ever(self, session: ChargePoint) -> None:
        """Tell events as they come, else give a sign of life."""
        while True:
            self._woken.clear()
            self._gather()
            while self._kept:
                if await self._told(session, self._kept[0]):
                    self._kept.popleft()
            await self._beat_if_due(session)
            await self._woken.wait()

    def _gather(self) -> None:
        """Take what happened; while nobody listens, what transactions need."""
        while events := self.core.take_events():
            for event in events:
                if self._is_telling or _is_of_transaction(event):
                    self._keep(event)
                elif isinstance(event, Swiped):
                    self._decide_alone(event)

    def _keep(self, event: StationEvent) -> None:
        """Samples have to go where there are too many events to keep."""
        if len(self._kept) < _MOST_KEPT or not isinstance(event, Sampled):
            self._kept.append(event)

    def _decide_alone(self, swiped: Swiped) -> None:
        is_allowed = self.core.configuration.flag("AllowOfflineTxForUnknownId")
        if self._session is None and is_allowed:
            self.core.authorize(swiped.where, swiped.id_tag, self.now_ms())

    async def _beat_if_due(self, session: ChargePoint) -> None:
        interval_ms = self.core.configuration.number("HeartbeatInterval") * 1000
        if not interval_ms or self.now_ms() - self._called_ms < interval_ms:
            return
        try:
            await self._call(session, "Heartbeat", {})
        except TransportError:
            raise
        except ConnectorError as problem:
            logger.warning("%s: heartbeat: %s", session.identity, problem)

    async def _call(self, session: ChargePoint, action: str, payload: Json) -> Json:
        self._called_ms = self.now_ms()
        return await session.call_action(action, payload)

    async def _told(self, session: ChargePoint, event: StationEvent) -> bool:
        """Send one event; False when it has to be sent again."""
        try:
            await self._send(session, event)
        except TransportError:
            raise
        except (CallErrorReceived, LocalProtocolError) as problem:
            logger.warning("%s: %s", session.identity, problem)
        except ConnectorError as problem:
            logger.warning("%s: %s, trying again", session.identity, problem)
            await self._sleep(_STEP_S)
            return not isinstance(event, Started | Stopped)
        return True

    async def _send(self, session: ChargePoint, event: StationEvent) -> None:
        match event:
            case StatusChanged(where=where, status=status, error_code=error_code):
                await self._send_status(session, where, status, error_code)
            case Swiped(where=where, id_tag=id_tag):
                await self._authorize(session, where, id_tag)
            case Started(transaction=transaction):
                await self._start(session, transaction)
            case Stopped():
                await self._stop(session, event)
            case Sampled():
                await self._send_samples(session, event)

    async def _send_status(
        self, session: ChargePoint, where: int, status: str, error_code: str
    ) -> None:
        await self._call(
            session,
            "StatusNotification",
            {
                "connectorId": where,
                "errorCode": error_code,
                "status": status,
                "timestamp": iso(self.now_ms()),
            },
        )

    async def _authorize(self, session: ChargePoint, where: int, id_tag: str) -> None:
        answer = await self._call(session, "Authorize", {"idTag": id_tag})
        if answer["idTagInfo"]["status"] == "Accepted":
            self.core.authorize(where, id_tag, self.now_ms())
            self.wake()

    async def _start(self, session: ChargePoint, transaction: Transaction) -> None:
        answer = await self._call(
            session,
            "StartTransaction",
            {
                "connectorId": transaction.where,
                "idTag": transaction.id_tag,
                "meterStart": transaction.meter_start_wh,
                "timestamp": iso(transaction.started_ms),
            },
        )
        transaction.transaction_id = answer["transactionId"]
        if answer["idTagInfo"]["status"] == "Accepted":
            return
        # It may have ended by now, and another one begun.
        is_running = self.core.evses[transaction.where].transaction is transaction
        if is_running and self.core.configuration.flag("StopTransactionOnInvalidId"):
            self.core.end(transaction.where, "DeAuthorized", self.now_ms())
            self.wake()

    async def _stop(self, session: ChargePoint, stopped: Stopped) -> None:
        if stopped.transaction.transaction_id is None:
            logger.warning("%s: nobody knows what has ended", session.identity)
            return
        payload: Json = {
            "transactionId": stopped.transaction.transaction_id,
            "idTag": stopped.transaction.id_tag,
            "meterStop": stopped.meter_stop_wh,
            "timestamp": iso(stopped.time_ms),
            "reason": stopped.reason,
        }
        if stopped.values:
            data = {"timestamp": iso(stopped.time_ms), "sampledValue": stopped.values}
            payload["transactionData"] = [data]
        await self._call(session, "StopTransaction", payload)

    async def _send_samples(self, session: ChargePoint, sampled: Sampled) -> None:
        payload: Json = {
            "connectorId": sampled.where,
            "meterValue": [
                {"timestamp": iso(sampled.time_ms), "sampledValue": sampled.values}
            ],
        }
        transaction = sampled.transaction
        if transaction is not None and transaction.transaction_id is not None:
            payload["transactionId"] = transaction.transaction_id
        await self._call(session, "MeterValues", payload)


def _is_of_transaction(event: StationEvent) -> bool:
    """What is kept for a central system that does not listen."""
    if isinstance(event, Sampled):
        return event.transaction is not None
    return isinstance(event, Started | Stopped)
