"""Somebody on the broker who notes what is said, and what should have been."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from connector.tests.faults.field import FieldStation
from connector.tests.faults.field.charges import Message
from mqtt_wire import MqttClient

NAME = "ocpp"
_REGISTER = "/1/Energy.Active.Import.Register"
_ROOT = f"{NAME}/stations/"
_SETTLES_S = 2.0
"""What was answered so long before a fault is told by then."""


class Values:
    """A subscriber that comes back after every outage of the broker."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._client: MqttClient | None = None
        self._online = asyncio.Event()
        self.messages = 0
        self.values = 0
        self.last: dict[str, bytes] = {}
        self.responses: Counter[str] = Counter()
        self._registers: dict[str, set[float]] = defaultdict(set)
        self._samples: list[tuple[float, str, int]] = []
        self._steady: list[tuple[float, float]] = []
        self._steady_since: float | None = None

    # -- the broker

    async def listen(self) -> None:
        """Be subscribed, and wait until the connector is there, too."""
        self._online.clear()
        while self._client is None or self._client.lost:
            with contextlib.suppress(OSError, TimeoutError):
                self._client = await MqttClient.connect(self._port, "soak-observer")
        self._client.on_message = self._hear
        await self._client.subscribe([f"{NAME}/#"])
        await asyncio.wait_for(self._online.wait(), 60)
        self._steady_since = time.monotonic()

    def lose(self) -> None:
        """The broker is about to be gone: what comes now may not arrive."""
        if self._steady_since is not None:
            ends = time.monotonic() - _SETTLES_S
            self._steady.append((self._steady_since, ends))
            self._steady_since = None
        if self._client is not None:
            self._client.close()
            self._client = None

    def publish(self, topic: str, value: Any) -> None:
        """Say something; only while the broker is there."""
        assert self._client is not None
        self._client.publish(topic, json.dumps(value).encode())

    @property
    def is_steady(self) -> bool:
        """Whether all three are there."""
        return self._steady_since is not None

    def _hear(self, topic: bytes, payload: bytes) -> None:
        name = topic.decode()
        self.messages += 1
        self.last[name] = payload
        if name.startswith(_ROOT):
            self.values += 1
            if name.endswith(_REGISTER):
                with contextlib.suppress(ValueError):
                    self._registers[name].add(float(payload))
        elif name.startswith(f"{NAME}/response/"):
            self.responses[name] += 1
        elif name == f"{NAME}/bridge/state" and payload == b"online":
            self._online.set()

    # -- samples

    def watch(self, station: FieldStation) -> None:
        """Note what it says of its meter."""
        topic = f"{_ROOT}{station.identity}{_REGISTER}"

        def note(message: Message) -> None:
            if message.register_wh is not None and not message.is_offline:
                entry = (time.monotonic(), topic, message.register_wh)
                self._samples.append(entry)

        station.on_answer = note

    def missing(self) -> tuple[int, list[str]]:
        """How many values had to come out, and those that did not."""
        due = [sample for sample in self._samples if self._was_steady(sample[0])]
        lost = [
            f"{topic}: {register} was never told"
            for _, topic, register in due
            if register not in self._registers[topic]
        ]
        return len(due), lost

    def _was_steady(self, moment_s: float) -> bool:
        return any(begin <= moment_s <= end for begin, end in self._steady)

    def shown(self, station: FieldStation, name: str) -> str:
        """What was told last of a datapoint."""
        topic = f"{_ROOT}{station.identity}/{name}"
        return self.last.get(topic, b"nothing").decode()

    async def settled(self, within_s: float = 30) -> None:
        """Wait until nothing new comes for a while."""
        assert self._client is not None
        await self._client.settled(_SETTLES_S, within_s)


def differences(values: Values, stations: Iterable[FieldStation]) -> list[str]:
    """Where what is shown at the end is not what is so."""
    found = []
    for station in stations:
        wanted: dict[str, Any] = {"0/connected": True}
        if station.charges:
            last = station.charges[-1]
            wanted["1/transaction_active"] = False
            wanted["1/session_energy"] = last.energy_wh
            wanted["1/transaction_id"] = last.transaction_id
            wanted["1/status"] = "Available"
        for name, value in wanted.items():
            shown = values.shown(station, name)
            if not _is_same(shown, value):
                found.append(f"{station.identity}/{name} is {shown}, not {value}")
    return found


def _is_same(shown: str, value: Any) -> bool:
    """Whether a plain scalar stands for a value; an id may look like a number."""
    if isinstance(value, str):
        return shown == value
    try:
        return bool(json.loads(shown) == value)
    except ValueError:
        return False
