"""Server-sent events as the API sends them (HTML, section 9.2): names and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from connector.cli.exits import Exit
from connector.cli.problems import CommandFailed

Json = Any
Event = tuple[str, Json]
_LONGEST = 16 << 20


def lines_of(parts: Iterable[bytes]) -> Iterator[str]:
    """The lines of a body that comes in parts.

    Raises:
        CommandFailed: one is so long that nobody means it.
    """
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(rest) > _LONGEST:
            raise CommandFailed("an event is too long", Exit.UNREACHABLE)


def events_of(parts: Iterable[bytes]) -> Iterator[Event]:
    """The events, each with its data; comments, which keep a link alive, are none.

    Raises:
        CommandFailed: what comes are no events of a connector.
    """
    kind, data = "", ""
    for line in lines_of(parts):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data":
            data = f"{data}\n{value}" if data else value
        elif not line:
            if data:
                yield kind, _json(data)
            kind = data = ""


def _json(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        raise CommandFailed(
            "what comes there are no events of a connector", Exit.UNREACHABLE
        ) from None
