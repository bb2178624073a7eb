"""Stations driven line by line, from a pipe; every line is answered by a line."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from connector.cli.shapes import text_of
from connector.cli.visible import visible_lines

if TYPE_CHECKING:
    from connector.station.assembly import Station
    from connector.station.driving.driver import Driver
    from connector.station.driving.fleet import Fleet
    from connector.station.driving.verbs import Deed
    from connector.station.ports import Token

Json = dict[str, Any]
_STARTS_WITHIN_S = 10.0
_LONGEST = 1 << 20
_FRAME = frozenset({"line", "station", "ok"})


class Answers:
    """Where answers go: text for people, JSON lines for programs."""

    def __init__(
        self, *, as_json: bool, write: Callable[[str], None] | None = None
    ) -> None:
        self._as_json = as_json
        self._write = write or _to_stdout
        self.failures = 0
        self.has_quit = False
        self._held: dict[str, list[Json]] = {}
        """Refusals of cards by station, while the line that shows one is done."""

    def began(self, deed: Deed, station: str) -> None:
        """A line is being done; what becomes of a card follows its answer."""
        if deed.verb.name == "swipe":
            self._held[station] = []

    def done(self, line: str, station: str, answer: Json) -> None:
        """A line was done at a station."""
        self._say({"line": line, "station": station, "ok": True, **answer})
        self._let_go(station)

    def failed(self, line: str, station: str | None, problem: object) -> None:
        """A line was not."""
        self.failures += 1
        where = {} if station is None else {"station": station}
        self._say({"line": line, **where, "ok": False, "error": str(problem)})
        self._let_go(station)

    def refused(self, station: str, evse: int, token: Token, why: str) -> None:
        """A card that was shown may not charge."""
        found: Json = {"station": station, "event": "refused", "evse": evse}
        found |= {"tag": token.id, "reason": why}
        held = self._held.get(station)
        if held is None:
            self._say(found)
        else:
            held.append(found)

    def _let_go(self, station: str | None) -> None:
        for each in self._held.pop(station or "", ()):
            self._say(each)

    def help(self, line: str, lines: list[str]) -> None:
        """What can be said."""
        if self._as_json:
            self._say({"line": line, "ok": True, "help": lines})
        else:
            self._write("\n".join(lines))

    def _say(self, answer: Json) -> None:
        if self._as_json:
            text = json.dumps(answer)
        else:
            text = visible_lines(_text(answer))
        self._write(text)


def _to_stdout(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _text(answer: Json) -> str:
    station = answer.get("station")
    head = f"{station}: " if station is not None else ""
    if "event" in answer:
        card = f"{answer['event']} card {answer['tag']}: {answer['reason']}"
        return f"{head}EVSE {answer['evse']}: {card}"
    if not answer["ok"]:
        return f"{head}error: {answer['error']}"
    if "evses" in answer:
        return "\n".join(status_lines(answer))
    rest = {name: value for name, value in answer.items() if name not in _FRAME}
    shown = " ".join(f"{name}={text_of(value)}" for name, value in rest.items())
    return f"{head}ok {shown}".rstrip()


def status_lines(status: Json) -> list[str]:
    """How a station is: a line for it, and one for each EVSE."""
    link = f"{status['version']}, {status['boot'] or 'not booted'}"
    link = link if status["connected"] else "not connected"
    if not status["power"]:
        link = "no power"
    waiting = f", {status['waiting']} events wait" if status["waiting"] else ""
    lines = [f"{status['station']}: {link}{waiting}"]
    return lines + [f"  {_evse_line(each)}" for each in status["evses"]]


def _evse_line(evse: Json) -> str:
    parts = [f"EVSE {evse['evse']}: {evse['status']}"]
    if evse["error"]:
        parts.append(f"{evse['error']} {evse['info'] or ''}".rstrip())
    if evse["transaction"] is not None:
        parts.append(f"transaction {evse['transaction']} of {evse['token']}")
        parts.append(f"{evse['power_w']:.0f} W of {evse['limit_w']:.0f} W")
        parts.append(f"{evse['session_wh'] / 1000:.3f} kWh")
    if evse["soc"] is not None:
        parts.append(f"battery {evse['soc']:.1f} %")
    return ", ".join(parts)


async def drive(
    fleet: Fleet, lines: AsyncIterator[str], answers: Answers, *, waits: bool = True
) -> None:
    """Do what the lines say, one after another, until they end or say `quit`.

    ``waits``: the first ones wait until the stations are there.
    """
    tell_refusals(fleet, answers)
    if waits:
        await _started(fleet)
    async for line in lines:
        if not await one(fleet, line.strip(), answers):
            answers.has_quit = True
            return
    if waits:
        await fleet.settle()


def tell_refusals(fleet: Fleet, answers: Answers) -> None:
    """Have it said where a card may not charge, whenever that is found out."""
    for each in fleet.drivers.values():
        each.station.on_refused(answers.refused)


async def one(fleet: Fleet, line: str, answers: Answers) -> bool:
    """Do one line; False: it was `quit`."""
    from connector.station.driving import WrongLine, parse  # noqa: PLC0415
    from connector.station.driving.fleet import UnknownStation  # noqa: PLC0415

    try:
        deed = parse(line)
        if deed is None:
            return True
        if deed.verb.name == "quit":
            await fleet.settle()
            return False
        if deed.verb.name == "help":
            answers.help(line, help_lines())
            return True
        drivers = fleet.meant(deed)
    except (WrongLine, UnknownStation) as problem:
        answers.failed(line, None, problem)
        return True
    await asyncio.gather(*(_do(each, deed, line, answers) for each in drivers))
    return True


async def _do(driver: Driver, deed: Deed, line: str, answers: Answers) -> None:
    from connector.station.driving import NotDone  # noqa: PLC0415

    identity = driver.station.identity
    answers.began(deed, identity)
    try:
        answer = await driver.do(deed)
    except NotDone as problem:
        answers.failed(line, identity, problem)
        return
    if deed.verb.name != "status" and not await driver.settle():
        # Somebody listens, and does not answer: each line waits as long for it.
        answer = {**answer, "told": False, "waiting": driver.station.client.waiting}
    answers.done(line, identity, answer)


def help_lines() -> list[str]:
    """What can be said."""
    from connector.station.driving import VERBS  # noqa: PLC0415

    return [
        line for each in VERBS.values() for line in (each.usage(), f"    {each.about}")
    ]


async def _started(fleet: Fleet) -> None:
    """What is said first is meant for stations that are there."""
    from connector.station.driving.watching import until  # noqa: PLC0415

    async def one(station: Station) -> None:
        await until(station, lambda: station.client.is_accepted, _STARTS_WITHIN_S)

    await asyncio.gather(*(one(each.station) for each in fleet.drivers.values()))


async def standard_input() -> AsyncIterator[str]:
    """The lines of standard input, as they come."""
    if stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode):
        # Files cannot be waited for, and need not be.
        while text := await asyncio.to_thread(sys.stdin.readline):
            yield text
        return
    reader = asyncio.StreamReader(limit=_LONGEST)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while line := await _line(reader):
            yield line.decode("utf-8", "replace")
    finally:
        transport.close()


async def _line(reader: asyncio.StreamReader) -> bytes:
    """The next one; of one that is too long, a part that is wrong."""
    try:
        return await reader.readuntil()
    except asyncio.IncompleteReadError as rest:
        return rest.partial
    except asyncio.LimitOverrunError as problem:
        return await reader.readexactly(problem.consumed)
