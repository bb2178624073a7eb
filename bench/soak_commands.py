"""Commands over MQTT and HTTP while all of it goes on; each has one outcome."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import count
from random import Random

import httpx
from connector.tests.faults.field import FieldStation
from soak_values import NAME, Values

_ANSWERED_WITHIN_S = 90.0
"""A time-out of the connector's, twice, and more."""
_TRIGGER = ("TriggerMessage", {"requestedMessage": "Heartbeat"})
_ORDERS = (("1", "power_limit"), ("1", "available"), ("0", "trigger_message"))


class Commands:
    """Sends commands to stations by chance, and waits for their outcomes."""

    def __init__(
        self,
        stations: Sequence[FieldStation],
        values: Values,
        api: httpx.AsyncClient,
        source: Random,
    ) -> None:
        self._stations = stations
        self._values = values
        self._api = api
        self._source = source
        self._numbers = count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: set[str] = set()
        """Where the outcomes of requests over MQTT have to come."""
        self.outcomes: Counter[str] = Counter()
        self.problems: list[str] = []
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._sending: asyncio.Task[None] | None = None

    def begin(self, each_s: float) -> None:
        """Send one in so many seconds, over each way."""
        self._sending = asyncio.create_task(self._send(each_s))

    async def end(self) -> None:
        """Send no more, and wait for what is under way."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait({self._sending})
            if not self._sending.cancelled():
                self._sending.result()
        await self.quiet()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_ANSWERED_WITHIN_S)

    async def quiet(self) -> None:
        """Send nothing over MQTT, once all that was sent there has its outcome.

        A broker that is killed forgets what it has: whether a command came is unknown.
        """
        self._may_send.clear()
        ends_s = asyncio.get_running_loop().time() + _ANSWERED_WITHIN_S
        while self._waiting() and asyncio.get_running_loop().time() < ends_s:
            await asyncio.sleep(0.2)

    def go_on(self) -> None:
        """Send over MQTT again."""
        self._may_send.set()

    def _waiting(self) -> set[str]:
        return self.sent - self._values.responses.keys()

    async def _send(self, each_s: float) -> None:
        while True:
            await asyncio.sleep(self._source.uniform(0, 2 * each_s))
            station = self._source.choice(self._stations)
            if self._may_send.is_set() and self._values.is_steady:
                self._request(station)
            task = asyncio.create_task(self._order(station))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _request(self, station: FieldStation) -> None:
        action, payload = _TRIGGER
        tail = f"{station.identity}/{action}/{next(self._numbers)}"
        self.sent.add(f"{NAME}/response/{tail}")
        self._values.publish(f"{NAME}/request/{tail}", payload)

    async def _order(self, station: FieldStation) -> None:
        where, command = self._source.choice(_ORDERS)
        value: object = {
            "power_limit": 1380 + 10 * self._source.randrange(800),
            "available": True,
            "trigger_message": "Heartbeat",
        }[command]
        url = f"/api/v1/stations/{station.identity}/{where}/{command}"
        self.outcomes["asked over HTTP"] += 1
        try:
            answer = await self._api.post(url, json={"value": value})
            outcome = answer.raise_for_status().json()["outcome"]
        except (httpx.HTTPError, KeyError, ValueError) as problem:
            self.problems.append(f"{url}: no outcome: {problem!r}")
            return
        self.outcomes[f"over HTTP: {outcome}"] += 1

    def account(self) -> list[str]:
        """Requests that have not exactly one outcome."""
        heard = self._values.responses
        found = [
            f"{topic}: {heard[topic]} outcomes"
            for topic in self.sent
            if heard[topic] != 1
        ]
        found += [f"{topic}: nobody asked" for topic in heard.keys() - self.sent]
        return found + self.problems
