"""One command, one table: the connector against its peers (see README.md)."""

from __future__ import annotations

import argparse
import dataclasses
import signal
import sys
import tempfile
from pathlib import Path

from figures import Figure, machine, table, verdicts
from growth import growth
from measures import latency, memory, start
from processes import BenchError, Broker
from throughput import throughput, throughput_201
from worker import raise_open_files

from bench import QUICK, Bench, Extent

MEASURES = {
    "throughput": throughput,
    "throughput-2.0.1": throughput_201,
    "memory": memory,
    "latency": latency,
    "start": start,
    "growth": growth,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: seconds")
    parser.add_argument("--peers", action="store_true", help="without the connector")
    parser.add_argument("--only", choices=MEASURES, action="append", help="one measure")
    parser.add_argument("--idle", type=int, help="idle connections (default 5,000)")
    parser.add_argument("--rounds", type=int, help="rounds of each server (default 3)")
    parser.add_argument("--seconds", type=float, help="length of a round (default 3)")
    return parser.parse_args()


def _extent(arguments: argparse.Namespace) -> Extent:
    asked = {
        "idle": arguments.idle,
        "rounds": arguments.rounds,
        "round_s": arguments.seconds,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return dataclasses.replace(QUICK if arguments.quick else Extent(), **given)


def _measure(bench: Bench, names: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        print(f"measuring {name} ..", file=sys.stderr, flush=True)
        figures += MEASURES[name](bench)
    return figures


def main() -> int:
    """Measure and print; 1 when something does not work, whatever its figures."""
    arguments = _arguments()
    raise_open_files()
    # What was started ends with us, also where somebody's patience does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            broker = Broker(Path(folder))
            broker.start()
        except BenchError as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 1
        bench = Bench(Path(folder), _extent(arguments), broker, not arguments.peers)
        try:
            figures = _measure(bench, arguments.only or list(MEASURES))
        except BenchError as failure:
            print(f"bench: {failure}", file=sys.stderr)
            return 1
        finally:
            broker.stop()
    print(f"\n{machine(bench.versions)}\n")
    for head, rows in bench.tables:
        print(table(head, rows) + "\n")
    print(verdicts(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
