"""The turns of the flow thread: what waits is taken, run, and published."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from connector.csms.clock import Clock
from connector.csms.facts import Facts
from connector.datapoints import key_list
from connector.datapoints.earlier_keys import EarlierKeys
from connector.datapoints.fact_queue import (
    Declaration,
    FactQueue,
    Forgotten,
    Item,
    KeyedValue,
    Restored,
)
from connector.datapoints.flow import Message, SensorFlow, value_payload
from connector.datapoints.gathering import Gathering
from connector.datapoints.history import History
from connector.datapoints.sensors import NEVER

logger = logging.getLogger(__name__)

_TURN_S = 0.5
_REFRESH_S = 1.0
_RETAIN = True
_AT_ONCE = 50
"""Stations after which other threads may have their turn."""


class FlowThread:
    """Runs a `SensorFlow` over what the queue brings.

    Args:
        publish: sends messages, from this thread.
        publish_available: called when the set of keys is to be told.
        save: keeps the local keys of a station.
    """

    def __init__(
        self,
        flow: SensorFlow,
        queue: FactQueue,
        clock: Clock,
        earlier_keys: EarlierKeys,
        *,
        publish: Callable[[list[Message]], None],
        publish_available: Callable[[], None],
        save: Callable[[str, list[str]], None],
    ) -> None:
        self._flow = flow
        self._queue = queue
        self._clock = clock
        self._earlier_keys = earlier_keys
        self._publish = publish
        self._publish_available = publish_available
        self._save = save
        self._asked: deque[Callable[[], None]] = deque()
        self._gathering = Gathering()
        self._revision = 0
        self._refreshed_s = clock.monotonic()
        self._keyed: dict[str, KeyedValue] = {}
        self._history: History | None = None
        self._is_stopping = False
        self.published = 0
        """Values that were handed on for publishing."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="flow")

    # -- from other threads

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def note(self, history: History) -> None:
        """Have values noted, and handed over once a second."""
        self._history = history
        self._flow.sensors.on_taken = history.note

    def note_all(self) -> None:
        """Have all that is known noted again, in the next turn."""
        history = self._history
        if history is not None:
            self.ask(lambda: history.note_all(self._flow.sensors))

    def stop(self, timeout_s: float) -> None:
        """Publish what waits, and end."""
        self._is_stopping = True
        self._queue.interrupt()
        self._thread.join(timeout_s)

    def ask(self, what: Callable[[], None]) -> None:
        """Have something done on this thread, in the next turn."""
        self._asked.append(what)
        self._queue.interrupt()

    def republish(self) -> None:
        """The broker may know nothing: tell everything again."""
        self.ask(self._tell_everything)

    def publish_selected(self, topics: Mapping[str, str]) -> None:
        """Publish the current values of keys on their topics."""
        self.ask(lambda: self._tell_selected(topics))

    # -- on the thread

    def _run(self) -> None:
        while not (self._is_stopping and not len(self._queue)):
            self._turn(self._queue.take(_TURN_S))

    def _turn(self, items: Iterable[Item]) -> None:
        while self._asked:
            self._guarded("a request", self._asked.popleft())
        for item in items:
            try:
                self._take(item)
            except Exception:
                logger.exception("%s failed in the flow", _name(item))
        self._guarded("the list of keys", self._gather)
        self._guarded("a refresh", self._refresh)
        if self._history is not None and self._history.is_due():
            self._guarded("the history", self._history.hand_over)
        outgoing = self._flow.outgoing
        if outgoing:
            self._flow.outgoing = []
            self.published += len(outgoing)
            self._guarded("publishing", lambda: self._publish(outgoing))

    def _guarded(self, what: str, run: Callable[[], None]) -> None:
        """No value touches another: what fails is logged, and the rest goes on."""
        try:
            run()
        except Exception:
            logger.exception("%s failed in the flow", what)

    def _take(self, item: Item) -> None:
        sensors = self._flow.sensors
        match item:
            case Facts() if not self._flow.has_listeners:
                sensors.take(item, self._clock.now_ms())
            case Facts():
                self._flow.run_sensor_flow(
                    {"frame": item.frame, "facts": item, "time": item.time_ms}
                )
            case KeyedValue():
                self._take_keyed(item)
            case Declaration():
                sensors.register(
                    item.station,
                    is_adopted=item.is_adopted,
                    connectors=item.connectors,
                    parts=item.parts,
                    speaks_2=item.speaks_2,
                    name=item.name,
                )
            case Restored():
                sensors.restore(item.station, item.keys)
            case Forgotten():
                self._forget(item.station)

    def _take_keyed(self, item: KeyedValue) -> None:
        self._keyed[item.key] = item
        topic = self._flow.datapoint_map["sensor"].get(item.key)
        if topic is not None:
            body = value_payload(item.value, item.time_ms)
            self._flow.outgoing.append((topic, body, _RETAIN))

    def _forget(self, station: str) -> None:
        """Its topics in the tree go; keys that BEMCom knows stay for ever."""
        sensors = self._flow.sensors.station(station)
        if self._flow.follower is not None:
            self._flow.outgoing += self._flow.follower.clear(sensors)
        sensors.is_forgotten = True
        if not sensors.has_keys:
            self._flow.sensors.forget(station)

    # -- the list of keys

    def _gather(self) -> None:
        now_s = self._clock.monotonic()
        revision = self._flow.sensors.revision
        if revision != self._revision:
            has_actuators = self._flow.sensors.take_news_of_actuators()
            self._revision = revision
            self._gathering.note(now_s, has_actuators=has_actuators)
        if self._gathering.is_due(now_s):
            began_s = time.thread_time()
            try:
                self._publish_available()
                self._save_stale()
            finally:
                took_s = time.thread_time() - began_s
                self._gathering.done(self._clock.monotonic(), took_s)

    def _save_stale(self) -> None:
        stale = [s for s in self._flow.sensors if s.is_stale and s.has_keys]
        for number, station in enumerate(stale):
            station.is_stale = False
            self._save(station.station, station.keys())
            if number % _AT_ONCE == 0:
                time.sleep(0)

    def available(self) -> bytearray:
        """Every key there is, with an example, as JSON; on this thread."""
        return key_list.available(self._flow.sensors, self._earlier_keys)

    # -- again

    def _refresh(self) -> None:
        now_s = self._clock.monotonic()
        follower = self._flow.follower
        if follower is not None and now_s - self._refreshed_s >= _REFRESH_S:
            self._refreshed_s = now_s
            self._flow.outgoing += follower.refresh(self._flow.sensors)

    def _tell_everything(self) -> None:
        self._publish_available()
        self._tell_selected(self._flow.datapoint_map["sensor"])
        follower = self._flow.follower
        if follower is not None:
            for station in self._flow.sensors:
                self._flow.outgoing += follower.everything(station)

    def _tell_selected(self, topics: Mapping[str, str]) -> None:
        for key, topic in topics.items():
            body = self._body(key)
            if body is not None:
                self._flow.outgoing.append((topic, body, _RETAIN))

    def _body(self, key: str) -> bytes | None:
        keyed = self._keyed.get(key)
        if keyed is not None:
            return value_payload(keyed.value, keyed.time_ms)
        value = self._flow.sensors.find(key)
        if value is None or value.time_ms == NEVER:
            return None
        return value_payload(value.value, value.time_ms)


def _name(item: Item) -> str:
    return item.key if isinstance(item, KeyedValue) else item.station
