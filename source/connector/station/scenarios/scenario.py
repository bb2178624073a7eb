"""A scenario as it was read: its steps in their order, with the lines they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.station.driving.verbs import Verb

Json = Any
SENT, RECEIVED, ANSWERED, STATE = "sent", "received", "answered", "state"
_NEEDS_DISK = frozenset({"power-loss"})


@dataclass(frozen=True, slots=True)
class Do:
    """Something that is done at the station; texts in ``values`` may have names."""

    verb: Verb
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that the central system is to send."""

    action: str
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Expect:
    """Something that has to be so within a time.

    ``kind`` `sent` and `received` are calls (``action``) with what ``pattern`` has of
    the payload and ``answer`` of the answer; `answered` is the answer to the `call` of
    the same step; `state` how an EVSE is. With ``never`` it must not be so.
    """

    kind: str
    line: int
    action: str = ""
    pattern: Mapping[str, Json] = field(default_factory=dict)
    answer: Mapping[str, Json] | None = None
    within_s: float | None = None
    """None: as long as the runner gives it."""
    never: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps that are done so many times, each time so long after the last began."""

    times: int
    every_s: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: something is done or asked for, then something is expected."""

    line: int
    do: Do | None = None
    ask: Ask | None = None
    expect: tuple[Expect, ...] = ()
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """The whole of it; ``versions`` are subprotocols."""

    name: str
    file: str
    versions: frozenset[str]
    steps: tuple[Step, ...]
    about: str = ""
    evses: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    waits_for_boot: bool = True

    @property
    def needs_disk(self) -> bool:
        """Whether something has to survive a loss of power."""
        return any(
            each.do is not None and each.do.verb.name in _NEEDS_DISK
            for each in all_steps(self.steps)
        )


def all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Those in repetitions, too."""
    for step in steps:
        yield step
        if step.repeat is not None:
            yield from all_steps(step.repeat.steps)
