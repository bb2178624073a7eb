"""Stations driven line by line, from a pipe; every line is answered by a line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from connector.cli.shapes import flattened, text_of
from connector.cli.visible import visible

if TYPE_CHECKING:
    from connector.station.assembly import Station
    from connector.station.driving.driver import Driver
    from connector.station.driving.fleet import Fleet
    from connector.station.driving.verbs import Deed

Json = dict[str, Any]
_STARTS_WITHIN_S = 10.0


class Answers:
    """Where answers go: text for people, JSON lines for programs."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.failures = 0

    def done(self, line: str, station: str, answer: Json) -> None:
        """A line was done at a station."""
        self._say({"line": line, "station": station, "ok": True, **answer})

    def failed(self, line: str, station: str | None, problem: object) -> None:
        """A line was not."""
        self.failures += 1
        where = {} if station is None else {"station": station}
        self._say({"line": line, **where, "ok": False, "error": str(problem)})

    def _say(self, answer: Json) -> None:
        if self._as_json:
            text = json.dumps(answer)
        else:
            text = visible(_text(answer))
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _text(answer: Json) -> str:
    station = answer.get("station")
    head = f"{station}: " if station is not None else ""
    if not answer["ok"]:
        return f"{head}error: {answer['error']}"
    rest = {
        name: value
        for name, value in answer.items()
        if name not in ("line", "station", "ok")
    }
    shown = " ".join(f"{name}={text_of(value)}" for name, value in flattened(rest))
    return f"{head}ok {shown}".rstrip()


async def drive(fleet: Fleet, lines: AsyncIterator[str], answers: Answers) -> None:
    """Do what the lines say, one after another, until they end or say `quit`."""
    await _started(fleet)
    async for line in lines:
        if not await one(fleet, line.strip(), answers):
            return
    await fleet.settle()


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
            answers.done(line, "", {"help": help_lines()})
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
    try:
        answer = await driver.do(deed)
    except NotDone as problem:
        answers.failed(line, identity, problem)
        return
    if deed.verb.name != "status":
        await driver.settle()
    answers.done(line, identity, answer)


def help_lines() -> list[str]:
    """What can be said."""
    from connector.station.driving import VERBS  # noqa: PLC0415

    width = max(len(each.name) for each in VERBS.values())
    return [f"{each.usage():<{width}}  {each.about}" for each in VERBS.values()]


async def _started(fleet: Fleet) -> None:
    """What is said first is meant for stations that are there."""
    from connector.station.driving.watching import until  # noqa: PLC0415

    async def one(station: Station) -> None:
        await until(station, lambda: station.client.is_accepted, _STARTS_WITHIN_S)

    await asyncio.gather(*(one(each.station) for each in fleet.drivers.values()))


async def standard_input() -> AsyncIterator[str]:
    """The lines of standard input, as they come."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        while line := await reader.readline():
            yield line.decode("utf-8", "replace")
    finally:
        transport.close()
