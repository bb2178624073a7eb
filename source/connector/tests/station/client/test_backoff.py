"""How long a station waits before it connects again."""

from __future__ import annotations

import random

import pytest

from connector.station.client.backoff import Backoff
from connector.tests.station.client.conftest import Start
from connector.tests.station.core.bench import Values

SET = {
    "OCPPCommCtrlr/RetryBackOffWaitMinimum": "4",
    "OCPPCommCtrlr/RetryBackOffRandomRange": "3",
    "OCPPCommCtrlr/RetryBackOffRepeatTimes": "2",
}


@pytest.mark.parametrize(
    ("number", "least"), [(0, 4), (1, 8), (2, 16), (3, 16), (50, 16)]
)
def test_it_doubles_so_many_times_and_has_a_random_part(
    number: int, least: int
) -> None:
    backoff = Backoff(Values(SET), random.Random(1))
    for _ in range(number):
        backoff.next_s()

    assert least <= backoff.next_s() <= least + 3


def test_two_stations_do_not_come_back_together() -> None:
    waits = {Backoff(Values(SET), random.Random(n)).next_s() for n in range(20)}

    assert len(waits) == 20


@pytest.mark.parametrize("values", [{}, {name: "0" for name in SET}])
def test_a_station_without_these_variables_waits_all_the_same(
    values: dict[str, str],
) -> None:
    backoff = Backoff(Values(values), random.Random(1))
    waits = [backoff.next_s() for _ in range(20)]

    assert waits[0] >= 2
    assert max(waits) <= 65


def test_it_never_waits_longer_than_an_hour() -> None:
    values = {**SET, "OCPPCommCtrlr/RetryBackOffRepeatTimes": "30"}
    backoff = Backoff(Values(values), random.Random(1))

    assert max(backoff.next_s() for _ in range(40)) <= 3600


def test_an_accepted_boot_makes_it_short_again() -> None:
    backoff = Backoff(Values(SET), random.Random(1))
    for _ in range(5):
        backoff.next_s()
    backoff.reset()

    assert backoff.next_s() < 8


async def test_a_central_system_that_is_away_is_asked_less_and_less(
    start: Start,
) -> None:
    place = await start(begins=False)
    place.central.shut()
    await place.start()
    await place.wait(100)
    asked = len(place.central.dialled)
    await place.wait(100)

    assert 3 <= asked <= 8
    assert len(place.central.dialled) - asked <= 2


async def test_who_lets_in_and_hangs_up_is_not_asked_without_end(
    start: Start,
) -> None:
    place = await start(begins=False)
    place.central.answers["BootNotification"] = lambda _: place.central.gone()
    await place.start()
    await place.wait(100)

    assert len(place.central.dialled) <= 8
