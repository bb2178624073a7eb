"""One connection to a broker for the hardware of any number of stations."""

from __future__ import annotations

from typing import Protocol

from connector.mqtt import MqttOptions
from connector.station.exchange import Exchange
from connector.station.hardware_mqtt.envelope import Envelope, dump
from connector.station.hardware_mqtt.topics import Place, Topics


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
        self.exchange = Exchange(
            host,
            port,
            self._received,
            self._tell_connected,
            options,
            name="hardware-mqtt",
        )
        self._listeners: dict[str, Listener] = {}

    def add(self, identity: str, listener: Listener) -> None:
        """The hardware of a station, from now on."""
        name = self.topics.name(identity)
        self._listeners[name] = listener
        for each in self.topics.filters(name):
            self.exchange.subscribe(each, qos=1)
        if self.exchange.is_connected:
            listener.connected()

    def remove(self, identity: str) -> None:
        """It is there no more."""
        name = self.topics.name(identity)
        if self._listeners.pop(name, None) is not None:
            self.exchange.unsubscribe(self.topics.filters(name))

    async def start(self) -> None:
        """Connect, and go on trying."""
        await self.exchange.start()

    async def stop(self) -> None:
        """Leave the broker."""
        await self.exchange.stop()

    def ask(self, place: Place, message: Envelope) -> None:
        """Ask a service of the hardware; lost without a connection."""
        self.exchange.publish(self.topics.asked(place), dump(message))

    def tell(self, place: Place, message: Envelope) -> None:
        """Answer, or tell; lost without a connection."""
        self.exchange.publish(self.topics.told(place), dump(message))

    def _received(self, topic: str, body: bytes) -> None:
        place = self.topics.place(topic)
        listener = self._listeners.get(place.station) if place else None
        if place is not None and listener is not None:
            listener.received(place, body)

    def _tell_connected(self) -> None:
        for listener in tuple(self._listeners.values()):
            listener.connected()
