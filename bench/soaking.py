"""One command, one account: hundreds of stations, faults and commands for a while.

See README.md; the exit code is 1 if anything is missing at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from figures import machine, table
from processes import HERE

# Stations as they are in the field are the tests' own.
sys.path.insert(0, str(HERE.parent / "source"))

import httpx
from connector.sessions.open_files import raise_open_files
from connector.tests.broker import Broker
from connector.tests.faults.field import FieldStation
from connector.tests.faults.site import Site, account
from connector.tests.system.process import ConnectorProcess
from soak_commands import Commands
from soak_process import (
    MOST_FILES,
    MOST_MIB,
    WARM_AFTER_MINUTES,
    WARMING_MIB,
    Watch,
)
from soak_stations import Life, add_stations
from soak_values import NAME, Values, differences

_SEED = 20260131
_TOKEN = "the-token-of-the-soak"
_ALL_COME_WITHIN_S = 120.0
_ALL_SAID_WITHIN_S = 120.0
_QUIET_BEFORE_S = 3.0
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Plan:
    """How much of it, and how often what."""

    minutes: float
    stations: int
    seed: int

    @property
    def outage_each_s(self) -> float:
        """Brokers that are restarted: twice in a minute at first, then less."""
        return max(20.0, min(120.0, self.minutes * 60 / 8))

    cut_each_s: float = 1.0
    command_each_s: float = 0.5


@dataclass
class Account:
    """What is told at the end."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, what: str, how_much: object) -> None:
        """One line."""
        self.rows.append((what, str(how_much)))

    def miss(self, problems: Sequence[str]) -> None:
        """What is not as it should be."""
        self.missing += problems


class Soak:
    """Everything that runs."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self._source = Random(plan.seed)  # noqa: S311  (it need not be secret)
        self._broker = Broker(folder)
        self._broker.start()
        self._connector = ConnectorProcess(
            self._broker.port,
            folder,
            UNKNOWN_STATIONS="accept",
            API_TOKEN=_TOKEN,
            CONNECTOR_NAME=NAME,
            LIMIT_MIN_INTERVAL_S="1",
        )
        self.site = Site(self._connector, folder, self._source)
        self.values = Values(self._broker.port)
        self.faults: Counter[str] = Counter()
        self.account = Account()

    async def run(self) -> Account:
        """All of it, to the account."""
        plan = self.plan
        await self.values.listen()
        stations = add_stations(self.site, plan.stations, self._source)
        await self.site.accepted(_ALL_COME_WITHIN_S)
        for station in stations:
            self.values.watch(station)
        watch = Watch(self._connector.pid)
        life = Life(stations, self._source)
        url = f"http://127.0.0.1:{self._connector.http_port}"
        headers = {"Authorization": f"Bearer {_TOKEN}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=90) as api:
            commands = Commands(stations, self.values, api, self._source)
            began_s = time.monotonic()
            life.begin()
            commands.begin(plan.command_each_s)
            await self._trouble(stations, commands)
            await commands.end()
            await life.end()
            await self.site.drained(_ALL_SAID_WITHIN_S)
            await watch.stop()
            seconds = time.monotonic() - began_s
        await self.values.settled()
        self.values.lose()
        await self._tell(stations, commands, watch, seconds)
        return self.account

    # -- faults

    async def _trouble(
        self, stations: Sequence[FieldStation], commands: Commands
    ) -> None:
        """Faults for the time of the plan."""
        ends = asyncio.create_task(asyncio.sleep(self.plan.minutes * 60))
        cutting = asyncio.create_task(self._cut(stations))
        try:
            while not ends.done():
                await asyncio.wait({ends}, timeout=self.plan.outage_each_s)
                if not ends.done():
                    await self._restart_broker(commands)
        finally:
            cutting.cancel()
            await asyncio.wait({cutting})

    async def _cut(self, stations: Sequence[FieldStation]) -> None:
        """Links break, or go dark and are not known to."""
        while True:
            await asyncio.sleep(self._source.uniform(0, 2 * self.plan.cut_each_s))
            station = self._source.choice(stations)
            if self._source.random() < 0.2:
                self.faults["links that went dark"] += 1
                station.go_dark()
            else:
                self.faults["links that broke"] += 1
                station.hang_up()

    async def _restart_broker(self, commands: Commands) -> None:
        await commands.quiet()
        await asyncio.sleep(_QUIET_BEFORE_S)
        self.values.lose()
        if self._source.random() < 0.5:
            self.faults["brokers that were killed"] += 1
            self._broker.kill()
            await asyncio.sleep(self._source.uniform(0.1, 5))
            await asyncio.to_thread(self._broker.start)
        else:
            self.faults["brokers that froze"] += 1
            self._broker.freeze()
            await asyncio.sleep(self._source.uniform(1, 8))
            self._broker.thaw()
        await self.values.listen()
        commands.go_on()

    # -- the account

    async def _tell(
        self,
        stations: Sequence[FieldStation],
        commands: Commands,
        watch: Watch,
        seconds: float,
    ) -> None:
        tell = self.account.add
        tell("stations (1.6, 2.0.1, 2.1)", len(stations))
        tell("minutes", f"{seconds / 60:.1f}")
        tell("seed", self.plan.seed)
        for name, number in sorted(self.faults.items()):
            tell(name, number)
        tell("connections of the stations", sum(s.connects for s in stations))
        self._tell_values(stations)
        self._tell_commands(commands)
        self._tell_process(watch)
        await asyncio.to_thread(self._connector.stop)
        await self._tell_transactions(stations)
        if "Traceback" in self._connector.log():
            self.account.miss(["the log of the connector has a traceback"])

    def _tell_values(self, stations: Sequence[FieldStation]) -> None:
        account = self.account
        account.add("messages of stations, answered", sum(s.answered for s in stations))
        account.add("messages refused", sum(len(s.errors) for s in stations))
        account.add("MQTT messages heard", f"{self.values.messages:,}")
        account.add("of them values of stations", f"{self.values.values:,}")
        due, lost = self.values.missing()
        account.add("meter readings that had to come out", due)
        account.add("of them missing", len(lost))
        account.miss(lost)
        wrong = differences(self.values, stations)
        account.add("values that are wrong at the end", len(wrong))
        account.miss(wrong)
        account.miss([f"{s.identity}: {s.errors[0]}" for s in stations if s.errors])

    def _tell_commands(self, commands: Commands) -> None:
        account = self.account
        account.add("commands over MQTT", len(commands.sent))
        for name, number in sorted(commands.outcomes.items()):
            account.add(f"commands {name}", number)
        problems = commands.account()
        account.add("commands without exactly one outcome", len(problems))
        account.miss(problems)

    def _tell_process(self, watch: Watch) -> None:
        account = self.account
        account.add(
            "memory, first and last",
            f"{watch.memory_mib[0]:.0f} MiB, {watch.memory_mib[-1]:.0f} MiB",
        )
        account.add("memory, end above middle", f"{watch.grown_mib():.1f} MiB")
        slope = f"{watch.slope_mib_per_hour():.1f} MiB per hour"
        account.add("memory, slope of the second half", slope)
        account.add("file descriptors, end above middle", f"{watch.grown_files():.0f}")
        is_warm = self.plan.minutes >= WARM_AFTER_MINUTES
        most_mib = MOST_MIB if is_warm else WARMING_MIB
        if watch.grown_mib() > most_mib:
            account.miss([f"memory grows by more than {most_mib} MiB"])
        if watch.grown_files() > MOST_FILES:
            account.miss([f"there are more than {MOST_FILES} file descriptors more"])

    async def _tell_transactions(self, stations: Sequence[FieldStation]) -> None:
        account_of = self.account
        charges = [charge for station in stations for charge in station.charges]
        records = await self.site.kept()
        account_of.add("transactions started, at stations", len(charges))
        account_of.add("closed, at stations", sum(c.is_told for c in charges))
        account_of.add("transactions in the store", len(records))
        open_ones = sum(record.is_open for record in records)
        account_of.add("of them closed", len(records) - open_ones)
        energy = sum(c.energy_wh or 0 for c in charges) / 1000
        account_of.add("energy at stations", f"{energy:,.1f} kWh")
        kept = sum(
            (r.meter_stop_wh or 0) - (r.meter_start_wh or 0)
            for r in records
            if not r.is_open
        )
        account_of.add("energy in the store", f"{kept / 1000:,.1f} kWh")
        account_of.miss(account(stations, records))

    async def close(self) -> None:
        """End what runs, whatever became of it."""
        await self.site.close()
        self._connector.stop(signal.SIGKILL)
        self._broker.kill()


# -- the command


_PAGE = """\
# Soak

Made by `bench/soak --minutes {minutes:g} --write`: stations of three versions charge
on a connector that runs as its users run it, while links break or go dark, the broker
is killed and frozen, and commands come over MQTT and HTTP. At the end everything is
accounted for: every meter reading that was answered while the broker was there has to
have come out on MQTT, every transaction has to be in the store once with its energy,
every command has to have one outcome, and memory and file descriptors must not grow.
Continuous integration runs one minute of it.

{machine}

{account}
"""


def _shown(account: Account) -> str:
    text = table(("what", "how much"), account.rows)
    if not account.missing:
        return f"{text}\n\nNothing is missing."
    shown = "\n".join(f"- {line}" for line in account.missing[:_MOST_SHOWN])
    return f"{text}\n\n**{len(account.missing)} things are missing:**\n\n{shown}"


async def _run(plan: Plan, folder: Path) -> Account:
    soak = Soak(plan, folder)
    try:
        return await soak.run()
    finally:
        await soak.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--stations", type=int, default=500)
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--write", action="store_true", help="write the page of docs/")
    return parser.parse_args()


def main() -> int:
    """Run and account; 1 when anything is missing."""
    arguments = _arguments()
    raise_open_files()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = Plan(arguments.minutes, arguments.stations, arguments.seed)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        account = asyncio.run(_run(plan, Path(folder)))
    text = _shown(account)
    print(text)
    if arguments.write:
        page = _PAGE.format(minutes=plan.minutes, machine=machine(), account=text)
        path = HERE.parent / "docs" / "explanation" / "soak.md"
        path.write_text(page)
        print(f"written: {path}", file=sys.stderr)
    return 1 if account.missing else 0


if __name__ == "__main__":
    sys.exit(main())
