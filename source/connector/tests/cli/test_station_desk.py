"""Our connector's API as the desk of scenarios."""

from __future__ import annotations

import pytest

from connector.cli.station_desk import ApiDesk
from connector.settings.access import Access
from connector.station.scenarios.desk import DeskProblem
from connector.station.scenarios.scenario import Ask
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import TOKEN

RESET = Ask("Reset", {"type": "Soft"})
PATH = "/stations/CP%201/calls"


async def asked(api: Api) -> None:
    async with ApiDesk(Access(api.url, "test", TOKEN)) as desk:
        await desk.ask("CP 1", RESET)


@pytest.mark.parametrize("outcome", ["accepted", "rejected", "error"])
async def test_a_call_is_sent_whatever_the_station_answers(
    api: Api, outcome: str
) -> None:
    api.answer("POST", PATH, {"outcome": outcome})
    await asked(api)

    assert api.asked[-1].body == {"action": "Reset", "payload": {"type": "Soft"}}


async def test_a_call_that_did_not_get_there_is_a_problem(api: Api) -> None:
    api.answer("POST", PATH, {"outcome": "disconnected", "detail": "it is gone"})

    with pytest.raises(DeskProblem, match="Reset: disconnected: it is gone"):
        await asked(api)


async def test_an_unknown_station_is_a_problem(api: Api) -> None:
    api.refuse("POST", PATH, 404, "there is no station")

    with pytest.raises(DeskProblem, match="Reset: 404 there is no station"):
        await asked(api)


async def test_nobody_there_is_a_problem() -> None:
    async with ApiDesk(Access("http://127.0.0.1:9", "test", "x")) as desk:
        with pytest.raises(DeskProblem, match=r"http://127\.0\.0\.1:9"):
            await desk.ask("CP", RESET)
