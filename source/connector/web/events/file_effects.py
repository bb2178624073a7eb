"""What becomes of logs and firmware: a station tells it long after it has accepted.

It tells of a request by its id where its protocol has ids, else of the newest of the
kind; a file shows by its place which was meant. One that failed is still waited for:
some stations try again by themselves.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.csms.clock import Clock
from connector.csms.events import Answered, EventBus, FileUploaded, Forgotten, WorkTold
from connector.datapoints.commands import Stage
from connector.web.events.effects import Seen, Tell

WITHIN_S = 7 * 86_400.0
"""Firmware is fetched at a time that was asked for, and tried more than once."""
_MOST = 10
"""Waited for, of a station."""
_KINDS = {
    "GetDiagnostics": "log_status",
    "GetLog": "log_status",
    "UpdateFirmware": "firmware_status",
    "SignedUpdateFirmware": "firmware_status",
}
"""By the action that asks for it: the sensor that shows how far it is."""
_COMMANDS = {"get_log": "log_status", "update_firmware": "firmware_status"}
_CALLED = {"log_status": "Log", "firmware_status": "Firmware update"}
_UPLOADED = "Uploaded"
_OVERTAKEN = "AcceptedCanceled"
"""2.x, N01: a newer request has ended it."""
_DONE = frozenset({_UPLOADED, "Installed"})
_EARLY = 50
"""Files that have come before their request was answered, of all stations."""


@dataclass(slots=True)
class _Awaited:
    """What a station was asked for, and has said something to."""

    kind: str
    request_id: int | None
    place: str
    """Where the station was told to put it."""
    until_s: float
    stage: Stage | None = None
    """How far its command has come; None: its answer is just being read."""
    told: Seen | None = None
    is_done: bool = False
    """What is told from now on is of something else."""


class FileEffects:
    """Waits for what becomes of accepted requests of logs and firmware."""

    def __init__(self, events: EventBus, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._awaited: dict[str, deque[_Awaited]] = defaultdict(
            lambda: deque(maxlen=_MOST)
        )
        """By station, the newest first."""
        self._early: deque[FileUploaded] = deque(maxlen=_EARLY)
        self._tell: Tell = lambda stage, seen: None

    def begin(self, tell: Tell) -> None:
        """Look out."""
        self._tell = tell
        self._events.subscribe(Answered, self._on_answered)
        self._events.subscribe(WorkTold, self._on_told)
        self._events.subscribe(FileUploaded, self._on_uploaded)
        self._events.subscribe(Forgotten, self._on_forgotten)

    def expect(self, stage: Stage) -> None:
        """A command has come so far; the answer to it was heard before."""
        if stage.result is None:
            return
        kind = _kind_of(stage)
        found = self._of(stage.order.station, kind)
        awaited = next((each for each in found if each.stage is None), None)
        if awaited is None:
            return
        if stage.stage != "accepted":
            self._awaited[stage.order.station].remove(awaited)
            return
        awaited.stage = stage
        if awaited.told is not None:
            self._tell(stage, awaited.told)

    def _of(self, station: str, kind: str | None) -> Iterator[_Awaited]:
        """Those of a kind at a station, the newest first."""
        now_s = self._clock.monotonic()
        found = self._awaited.get(station, ())
        return (
            each for each in tuple(found) if each.kind == kind and now_s <= each.until_s
        )

    def _meant(self, event: WorkTold) -> _Awaited | None:
        found = self._of(event.station.identity, event.sensor)
        asked = event.request_id
        return next((each for each in found if asked in (None, each.request_id)), None)

    # -- what happens

    def _on_answered(self, event: Answered) -> None:
        kind = _KINDS.get(event.action)
        if kind is None:
            return
        until_s = self._clock.monotonic() + WITHIN_S
        asked, place = event.payload.get("requestId"), _place_of(event.payload)
        awaited = _Awaited(kind, asked, place, until_s)
        self._awaited[event.station.identity].appendleft(awaited)
        for early in self._early:
            self._take(early, awaited)

    def _on_uploaded(self, event: FileUploaded) -> None:
        found = tuple(self._awaited.get(event.station.identity, ()))
        if not any([self._take(event, each) for each in found]):
            self._early.append(event)

    def _take(self, event: FileUploaded, awaited: _Awaited) -> bool:
        """A file has come; gives whether it is that of this request."""
        if not awaited.place.endswith(f"/{event.one_time_name}/"):
            return False
        # Who has not heard that it came says that it failed: it is here.
        awaited.is_done = True
        what, file = f"{_CALLED[awaited.kind]}: {_UPLOADED}", event.path.split("/")[-1]
        self._show(awaited, Seen(self._clock.now_ms(), what, file=file))
        return True

    def _on_told(self, event: WorkTold) -> None:
        awaited = self._meant(event)
        is_done = event.status in _DONE
        has_failed = event.has_failed or event.status == _OVERTAKEN
        if awaited is None or awaited.is_done or not (is_done or has_failed):
            return
        awaited.is_done = is_done
        what = f"{_CALLED[event.sensor]}: {event.status}{event.reason}"
        self._show(awaited, Seen(self._clock.now_ms(), what, has_failed=has_failed))

    def _show(self, awaited: _Awaited, seen: Seen) -> None:
        before, awaited.told = awaited.told, seen
        # Stations repeat what they told last.
        is_new = before is None or before[1:] != seen[1:]
        if awaited.stage is not None and is_new:
            self._tell(awaited.stage, seen)

    def _on_forgotten(self, event: Forgotten) -> None:
        self._awaited.pop(event.station.identity, None)


def _kind_of(stage: Stage) -> str | None:
    """What a command is to bring about, as the sensor is called; None: no file."""
    order = stage.order
    if order.name == "call" and isinstance(order.value, dict):
        return _KINDS.get(str(order.value.get("action")))
    return _COMMANDS.get(order.name)


def _place_of(payload: dict[str, Any]) -> str:
    """Of GetDiagnostics, or GetLog."""
    log = payload.get("log")
    place = log.get("remoteLocation") if isinstance(log, dict) else None
    return str(place or payload.get("location", ""))
