"""From a written actuator key to orders, and from their outcomes to result keys.

Runs on the server's loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

import orjson

from connector.csms.clock import Clock
from connector.csms.station import Station
from connector.datapoints.commands import Commands, Order
from connector.datapoints.earlier_keys import EarlierKey, EarlierKeys
from connector.datapoints.fact_queue import KeyedValue
from connector.datapoints.keys import parse_key
from connector.datapoints.outcomes import (
    Outcome,
    OutcomeName,
    outcome_of,
    result_json,
)
from connector.errors import ConnectorError

logger = logging.getLogger(__name__)


class Actuators:
    """What BEMCom writes, by key."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        commands: Commands,
        earlier_keys: EarlierKeys,
        clock: Clock,
        publish: Callable[[KeyedValue], None],
    ) -> None:
        self._stations = stations
        self._commands = commands
        self._earlier_keys = earlier_keys
        self._clock = clock
        self._publish = publish

    def write(self, key: str, value: object) -> None:
        """Carry out what a value written to ``key`` asks for."""
        earlier = self._earlier_keys.read(key)
        if earlier is not None:
            self._write_earlier(earlier, value)
            return
        try:
            station, datum = parse_key(key)
        except ValueError as problem:
            logger.warning("ignored a value for an actuator: %s", problem)
            return
        order = Order(station, datum.where, datum.name, value)
        self._commands.submit(order, self._commands.publish_result)

    def reject(self, key: str, problem: str) -> None:
        """Answer a message to ``key`` that held no value."""
        outcome = Outcome(OutcomeName.INVALID, problem)
        earlier = self._earlier_keys.read(key)
        if earlier is not None:
            self._publish_earlier(earlier, self._result(outcome))
            return
        try:
            station, datum = parse_key(key)
        except ValueError as nothing:
            logger.warning("ignored a message to an actuator: %s", nothing)
            return
        self._commands.report_late(station, datum.where, datum.name, outcome)

    def _write_earlier(self, key: EarlierKey, value: object) -> None:
        connected = (s.identity for s in self._stations.values() if s.is_connected)
        try:
            targets = self._earlier_keys.targets(key, connected)
        except ConnectorError as problem:
            self._publish_earlier(key, self._result(outcome_of(problem)))
            return
        together = _Together(
            len(targets), lambda text: self._publish_earlier(key, text)
        )
        for station in targets:
            order = Order(station, key.where, key.command, value)
            self._commands.submit(order, together.report)

    def _result(self, outcome: Outcome) -> str:
        return result_json(outcome, "", self._clock.now_ms(), 0)

    def _publish_earlier(self, key: EarlierKey, text: str) -> None:
        logger.info("%s: %s", key.result_key, text)
        self._publish(KeyedValue(key.result_key, text, self._clock.now_ms()))


class _Together:
    """One result of the outcomes of several orders: the first that is not accepted."""

    def __init__(self, count: int, publish: Callable[[str], None]) -> None:
        self._waiting = count
        self._publish = publish
        self._chosen: str | None = None
        self._refused: list[str] = []

    def report(self, order: Order, outcome: Outcome, text: str) -> None:
        self._waiting -= 1
        is_refused = outcome.outcome != OutcomeName.ACCEPTED
        if self._chosen is None or (is_refused and not self._refused):
            self._chosen = text
        if is_refused:
            self._refused.append(f"{order.station}: {outcome.outcome}")
        if not self._waiting:
            self._publish(self._text())

    def _text(self) -> str:
        if len(self._refused) < 2:
            return self._chosen or ""
        result = orjson.loads(self._chosen or "{}")
        return orjson.dumps(result | {"detail": ", ".join(self._refused)}).decode()
