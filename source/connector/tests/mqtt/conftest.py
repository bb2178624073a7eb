"""Clients that run, and somebody who hears what they say."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from connector.mqtt import Client, MqttOptions

DEADLINE_S = 15.0


class Running:
    """A client in its thread."""

    def __init__(self, port: int, options: MqttOptions | None = None) -> None:
        self.client = Client(options)
        self.connects: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.client.on_connected.append(lambda: self.connects.put(None))
        self.received: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.client.on_message = lambda _, __, message: self.received.put(message)
        self.client.connect(host="127.0.0.1", port=port)
        self.thread = threading.Thread(target=self.client.loop_forever, daemon=True)

    def start(self) -> Running:
        self.thread.start()
        return self

    def connected(self, timeout_s: float = DEADLINE_S) -> Running:
        """Wait for the next connect."""
        self.connects.get(timeout=timeout_s)
        return self

    def next(self) -> Any:
        return self.received.get(timeout=DEADLINE_S)

    def has_ended(self) -> bool:
        """Whether its loop is over; a thread takes a moment to go."""
        self.thread.join(1)
        return not self.thread.is_alive()

    def end(self) -> None:
        self.client.disconnect()
        if self.thread.ident is not None:
            self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()


class Listener:
    """A plain paho client that hears everything, in the order in which it came."""

    def __init__(self, port: int, topic: str = "#") -> None:
        self._heard: queue.SimpleQueue[tuple[str, bytes, bool]] = queue.SimpleQueue()
        subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _, __, message: self._heard.put(
            (message.topic, message.payload, message.retain)
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(topic, qos=1)
        assert subscribed.wait(DEADLINE_S)

    def next(self, timeout_s: float = DEADLINE_S) -> tuple[str, bytes, bool]:
        return self._heard.get(timeout=timeout_s)

    def has_ended(self) -> bool:
        """Whether its loop is over; a thread takes a moment to go."""
        self.thread.join(1)
        return not self.thread.is_alive()

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def eventually(is_so: Callable[[], bool], timeout_s: float = DEADLINE_S) -> None:
    """Wait for what nobody announces."""
    deadline_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline_s, "not in time"
        threading.Event().wait(0.01)


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    """Make a client that runs until the test ends."""
    started: list[Running] = []

    def start(port: int, options: MqttOptions | None = None) -> Running:
        started.append(Running(port, options).start())
        return started[-1]

    yield start
    for each in started:
        each.end()


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Make somebody who listens until the test ends."""
    listening: list[Listener] = []

    def start(port: int, topic: str = "#") -> Listener:
        listening.append(Listener(port, topic))
        return listening[-1]

    yield start
    for each in listening:
        each.end()
