"""What the station as a whole may draw is divided: fairly, and never exceeded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.station.charging.sharing import Claim, share
from connector.station.model import Rating
from connector.tests.station.charging.desk import (
    AC,
    DC,
    NOON_MS,
    Desk,
    profile,
    profile16,
)

MAX = "ChargingStationMaxProfile"
NUMBERS = st.floats(0, 1000, allow_nan=False)
CLAIMS = st.lists(
    st.builds(lambda most, part: Claim(most, most * part), NUMBERS, st.floats(0, 1)),
    max_size=8,
)


@pytest.mark.parametrize(
    ("total", "claims", "parts"),
    [
        (90, [(30, 6), (30, 6), (30, 6)], [30, 30, 30]),
        (60, [(30, 6), (30, 6), (30, 6)], [20, 20, 20]),
        (60, [(10, 6), (30, 6), (30, 6)], [10, 25, 25]),
        (60, [(10, 6), (10, 6), (50, 6)], [10, 10, 40]),
        (17, [(30, 6), (30, 6), (30, 6)], [8.5, 8.5, 0]),
        (11, [(30, 6), (30, 6)], [11, 0]),
        (5, [(30, 6), (30, 6)], [5, 0]),
        (15, [(8, 6), (30, 12)], [8, 7]),
        (7, [(30, 6), (30, 6), (30, 0)], [6, 0, 1]),
        (20, [(30, 12), (30, 6)], [12, 8]),
        (10, [(4, 6), (30, 6)], [0, 10]),
        (10, [(4, 6), (7, 6)], [3, 7]),
        (0, [(30, 6)], [0]),
        (float("inf"), [(30, 6), (4, 6)], [30, 4]),
    ],
)
def test_everybody_gets_the_same_as_far_as_it_is_of_use(
    total: float, claims: list[tuple[float, float]], parts: list[float]
) -> None:
    found = share(total, [Claim(*claim) for claim in claims])

    assert found == pytest.approx(parts)


@given(NUMBERS, CLAIMS)
def test_never_more_than_there_is_nor_than_is_wanted(
    total: float, claims: list[Claim]
) -> None:
    parts = share(total, claims)

    assert sum(parts) <= total + 1e-6
    assert all(
        0 <= part <= claim.most + 1e-9
        for part, claim in zip(parts, claims, strict=True)
    )


@given(NUMBERS, CLAIMS)
def test_who_can_charge_gets_no_more_than_another_who_can_and_wants_it(
    total: float, claims: list[Claim]
) -> None:
    parts = share(total, claims)
    pairs = zip(parts, claims, strict=True)
    served = [(part, claim) for part, claim in pairs if part >= claim.least]

    for part, claim in served:
        for other, wanted in served:
            is_content = other >= wanted.most - 1e-6
            is_at_least = part <= claim.least + 1e-6
            assert is_content or is_at_least or part <= other + 1e-6


@given(NUMBERS, CLAIMS)
def test_nothing_is_left_while_somebody_wants_more(
    total: float, claims: list[Claim]
) -> None:
    parts = share(total, claims)
    wants_more = any(
        part < claim.most - 1e-6 for part, claim in zip(parts, claims, strict=True)
    )

    assert not wants_more or sum(parts) >= total - 1e-6


def test_running_evses_share_the_maximum_of_the_station() -> None:
    desk = Desk(AC, AC, AC)
    desk.set(0, profile((0, 22_080.0), purpose=MAX))
    desk.charge(1)
    assert desk.limit(1) == pytest.approx(22_080)

    desk.charge(2)
    assert [desk.limit(n) for n in (1, 2)] == pytest.approx([11_040, 11_040])

    desk.set(1, profile((0, 6000.0), number=2))
    assert [desk.limit(n) for n in (1, 2)] == pytest.approx([6000, 16_080])

    desk.leave(2)
    assert desk.limit(1) == pytest.approx(6000)


def test_who_began_later_waits_where_it_is_not_enough_for_both() -> None:
    desk = Desk(AC, AC)
    desk.set(0, profile((0, 11.0), purpose=MAX, unit="A"))
    desk.charge(1, since_s=5)
    desk.charge(2, since_s=1)

    limits = [desk.limit(n, now_s=9) for n in (1, 2)]

    assert limits == pytest.approx([0, 11 * 690])


def test_amperes_of_the_station_are_of_each_of_its_phases() -> None:
    one_phase = Rating(max_power_w=7360.0, phases=1)
    desk = Desk(AC, one_phase)
    desk.set(0, profile((0, 20.0), purpose=MAX, unit="A"))
    desk.charge(1)
    desk.charge(2)

    assert [desk.limit(n) for n in (1, 2)] == pytest.approx([10 * 690, 10 * 230])


def test_dc_takes_of_the_grid_connection_what_it_gives() -> None:
    desk = Desk(AC, DC)
    desk.set(0, profile((0, 30_000.0), purpose=MAX))
    desk.charge(1)
    desk.charge(2)

    assert [desk.limit(n) for n in (1, 2)] == pytest.approx([15_000, 15_000])


def test_what_a_vehicle_needs_at_least_is_respected() -> None:
    desk = Desk(AC, AC)
    desk.set(0, profile((0, 20.0), purpose=MAX, unit="A", number=9))
    least = profile((0, 32.0), unit="A", timing={"minChargingRate": 12.0})
    desk.set(2, least)
    desk.charge(1)
    desk.charge(2)

    assert [desk.limit(n) for n in (1, 2)] == pytest.approx([8 * 690, 12 * 690])


@given(
    st.lists(
        st.tuples(NUMBERS, st.integers(1, 3), st.booleans()), min_size=4, max_size=4
    ),
    st.floats(0, 100).map(lambda x: round(x, 1)),
    st.sampled_from("AW"),
)
def test_no_phase_of_the_grid_connection_is_overloaded(
    rows: list[tuple[float, int, bool]], limit: float, unit: str
) -> None:
    ratings = [DC if is_dc else Rating(7360.0 * p, phases=p) for _, p, is_dc in rows]
    desk = Desk(*ratings)
    amount = limit * 690 if unit == "W" else limit
    desk.set(
        0, profile16((0, amount), purpose="ChargePointMaxProfile", unit=unit, number=9)
    )
    for number, (own, phases, is_dc) in enumerate(rows, 1):
        desk.charge(number)
        row = (0, own * 30) if is_dc else (0, own * 30, phases)
        assert desk.set(number, profile16(row, number=number)).is_accepted

    grid = desk.profiles._circuit(0)
    currents = []
    for number, rating in enumerate(ratings, 1):
        watts, phases = desk.profiles.limit_w(desk.evses[number], NOON_MS)
        used = grid.phases if rating.is_dc else (phases or rating.phases)
        currents.append(watts / (230 * used))

    allowed = amount / (230 * grid.phases) if unit == "W" else limit
    assert sum(currents) <= allowed + 1e-6
