"""What happens in the sessions of stations: told, counted, and written into the log."""

from __future__ import annotations

import logging
import re
from typing import Any

from connector.csms.context import Context
from connector.csms.counts import Counts
from connector.csms.events import Answered
from connector.csms.facts import Facts, Weight
from connector.sessions.options import SLOWED, Watched
from connector.sessions.refusals import Refusals

Json = dict[str, Any]

logger = logging.getLogger(__name__)

_POSITION = re.compile(r"\.\d+\.")
"""In a list: what is wrong with one of its items is wrong with many."""


class Watcher:
    """The observer of all sessions."""

    __slots__ = ("_context", "_counts", "_refusals")

    def __init__(self, context: Context, counts: Counts, refusals: Refusals) -> None:
        self._context = context
        self._counts = counts
        self._refusals = refusals

    def frame(self, session: Watched, direction: str, text: str) -> None:
        """A frame came in or went out."""
        self._context.publish(
            Facts(
                session.owner.identity,
                self._context.clock.now_ms(),
                {},
                Weight.SAMPLE,
                frame=text,
                version=session.version,
                direction=direction,
            )
        )

    def answered(
        self, session: Watched, action: str, payload: Json, answer: Json
    ) -> None:
        """A call of ours has its answer."""
        self._context.events.emit(Answered(session.owner, action, payload, answer))

    def warned(self, session: Watched, kind: str, text: str) -> None:
        """Something is odd; of one kind it is told once."""
        if kind.startswith("malformed"):
            self._counts.malformed_frames += 1
        elif kind == SLOWED:
            self._refusals.count("frames_per_s")
        if session.owner.first_time(_POSITION.sub(".", kind)):
            logger.warning("%s: %s (told once)", session.identity, text)
        else:
            logger.debug("%s: %s", session.identity, text)
