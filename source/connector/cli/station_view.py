"""Stations on a terminal: how they are, what they say, and a line to type in."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import termios
import textwrap
import tty
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from connector.cli.exits import Exit
from connector.cli.station_frames import Frames
from connector.cli.station_keys import Keys
from connector.cli.station_lines import Answers, one, tell_refusals
from connector.cli.station_options import StationOptions
from connector.cli.station_serving import Manner, serve
from connector.cli.visible import visible
from connector.station.driving import status
from connector.station.driving.fleet import Fleet

Json = dict[str, Any]
_EVERY_S = 0.5
_FEW = 5
"""Of so many stations all messages are shown."""
_KEPT, _LEAST_SAID = 500, 6
_COLUMNS = (
    *("station", "link", "EVSE", "status", "card"),
    *("W", "limit W", "kWh", "battery"),
)
_NUMBERS = frozenset({"W", "limit W", "kWh", "battery"})
_STYLES = {"Charging": "green", "Faulted": "bold red", "Unavailable": "red"}


class Said:
    """The last lines of what was said."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=_KEPT)

    def add(self, text: str) -> None:
        """One more, or several."""
        self.lines.extend(visible(line) for line in text.split("\n"))


class Log(logging.Handler):
    """What is logged is said."""

    def __init__(self, said: Said) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        """A record."""
        self._said.add(f"{record.levelname} {record.getMessage()}")


async def view(options: StationOptions, manner: Manner) -> Exit:
    """Run the stations, and show them until somebody says `quit`."""
    said = Said()
    log = Log(said)
    logging.getLogger().addHandler(log)
    shows = options.shows_frames or manner.count <= _FEW
    observer = Frames(said.add, is_short=True) if shows else None
    try:
        return await serve(
            replace(options, shows_frames=shows),
            manner,
            observer=observer,
            instead=lambda fleet: View(fleet, said).run(),
        )
    finally:
        logging.getLogger().removeHandler(log)


class View:
    """The screen of a fleet."""

    def __init__(self, fleet: Fleet, said: Said) -> None:
        self._fleet = fleet
        self._said = said
        self._keys = Keys()
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._news = asyncio.Event()
        self._answers = Answers(as_json=False, write=self._answered)
        self._console = Console()

    def _answered(self, text: str) -> None:
        for line in text.split("\n"):
            for part in textwrap.wrap(line, self._console.width - 2) or [""]:
                self._said.add(part)
        self._news.set()

    async def run(self) -> None:
        """Until somebody says `quit`."""
        self._said.add("help shows what can be typed, quit ends")
        tell_refusals(self._fleet, self._answers)
        with self._typing():
            doing = asyncio.create_task(self._do(), name="what was typed")
            try:
                await self._show(doing)
            finally:
                doing.cancel()
                await asyncio.wait({doing})

    async def _do(self) -> None:
        """Line by line; a long one holds up those behind it, not the screen."""
        while True:
            line = (await self._lines.get()).strip()
            self._said.add(f"> {line}")
            if not await one(self._fleet, line, self._answers):
                return

    async def _show(self, doing: asyncio.Task[None]) -> None:
        with Live(
            self._screen(), console=self._console, screen=True, auto_refresh=False
        ) as live:
            while not (doing.done() or self._keys.is_over):
                live.update(self._screen(), refresh=True)
                self._news.clear()
                await self._wait()

    async def _wait(self) -> None:
        """Until there is something new to see, and not for long."""
        waiting = asyncio.create_task(self._news.wait())
        await asyncio.wait({waiting}, timeout=_EVERY_S)
        waiting.cancel()

    # -- typing

    @contextmanager
    def _typing(self) -> Iterator[None]:
        """Keys come one by one, and are not shown by the terminal itself."""
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        loop = asyncio.get_running_loop()
        tty.setcbreak(number)
        loop.add_reader(number, self._typed, number)
        try:
            yield
        finally:
            loop.remove_reader(number)
            termios.tcsetattr(number, termios.TCSADRAIN, before)

    def _typed(self, number: int) -> None:
        data = os.read(number, 4096)
        if not data:
            self._keys.is_over = True
        for line in self._keys.take(data):
            self._lines.put_nowait(line)
        self._news.set()

    # -- the screen

    def _screen(self) -> RenderableType:
        width, height = self._console.size
        table, used = self._table(max(1, height - _LEAST_SAID - 4))
        left = max(1, height - used - 3)
        said = list(self._said.lines)[-left:]
        lines = [Text(line[: width - 1], no_wrap=True) for line in said]
        lines += [Text("")] * (left - len(lines))
        typed = self._keys.text[-(width - 4) :]
        prompt = Text(f"> {typed}", style="bold") + Text("_", style="blink")
        return Group(table, Text("─" * (width - 1), style="dim"), *lines, prompt)

    def _table(self, room: int) -> tuple[RenderableType, int]:
        """The stations, and the lines that they take."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for each in _COLUMNS:
            justify: Any = "right" if each in _NUMBERS else "left"
            table.add_column(each, justify=justify, no_wrap=True)
        drivers = list(self._fleet.drivers.values())
        rows = 0
        for number, driver in enumerate(drivers):
            found = status.of(driver.station)
            if rows + len(found["evses"]) > room and number:
                table.add_row(f"and {len(drivers) - number} more")
                return table, rows + 2
            for place, evse in enumerate(found["evses"]):
                table.add_row(*_row(found, evse, is_first=place == 0))
                rows += 1
        return table, rows + 1


def _row(station: Json, evse: Json, *, is_first: bool) -> list[Text]:
    error = f" {evse['error']}" if evse["error"] else ""
    used_wh, charge = evse.get("session_wh"), evse["soc"]
    runs = evse["transaction"] is not None
    cells = [
        station["station"] if is_first else "",
        _link(station) if is_first else "",
        str(evse["evse"]),
        f"{evse['status']}{error}",
        evse["token"] or "",
        f"{evse['power_w']:.0f}" if runs else "",
        f"{evse['limit_w']:.0f}" if runs else "",
        f"{used_wh / 1000:.3f}" if used_wh is not None else "",
        f"{charge:.1f} %" if charge is not None else "",
    ]
    style = _STYLES.get(evse["status"], "")
    return [Text(visible(cell), style=style) for cell in cells]


def _link(station: Json) -> str:
    if not station["power"]:
        return "no power"
    if not station["connected"]:
        return "not connected"
    return f"{station['version']} {station['boot'] or '..'}"
