"""One scenario at one station, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import ConnectorError
from connector.station.driving import status
from connector.station.driving.driver import Driver
from connector.station.driving.lines import WrongLine, value_of
from connector.station.driving.verbs import Deed, NotDone
from connector.station.driving.watching import until
from connector.station.scenarios.desk import Desk, DeskProblem
from connector.station.scenarios.matching import Match, Names, UnknownName
from connector.station.scenarios.record import Exchange, Record
from connector.station.scenarios.scenario import (
    ANSWERED,
    RECEIVED,
    SENT,
    STATE,
    Ask,
    Do,
    Expect,
    Repeat,
    Step,
)

_SHOWN = 8
"""So many actions are named where none was the one that was expected."""


class StepFailed(ConnectorError):
    """A step did not go as it should have."""

    def __init__(self, reason: str, line: int, step: str) -> None:
        super().__init__(reason, line, step)
        self.reason = reason
        self.line = line
        self.step = step

    def __str__(self) -> str:
        return self.reason


@dataclass(slots=True)
class Attempt:
    """The state of one: what was said since when, and what is known by now."""

    driver: Driver
    record: Record
    desk: Desk
    names: Names
    within_s: float = 30.0
    """How long an expectation may take that does not say."""
    _mark: int = 0
    """What expectations look at begins here: where the last deeds began."""
    _has_expected: bool = True
    _answer: Any = None
    _is_by_hand: bool = False

    async def run(self, steps: tuple[Step, ...], prefix: str = "") -> None:
        """Do all of them.

        Raises:
            StepFailed: with the first that failed.
        """
        for number, step in enumerate(steps, 1):
            name = f"{prefix}{number}"
            try:
                await self._step(step, name)
            except (NotDone, WrongLine, DeskProblem, UnknownName) as problem:
                raise StepFailed(str(problem), step.line, name) from None

    async def _step(self, step: Step, name: str) -> None:
        if step.do is not None or step.ask is not None:
            self._begin_deed()
        if step.do is not None:
            await self._do(step.do)
        elif step.ask is not None:
            await self._ask(step.ask)
        elif step.repeat is not None:
            await self._repeat(step.repeat, name)
        for each in step.expect:
            self._has_expected = True
            problem = await self._expect(each)
            if problem is not None:
                raise StepFailed(problem, each.line, name)

    def _begin_deed(self) -> None:
        """Deeds one after another count as one."""
        if self._has_expected:
            self._mark, self._has_expected = len(self.record), False

    async def _repeat(self, repeat: Repeat, name: str) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for number in range(repeat.times):
            await asyncio.sleep(begun + number * repeat.every_s - loop.time())
            await self.run(repeat.steps, f"{name}.{number + 1}.")

    # -- doing

    async def _do(self, do: Do) -> None:
        known = {each.name: each for each in do.verb.arguments}
        values = {
            name: self._value(do, known[name], value)
            for name, value in do.values.items()
        }
        answer = await self.driver.do(Deed(do.verb, values))
        self._answer = answer.get("answer")

    def _value(self, do: Do, argument: Any, value: Any) -> Any:
        filled = self.names.filled(value)
        return value if filled == value else value_of(do.verb, argument, filled)

    async def _ask(self, ask: Ask) -> None:
        filled = Ask(ask.action, self.names.filled(ask.payload))
        await self.desk.ask(self.driver.station.identity, filled)
        self._is_by_hand = self.desk.patience_s > 0

    # -- expecting

    async def _expect(self, expect: Expect) -> str | None:
        """What is not as expected; None: all is."""
        if expect.kind == ANSWERED:
            return self._mismatch(expect.pattern, self._answer)
        within_s = self.within_s if expect.within_s is None else expect.within_s
        if expect.kind == RECEIVED and self._is_by_hand:
            within_s += self.desk.patience_s
            self._is_by_hand = False
        attempt = self._state if expect.kind == STATE else self._exchange
        has_come = await self._until(lambda: attempt(expect) is None, within_s)
        if expect.never:
            return f"{_told(expect)}, expected never" if has_come else None
        if has_come:
            return None
        why = attempt(expect)
        return None if why is None else f"{why}, within {within_s:g} s"

    async def _until(self, holds: Any, within_s: float) -> bool:
        station = self.driver.station
        return await until(station, holds, within_s)

    def _mismatch(self, pattern: Mapping[str, Any], found: Any) -> str | None:
        match = Match(self.names)
        problem = match.mismatch(pattern, found)
        if problem is None:
            self.names.known |= match.learnt
        return problem

    def _state(self, expect: Expect) -> str | None:
        pattern = dict(self.names.filled(expect.pattern))
        where = pattern.pop("where", 1)
        station = self.driver.station
        if where == 0:
            found = status.of(station)
        elif where in station.core.evses:
            found = status.of_evse(station, station.core.evses[where])
        else:
            return f"there is no EVSE {where!r}"
        return self._mismatch(pattern, found)

    def _exchange(self, expect: Expect) -> str | None:
        """The first that fits, and that no other expectation was met by."""
        seen = []
        nearest = None
        for each in self.record.since(self._mark):
            if each.kind != expect.kind or each.is_taken:
                continue
            seen.append(each.action)
            if each.action != expect.action:
                continue
            problem = self._misfit(expect, each)
            if problem is None:
                each.is_taken = True
                return None
            nearest = problem
        if nearest is not None:
            return f"{expect.action}: {nearest}"
        others = ", ".join(dict.fromkeys(seen[-_SHOWN:]))
        beside = f"but {others}" if others else "nor anything else"
        return f"{expect.action} was not {expect.kind}, {beside}"

    def _misfit(self, expect: Expect, exchange: Exchange) -> str | None:
        match = Match(self.names)
        problem = match.mismatch(expect.pattern, exchange.payload, "payload")
        if problem is None and expect.answer is not None:
            if not exchange.is_answered:
                return "it is not answered"
            problem = match.mismatch(expect.answer, exchange.answer, "answer")
        if problem is None:
            self.names.known |= match.learnt
        return problem


def _told(expect: Expect) -> str:
    if expect.kind in (SENT, RECEIVED):
        return f"{expect.action} was {expect.kind}"
    return f"it is {dict(expect.pattern)}"
