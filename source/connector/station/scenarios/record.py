"""What a station and its central system say to each other, call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from connector.sessions.options import Watched
from connector.station.scenarios.scenario import RECEIVED, SENT

Json = Any
_CALL, _RESULT, _ERROR = 2, 3, 4
_OTHER = {SENT: RECEIVED, RECEIVED: SENT}
_MOST = 100_000
"""A scenario that goes on for days forgets its beginning."""


@dataclass(slots=True)
class Exchange:
    """A call, and its answer once that is there."""

    kind: str
    action: str
    payload: Json
    unique_id: str
    answer: Json = None
    is_error: bool = False
    is_taken: bool = False
    """An expectation was met by it."""

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer, be it an error."""
        return self.answer is not None


class Record:
    """Watches one station (`sessions.options.Observer`); ``on_news`` is called."""

    def __init__(self) -> None:
        self.on_news: Callable[[], None] = lambda: None
        self._first = 0
        self._exchanges: list[Exchange] = []
        self._open: dict[tuple[str, str], Exchange] = {}

    def __len__(self) -> int:
        """How many there were so far."""
        return self._first + len(self._exchanges)

    def since(self, mark: int) -> Iterator[Exchange]:
        """Those from the mark on."""
        yield from self._exchanges[max(0, mark - self._first) :]

    # -- watching

    def frame(self, session: Watched, direction: str, text: str) -> None:
        """A frame came in or went out."""
        try:
            parts = orjson.loads(text)
        except ValueError:
            return
        kind = SENT if direction == "out" else RECEIVED
        match parts:
            case [2, str() as unique_id, str() as action, payload]:
                self._add(Exchange(kind, action, payload, unique_id))
            case [6, str() as unique_id, str() as action, payload]:
                exchange = Exchange(kind, action, payload, unique_id, {})
                self._add(exchange)
            case [3, str() as unique_id, answer]:
                self._answer(kind, unique_id, answer, is_error=False)
            case [4, str() as unique_id, code, *rest]:
                answer = {"errorCode": code, "errorDescription": (rest or [""])[0]}
                self._answer(kind, unique_id, answer, is_error=True)
            case _:
                return
        self.on_news()

    def _add(self, exchange: Exchange) -> None:
        self._exchanges.append(exchange)
        if not exchange.is_answered:
            self._open[exchange.kind, exchange.unique_id] = exchange
        if len(self._exchanges) > _MOST:
            del self._exchanges[: _MOST // 2]
            self._first += _MOST // 2

    def _answer(
        self, kind: str, unique_id: str, answer: Json, *, is_error: bool
    ) -> None:
        exchange = self._open.pop((_OTHER[kind], unique_id), None)
        if exchange is not None:
            exchange.answer, exchange.is_error = answer, is_error

    def answered(
        self, session: Watched, action: str, payload: Json, answer: Json
    ) -> None:
        """Its frame was seen."""

    def warned(self, session: Watched, kind: str, text: str) -> None:
        """Frames alone count."""
