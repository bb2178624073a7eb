"""Events over the API: what happens at stations reaches those who read, and no others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from connector.csms.facts import Datum, Facts
from connector.datapoints.sensors import Sensors
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api, StartApi
from connector.web.events import reader as readers
from connector.web.events.hub import TURN_S, Hub

EVENTS = "/api/v1/events"
WITHIN_S = 10
POWER = Datum("1", "Power.Active.Import")


class Listener:
    """Reads a stream; time goes on while it waits."""

    def __init__(self, api: Api, answer: httpx.Response) -> None:
        self._api = api
        self._chunks = answer.aiter_bytes()
        self._text = b""

    async def next(self, *kinds: str) -> tuple[str, Any]:
        """The next event, or the next one of these kinds."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                kind, data = await self._event()
                if kind and (not kinds or kind in kinds):
                    return kind, data

    async def data(self, kind: str, **members: Any) -> Any:
        """Of the next event of a kind that has these members."""
        while True:
            _, data = await self.next(kind)
            if all(data.get(name) == value for name, value in members.items()):
                return data

    async def raw(self) -> bytes:
        """The next block of lines."""
        while b"\n\n" not in self._text:
            coming = asyncio.ensure_future(anext(self._chunks))
            while not coming.done():
                await asyncio.wait({coming}, timeout=0.01)
                if not coming.done():
                    self._api.harness.clock.advance(TURN_S)
            self._text += coming.result()
        block, _, self._text = self._text.partition(b"\n\n")
        return block

    async def _event(self) -> tuple[str, Any]:
        lines = dict(
            line.split(": ", 1)
            for line in (await self.raw()).decode().splitlines()
            if ": " in line
        )
        return lines.get("event", ""), orjson.loads(lines.get("data", "null"))

    async def end(self) -> None:
        """Read until it is over."""
        async with asyncio.timeout(WITHIN_S):
            async for _ in self._chunks:
                pass


@asynccontextmanager
async def listen(api: Api, query: str = "") -> AsyncIterator[Listener]:
    """A stream whose first event was read."""
    async with api.client.stream("GET", f"{EVENTS}{query}") as answer:
        assert answer.status_code == 200, await answer.aread()
        listener = Listener(api, answer)
        kind, _ = await listener.next()
        assert kind == "hello"
        yield listener


def tell(api: Api, station: str, **values: Any) -> Sensors:
    """The flow has new values of connector 1."""
    sensors: Sensors = api.context.present._sensors
    sensors.register(station, is_adopted=True, connectors=1)
    facts = {Datum("1", name.replace("_", ".")): v for name, v in values.items()}
    sensors.take(Facts(station, START_MS + 123, facts), START_MS)
    return sensors


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task does."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await settle()


async def test_the_first_event_says_who_speaks(api: Api) -> None:
    async with api.client.stream("GET", EVENTS) as answer:
        listener = Listener(api, answer)
        first = await listener.raw()

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert b"retry: 2000\nevent: hello\ndata: " in first
    assert b'"version":"0.0.0","started":"2026-01-31T12:00:00Z"' in first


async def test_a_station_that_comes_and_goes_is_told_as_the_api_shows_it(
    api: Api,
) -> None:
    async with listen(api, "?types=station") as listener:
        end = await api.connect()
        shown = await listener.data("station", connected=True)
        await end.leave()
        gone = await listener.data("station", connected=False)

    assert shown.keys() == (await api.get(f"/api/v1/stations/{NAME}")).keys()
    assert (shown["station"], gone["station"]) == (NAME, NAME)


async def test_a_status_is_told(api: Api) -> None:
    end = await api.connect()
    async with listen(api, "?types=station") as listener:
        await end.status("Charging")

        shown = await listener.data("station")

    assert shown["connectors"][0]["status"] == "Charging"


async def test_a_station_that_is_forgotten_is_told_as_removed(api: Api) -> None:
    await api.client.put("/api/v1/stations/CP-8", json={})
    async with listen(api, "?types=station") as listener:
        await api.client.delete("/api/v1/stations/CP-8")

        shown = await listener.data("station", station="CP-8", removed=True)

    assert shown == {"station": "CP-8", "removed": True}


async def test_changes_of_one_turn_are_one_event(api: Api) -> None:
    end = await api.connect()
    async with listen(api, "?types=station") as listener:
        await end.status("Preparing")
        await end.status("Charging")

        first = await listener.data("station")
        await end.status("Finishing")
        second = await listener.data("station")

    assert first["connectors"][0]["status"] == "Charging"
    assert second["connectors"][0]["status"] == "Finishing"


async def test_a_transaction_is_told_as_its_list_tells_it(api: Api) -> None:
    end = await api.connect()
    async with listen(api, "?types=transaction") as listener:
        started = await end.start()
        running = await listener.data("transaction")
        await end.stop(started["transactionId"])
        ended = await listener.data("transaction")

    [listed] = (await api.get("/api/v1/transactions"))["items"]
    assert running["stop"] is None
    assert ended == listed


async def test_one_that_is_not_confirmed_any_more_is_told(api: Api) -> None:
    end = await api.connect()
    await end.start()
    await end.status("Charging")
    since = "2026-01-31T12:00:00Z"
    async with listen(api, "?types=station,transaction") as listener:
        await end.boot()
        await end.status("Preparing")
        lost = await listener.data("transaction")
        shown = await listener.data("station")
        await end.status("Charging")
        found = await listener.data("transaction")

    assert (lost["unconfirmed_since"], found["unconfirmed_since"]) == (since, None)
    assert shown["connectors"][0]["transaction"]["unconfirmed_since"] == since
    assert lost.keys() == (await api.get("/api/v1/transactions"))["items"][0].keys()


async def test_a_value_is_told_with_what_a_page_needs(api: Api) -> None:
    async with listen(api, "?types=datapoint") as listener:
        tell(api, NAME, Power_Active_Import=7400.0)

        value = await listener.data("datapoint")

    assert value == {
        "key": f"{NAME}__1__Power.Active.Import",
        "station": NAME,
        "where": "1",
        "name": "Power.Active.Import",
        "unit": "W",
        "value": 7400.0,
        "timestamp": "2026-01-31T12:00:00.123Z",
    }


async def test_only_the_newest_value_of_a_key_is_told(api: Api) -> None:
    async with listen(api, "?types=datapoint") as listener:
        tell(api, NAME, Power_Active_Import=1.0)
        tell(api, NAME, Power_Active_Import=2.0)
        first = await listener.data("datapoint")
        tell(api, NAME, Power_Active_Import=3.0)
        second = await listener.data("datapoint")

    assert (first["value"], second["value"]) == (2.0, 3.0)


async def test_a_limit_that_is_shown_anew_is_told_with_its_station(api: Api) -> None:
    async with listen(api, "?types=station") as listener:
        tell(api, NAME, power_limit=None)
        sensors: Sensors = api.context.present._sensors
        limit = Datum("1", "power_limit")
        sensors.take(Facts(NAME, START_MS + 200, {limit: 4140.0}), START_MS)

        assert (await listener.data("station"))["station"] == NAME


async def test_only_what_was_asked_for_is_told(api: Api) -> None:
    await api.client.put("/api/v1/stations/CP-8", json={})
    async with listen(api, "?types=datapoint&station=CP-8") as listener:
        tell(api, NAME, Power_Active_Import=1.0)
        await settle()
        tell(api, "CP-8", Power_Active_Import=2.0)

        kind, value = await listener.next()

    assert (kind, value["station"]) == ("datapoint", "CP-8")


async def test_only_values_of_a_name_that_was_asked_for_are_told(api: Api) -> None:
    async with listen(api, "?types=datapoint&name=SoC") as listener:
        tell(api, NAME, Power_Active_Import=1.0, SoC=55)

        assert (await listener.next())[1]["name"] == "SoC"
        assert not api.context.live._new


@pytest.mark.parametrize("query", ["name=SoC,Frequency", "name=SoC&name=Frequency"])
async def test_names_stand_beside_each_other_or_with_commas(
    api: Api, query: str
) -> None:
    async with listen(api, f"?types=datapoint&{query}") as listener:
        tell(api, NAME, Power_Active_Import=1.0, SoC=55, Frequency=50.0)
        told = [(await listener.next())[1]["name"] for _ in range(2)]

    assert told == ["SoC", "Frequency"]


@pytest.mark.parametrize(
    "query", ["types=station,datapoint", "types=station&types=datapoint"]
)
async def test_types_stand_beside_each_other_or_with_commas(
    api: Api, query: str
) -> None:
    async with listen(api, f"?{query}") as listener:
        tell(api, NAME, SoC=55)
        first = await listener.next()
        await api.client.put("/api/v1/stations/CP-8", json={})
        second = await listener.next()

    assert (first[0], second[0]) == ("datapoint", "station")


async def test_stations_with_a_comma_are_told_how_to_ask_for_two(api: Api) -> None:
    answer = await api.client.get(f"{EVENTS}?station=CP-8,{NAME}")

    assert answer.status_code == 404
    assert "repeat the parameter" in answer.json()["detail"]


async def test_each_reader_gets_the_names_of_his_own(api: Api) -> None:
    path = "?types=datapoint"
    async with listen(api, f"{path}&name=SoC") as some, listen(api, path) as whole:
        tell(api, NAME, Power_Active_Import=1.0, SoC=55)
        told = [(await whole.next())[1]["name"] for _ in range(2)]

        assert (await some.next())[1]["name"] == "SoC"
    assert told == ["Power.Active.Import", "SoC"]


@pytest.mark.parametrize("types", ["datapoint", "outcome", "datapoint,outcome"])
async def test_a_reader_of_one_station_has_nothing_noted_of_others(
    api: Api, types: str
) -> None:
    await api.client.put("/api/v1/stations/CP-8", json={})
    async with listen(api, f"?types={types}&station=CP-8"):
        tell(api, NAME, Power_Active_Import=1.0)

        assert api.context.live._new == {}
        tell(api, "CP-8", Power_Active_Import=2.0)
        assert [each.station for each in api.context.live._new] == ["CP-8"]


async def test_two_readers_of_one_station_get_each_his_own_names(api: Api) -> None:
    path = f"?types=datapoint&station={NAME}"
    async with listen(api, f"{path}&name=SoC") as some, listen(api, path) as whole:
        tell(api, NAME, Power_Active_Import=1.0, SoC=55)
        told = [(await whole.next())[1]["name"] for _ in range(2)]

        assert (await some.next())[1]["name"] == "SoC"
    assert told == ["Power.Active.Import", "SoC"]


async def test_a_sign_of_life_comes_where_nothing_happens(api: Api) -> None:
    async with listen(api) as listener:
        assert await listener.raw() == b":"


async def test_nothing_is_noted_while_nobody_reads(api: Api) -> None:
    sensors: Sensors = api.context.present._sensors
    listeners = api.context.central_system.events._listeners
    before = {kind: len(found) for kind, found in listeners.items()}
    async with listen(api):
        assert sensors.on_live is not None
    hub = api.context.hub
    await until(lambda: not hub.readers)
    tell(api, NAME, Power_Active_Import=1.0)

    assert sensors.on_live is None
    assert api.context.live._new == {}
    assert {k: len(found) for k, found in listeners.items() if found} == {
        kind: count for kind, count in before.items() if count
    }
    assert hub._timer is None


async def test_a_reader_that_does_not_read_is_dropped(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MOST_BYTES", 100_000)
    hub: Hub = api.context.hub
    async with listen(api, "?types=station") as slow:
        async with listen(api, "?types=station") as quick:
            for _ in range(1000):
                hub.publish("station", NAME, b'"%b"' % (b"x" * 50_000))
                hub.flush()
                await quick.next()
                if hub.dropped:
                    break

        assert hub.dropped == 1
        assert hub.readers == 1
        await slow.end()


async def test_there_are_no_more_readers_than_may_be(start_api: StartApi) -> None:
    api = await start_api()
    object.__setattr__(api.context.hub, "_most_readers", 1)
    async with listen(api):
        answer = await api.client.get(EVENTS)

    assert answer.status_code == 429
    assert "readers" in answer.json()["detail"]


async def test_a_server_that_stops_ends_the_streams(api: Api) -> None:
    async with listen(api) as listener:
        await api.server.stop()

        await listener.end()


@pytest.mark.parametrize(
    ("query", "status"),
    [("?types=wat", 422), ("?types=", 422), ("?station=nobody", 404), ("?wat=1", 422)],
)
async def test_what_there_is_not_cannot_be_asked_for(
    api: Api, query: str, status: int
) -> None:
    answer = await api.client.get(f"{EVENTS}{query}")

    assert answer.status_code == status
    fields = [error["field"] for error in answer.json().get("errors", ())]
    assert fields == ([query[1:].partition("=")[0]] if status == 422 else [])
    assert api.context.hub.readers == 0


async def test_a_stranger_hears_nothing(api: Api) -> None:
    assert (await api.stranger.get(EVENTS)).status_code == 401
