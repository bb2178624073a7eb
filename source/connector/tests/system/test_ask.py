"""Unknown id tokens: somebody on the broker is asked, and the station is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from connector.tests.broker import Broker
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.station import Json, RawStation
from connector.tests.system.station2 import RawStation2, open_station

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
VERSIONS = ["1.6", "2.0.1", "2.1"]
ASK, ANSWER = "ocpp/bridge/ask", "ocpp/bridge/request/authorize"
SAID = "ocpp/bridge/response/authorize"


async def until(
    listener: Listener, topic: str, test: Callable[[Any], bool] = bool
) -> Any:
    return await asyncio.to_thread(listener.until, topic, test)


async def authorize(station: RawStation, id_token: str) -> str:
    """The status that the station is told."""
    if isinstance(station, RawStation2):
        token = {"idToken": id_token, "type": "ISO14443"}
        answer = await station.call("Authorize", {"idToken": token})
        return str(answer["idTokenInfo"]["status"])
    answer = await station.call("Authorize", {"idTag": id_token})
    return str(answer["idTagInfo"]["status"])


@pytest.mark.parametrize("version", VERSIONS)
async def test_the_answer_is_what_the_station_is_told(
    run: Run, listener: Listener, version: str
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept",
        UNKNOWN_TOKENS="ask",
        TOKEN_ASK_TIMEOUT_S="15",
        TOKENS=json.dumps({"known": {"status": "Blocked"}}),
    )
    await until(listener, "ocpp/bridge/state", lambda state: state == "online")
    station = await open_station(connector.ocpp_port, "CP1", version)
    await station.boot()
    assert await authorize(station, "known") == "Blocked"

    waiting = asyncio.ensure_future(authorize(station, "stranger"))
    question = await until(listener, ASK)
    type_ = "any" if version == "1.6" else "ISO14443"
    assert question == {
        "ask": question["ask"],
        "station": "CP1",
        "where": "0",
        "token": {"type": type_, "id": "stranger"},
    }
    listener.publish(ANSWER, {"ask": question["ask"], "status": "Accepted"})

    assert await waiting == "Accepted"
    said = {"ask": question["ask"], "outcome": "accepted", "detail": ""}
    assert await until(listener, SAID) == said
    if isinstance(station, RawStation2):
        token = {"idToken": {"idToken": "stranger", "type": "ISO14443"}}
        answer = await station.event("Started", [], "Charging", **token | NO_METER)
        assert answer["idTokenInfo"]["status"] == "Accepted"
    else:
        assert await station.start("stranger") > 0
    assert sum(topic == ASK for topic, _ in listener.history) == 1
    await station.close()


NO_METER: Json = {"meterValue": [{"timestamp": "2026-01-31T12:00:00Z", "sampledValue": [{"value": 0.0}]}]}  # fmt: skip


async def test_two_stations_wait_each_for_its_own_answer(
    run: Run, listener: Listener
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept", UNKNOWN_TOKENS="ask", TOKEN_ASK_TIMEOUT_S="15"
    )
    await until(listener, "ocpp/bridge/state", lambda state: state == "online")
    one = await open_station(connector.ocpp_port, "CP1", "1.6")
    two = await open_station(connector.ocpp_port, "CP2", "2.1")
    await one.boot()
    await two.boot()

    first = asyncio.ensure_future(authorize(one, "stranger"))
    asked_by_one = await until(listener, ASK, lambda q: q["station"] == "CP1")
    second = asyncio.ensure_future(authorize(two, "stranger"))
    asked_by_two = await until(listener, ASK, lambda q: q["station"] == "CP2")
    listener.publish(ANSWER, {"ask": asked_by_two["ask"], "status": "Blocked"})
    assert await second == "Blocked"
    assert not first.done()
    listener.publish(ANSWER, {"ask": asked_by_one["ask"], "status": "Accepted"})

    assert await first == "Accepted"
    await one.close()
    await two.close()


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_without_an_answer_the_default_holds_and_a_late_one_is_told_so(
    run: Run, listener: Listener, version: str
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept",
        UNKNOWN_TOKENS="ask",
        TOKEN_ASK_TIMEOUT_S="0.2",
        TOKEN_ASK_DEFAULT="accept",
    )
    await until(listener, "ocpp/bridge/state", lambda state: state == "online")
    station = await open_station(connector.ocpp_port, "CP1", version)
    await station.boot()

    assert await authorize(station, "stranger") == "Accepted"
    question = await until(listener, ASK)
    listener.publish(ANSWER, {"ask": question["ask"], "status": "Blocked"})

    said = await until(listener, SAID)
    assert (said["ask"], said["outcome"]) == (question["ask"], "rejected")
    assert said["detail"] == "decided already: Accepted (no answer within 0.2 s)"
    await station.close()


async def test_without_a_broker_nobody_waits(
    run: Run, listener: Listener, broker: Broker
) -> None:
    connector = run(
        UNKNOWN_STATIONS="accept", UNKNOWN_TOKENS="ask", TOKEN_ASK_TIMEOUT_S="60"
    )
    await until(listener, "ocpp/bridge/state", lambda state: state == "online")
    station = await open_station(connector.ocpp_port, "CP1", "1.6")
    await station.boot()
    await asyncio.to_thread(connector.until_healthy)
    await asyncio.to_thread(broker.stop)
    while (await asyncio.to_thread(connector.health))["broker"] == "connected":
        pass

    # Sooner than the time limit: `authorize` gives up after 10 s.
    assert await authorize(station, "stranger") == "Invalid"
    await station.close()


async def test_what_is_no_answer_is_told_what_was_expected(
    run: Run, listener: Listener
) -> None:
    run(UNKNOWN_TOKENS="ask")
    await until(listener, "ocpp/bridge/state", lambda state: state == "online")

    listener.publish(ANSWER, {"status": "Accepted"})

    said = await until(listener, SAID)
    assert (said["ask"], said["outcome"]) == ("", "invalid")
    assert "expected" in said["detail"]
