"""What waits for the flow is bounded, and what belongs to a transaction stays."""

from __future__ import annotations

import threading

from connector.csms.facts import Datum, Facts, Weight
from connector.datapoints.fact_queue import FactQueue

POWER = Datum("1", "Power.Active.Import")
ENERGY = Datum("1", "session_energy")


def sample(value: float, station: str = "CP") -> Facts:
    return Facts(station, int(value), {POWER: value}, Weight.SAMPLE)


async def test_facts_come_out_in_order() -> None:
    queue = FactQueue()
    for value in range(5):
        queue.put(sample(value))
    assert [f.time_ms for f in queue.take(0)] == [0, 1, 2, 3, 4]
    assert queue.take(0) == []


async def test_beyond_the_limit_a_newer_sample_replaces_an_older_one() -> None:
    queue = FactQueue(limit=2)
    for value in range(10):
        queue.put(sample(value))
    assert [f.time_ms for f in queue.take(0)] == [0, 1, 9]
    assert queue.replaced == 7


async def test_stations_do_not_replace_each_other() -> None:
    queue = FactQueue(limit=1)
    for station in ("A", "B", "C"):
        queue.put(sample(1, station))
        queue.put(sample(2, station))
    assert [(f.station, f.time_ms) for f in queue.take(0)] == [("A", 1), ("A", 2), ("B", 2), ("C", 2)]  # fmt: skip


async def test_facts_of_transactions_are_never_dropped() -> None:
    queue = FactQueue(limit=1)
    for value in range(100):
        queue.put(Facts("CP", value, {ENERGY: value}, Weight.TRANSACTION))
    assert len(queue) == 100
    assert [f.time_ms for f in queue.take(0)] == list(range(100))


async def test_after_an_overflow_order_holds_again() -> None:
    queue = FactQueue(limit=1)
    for value in range(3):
        queue.put(sample(value))
    queue.take(0)
    queue.put(sample(3))
    assert [f.time_ms for f in queue.take(0)] == [3]


async def test_an_interrupt_ends_the_waiting() -> None:
    queue = FactQueue()
    taken: list[list[Facts]] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(30)))
    thread.start()
    queue.interrupt()
    thread.join(5)
    assert taken == [[]]
