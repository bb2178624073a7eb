"""What the broker tells of discovery, from the MQTT thread to the flow thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from connector.openmqtt.discovery.devices import Devices


class Client(Protocol):
    """What is needed of the MQTT client."""

    def message_callback_add(self, sub: str, callback: Any) -> None:
        """Have messages of a topic handed over."""

    def subscribe(self, topic: str, qos: int) -> Any:
        """Ask the broker for them."""

    def unsubscribe(self, topic: str) -> Any:
        """Ask for them no more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message that the broker holds, or gives back, on a topic of ours."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker let us in, and was asked for what it holds."""


@dataclass(frozen=True, slots=True)
class Born:
    """Home Assistant said that it is there."""


@dataclass(frozen=True, slots=True)
class Started:
    """All stations that we know have been declared."""


Note = Found | Connected | Born | Started


class Inbox:
    """Filled on any thread, emptied on the flow thread."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._notes: deque[Note] = deque()
        self._client: Client | None = None

    def take(self) -> list[Note]:
        """What came, in order."""
        return [self._notes.popleft() for _ in range(len(self._notes))]

    def started(self) -> None:
        """All stations that we know have been handed to the flow."""
        self._notes.append(Started())

    def connected(self, client: Client) -> None:
        """Ask the broker; called on its thread after every connect."""
        self._client = client
        devices = self._devices
        client.message_callback_add(devices.all_topics, self._on_found)
        client.message_callback_add(devices.birth, self._on_birth)
        self._notes.append(Connected())
        client.subscribe(devices.all_topics, 1)
        client.subscribe(devices.birth, 1)

    def enough(self) -> None:
        """What the broker holds is known: our own messages need not come back."""
        if self._client is not None:
            self._client.unsubscribe(self._devices.all_topics)

    def _on_found(self, _: Any, __: Any, message: Any) -> None:
        self._notes.append(Found(message.topic, message.payload))

    def _on_birth(self, _: Any, __: Any, message: Any) -> None:
        if message.payload == b"online":
            self._notes.append(Born())
