"""Commands on their way: asked, sent, how they ended, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import orjson

from connector.csms import times
from connector.datapoints.commands import Commands, Stage
from connector.web.events.effects import Seen, Tell
from connector.web.events.hub import Hub
from connector.web.events.journal import Entry, Journal

KIND = "outcome"


class Outlook(Protocol):
    """Waits for what accepted commands are to bring about."""

    def begin(self, tell: Tell) -> None:
        """Look out."""

    def expect(self, stage: Stage) -> None:
        """A command has come so far."""


class OutcomeStages:
    """Notes each stage of each command, whoever gave it, and tells those who read."""

    def __init__(
        self,
        commands: Commands,
        hub: Hub,
        outlooks: Iterable[Outlook],
        journal: Journal,
    ) -> None:
        self._hub = hub
        self._outlooks = tuple(outlooks)
        self._journal = journal
        commands.watch = self._take
        for outlook in self._outlooks:
            outlook.begin(self._take_effect)

    def _take(self, stage: Stage) -> None:
        self._tell(self._journal.note(stage))
        for outlook in self._outlooks:
            outlook.expect(stage)

    def _take_effect(self, stage: Stage, seen: Seen) -> None:
        at = stage._replace(time_ms=seen.time_ms)
        self._tell(self._journal.note(at, seen))

    def _tell(self, entry: Entry) -> None:
        if self._hub.is_wanted(KIND, entry.station):
            self._hub.publish(KIND, entry.station, _data(entry))


def _data(entry: Entry) -> bytes:
    return orjson.dumps(
        {
            "station": entry.station,
            "where": entry.where,
            "command": entry.command,
            "action": entry.action,
            "value": orjson.Fragment(entry.value),
            "correlation": entry.correlation,
            "time": times.iso_ms(entry.times[entry.stage]),
            "stage": entry.stage,
            "outcome": orjson.Fragment(entry.result) if entry.result else None,
            "seen": entry.seen,
            "measured": entry.measured and entry.measured._asdict(),
            "was_above": entry.was_above,
            "failed": entry.has_failed,
            "file": entry.file,
        }
    )
