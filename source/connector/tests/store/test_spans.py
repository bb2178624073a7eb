"""Values over time, gathered into steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.store.spans import Grid, Point, Shape, Value, gathered, thinned

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

    assert thinned(found, Point(10, None), STEP, MEAN) == points((0, 10.0))
    assert thinned(found, Point(-50, 0.0), STEP, MEAN) == points((0, 3.0), (100, 10.0))


def test_counters_and_texts_keep_the_time_of_the_last() -> None:
    found = points((0, 1.0), (50, 2.0), (150, 5.0))

    assert thinned(found, None, STEP, LAST) == points((50, 2.0), (150, 5.0))
    assert thinned(points((0, "A"), (50, "B")), None, STEP, MEAN) == points((50, "B"))


VALUES = st.none() | st.integers(0, 100).map(float)
SERIES = st.dictionaries(st.integers(0, 1000), VALUES, max_size=30).map(
    lambda found: points(*sorted(found.items()))
)


@given(SERIES, st.sampled_from([MEAN, LAST]))
def test_thinning_what_is_thin_changes_nothing(
    series: list[Point], shape: Shape
) -> None:
    thin = thinned(series, None, STEP, shape)

    assert thinned(thin, None, STEP, shape) == thin
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
