"""Names of a scenario that nothing can ever give a value."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from connector.station.scenarios.matching import BUILT_IN, names_in, whole_name
from connector.station.scenarios.scenario import STATE, Expect, Scenario, all_steps


def unbound(scenario: Scenario, known: Collection[str]) -> tuple[str, int] | None:
    """The first such name and its line: neither known nor learnt from a message."""
    learnt = {*BUILT_IN, *known}
    for step in all_steps(scenario.steps):
        for each in step.expect:
            learnt.update(_learnt(each))
    for line, value in _used(scenario):
        for name in names_in(value):
            if name not in learnt:
                return name, line
    return None


def _used(scenario: Scenario) -> Iterator[tuple[int, Any]]:
    for step in all_steps(scenario.steps):
        if step.do is not None:
            yield step.line, dict(step.do.values)
        if step.ask is not None:
            yield step.line, dict(step.ask.payload)
        for each in step.expect:
            yield each.line, [dict(each.pattern), dict(each.answer or {})]


def _learnt(expect: Expect) -> Iterator[str]:
    """A state is compared with what is known; messages teach."""
    if expect.kind != STATE:
        yield from _whole_names([dict(expect.pattern), dict(expect.answer or {})])


def _whole_names(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _whole_names(each)
        return
    name = whole_name(value)
    if name is not None:
        yield name
