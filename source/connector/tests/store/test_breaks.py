"""The history breaks off where no connector ran."""

from __future__ import annotations

import pytest

from connector.store import DatabaseStore, life_statements, thinning
from connector.store.archive import Archive
from connector.store.records import HistoryRecord
from connector.store.retention_statements import remove_breaks, remove_history
from connector.store.spans import Grid, Point, Shape, Value
from connector.store.thinning import Band, Place
from connector.tests.store.databases import execute

KEY, OTHER = "CP__1__Power.Active.Import", "CP__1__status"
MEAN, COUNTER = Shape(), Shape(is_mean=False, outlasts=True)
T_MS = 1_769_860_800_000
MINUTE_MS = 60_000
GAP_MS = 15 * MINUTE_MS


async def keep(archive: Archive, *pairs: tuple[int, Value], key: str = KEY) -> None:
    """Values by their age, in ms since `T_MS`."""
    archive.add_history(
        HistoryRecord(key, T_MS + after_ms, value) for after_ms, value in pairs
    )
    await archive.flush_history()


async def live(
    archive: Archive, since_ms: int, now_ms: int, *, is_sure: bool = False
) -> int | None:
    """A connector lives; gives the break before it, since `T_MS`."""
    found: int | None = await archive.write(
        life_statements.live, T_MS + since_ms, T_MS + now_ms, is_sure
    )
    return None if found is None else found - T_MS


async def known(
    archive: Archive, shape: Shape = MEAN, key: str = KEY, **asked: int
) -> list[tuple[int, Value]]:
    """What is known, by ms since `T_MS`."""
    since_ms, until_ms = asked.get("since_ms", 0), asked.get("until_ms", 2**40)
    found = await archive.history(
        key,
        shape,
        since_ms=T_MS + since_ms,
        until_ms=T_MS + until_ms,
        limit=asked.get("limit", 99),
    )
    return [(record.time_ms - T_MS, record.value) for record in found]


async def break_off(archive: Archive) -> None:
    """Somebody lives for a minute, and somebody else a quarter of an hour later."""
    await live(archive, 0, MINUTE_MS)
    await live(archive, MINUTE_MS + GAP_MS, MINUTE_MS + GAP_MS)


BREAK_MS = MINUTE_MS + 1
AGAIN_MS = MINUTE_MS + GAP_MS + 5000


async def test_after_an_absence_nothing_is_known_until_it_is_told_again(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0), (30_000, 7000.0))
    await keep(archive, (0, "Charging"), key=OTHER)
    await break_off(archive)
    await keep(archive, (AGAIN_MS, 4100.0))

    assert await known(archive) == [
        (0, 6800.0),
        (30_000, 7000.0),
        (BREAK_MS, None),
        (AGAIN_MS, 4100.0),
    ]
    assert await known(archive, key=OTHER) == [(0, "Charging"), (BREAK_MS, None)]
    assert await known(archive, since_ms=BREAK_MS, until_ms=BREAK_MS + 1) == [
        (BREAK_MS, None)
    ]
    assert await known(archive, since_ms=BREAK_MS + 1) == [(AGAIN_MS, 4100.0)]


async def test_the_reading_of_a_meter_holds_on(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, (0, 1100.0))
    await break_off(archive)

    assert await known(archive, COUNTER) == [(0, 1100.0)]
    grid = Grid(T_MS, T_MS + GAP_MS, GAP_MS)
    assert await archive.steps(KEY, grid, COUNTER) == [Point(T_MS, 1100.0)]


async def test_steps_within_an_absence_are_null(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await break_off(archive)
    await keep(archive, (AGAIN_MS, 4100.0))

    found = await archive.steps(
        KEY, Grid(T_MS, T_MS + MINUTE_MS + GAP_MS + 60_000, MINUTE_MS), MEAN
    )
    later = await archive.steps(
        KEY, Grid(T_MS + 5 * MINUTE_MS, T_MS + 6 * MINUTE_MS, MINUTE_MS), MEAN
    )

    values = [point.value for point in found]
    assert values == [6800.0, 6800.0] + [None] * 14 + [4100.0]
    assert later == [Point(T_MS + 5 * MINUTE_MS, None)]


async def test_what_a_station_tells_later_of_an_absence_is_known(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await break_off(archive)
    await keep(archive, (5 * MINUTE_MS, 3000.0), (AGAIN_MS, 4100.0))

    assert await known(archive) == [
        (0, 6800.0),
        (BREAK_MS, None),
        (5 * MINUTE_MS, 3000.0),
        (AGAIN_MS, 4100.0),
    ]


async def test_pages_of_what_breaks_off_are_complete(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, (0, 1.0), (10, 2.0))
    await break_off(archive)
    await keep(archive, (AGAIN_MS, 3.0))
    whole = await known(archive)

    found: list[tuple[int, Value]] = []
    for _ in range(len(whole)):
        since_ms = found[-1][0] + 1 if found else 0
        found += await known(archive, since_ms=since_ms, limit=1)

    assert found == whole
    assert len(whole) == 4


# -- when it breaks off


async def test_values_that_are_newer_than_the_last_sign_count(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await live(archive, 0, 0)
    await keep(archive, (20_000, 6800.0))

    assert await live(archive, GAP_MS, GAP_MS) == 20_001


async def test_who_comes_back_within_a_minute_was_not_away(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await live(archive, 0, 0)

    assert await live(archive, MINUTE_MS, MINUTE_MS) is None
    assert await known(archive) == [(0, 6800.0)]


async def test_who_lived_while_nothing_could_be_written_was_not_away(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await live(archive, 0, 0)

    assert await live(archive, 0, GAP_MS) is None


async def test_a_second_start_without_values_between_breaks_nothing_off(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await break_off(archive)

    assert await live(archive, 3 * GAP_MS, 3 * GAP_MS) is None
    await keep(archive, (3 * GAP_MS, 1.0))
    assert await live(archive, 5 * GAP_MS, 5 * GAP_MS) == 3 * GAP_MS + 1


async def test_an_empty_store_has_nothing_to_break_off(store: DatabaseStore) -> None:
    assert await live(store.archive, 0, 0) is None
    assert await live(store.archive, GAP_MS, GAP_MS) is None


async def test_a_store_of_before_breaks_off_behind_its_newest_value(
    store: DatabaseStore,
) -> None:
    await keep(store.archive, (0, 6800.0), (77, 6900.0))

    assert await live(store.archive, GAP_MS, GAP_MS) == 78


async def test_a_clock_that_is_behind_at_the_start_is_waited_for(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await live(archive, 0, 0)
    await keep(archive, (0, 6800.0))

    assert await live(archive, -GAP_MS, -GAP_MS) is None
    assert await live(archive, GAP_MS, GAP_MS) == 1


async def test_a_clock_that_was_ahead_is_put_right(store: DatabaseStore) -> None:
    archive = store.archive
    await live(archive, 10 * GAP_MS, 10 * GAP_MS)

    await live(archive, 0, 0, is_sure=True)
    await keep(archive, (0, 6800.0))

    assert await live(archive, GAP_MS, GAP_MS) == 1


# -- with age


@pytest.mark.parametrize("step_min", [5, 60])
async def test_thinning_leaves_the_gap(store: DatabaseStore, step_min: int) -> None:
    archive = store.archive
    step_ms = step_min * MINUTE_MS
    await keep(archive, *((ms, 6800.0) for ms in range(0, MINUTE_MS, 10_000)))
    await break_off(archive)
    await keep(
        archive, *((AGAIN_MS + ms, 4100.0) for ms in range(0, MINUTE_MS, 10_000))
    )
    band = Band(T_MS, T_MS + 4 * GAP_MS, step_ms)

    aged = await archive.read(thinning.aged_in, band)
    place = Place(0, band.since_ms)
    assert not await archive.write(
        thinning.thin_some, band, aged, place, lambda key: MEAN
    )

    assert await known(archive) == [
        (0, 6800.0),
        (BREAK_MS, None),
        (AGAIN_MS, 4100.0),
    ]


async def test_breaks_go_with_the_history_that_they_end(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, (0, 6800.0))
    await break_off(archive)

    before_ms = T_MS + BREAK_MS
    assert await archive.write(remove_history, before_ms) == 1
    assert await archive.write(remove_breaks, before_ms) == 0
    assert await archive.write(remove_breaks, before_ms + 1) == 1
    assert await known(archive) == []


async def test_breaks_survive_as_all_else_does(store: DatabaseStore, url: str) -> None:
    await keep(store.archive, (0, 6800.0))
    await break_off(store.archive)
    await store.close()

    assert execute(url, "SELECT time_ms FROM breaks") == [(T_MS + BREAK_MS,)]
