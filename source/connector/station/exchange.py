"""A connection to a broker for whoever lives on an event loop.

What the MQTT thread receives is handed to the loop in batches, with one wake-up each
and a bound; nothing of a station is touched in that thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from connector.mqtt import Client, MqttOptions

logger = logging.getLogger(__name__)

_MOST_WAITING = 10_000


class Exchange:
    """Start it on the event loop that its listener lives on.

    ``received`` gets topic and payload of what is not retained, ``connected`` is called
    whenever the broker has let us in; both on the event loop.
    """

    def __init__(
        self,
        host: str,
        port: int,
        received: Callable[[str, bytes], None],
        connected: Callable[[], None],
        options: MqttOptions | None = None,
        *,
        name: str = "exchange",
    ) -> None:
        """Raises ValueError: host or port cannot be."""
        self.dropped = 0
        """Messages that came faster than they could be handled."""
        self._hand_over = received
        self._tell_connected = connected
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._client = Client(options)
        self._client.on_message = self._received
        self._client.on_connected.append(self._connected)
        self._client.connect(host, port)
        self._thread = threading.Thread(
            target=self._client.loop_forever, name=name, daemon=True
        )

    @property
    def is_connected(self) -> bool:
        """Whether the broker has let us in."""
        return bool(self._client.is_connected())

    def subscribe(self, topic: str, qos: int) -> None:
        """Now, and after every reconnect."""
        self._client.subscribe(topic, qos=qos)

    def unsubscribe(self, topics: list[str]) -> None:
        """For good."""
        self._client.unsubscribe(topics)

    def publish(self, topic: str, body: bytes) -> None:
        """With QoS 0; lost without a connection."""
        self._client.publish_batch([(topic, body, False)])

    async def start(self) -> None:
        """Connect, and go on trying."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Leave the broker."""
        loop, self._loop = self._loop, None
        if loop is not None:
            await asyncio.to_thread(self._client.shutdown, ())
            await asyncio.to_thread(self._thread.join)

    # -- the event loop

    def _drain(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, deque()
        for topic, body in batch:
            try:
                self._hand_over(topic, body)
            except Exception:
                # The messages behind it are of others.
                logger.exception("a message on %r", topic[:200])

    # -- the MQTT thread

    def _received(self, _: Any, __: Any, message: Any) -> None:
        if message.retain:
            # A command of yesterday is none.
            return
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                self.dropped += 1
                return
            self._waiting.append((message.topic, message.payload))
            is_first = len(self._waiting) == 1
        if is_first:
            self._on_loop(self._drain)

    def _connected(self) -> None:
        self._on_loop(self._tell_connected)

    def _on_loop(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError as problem:
            logger.debug("the event loop is closed: %s", problem)
