"""The stations on a terminal, drawn anew as they change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from connector.cli.board import Board, statuses_of
from connector.cli.visible import visible

Json = dict[str, Any]
_A_SECOND = 2.0
_LEAST_SAID = 4
_NUMBERS = frozenset({"W", "LIMIT W", "HEARD"})
_WIDE = 70
_WHERE_WIDE = frozenset({"NAME", "HEARD"})
_WAITS = "Pending"
_COLUMNS = ("STATION", "NAME", "LINK", "STATUS", "W", "LIMIT W", "HEARD")


@contextmanager
def shown(board: Board) -> Iterator[None]:
    """Draw it while the ``with`` lasts."""
    console = Console()
    with Live(
        console=console,
        screen=True,
        refresh_per_second=_A_SECOND,
        get_renderable=lambda: screen(board, *console.size),
    ):
        yield


def screen(board: Board, width: int, height: int) -> RenderableType:
    """The table, and below it what was said last."""
    stations = sorted(board.stations.values(), key=_by_need)
    lines = list(board.said)
    room = max(2, height - min(_LEAST_SAID, len(lines)) - 3)
    left = max(0, height - min(len(stations), room) - 3)
    said = [visible(line)[: width - 1] for line in lines[-left:]] if left else []
    head = Text(_head(board, stations), style="red" if board.is_lost else "dim")
    head.no_wrap = True
    return Group(
        _table(board, stations, room, _columns(width)),
        head,
        *(Text(line, no_wrap=True) for line in said),
    )


def _by_need(station: Json) -> tuple[int, str]:
    """Who waits comes first, who is away last: what charges is what one looks at."""
    waits = station["registration"] == _WAITS
    return (0 if waits else 1 if station["connected"] else 2, station["station"])


def _head(board: Board, stations: list[Json]) -> str:
    connected = sum(each["connected"] for each in stations)
    powers_w = [board.power_w(each) for each in stations]
    known_w = [each for each in powers_w if each is not None]
    total = f", {sum(known_w):.0f} W" if known_w else ""
    state = "no connector; it was: " if board.is_lost else ""
    waiting = [each["station"] for each in stations if each["registration"] == _WAITS]
    adopt = f"; `stations adopt {visible(waiting[0])}` lets it in" if waiting else ""
    return f"{state}{connected} of {len(stations)} connected{total}; q ends{adopt}"


def _columns(width: int) -> tuple[str, ...]:
    """Those that a terminal has room for."""
    is_wide = width >= _WIDE
    return tuple(each for each in _COLUMNS if is_wide or each not in _WHERE_WIDE)


def _table(
    board: Board, stations: list[Json], room: int, columns: tuple[str, ...]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        justify: Any = "right" if title in _NUMBERS else "left"
        table.add_column(title, justify=justify, no_wrap=True)
    few = stations if len(stations) <= room else stations[: room - 1]
    for each in few:
        cells, style = row(board, each, datetime.now(UTC))
        shown = dict(zip(_COLUMNS, cells, strict=True))
        table.add_row(*(Text(visible(shown[each]), style=style) for each in columns))
    if len(few) < len(stations):
        table.add_row(f"and {len(stations) - len(few)} more")
    return table


def row(board: Board, station: Json, now: datetime) -> tuple[list[str], str]:
    """The cells of a station, and how they are drawn."""
    power = board.power_w(station)
    cells = [
        station["station"],
        station["name"] or "",
        _link(station),
        statuses_of(station),
        "" if power is None else f"{power:.0f}",
        _limit(station),
        _heard(station, now),
    ]
    return cells, _style(station)


def _link(station: Json) -> str:
    if station["registration"] != "Accepted":
        return str(station["registration"])
    return (station["protocol"] or "") if station["connected"] else "not connected"


def _limit(station: Json) -> str:
    places = [station, *station["connectors"]]
    limits = [(each["limit"] or {}).get("power_limit") for each in places]
    return ", ".join(f"{each:.0f}" for each in limits if each is not None)


def _heard(station: Json, now: datetime) -> str:
    if station["connected"] or not station["last_seen"]:
        return ""
    ago_s = (now - datetime.fromisoformat(station["last_seen"])).total_seconds()
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60)):
        if ago_s >= seconds:
            return f"{ago_s // seconds:.0f} {unit} ago"
    return f"{max(0.0, ago_s):.0f} s ago"


def _style(station: Json) -> str:
    if station["registration"] == _WAITS:
        return "yellow"
    if not station["connected"]:
        return "dim"
    statuses = {each["status"] for each in station["connectors"]}
    return "red" if "Faulted" in statuses else "green" if "Charging" in statuses else ""
