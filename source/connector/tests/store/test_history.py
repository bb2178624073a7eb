"""The history in the database: kept, read, thinned."""

from __future__ import annotations

import logging
import time
from itertools import pairwise

import pytest

from connector.errors import StoreError
from connector.store import DatabaseStore, history_statements, thinning
from connector.store.archive import Archive
from connector.store.records import HistoryRecord
from connector.store.spans import Grid, Point, Shape
from connector.store.thinning import TIERS, Band, Place, Tier

KEY = "CP__1__Power.Active.Import"
DAY_MS = 86_400_000


def values(
    *pairs: tuple[int, float | str | None], key: str = KEY
) -> list[HistoryRecord]:
    return [HistoryRecord(key, *pair) for pair in pairs]


async def keep(archive: Archive, *records: HistoryRecord) -> None:
    archive.add_history(records)
    await archive.flush_history()


async def kept(archive: Archive, key: str = KEY) -> list[HistoryRecord]:
    return await archive.history(key, since_ms=0, until_ms=2**60, limit=100_000)


async def test_values_are_kept_in_the_order_of_their_times(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    await keep(archive, *values((3, None), (1, 7400.5), (2, "Charging")))

    found = await kept(archive)

    assert found == values((1, 7400.5), (2, "Charging"), (3, None))
    assert await kept(archive, "other") == []


async def test_a_part_of_it_is_read(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, *values((1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)))

    found = await archive.history(KEY, since_ms=2, until_ms=4, limit=9)
    first = await archive.history(KEY, since_ms=2, until_ms=9, limit=1)

    assert found == values((2, 2.0), (3, 3.0))
    assert first == values((2, 2.0))


async def test_keys_do_not_mix_and_are_known_from_then_on(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    assert not await archive.has_history(KEY)
    await keep(archive, *values((1, 1.0)), *values((1, 2.0), key="b"))
    await keep(archive, *values((2, 3.0)), *values((2, 4.0), key="c"))

    assert await kept(archive) == values((1, 1.0), (2, 3.0))
    assert await kept(archive, "b") == values((1, 2.0), key="b")
    assert await archive.has_history("c")


async def test_a_second_value_of_one_time_replaces_the_first(
    store: DatabaseStore,
) -> None:
    await keep(store.archive, *values((1, 1.0), (1, "Charging")))

    assert await kept(store.archive) == values((1, "Charging"))


async def test_very_long_and_odd_keys_are_kept(store: DatabaseStore) -> None:
    long = ["x" * 5000 + end for end in "ab"]
    await keep(store.archive, *(HistoryRecord(key, 1, key[-1]) for key in long))
    await keep(store.archive, HistoryRecord("\x00%'ä", 1, "nul \x00"))

    found = [await kept(store.archive, key) for key in long]

    assert [[record.value for record in each] for each in found] == [["a"], ["b"]]
    assert [r.value for r in await kept(store.archive, "\x00%'ä")] == ["nul \ufffd"]


async def test_numbers_of_keys_are_found_again_after_they_were_forgotten(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_statements, "_MOST_CACHED", 1)
    for time_ms in range(3):
        records = [HistoryRecord(key, time_ms, 1.0) for key in "abc"]
        await keep(store.archive, *records)

    assert [len(await kept(store.archive, key)) for key in "abc"] == [3, 3, 3]


async def test_values_of_many_keys_are_kept_at_once(store: DatabaseStore) -> None:
    records = [HistoryRecord(f"key {number}", 1, 1.0) for number in range(1500)]

    await keep(store.archive, *records)

    assert await kept(store.archive, "key 1499") == records[-1:]


async def test_a_failed_write_leaves_no_numbers_that_do_not_exist(
    store: DatabaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    archive = store.archive
    too_late = HistoryRecord(KEY, 2**70, 1.0)

    assert archive.history_dropped_s is None
    before_s = time.time()
    with caplog.at_level(logging.CRITICAL):
        await keep(archive, too_late)
    after_s = time.time()
    await keep(archive, *values((1, 1.0)))

    assert await kept(archive) == values((1, 1.0))
    assert archive.history_dropped == 1
    assert before_s <= archive.history_dropped_s <= after_s


async def test_steps_are_read(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, *values((50, 10.0), (150, 20.0), (250, None)))

    found = await archive.steps(KEY, Grid(100, 400, 100), Shape())

    assert found == [Point(100, 15.0), Point(200, 20.0), Point(300, None)]


async def test_it_is_known_from_when_on_there_are_values(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, *values((50, 10.0), (150, 20.0)), *values((1, 1.0), key="b"))

    begins = [await archive.history_begins_ms(KEY, since) for since in (0, 50, 99, 999)]

    assert begins == [50, 50, 99, 999]
    assert await archive.history_begins_ms("other", 0) is None


async def test_what_is_closed_says_so(store: DatabaseStore) -> None:
    archive = store.archive
    await store.close()

    with pytest.raises(StoreError, match="closed"):
        await archive.has_history(KEY)
    with pytest.raises(StoreError, match="not open"):
        _ = store.archive


# -- thinned with age


def of_shape(key: str) -> Shape:
    return Shape(is_mean="Register" not in key)


async def thin(archive: Archive, band: Band) -> int:
    aged = await archive.read(thinning.aged_in, band)
    turns, place = 0, Place(0, band.since_ms) if aged else None
    while place is not None:
        place = await archive.write(thinning.thin_some, band, aged, place, of_shape)
        turns += 1
    return turns


async def test_a_band_is_thinned_and_nothing_else(store: DatabaseStore) -> None:
    archive = store.archive
    counter = "CP__1__Energy.Active.Import.Register"
    every_10 = [(time_ms, float(time_ms)) for time_ms in range(0, 400, 10)]
    await keep(archive, *values(*every_10), *values(*every_10, key=counter))

    await thin(archive, Band(100, 300, 100))

    untouched = [pair for pair in every_10 if not 100 <= pair[0] < 300]
    means = [(100, 145.0), (200, 245.0)]
    assert await kept(archive) == values(*sorted(untouched + means))
    lasts = [(190, 190.0), (290, 290.0)]
    assert await kept(archive, counter) == values(
        *sorted(untouched + lasts), key=counter
    )


async def test_only_series_with_points_in_the_band_are_looked_at(
    store: DatabaseStore,
) -> None:
    archive = store.archive
    inside, before, behind = "CP__1__A", "CP__1__B", "CP__1__C"
    for key, time_ms in ((inside, 150), (before, 99), (behind, 300)):
        await keep(archive, *values((time_ms, 1.0), key=key))

    aged = await archive.read(thinning.aged_in, Band(100, 300, 100))

    assert [series.key for series in aged] == [inside]


async def test_what_is_thin_stays_as_it_is(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, *values(*((time_ms, 1.0) for time_ms in range(0, 1000, 7))))
    await thin(archive, Band(0, 1000, 100))
    before = await kept(archive)

    await thin(archive, Band(0, 1000, 100))

    assert (
        await kept(archive)
        == before
        == values(*((n, 1.0) for n in range(0, 1000, 100)))
    )


async def test_a_long_series_is_thinned_in_portions(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "_MOST_OF_A_SERIES", 25)
    monkeypatch.setattr(thinning, "_ROWS_AT_ONCE", 30)
    archive = store.archive
    for key in "ab":
        pairs = [(time_ms, float(time_ms)) for time_ms in range(0, 1000, 10)]
        await keep(archive, *values(*pairs, key=key))

    turns = await thin(archive, Band(0, 1000, 100))

    expected = [(time_ms, time_ms + 45.0) for time_ms in range(0, 1000, 100)]
    expected.append((1000, 990.0))
    assert turns > 4
    for key in "ab":
        assert await kept(archive, key) == values(*expected, key=key)


async def test_a_step_with_too_many_values_is_passed_over(
    store: DatabaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "_MOST_OF_A_SERIES", 5)
    archive = store.archive
    await keep(archive, *values(*((time_ms, 1.0) for time_ms in range(100))))

    await thin(archive, Band(0, 100, 100))

    assert len(await kept(archive)) > 1


async def test_a_value_behind_the_band_is_not_replaced(store: DatabaseStore) -> None:
    archive = store.archive
    await keep(archive, *values((0, 0.0), (50, 10.0), (100, 99.0)))

    await thin(archive, Band(0, 100, 100))

    assert await kept(archive) == values((0, 5.0), (100, 99.0))


async def test_each_tier_goes_on_where_it_was(store: DatabaseStore) -> None:
    archive, tier = store.archive, Tier(7, 300)
    now_ms = 100 * DAY_MS + 1234

    first = await archive.write(thinning.band_of, tier, now_ms)
    assert first == Band(0, 93 * DAY_MS, 300_000)
    await archive.write(thinning.note_thinned, tier, first)

    assert await archive.write(thinning.band_of, tier, now_ms) is None
    again = await archive.write(thinning.band_of, tier, now_ms + 300_000)
    assert again == Band(93 * DAY_MS, 93 * DAY_MS + 300_000, 300_000)


def test_steps_of_tiers_fit_into_each_other() -> None:
    lengths = [tier.step_s for tier in TIERS]

    assert all(b % a == 0 for a, b in pairwise(lengths))
    assert [tier.after_days for tier in TIERS] == sorted(t.after_days for t in TIERS)
