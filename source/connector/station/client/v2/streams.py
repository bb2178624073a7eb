"""Periodic event streams: values of monitors that nobody confirms (2.1, N11 to N15).

What a monitor has to say goes into its stream instead of NotifyEvent, and is sent when
there are enough values, or the first of them is old enough.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.errors import ConnectorError
from connector.ocppj.frames import Json
from connector.station.client.messages import Message
from connector.station.times import epoch_ms, iso

if TYPE_CHECKING:
    from connector.station.client.client import Client

logger = logging.getLogger(__name__)

SENT = "NotifyPeriodicEventStream"
_OPENS, _CLOSES = "OpenPeriodicEventStream", "ClosePeriodicEventStream"
_USUAL_INTERVAL_S, _USUAL_VALUES, _MOST_VALUES = 60, 60, 1000
Values = list[tuple[int, str]]
"""Times (epoch ms) and texts."""


@dataclass(slots=True)
class Stream:
    """One of them; it has the number of its monitor."""

    id: int
    interval_s: int
    values: int
    is_open: bool = False
    waiting: Values = field(default_factory=list)

    def wire(self) -> Json:
        """A ConstantStreamDataType."""
        params = {"interval": self.interval_s, "values": self.values}
        return {"id": self.id, "params": params, "variableMonitoringId": self.id}

    def adjust(self, params: Json) -> None:
        """What is not said, or is 0, is as usual."""
        self.interval_s = params.get("interval") or _USUAL_INTERVAL_S
        self.values = min(params.get("values") or _USUAL_VALUES, _MOST_VALUES)


class Streams:
    """Those of one station; they end with its process, as their monitors do not."""

    __slots__ = ("_client", "_streams", "_tasks")

    def __init__(self, client: Client) -> None:
        self._client = client
        self._streams: dict[int, Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wire(self) -> list[Json]:
        """All that are open."""
        return [each.wire() for each in self._streams.values() if each.is_open]

    def wake(self) -> None:
        """There is a link again: nobody there knows of streams."""
        for stream in self._streams.values():
            self._ask(stream)

    # -- opened and closed

    def open(self, monitor_id: int, params: Json) -> None:
        """Ask the central system to take the values of a monitor."""
        stream = self._streams[monitor_id] = Stream(monitor_id, 0, 0)
        stream.adjust(params)
        self._ask(stream)

    def _ask(self, stream: Stream) -> None:
        stream.is_open = False

        def took(answer: Json) -> None:
            stream.is_open = answer["status"] == "Accepted"
            if not stream.is_open:
                self._streams.pop(stream.id, None)

        payload = {"constantStreamData": stream.wire()}
        self._client.tell(Message(_OPENS, payload, took))

    def close(self, monitor_ids: Iterable[int]) -> None:
        """Their monitors are gone."""
        for number in monitor_ids:
            stream = self._streams.pop(number, None)
            if stream is not None and stream.is_open:
                self._flush(stream)
                self._client.tell(Message(_CLOSES, {"id": stream.id}))

    def adjust(self, id_: int, params: Json) -> bool:
        """AdjustPeriodicEventStream; False where there is none."""
        stream = self._streams.get(id_)
        if stream is None or not stream.is_open:
            return False
        stream.adjust(params)
        self._flush(stream)
        return True

    # -- values

    def take(self, events: Iterable[Json]) -> list[Json]:
        """Take what belongs to streams out of the eventData of NotifyEvent."""
        return [each for each in events if not self._takes(each)]

    def _takes(self, event: Json) -> bool:
        stream = self._streams.get(event.get("variableMonitoringId", -1))
        if stream is None or not stream.is_open:
            return False
        stream.waiting.append((epoch_ms(event["timestamp"]), event["actualValue"]))
        if len(stream.waiting) >= stream.values:
            self._flush(stream)
        elif len(stream.waiting) == 1:
            self._later(stream)
        return True

    def _later(self, stream: Stream) -> None:
        self._client.timers.set(
            f"stream {stream.id}", stream.interval_s, lambda: self._flush(stream)
        )

    def _flush(self, stream: Stream) -> None:
        self._client.timers.cancel(f"stream {stream.id}")
        session, values = self._client.session, stream.waiting
        if session is None or not values:
            return
        stream.waiting = []
        base_ms = values[0][0]
        data = [{"t": (ms - base_ms) / 1000, "v": text} for ms, text in values]
        payload = {
            "id": stream.id,
            "pending": 0,
            "basetime": iso(base_ms),
            "data": data,
        }
        task = asyncio.get_running_loop().create_task(self._send(session, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, session: Any, payload: Json) -> None:
        try:
            await session.send_unconfirmed(SENT, payload)
        except ConnectorError as problem:
            logger.warning("%s: %s: %s", self._client.identity, SENT, problem)
