"""Commands on their way to a station: read, checked, run, and reported exactly once.

Runs on the server's loop. What a command does stands in `command_table`.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connector.csms import when_sent
from connector.csms.clock import Clock
from connector.csms.facts import Datum, Facts, Weight
from connector.csms.station import Station
from connector.datapoints import catalogue
from connector.datapoints.command_runs import Context
from connector.datapoints.command_table import RULES, RULES_2
from connector.datapoints.outcomes import (
    Outcome,
    OutcomeName,
    outcome_of,
    result_json,
    told,
    without_secrets,
)
from connector.datapoints.values import (
    InvalidName,
    InvalidValue,
    Unreadable,
    sendable,
    shown,
)
from connector.ocppj.redaction import blank

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A command that somebody gave: which, where, and the value as it came."""

    station: str
    where: str
    name: str
    value: object
    said: str | None = None
    """What the log says of it in the place of its value."""


ASKED, SENT = "asked", "sent"
"""What comes before an outcome."""


class Stage(NamedTuple):
    """How far an order has come: `ASKED`, `SENT`, or its outcome."""

    order: Order
    correlation: str
    stage: str
    time_ms: int
    result: str | None = None
    """The outcome as JSON text, once there is one."""


Report = Callable[[Order, Outcome, str], None]
"""Takes an order, its outcome and the result as JSON text."""


class UnknownStation(LookupError):
    """A command for a station that nobody knows."""


class Commands:
    """Carries out orders and hands each one's only outcome to whoever asked."""

    def __init__(
        self,
        stations: Mapping[str, Station],
        context: Context,
        clock: Clock,
        publish: Callable[[Facts], None],
    ) -> None:
        self._stations = stations
        self._context = context
        self._clock = clock
        self._publish = publish
        self._running: set[asyncio.Task[None]] = set()
        self.outcomes: Counter[tuple[str, OutcomeName]] = Counter()
        """How often a command ended so."""
        self.watch: Callable[[Stage], None] | None = None
        """Hears how far orders have come."""
        self.answer_stray: Callable[[Order, str], None] = lambda order, text: None
        """Takes the result of a command that no station has."""

    def submit(
        self, order: Order, report: Report, correlation: str | None = None
    ) -> None:
        """Carry out ``order`` beside others; ``report`` hears of it exactly once."""
        task = asyncio.get_running_loop().create_task(
            self._carry_out(order, report, correlation),
            name=f"{order.station} {order.where} {order.name}",
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, timeout_s: float) -> None:
        """Wait until all orders that run have their outcome, at most ``timeout_s``."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)
        for task in self._running:
            task.cancel()

    async def _carry_out(
        self, order: Order, report: Report, correlation: str | None
    ) -> None:
        correlation = correlation or secrets.token_hex(8)
        started_ms = self._clock.now_ms()
        started_s = self._clock.monotonic()
        try:
            outcome = await self._watched(order, correlation)
        except UnknownStation:
            outcome = Outcome(OutcomeName.DISCONNECTED, "unknown station")
        duration_ms = round((self._clock.monotonic() - started_s) * 1000)
        text = result_json(outcome, correlation, started_ms + duration_ms, duration_ms)
        self._count(order.name, outcome)
        report(order, outcome, text)
        self._tell(order, correlation, outcome.outcome.value, text)

    async def _watched(self, order: Order, correlation: str) -> Outcome:
        """`execute`; who looks on hears that it is asked, and that it is sent."""
        if self.watch is None:
            return await self.execute(order)
        self._tell(order, correlation, ASKED)
        listener = when_sent.Listener(lambda: self._tell(order, correlation, SENT))
        try:
            with when_sent.telling((listener,)):
                return await self.execute(order)
        finally:
            listener.stop()

    def _tell(
        self, order: Order, correlation: str, stage: str, text: str | None = None
    ) -> None:
        if self.watch is not None:
            now_ms = self._clock.now_ms()
            self.watch(Stage(order, correlation, stage, now_ms, text))

    def _count(self, name: str, outcome: Outcome) -> None:
        # Whoever sends a command may call it as he likes.
        name = name if name in catalogue.COMMANDS else "unknown"
        self.outcomes[name, outcome.outcome] += 1

    @property
    def running(self) -> int:
        """How many have no outcome yet."""
        return len(self._running)

    async def execute(self, order: Order) -> Outcome:
        """Run one order to its outcome; no failure of it gets any further.

        Raises:
            UnknownStation: nobody knows the station.
        """
        station = self._stations.get(order.station)
        if station is None:
            raise UnknownStation(order.station)
        try:
            outcome = await self._run(station, order)
        except asyncio.CancelledError:
            return Outcome(OutcomeName.DISCONNECTED, "the connector is stopping")
        except InvalidValue as problem:
            outcome = _invalid(order, problem)
        except Exception as problem:
            outcome = outcome_of(problem)
        return without_secrets(outcome, station.secrets)

    async def _run(self, station: Station, order: Order) -> Outcome:
        _check_place(order, station)
        if isinstance(order.value, Unreadable):
            return Outcome(OutcomeName.INVALID, f"{order.name}: {order.value.problem}")
        rule = (RULES_2 if station.speaks_2 else RULES)[order.name]
        value = rule.parse(sendable(order.value))
        if not (station.is_served or rule.is_read(value)):
            what = "being configured" if station.is_adopted else "not adopted"
            return Outcome(OutcomeName.REJECTED, f"the station is {what}")
        return await rule.run(self._context, station, order.where, value)

    def report_late(
        self, station: str, where: str, name: str, outcome: Outcome, said: str = ""
    ) -> None:
        """Write an outcome that nobody waits for, under a new correlation.

        ``said`` tells the log what it is the outcome of: there is no value.
        """
        now_ms = self._clock.now_ms()
        self._count(name, outcome)
        correlation = secrets.token_hex(8)
        if station in self._stations:
            outcome = without_secrets(outcome, self._stations[station].secrets)
        text = result_json(outcome, correlation, now_ms, 0)
        order = Order(station, where, name, None, said)
        self.publish_result(order, outcome, text)
        self._tell(order, correlation, outcome.outcome.value, text)

    def publish_result(self, order: Order, outcome: Outcome, text: str) -> None:
        """A `Report` that writes the ``__result`` datapoint of the command."""
        log = logger.info if outcome.outcome == OutcomeName.ACCEPTED else logger.warning
        log(
            "%s: %s at %s%s: %s %s",
            order.station,
            order.name,
            order.where,
            _shown(order),
            outcome.outcome,
            told(outcome.detail),
        )
        station = self._stations.get(order.station)
        if station is None:
            return
        if not (station.is_adopted and is_declared(order, station)):
            # A key is for ever: a slip of the pen is answered where it was made.
            self.answer_stray(order, text)
            return
        datum = Datum(order.where, order.name, suffix="result")
        self._publish(
            Facts(
                order.station, self._clock.now_ms(), {datum: text}, Weight.TRANSACTION
            )
        )


def _invalid(order: Order, problem: InvalidValue) -> Outcome:
    text = str(problem) if _is_plain(order) else problem.without_value
    return Outcome(OutcomeName.INVALID, f"{order.name}: {text}")


def _is_plain(order: Order) -> bool:
    """Whether its value may be shown; structures may hold passwords."""
    command = catalogue.COMMANDS.get(order.name)
    if command is None or command.is_secret:
        return False
    return command.kind is not catalogue.Kind.JSON


def shown_order_value(order: Order) -> object:
    """The value of an order for people: structures without secrets, none unread."""
    command = catalogue.COMMANDS.get(order.name)
    if isinstance(order.value, Unreadable) or (command and command.is_secret):
        return None
    return blank(order.value)


def _shown(order: Order) -> str:
    """The value for the log."""
    if order.said is not None:
        return order.said
    is_shown = _is_plain(order) and not isinstance(order.value, Unreadable)
    return f" = {shown(order.value)}" if is_shown else ""


def _check_place(order: Order, station: Station) -> None:
    command = catalogue.COMMANDS.get(order.name)
    if command is None:
        raise InvalidName(order.name, "a command")
    if not is_declared(order, station):
        places = ", ".join(
            p for p in _places(station) if _is_at(order.name, p, station)
        )
        raise InvalidName(order.where, f"a place of {order.name} ({places})")


def is_declared(order: Order, station: Station) -> bool:
    """Whether there is such a command at such a place of the station."""
    is_place = order.where in _places(station)
    return is_place and _is_at(order.name, order.where, station)


def _places(station: Station) -> tuple[str, ...]:
    return (catalogue.STATION, *station.places, *station.parts)


def _is_at(name: str, where: str, station: Station) -> bool:
    return name in catalogue.commands_at(where, speaks_2=station.speaks_2)
