"""What `ocpp-connector watch` knows: the stations, and what happened last."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from connector.cli.shapes import kilowatt_hours, text_of

Json = dict[str, Any]
POWER = "Power.Active.Import"
_KEPT = 200
_WHOLE = "0"
"""The place that is the station as a whole."""


def _now() -> datetime:
    """As the clock on the wall shows it."""
    return datetime.now(UTC).astimezone()


class Board:
    """Changed by events, and read by whoever draws it, in whichever thread."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self.stations: dict[str, Json] = {}
        self.powers: dict[str, dict[str, float]] = {}
        """W by station and place, the newest that was told."""
        self.said: deque[str] = deque(maxlen=_KEPT)
        self.is_lost = False

    def begin(self, stations: Iterable[Json]) -> None:
        """All stations, as they are now."""
        self.stations = {each["station"]: each for each in stations}
        self.powers = {}
        if self.is_lost:
            self._say("the connector answers again")
        self.is_lost = False

    def lost(self, text: str) -> None:
        """The connector has gone away; what is known is as it was."""
        self._say(text)
        self.is_lost = True

    def take(self, kind: str, data: Json) -> None:
        """An event."""
        if kind == "station":
            self._station(data)
        elif kind == "datapoint" and data["name"] == POWER:
            self._power(data)
        elif kind in ("transaction", "outcome"):
            self._say(line_of(kind, data))

    def _say(self, text: str) -> None:
        self.said.append(f"{self._now():%H:%M:%S} {text}")

    def _station(self, data: Json) -> None:
        identity = data["station"]
        # Replaced, not changed: somebody may be drawing the old ones.
        rest = {k: v for k, v in self.stations.items() if k != identity}
        if data.get("removed"):
            self.stations = rest
            return
        before = self.stations.get(identity)
        self.stations = self.stations | {identity: data}
        if before is None or before["connected"] != data["connected"]:
            self._say(line_of("station", data))

    def _power(self, data: Json) -> None:
        value = data["value"]
        known = self.powers.get(data["station"], {})
        number = float(value) if isinstance(value, (int, float)) else 0.0
        changed = {**known, data["where"]: number}
        self.powers = {**self.powers, data["station"]: changed}

    def power_w(self, station: Json) -> float | None:
        """What a station draws; None: nobody has told, or it is not there."""
        told = self.powers.get(station["station"])
        if told is None or not station["connected"]:
            return None
        places = {where: each for where, each in told.items() if where != _WHOLE}
        return sum(places.values()) if places else told[_WHOLE]


def line_of(kind: str, data: Json) -> str:
    """An event in one line, for people."""
    words = _LINES.get(kind)
    what = text_of(data) if words is None else words(data)
    return f"{data.get('station', '')}: {what}"


def statuses_of(station: Json) -> str:
    """How its connectors are."""
    return ", ".join(
        f"{each['where']}: {each['status']}"
        for each in station["connectors"]
        if each["status"]
    )


def _station(data: Json) -> str:
    if data.get("removed"):
        return "forgotten"
    link = data["protocol"] if data["connected"] else "not connected"
    return ", ".join(filter(None, (link, data["registration"], statuses_of(data))))


def _transaction(data: Json) -> str:
    head = f"{data['where']}: transaction {data.get('id', data['key'])}"
    if data.get("stop") is None:
        return f"{head} of {data['token']} runs since {data['start']}"
    energy = kilowatt_hours(data.get("energy")) or "?"
    return f"{head} of {data['token']} ended ({data.get('reason')}), {energy} kWh"


def _outcome(data: Json) -> str:
    what = data.get("action") or data.get("command")
    value = "" if data.get("value") is None else f" {text_of(data['value'])}"
    detail = (data.get("outcome") or {}).get("detail")
    because = f" ({detail})" if detail else ""
    return f"{data['where']}: {what}{value}: {data['stage']}{because}"


def _datapoint(data: Json) -> str:
    value = "none" if data["value"] is None else text_of(data["value"])
    unit = f" {data['unit']}" if data.get("unit") and data["value"] is not None else ""
    return f"{data['where']}: {data['name']} = {value}{unit}"


_LINES = {
    "station": _station,
    "transaction": _transaction,
    "outcome": _outcome,
    "datapoint": _datapoint,
}
