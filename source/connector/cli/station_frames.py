"""Messages of stations as lines for people, without secrets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import orjson

from connector.cli.visible import visible
from connector.ocppj.redaction import redact
from connector.sessions.options import Watched

_ARROWS = {"out": ">", "in": "<"}


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr)


def _json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _short(parts: Any) -> str:
    match parts:
        case [2 | 6, _, action, payload]:
            return f"{action} {_json(payload)}"
        case [3, _, payload]:
            return f"  {_json(payload)}"
        case [4 | 5, _, code, text, *_]:
            return f"  {code}: {text}"
    return _json(parts)


class Frames:
    """Shows every frame (`sessions.options.Observer`); ``is_short``: without ids."""

    def __init__(
        self, show: Callable[[str], None] = _to_stderr, *, is_short: bool = False
    ) -> None:
        self._show = show
        self._is_short = is_short

    def frame(self, session: Watched, direction: str, text: str) -> None:
        """A frame came in or went out."""
        arrow, parts = _ARROWS.get(direction, direction), redact(text)
        shown = _short(parts) if self._is_short else _json(parts)
        self._show(visible(f"{session.identity} {arrow} {shown}"))

    def answered(
        self, session: Watched, action: str, payload: Any, answer: Any
    ) -> None:
        """Its frame was seen."""

    def warned(self, session: Watched, kind: str, text: str) -> None:
        """The peer did something that is tolerated, or dropped."""
        self._show(visible(f"{session.identity} ! {text}"))
