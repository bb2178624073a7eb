"""The controller's connection to the broker, with somebody who plays the station."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from connector.tests.broker import Broker
from connector.tests.iso15118.environment import ROOT
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.system.listener import decoded

sys.path.append(str(ROOT))
_WHY = "the repository's own files are not here"
bus_ = pytest.importorskip("v2g.bus", reason=_WHY)

pytestmark = [pytest.mark.broker, pytest.mark.repository]


@pytest_asyncio.fixture
async def bus(broker: Broker) -> AsyncIterator[Any]:
    found = bus_.Bus(bus_.BrokerAddress("127.0.0.1", broker.port))
    await found.start()
    yield found
    found.stop()


@pytest.fixture
def station(broker: Broker) -> Any:
    found = Overhearing(broker.port)
    yield found
    found.close()


def request(station: Overhearing, number: int) -> dict[str, Any]:
    """The request that was heard for the so-and-so-manieth time, from 1."""

    def found() -> list[dict[str, Any]]:
        said = [decoded(body) for topic, body in station.history if topic == "josev/cs"]
        return [each for each in said if each["type"] == "request"]

    with station._changed:
        assert station._changed.wait_for(lambda: len(found()) >= number, 10)
        return found()[number - 1]


async def test_a_request_is_answered_by_its_id(bus: Any, station: Overhearing) -> None:
    asking = asyncio.create_task(bus.ask("cs_contactor_status", {"evse_id": "X"}))
    asked = await asyncio.to_thread(request, station, 1)
    for id_, status in (("another", "error"), (asked["id"], "closed")):
        answer = asked | {"id": id_, "type": "response", "data": {"status": status}}
        station.publish("cs/josev", answer)

    assert await asking == {"status": "closed"}


async def test_what_nobody_answers_is_over(bus: Any, station: Overhearing) -> None:
    with pytest.raises(TimeoutError):
        await bus.ask("cs_contactor_status", {}, 0.001)


async def test_what_was_asked_is_asked_again_after_the_broker_was_away(
    bus: Any, station: Overhearing, broker: Broker
) -> None:
    """The station is heard, so that it hears, too."""
    connected = asyncio.Event()
    bus.on_connected = connected.set
    asking = asyncio.create_task(bus.ask("cable_check", {"evse_id": "X"}, 20))
    first = await asyncio.to_thread(request, station, 1)
    await asyncio.to_thread(broker.restart)
    await asyncio.wait_for(connected.wait(), 10)
    update = {"id": "u", "name": "cp_status", "type": "update", "data": {"state": "B2"}}
    await asyncio.to_thread(station.publish, "cs/josev", update)
    second = await asyncio.to_thread(request, station, 2)
    answer = second | {"type": "response", "data": {"cable_check_status": "finished"}}
    await asyncio.to_thread(station.publish, "cs/josev", answer)

    assert second == first
    assert await asking == {"cable_check_status": "finished"}


async def test_what_is_no_message_changes_nothing(
    bus: Any, station: Overhearing
) -> None:
    heard: list[Any] = []
    bus.listeners.append(heard.append)
    told = asyncio.Event()
    bus.listeners.append(lambda _: told.set())
    for body in (b"{", b"[]", b'{"id": 1}'):
        station.publish("cs/josev", body)
    update = {"id": "u", "name": "cp_status", "type": "update", "data": {}}
    station.publish("cs/josev", update)
    await asyncio.wait_for(told.wait(), 10)

    assert [each.name for each in heard] == ["cp_status"]
