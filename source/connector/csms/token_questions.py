"""Unknown id tokens that somebody is asked about, and has a time to decide.

`UNKNOWN_TOKENS=ask`: who asks (`openmqtt`) sets `TokenQuestions.publish`. A token that
one station presents at one place twice at a time is one question.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from connector.csms.clock import Clock, Timer
from connector.csms.options import CsmsOptions
from connector.csms.token_verdicts import ACCEPTED, UNKNOWN, Presented, Verdict
from connector.ocppj.redaction import shorten
from connector.store.identifiers import ulid

logger = logging.getLogger(__name__)

Key = tuple[str, str, str, str]
"""Station, place, token, type."""

_HOLDS_S = 600.0
"""The answer to Authorize is that to what follows it, a start for one."""
_MOST_ANSWERS = 1000
_LOOKS_EACH_S = 1.0


class Question(NamedTuple):
    """A token that somebody is to decide about; ``id`` names the question."""

    id: str
    shown: Presented


class _Open:
    """A question that is not decided yet."""

    __slots__ = ("answer", "key", "question", "timers")

    def __init__(self, key: Key, question: Question) -> None:
        self.key = key
        self.question = question
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.timers: dict[str, Timer] = {}


class TokenQuestions:
    """Asks, waits, and knows the last answers."""

    def __init__(self, options: CsmsOptions, clock: Clock) -> None:
        self.publish: Callable[[Question], bool] = lambda question: False
        """Ask somebody; False: there is nobody to be asked."""
        is_accepted = options.token_ask_default == "accept"
        self._default = ACCEPTED if is_accepted else UNKNOWN
        self._timeout_s = options.token_ask_timeout_s
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._by_key: dict[Key, _Open] = {}
        self._answers: dict[tuple[str, str, str], tuple[str, float]] = {}
        self._decided: dict[str, str] = {}
        """How the last ones were decided, for those who answer late."""

    @property
    def default(self) -> Verdict:
        """What holds where nobody decides."""
        return Verdict(self._default)

    def answered(self, shown: Presented) -> Verdict | None:
        """What was answered of late about this token at this station."""
        status, until_s = self._answers.get(_of_station(shown), ("", 0.0))
        if self._clock.monotonic() >= until_s:
            return None
        return Verdict(status)

    def ask(self, shown: Presented) -> Verdict | Awaitable[Verdict]:
        """What somebody decides; at once where nobody can be asked."""
        key = _key(shown)
        known = self._by_key.get(key)
        if known is not None:
            return self._wait(known)
        question = Question(ulid(), shown)
        if not self.publish(question):
            logger.warning(
                "%s: nobody can be asked about the token %s: the broker is not there",
                shown.station.identity,
                shorten(shown.id_token),
            )
            return self.default
        opened = self._open[question.id] = self._by_key[key] = _Open(key, question)
        opened.timers["end"] = self._clock.call_later(
            self._timeout_s,
            lambda: self._give_up(opened, f"no answer within {self._timeout_s:g} s"),
        )
        self._look(opened)
        return self._wait(opened)

    async def _wait(self, opened: _Open) -> Verdict:
        return Verdict(await asyncio.shield(opened.answer))

    def answer(self, id: str, status: str) -> tuple[str, str]:
        """Decide a question; gives an outcome and a detail."""
        opened = self._open.get(id)
        if opened is None:
            how = self._decided.get(id)
            detail = f"decided already: {how}" if how else "there is no such question"
            return "rejected", detail
        self._remember(_of_station(opened.question.shown), status)
        self._decide(opened, status, status)
        return "accepted", ""

    def finish(self) -> None:
        """Nobody is asked any more."""
        self.publish = lambda question: False
        for opened in list(self._open.values()):
            self._give_up(opened, "the connector ends")

    # -- how it ends

    def _look(self, opened: _Open) -> None:
        """A station that is gone does not hear any answer."""
        session = opened.question.shown.station.session
        if session is None or not session.link.is_open:
            self._give_up(opened, "the station is gone")
            return
        opened.timers["look"] = self._clock.call_later(
            _LOOKS_EACH_S, lambda: self._look(opened)
        )

    def _give_up(self, opened: _Open, why: str) -> None:
        self._decide(opened, self._default, f"{self._default} ({why})")
        station = opened.question.shown.station.identity
        shown = shorten(opened.question.shown.id_token)
        logger.info("%s: token %s: %s", station, shown, why)

    def _decide(self, opened: _Open, status: str, how: str) -> None:
        for timer in opened.timers.values():
            timer.cancel()
        del self._open[opened.question.id]
        del self._by_key[opened.key]
        opened.answer.set_result(status)
        self._decided[opened.question.id] = how
        if len(self._decided) > _MOST_ANSWERS:
            del self._decided[next(iter(self._decided))]

    def _remember(self, key: tuple[str, str, str], status: str) -> None:
        self._answers.pop(key, None)
        self._answers[key] = (status, self._clock.monotonic() + _HOLDS_S)
        if len(self._answers) > _MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]


def _of_station(shown: Presented) -> tuple[str, str, str]:
    return shown.station.identity, shown.id_token.lower(), shown.type.lower()


def _key(shown: Presented) -> Key:
    station, id_token, type_ = _of_station(shown)
    return station, shown.where, id_token, type_
