"""What is known of the last transactions after a restart of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.csms.facts import Facts, Scalar
from connector.csms.recalling import Recalling
from connector.datapoints.keys import local_key
from connector.datapoints.sensors import Sensors
from connector.errors import StoreError
from connector.store import open_store
from connector.store.records import StationRecord
from connector.tests.clock import START_MS, FakeClock
from connector.tests.csms.conftest import NAME, Harness, settle
from connector.tests.csms.v2.conftest import AGREES, Station2
from connector.tests.store.databases import DATABASES, empty_database

HOUR_S = 3600
DAY_S = 86_400
OF_A_SESSION = (
    "transaction_id",
    "transaction_active",
    "id_token",
    "session_start",
    "session_seconds",
    "session_energy",
    "stop_reason",
)
Run = Callable[..., Awaitable[Harness]]


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of each kind."""
    return empty_database(request, tmp_path)


@pytest.fixture
async def run(url: str) -> AsyncIterator[Run]:
    """Starts a central system on the store, and ends the one before; one clock."""
    clock = FakeClock()
    running = AsyncExitStack()

    async def begin(**options: Any) -> Harness:
        await running.aclose()
        store: Any = open_store(url)
        await store.open()
        running.push_async_callback(store.close)
        system = Harness(store, clock=clock, **options)
        await system.central.start()
        await _recall(system)
        running.push_async_callback(system.close)
        return system

    yield begin
    await running.aclose()


async def _recall(system: Harness) -> None:
    store: Any = system.store
    stations, publish = system.central.stations, system.facts.append
    await Recalling(stations, store.archive, system.clock, publish).recall()


def shown(system: Harness) -> dict[str, tuple[Scalar, int]]:
    """Values with their times, by their keys behind the station."""
    sensors = Sensors()
    for facts in system.facts:
        sensors.take(facts, system.clock.now_ms())
    return {
        local_key(datum): (value.value, value.time_ms)
        for datum, value in sensors.station(NAME)
    }


def session(system: Harness, where: str = "1") -> dict[str, tuple[Scalar, int]]:
    return {
        name: value
        for name, value in shown(system).items()
        if name in {f"{where}__{each}" for each in OF_A_SESSION}
    }


def energies(system: Harness) -> dict[str, Scalar]:
    return {
        name: value
        for name, (value, _) in shown(system).items()
        if name.endswith("session_energy")
    }


async def charge(system: Harness, *, connector: int = 1, energy: int = 1500) -> None:
    """A session of an hour, at a station that is there for it."""
    end = await system.connect(boots=True)
    begun = await end.start(connector=connector, meter=1000)
    number = begun["transactionId"]
    await system.advance(HOUR_S / 2)
    sample = {"value": str(1000 + energy // 2)}
    await end.meter(sample, connector=connector, transaction=number)
    await system.advance(HOUR_S / 2)
    await end.stop(number, meter=1000 + energy, reason="EVDisconnected")
    await end.leave()


async def test_the_last_session_is_known_as_before(run: Run) -> None:
    system = await run()
    await charge(system)
    before = session(system)
    await system.advance(60)

    system = await run()

    after, end_ms = session(system), START_MS + HOUR_S * 1000
    assert _values(after) == _values(before)
    assert set(before) == {f"1__{name}" for name in OF_A_SESSION}
    assert {time_ms for _, time_ms in after.values()} == {end_ms}
    assert before["1__session_energy"] == (1500.0, end_ms)


def _values(found: dict[str, tuple[Scalar, int]]) -> dict[str, Scalar]:
    return {name: value for name, (value, _) in found.items()}


async def test_that_of_long_ago_is_known_too(run: Run) -> None:
    system = await run()
    await charge(system)
    await system.advance(400 * DAY_S)

    system = await run()

    assert energies(system) == {"1__session_energy": 1500.0}


async def test_each_connector_has_its_own(run: Run) -> None:
    system = await run()
    for connector, energy in ((2, 700), (1, 800), (1, 900)):
        await charge(system, connector=connector, energy=energy)
        await system.advance(3 * DAY_S)

    system = await run()

    assert energies(system) == {"1__session_energy": 900.0, "2__session_energy": 700.0}


async def test_the_last_transaction_of_a_station_is_told_once_and_with_its_time(
    run: Run,
) -> None:
    system = await run()
    for connector, energy in ((1, 700), (2, 800)):
        await charge(system, connector=connector, energy=energy)
    before = shown(system)["0__last_transaction"]

    system = await run()

    assert shown(system)["0__last_transaction"] == before
    [text] = system.told("last_transaction", "0")
    assert orjson.loads(str(text))["where"] == "2"


async def test_beside_one_that_runs_the_last_that_ended_is_told(run: Run) -> None:
    system = await run()
    await charge(system)
    end = await system.connect()
    await end.start(meter=9000)
    before = shown(system)["0__last_transaction"]

    system = await run()

    assert shown(system)["0__last_transaction"] == before
    assert energies(system) == {"1__session_energy": 0.0}


async def test_of_one_that_runs_the_newest_kept_value_is_known(run: Run) -> None:
    system = await run()
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    for register in ("1200", "1400"):
        await system.advance(60)
        await end.meter({"value": register}, transaction=number)
    before = session(system)
    await system.advance(60)

    system = await run()

    assert session(system) == before
    assert before["1__session_energy"] == (400.0, START_MS + 120_000)
    assert before["1__session_seconds"] == (120, START_MS + 120_000)


async def test_its_energy_is_not_known_where_nobody_told_any(run: Run) -> None:
    system = await run()
    end = await system.connect()
    await end.status("Charging")
    power = {"value": "7", "measurand": "Power.Active.Import"}
    await end.meter(power, transaction=77)

    system = await run()

    assert shown(system)["1__transaction_active"][0] is True
    assert energies(system) == {}


async def test_what_a_station_kept_while_we_were_away_is_newer(run: Run) -> None:
    system = await run()
    await charge(system)
    await system.advance(3 * HOUR_S)
    system = await run()
    end = await system.connect()
    await end.status("Available")

    begun = await end.start(meter=5000, ago_s=2 * HOUR_S)
    await end.stop(begun["transactionId"], meter=5250, ago_s=HOUR_S)

    assert energies(system) == {"1__session_energy": 250.0}
    last = orjson.loads(str(shown(system)["0__last_transaction"][0]))
    assert last["energy"] == 250.0


async def test_an_end_while_we_were_away_follows_the_value_that_was_kept(
    run: Run,
) -> None:
    system = await run()
    end = await system.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await system.advance(60)
    await end.meter({"value": "1400"}, transaction=number)
    await system.advance(HOUR_S)
    system = await run()
    end = await system.connect()

    await end.stop(number, meter=1500, ago_s=HOUR_S)

    assert energies(system) == {"1__session_energy": 500.0}


async def test_energy_that_was_not_kept_is_computed_again(run: Run) -> None:
    system = await run()
    await charge(system)
    [record] = await system.store.transactions()
    await system.advance(2)
    await _lose_energy(system, record.key)

    system = await run()

    assert energies(system) == {"1__session_energy": 1500.0}


async def _lose_energy(system: Harness, key: str) -> None:
    """As of records of before energies were kept."""
    store: Any = system.store
    await store.archive.write(
        lambda connection: connection.exec_driver_sql(
            "UPDATE transactions SET energy_wh = NULL"
        )
    )
    assert (await store.transaction(key)).energy_wh is None


async def test_what_began_before_it_was_recalled_stays(run: Run) -> None:
    system = await run()
    await charge(system)
    system = await run()
    end = await system.connect(boots=True)
    await end.start(meter=7000)
    before = _values(shown(system))

    await _recall(system)

    assert _values(shown(system)) == before


async def test_an_end_before_it_was_recalled_stays(run: Run) -> None:
    system = await run()
    await charge(system)
    system = await run()
    await charge(system, energy=400)
    before = energies(system), shown(system)["0__last_transaction"][0]

    await _recall(system)

    assert (energies(system), shown(system)["0__last_transaction"][0]) == before


class _NoReads:
    """Of a store that cannot be read, or never answers."""

    def __init__(self, problem: StoreError | None = None) -> None:
        self._problem = problem
        self.is_asked = asyncio.Event()

    async def last_transactions(self, since_ms: int) -> Any:
        self.is_asked.set()
        if self._problem is not None:
            raise self._problem
        await asyncio.Event().wait()

    async def last_samples(self, keys: Any, newest: int) -> Any:
        raise AssertionError("no transactions: no samples of them are looked for")


async def test_a_store_that_cannot_be_read_is_told(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    system = await run()
    reads: Any = _NoReads(StoreError("the disk is gone"))
    recalling = Recalling({}, reads, system.clock, system.facts.append)

    recalling.start()
    await settle()
    await recalling.stop()

    assert "last transactions of stations are not shown: the disk is" in caplog.text


async def test_an_end_of_ours_does_not_wait_for_what_is_recalled(run: Run) -> None:
    system = await run()
    reads: Any = _NoReads()
    recalling = Recalling({}, reads, system.clock, system.facts.append)
    recalling.start()
    await reads.is_asked.wait()

    async with asyncio.timeout(10):
        await recalling.stop()


async def test_a_station_that_is_not_adopted_shows_nothing(run: Run) -> None:
    system = await run()
    await charge(system)
    await system.store.save_station(StationRecord(NAME, "rejected"))

    system = await run(stations={})

    assert session(system) == {}
    assert system.told("last_transaction", "0") == []


async def test_what_is_recalled_is_marked(run: Run) -> None:
    system = await run()
    await charge(system)

    system = await run()

    assert {name for facts in system.facts for name in _recalled(facts)} >= {
        "session_energy",
        "last_transaction",
    }
    assert not any("connected" in _recalled(facts) for facts in system.facts)


def _recalled(facts: Facts) -> set[str]:
    return {datum.name for datum in facts.values} if facts.is_recalled else set()


async def test_a_clock_that_was_set_back_has_no_values_from_the_future(
    run: Run,
) -> None:
    system = await run()
    await charge(system)
    system.clock.advance(-HOUR_S)

    system = await run()

    times = {time_ms for _, time_ms in session(system).values()}
    assert max(times) <= system.clock.now_ms()


async def test_of_2x_the_last_session_is_known_as_before(run: Run) -> None:
    system = await run()
    end: Any = system.begin(NAME, "ocpp2.0.1", AGREES, Station2)
    await settle()
    await end.event("Started", 0, {"value": 5000}, token="card")
    await system.advance(60)
    await end.event("Ended", 1, {"value": 5600}, reason="EVDisconnected")
    before = session(system)

    system = await run()

    assert _values(session(system)) == _values(before)
    assert before["1__session_energy"][0] == 600.0
