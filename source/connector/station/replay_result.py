"""What came of a replay: every call with its answer, and what was otherwise before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connector.station.replay_answers import Likeness
from connector.station.replay_script import ERROR, RESULT
from connector.station.replayed_frames import is_time, leaves

Json = dict[str, Any]
Parts = list[Any]

_NOTHING = "nothing"
_SHOWN = 200
_IDS = frozenset({"transactionId"})
"""Made anew by whoever answers."""


@dataclass(slots=True)
class Exchange:
    """A message of the station; the recorded answer, and the one it got now.

    ``line`` is that of the file; an answer is a whole frame, None: there was none.
    """

    line: int
    action: str
    sent: Any
    recorded: Parts | None
    answer: Parts | None = None

    @property
    def is_refused(self) -> bool:
        """Whether it got an error that it did not get before, or no answer now."""
        if self.answer is None:
            return self.recorded is not None
        had_error = self.recorded is not None and self.recorded[0] == ERROR
        return self.answer[0] == ERROR and not had_error

    @property
    def differences(self) -> list[str]:
        """What the answer has that the recorded one had not; times and ids aside."""
        if self.recorded is None:
            return []  # it was not answered then: there is nothing to compare with
        kind, was = _kind(self.answer), _kind(self.recorded)
        if kind != was:
            return [f"{kind}, was {was}"]
        now, before = _facts(self.answer), _facts(self.recorded)
        return [
            f"{path}: {_shown(now, path)}, was {_shown(before, path)}"
            for path in {**now, **before}
            if now.get(path) != before.get(path)
        ]


@dataclass(frozen=True, slots=True)
class Question:
    """A call of the central system, and how it was answered (None: not at all)."""

    action: str
    payload: Json
    answer: str | None
    likeness: Likeness


@dataclass(slots=True)
class ReplayResult:
    """The whole of it."""

    exchanges: list[Exchange] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    not_asked: list[tuple[int, str]] = field(default_factory=list)
    """Line and action of recorded calls of the central system that did not come."""
    unexpected: list[Parts] = field(default_factory=list)
    """Answers to no call that were not in the recording."""
    not_sent: int = 0
    """Messages that were left when the link ended."""
    ended: str = ""
    """Why the link ended before its time; empty: it did not."""

    @property
    def is_good(self) -> bool:
        """Whether all was said and answered, with no error that was not recorded."""
        return not (
            self.not_sent
            or self.unexpected
            or any(exchange.is_refused for exchange in self.exchanges)
        )

    def report(self) -> Iterator[str]:
        """Lines for people: what differs, then a summary."""
        for exchange in self.exchanges:
            for text in exchange.differences:
                yield f"line {exchange.line}: {exchange.action}: {text}"
        for parts in self.unexpected:
            yield f"answered to nobody: {parts}"
        if self.not_asked:
            yield f"not asked for now: {_counted(self.not_asked)}"
        for question in self.questions:
            if question.likeness is not Likeness.SAME:
                answer = (question.answer or _NOTHING)[:_SHOWN]
                yield f"asked {question.action}: answered {question.likeness}: {answer}"
        if self.not_sent:
            yield f"{self.ended}; {self.not_sent} messages were not sent"
        yield self._summary()

    def _summary(self) -> str:
        calls = [exchange for exchange in self.exchanges if exchange.action]
        refused = sum(exchange.is_refused for exchange in calls)
        differing = sum(bool(exchange.differences) for exchange in calls)
        return (
            f"{len(calls)} calls, {refused} refused or not answered, {differing} "
            f"answered otherwise than recorded; {len(self.questions)} questions"
        )


def _counted(calls: list[tuple[int, str]]) -> str:
    """Actions with the first line of each, and how often they come."""
    first = {action: line for line, action in reversed(calls)}
    counts = Counter(action for _, action in calls)
    return ", ".join(
        f"{action} (line {first[action]})"
        if count == 1
        else f"{count} {action} (from line {first[action]} on)"
        for action, count in counts.items()
    )


def _kind(answer: Parts | None) -> str:
    if answer is None:
        return "no answer"
    if answer[0] == ERROR:
        return f"CALLERROR {answer[2] if len(answer) > 2 else ''}"
    return "CALLRESULT"


def _facts(answer: Parts | None) -> dict[str, Any]:
    """What an answer says; errors say all in their kind."""
    if answer is None or answer[0] != RESULT or len(answer) < 3:
        return {}
    return {
        path: value
        for path, value in leaves(answer[2]).items()
        if not is_time(value) and path.rpartition(".")[2] not in _IDS
    }


def _shown(facts: dict[str, Any], path: str) -> str:
    return str(facts[path]) if path in facts else _NOTHING
