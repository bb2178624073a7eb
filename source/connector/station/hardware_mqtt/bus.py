"""One connection to a broker for the hardware of any number of stations.

What the MQTT thread receives is handed to the event loop in batches, with one wake-up
each and a bound; nothing of a station is touched in that thread.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from typing import Any, Protocol

from connector.mqtt import Client, MqttOptions
from connector.station.hardware_mqtt.envelope import Envelope, dump
from connector.station.hardware_mqtt.topics import Place, Topics

logger = logging.getLogger(__name__)

_MOST_WAITING = 10_000


class Listener(Protocol):
    """The hardware of one station; called on the event loop."""

    def received(self, place: Place, body: bytes) -> None:
        """Somebody asks us, or a service of the hardware tells us something."""

    def connected(self) -> None:
        """The broker has let us in, again."""


class Bus:
    """Start it on the event loop that the stations live on."""

    def __init__(
        self, host: str, port: int, topics: Topics, options: MqttOptions | None = None
    ) -> None:
        """Raises ValueError: host or port cannot be."""
        self.topics = topics
        self.dropped = 0
        """Messages that came faster than they could be handled."""
        self._listeners: dict[str, Listener] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._client = Client(options)
        self._client.on_message = self._received
        self._client.on_connected.append(self._connected)
        self._client.connect(host, port)
        self._thread = threading.Thread(
            target=self._client.loop_forever, name="hardware-mqtt", daemon=True
        )

    def add(self, identity: str, listener: Listener) -> None:
        """The hardware of a station, from now on."""
        name = self.topics.name(identity)
        self._listeners[name] = listener
        for each in self.topics.filters(name):
            self._client.subscribe(each, qos=1)
        if self._client.is_connected():
            listener.connected()

    def remove(self, identity: str) -> None:
        """It is there no more."""
        name = self.topics.name(identity)
        if self._listeners.pop(name, None) is not None:
            self._client.unsubscribe(self.topics.filters(name))

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

    def ask(self, place: Place, message: Envelope) -> None:
        """Ask a service of the hardware; lost without a connection."""
        self._client.publish_batch([(self.topics.asked(place), dump(message), False)])

    def tell(self, place: Place, message: Envelope) -> None:
        """Answer, or tell; lost without a connection."""
        self._client.publish_batch([(self.topics.told(place), dump(message), False)])

    def _drain(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, deque()
        for topic, body in batch:
            place = self.topics.place(topic)
            listener = self._listeners.get(place.station) if place else None
            if place is not None and listener is not None:
                self._hand_over(listener, place, body)

    @staticmethod
    def _hand_over(listener: Listener, place: Place, body: bytes) -> None:
        try:
            listener.received(place, body)
        except Exception:
            # The messages behind it are of other stations.
            logger.exception("%s: a message of its hardware", place.station)

    def _tell_connected(self) -> None:
        for listener in tuple(self._listeners.values()):
            listener.connected()

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

    def _on_loop(self, call: Any) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError as problem:
            logger.debug("the event loop is closed: %s", problem)
