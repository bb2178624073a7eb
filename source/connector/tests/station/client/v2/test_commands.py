"""Every command of both versions is answered by something that really happens."""

from __future__ import annotations

import inspect

import pytest

from connector.ocppj.routes import ROUTES
from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.cases import BY_VERSION
from connector.tests.station.client.v2.conftest import Start2

EACH = [(v, action) for v, cases in BY_VERSION.items() for action in cases]


@pytest.mark.parametrize("version", BY_VERSION)
def test_there_is_a_case_for_every_command(version: str) -> None:
    assert BY_VERSION[version].keys() == ROUTES[version].down


@pytest.mark.parametrize(("version", "action"), EACH)
async def test_a_command_is_answered_and_done(
    start: Start2, version: str, action: str
) -> None:
    case = BY_VERSION[version][action]
    place = await start(evses=2)
    await place.charge()
    if case.before is not None:
        result = case.before(place)
        if inspect.isawaitable(result):
            await result
    place.central.heard = place.central.heard[:1]
    answer = await place.answered(action, **case.asked(place))
    await settle()
    await place.wait(4, step_s=1)

    assert case.answer.items() <= answer.items(), answer
    assert case.then(place), place.central.heard
