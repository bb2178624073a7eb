"""The broker, as the communication controller sees it: it plays Josev."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from v2g.envelope import REQUEST, RESPONSE, UPDATE, Envelope, Json, new, parse

logger = logging.getLogger(__name__)

OUT, IN, SMART_CHARGING = "josev/cs", "cs/josev", "smart_charging/iso15118"
ANSWER_WITHIN_S = 5.0
_RECONNECT_S = 5

Heard = Callable[[Envelope], None]


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where it is, and what stands before all topics."""

    host: str = "localhost"
    port: int = 1883
    prefix: str = ""

    def topic(self, name: str) -> str:
        """With the prefix."""
        return f"{self.prefix}/{name}" if self.prefix else name


class Bus:
    """One connection; `start` it on the loop on which everything else lives."""

    def __init__(
        self, address: BrokerAddress, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self.answer_within_s = answer_within_s
        self.listeners: list[Heard] = []
        self.on_connected: Callable[[], None] = lambda: None
        self._address = address
        self._pending: dict[str, tuple[Envelope, asyncio.Future[Json]]] = {}
        self._was_away = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_there = asyncio.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, _RECONNECT_S)
        self._client.on_connect = self._connected
        self._client.on_message = self._received

    async def start(self) -> None:
        """Connect, now or as soon as there is a broker; gives back when it is so."""
        self._loop = asyncio.get_running_loop()
        self._client.connect_async(self._address.host, self._address.port)
        self._client.loop_start()
        # What is published before would be lost.
        await self._is_there.wait()

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    # -- what is said

    def update(self, name: str, data: Json) -> None:
        """News that nobody answers."""
        logger.debug("update %s %s", name, data)
        self._publish(new(name, UPDATE, data))

    async def ask(self, name: str, data: Json, within_s: float | None = None) -> Json:
        """A request; gives the data of its answer.

        Raises:
            TimeoutError: nobody answered.
        """
        request = new(name, REQUEST, data)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._pending[request.id] = request, answer
        self._publish(request)
        try:
            async with asyncio.timeout(within_s or self.answer_within_s):
                return await answer
        except TimeoutError:
            logger.warning("nobody answered %s", name)
            raise
        finally:
            del self._pending[request.id]

    def _publish(self, message: Envelope) -> None:
        self._client.publish(self._address.topic(OUT), message.encoded())

    # -- what is heard

    def _connected(
        self,
        client: Client,
        _userdata: Any,
        _flags: ConnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if code.is_failure:
            logger.warning("the broker refuses us: %s", code)
            return
        for name in (IN, SMART_CHARGING):
            client.subscribe(self._address.topic(name))
        assert self._loop is not None  # noqa: S101
        self._loop.call_soon_threadsafe(self._greet)

    def _greet(self) -> None:
        self._is_there.set()
        self._was_away = True
        self.on_connected()

    def _ask_again(self) -> None:
        """What was asked while the broker was away reached nobody.

        A station that is heard is connected again, too.
        """
        self._was_away = False
        for request, _ in self._pending.values():
            self._publish(request)

    def _received(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        assert self._loop is not None  # noqa: S101
        self._loop.call_soon_threadsafe(self._take, bytes(message.payload))

    def _take(self, body: bytes) -> None:
        try:
            message = parse(body)
        except ValueError as error:
            logger.warning("a message that is none: %s", error)
            return
        if message.type == RESPONSE:
            _, answer = self._pending.get(message.id, (None, None))
            if answer is not None and not answer.done():
                answer.set_result(message.data)
            return
        if self._was_away:
            self._ask_again()
        for listener in self.listeners:
            listener(message)
