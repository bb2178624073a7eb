"""Values over time, gathered into steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.store.spans import (
    Breaks,
    Grid,
    Point,
    Shape,
    Value,
    gathered,
    thinned,
)

MEAN, LAST = Shape(), Shape(is_mean=False)
STEP = 100


def points(*pairs: tuple[int, Value]) -> list[Point]:
    return [Point(*pair) for pair in pairs]


def steps(
    found: list[Point],
    held: Point | None = None,
    until: int = 300,
    shape: Shape = MEAN,
) -> list[Point]:
    return list(gathered(found, held, Grid(0, until, STEP), shape))


# -- steps


def test_a_mean_is_weighed_by_how_long_each_value_held() -> None:
    found = points((0, 10.0), (25, 20.0))

    assert steps(found) == points((0, 17.5), (100, 20.0), (200, 20.0))


def test_what_held_before_holds_on() -> None:
    assert steps(points((50, 30.0)), Point(-9, 10.0), 100) == points((0, 20.0))


def test_steps_begin_where_anything_is_known() -> None:
    assert steps(points((150, 1.0))) == points((100, 1.0), (200, 1.0))
    assert steps([]) == []


def test_null_weighs_nothing() -> None:
    found = points((0, 10.0), (50, None), (250, 30.0))

    assert steps(found) == points((0, 10.0), (100, None), (200, 30.0))


def test_the_last_step_ends_with_the_grid() -> None:
    found = points((0, 10.0), (110, 20.0))

    assert steps(found, until=120) == points((0, 10.0), (100, 15.0))


def test_the_last_of_a_step_is_taken_of_counters_and_texts() -> None:
    assert steps(points((0, 1.0), (50, 2.0), (150, 5.0)), shape=LAST) == points(
        (0, 2.0), (100, 5.0), (200, 5.0)
    )
    assert steps(points((0, "Charging"), (250, "Available"))) == points(
        (0, "Charging"), (100, "Charging"), (200, "Available")
    )


def test_a_number_holds_no_longer_than_it_may() -> None:
    shape = Shape(holds_ms=130)

    found = steps(points((0, 10.0)), shape=shape)

    assert found == points((0, 10.0), (100, 10.0), (200, None))


# -- thinned


def test_one_mean_stands_for_each_step() -> None:
    found = points((0, 10.0), (50, 20.0), (100, 30.0), (150, 30.0), (200, 0.0))

    assert thinned(found, None, STEP, MEAN) == points(
        (0, 15.0), (100, 30.0), (200, 0.0)
    )


def test_what_held_at_the_end_of_a_step_holds_on() -> None:
    found = points((0, 0.0), (50, 10.0), (400, 20.0))

    assert thinned(found, None, STEP, MEAN) == points(
        (0, 5.0), (100, 10.0), (400, 20.0)
    )


def test_a_mean_stands_at_the_beginning_of_its_step() -> None:
    found = points((70, 10.0))

    assert thinned(found, Point(-50, 0.0), STEP, MEAN) == points((0, 3.0), (100, 10.0))


@pytest.mark.parametrize("before", [None, Point(-50, None)])
def test_a_mean_stands_where_its_step_begins_to_be_known(before: Point | None) -> None:
    found = points((20, None), (70, 10.0), (90, 40.0), (100, 5.0))

    assert thinned(found, before, STEP, MEAN) == points((70, 20.0), (100, 5.0))


def test_counters_and_texts_keep_the_time_of_the_last() -> None:
    found = points((0, 1.0), (50, 2.0), (150, 5.0))

    assert thinned(found, None, STEP, LAST) == points((50, 2.0), (150, 5.0))
    assert thinned(points((0, "A"), (50, "B")), None, STEP, MEAN) == points((50, "B"))


# -- the history breaks off


def broken(
    found: list[Point], *times_ms: int, held: Point | None = None
) -> list[Point]:
    return list(Breaks(times_ms).put_into(found, held, 1000))


def test_nothing_is_known_from_a_break_until_the_next_value() -> None:
    found = points((0, 10.0), (50, "A"), (300, 20.0))

    assert broken(found, 70, 90, 300) == points(
        (0, 10.0), (50, "A"), (70, None), (300, 20.0)
    )
    assert broken(found, 1000) == found
    assert broken(found, 999) == [*found, Point(999, None)]


def test_what_was_told_for_a_time_behind_a_break_holds() -> None:
    found = points((0, 10.0), (100, 20.0), (200, 30.0))

    assert broken(found, 50) == points((0, 10.0), (50, None), *found[1:])


def test_a_break_says_nothing_where_nothing_was_known() -> None:
    found = points((100, None), (200, 1.0))

    assert broken(found, 50, 150, held=None) == found
    assert broken(found, 50, held=Point(0, None)) == found
    assert broken(found, 50, held=Point(0, 1.0)) == [Point(50, None), *found]


def test_a_break_before_a_time_leaves_nothing_of_what_was_told_before() -> None:
    breaks = Breaks((50, 90))

    assert breaks.held(Point(10, 1.0), 49) == Point(10, 1.0)
    assert breaks.held(Point(10, 1.0), 100) == Point(90, None)
    assert breaks.held(Point(90, 1.0), 100) == Point(90, 1.0)
    assert breaks.held(None, 100) is None


def test_thinning_smears_nothing_over_a_break() -> None:
    found = points((0, 10.0), (20, 20.0), (70, 5.0), (90, 7.0), (400, 1.0))
    breaks = Breaks((40,))

    thin = thinned(found, None, STEP, MEAN, breaks)

    means = points((0, 15.0), (70, 5.667), (100, 7.0), (400, 1.0))
    assert thin == means
    assert thinned(thin, None, 1000, MEAN, breaks)[0] == Point(0, 15.0)


@pytest.mark.parametrize("time_ms", [60, 100])
def test_nothing_holds_on_behind_a_step_that_ends_with_a_break(time_ms: int) -> None:
    found = points((0, 10.0), (50, 20.0))

    [mean] = thinned(found, None, STEP, MEAN, Breaks((time_ms,)))

    assert mean.time_ms == 0


def test_what_held_before_a_break_is_no_part_of_a_mean_behind_it() -> None:
    breaks = Breaks((-50, 20))

    assert thinned(points((50, 8.0)), Point(-60, 0.0), STEP, MEAN, breaks) == points(
        (50, 8.0)
    )


def test_counters_and_texts_are_kept_on_both_sides_of_a_break() -> None:
    found = points((0, "A"), (10, "B"), (50, "C"), (60, "D"))

    assert thinned(found, None, STEP, MEAN, Breaks((30,))) == points(
        (10, "B"), (60, "D")
    )


VALUES = st.none() | st.integers(0, 100).map(float)
SERIES = st.dictionaries(st.integers(0, 1000), VALUES, max_size=30).map(
    lambda found: points(*sorted(found.items()))
)
BREAKS = st.sets(st.integers(0, 1000), max_size=5).map(
    lambda found: Breaks(sorted(found))
)


@given(SERIES, BREAKS)
def test_thinning_makes_nothing_known_that_was_not(
    series: list[Point], breaks: Breaks
) -> None:
    numbers = [point for point in series if point.value is not None]

    thin = thinned(numbers, None, STEP, MEAN, breaks)

    before, after = (
        list(breaks.put_into(found, None, 1001)) for found in (numbers, thin)
    )
    assert unknown(before) == unknown(after)


def unknown(series: list[Point]) -> set[int]:
    grid = Grid(0, 1001, 1)
    found = {p.time_ms for p in gathered(series, None, grid, MEAN) if p.value is None}
    return found | set(range(series[0].time_ms if series else 1001))


@given(SERIES, st.sampled_from([MEAN, LAST]), BREAKS)
def test_thinning_what_is_thin_changes_nothing(
    series: list[Point], shape: Shape, breaks: Breaks
) -> None:
    thin = thinned(series, None, STEP, shape, breaks)

    assert thinned(thin, None, STEP, shape, breaks) == thin
    assert [p.time_ms for p in thin] == sorted({p.time_ms for p in thin})


@given(st.lists(st.integers(0, 100).map(float), min_size=1, max_size=30), st.data())
def test_thinning_keeps_the_energy_that_powers_mean(
    values: list[float], data: st.DataObject
) -> None:
    times = data.draw(
        st.lists(
            st.integers(1, 999),
            min_size=len(values),
            max_size=len(values),
            unique=True,
        )
    )
    series = points((0, values[0]), *zip(sorted(times), values, strict=True))

    assert area(thinned(series, None, STEP, MEAN)) == pytest.approx(
        area(series), abs=0.01 * len(series)
    )


def area(series: list[Point]) -> float:
    [whole] = gathered(series, None, Grid(0, 1000, 1000), MEAN)
    assert isinstance(whole.value, float)
    return whole.value * 1000


@given(SERIES, st.integers(1, 400))
def test_steps_follow_one_another(series: list[Point], step_ms: int) -> None:
    grid = Grid(0, 1001, step_ms)

    found = list(gathered(series, None, grid, MEAN))

    times = [point.time_ms for point in found]
    assert times == list(range(1001))[::step_ms][-len(times) :] if times else not series
