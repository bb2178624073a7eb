"""One connection to the broker that Josev is on, for any number of stations."""

from __future__ import annotations

from typing import Protocol

from connector.mqtt import MqttOptions
from connector.station.exchange import Exchange
from connector.station.josev.topics import Topics


class Listener(Protocol):
    """The bridge of one station; called on the event loop."""

    def received(self, body: bytes) -> None:
        """Josev has said something."""

    def connected(self) -> None:
        """The broker has let us in, again."""


class JosevBus:
    """Start it on the event loop that the stations live on."""

    def __init__(
        self, host: str, port: int, options: MqttOptions | None = None
    ) -> None:
        """Raises ValueError: host or port cannot be."""
        self.exchange = Exchange(
            host, port, self._received, self._tell_connected, options, name="josev"
        )
        self._listeners: list[tuple[Topics, Listener]] = []

    def add(self, topics: Topics, listener: Listener) -> None:
        """A bridge, from now on."""
        self._listeners.append((topics, listener))
        for each in topics.filters():
            self.exchange.subscribe(each, qos=0)
        if self.exchange.is_connected:
            listener.connected()

    def remove(self, listener: Listener) -> None:
        """It is there no more."""
        gone = [topics for topics, each in self._listeners if each is listener]
        self._listeners = [p for p in self._listeners if p[1] is not listener]
        left = {each for topics, _ in self._listeners for each in topics.filters()}
        for topics in gone:
            unused = [each for each in topics.filters() if each not in left]
            if unused:
                self.exchange.unsubscribe(unused)

    async def start(self) -> None:
        """Connect, and go on trying."""
        await self.exchange.start()

    async def stop(self) -> None:
        """Leave the broker."""
        await self.exchange.stop()

    def publish(self, topic: str, body: bytes) -> None:
        """With QoS 0, as Josev does; lost without a connection."""
        self.exchange.publish(topic, body)

    def _received(self, topic: str, body: bytes) -> None:
        for topics, listener in tuple(self._listeners):
            if topics.is_ours(topic):
                listener.received(body)

    def _tell_connected(self) -> None:
        for _, listener in tuple(self._listeners):
            listener.connected()
