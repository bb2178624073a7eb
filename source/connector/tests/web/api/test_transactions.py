"""Energy records over the API."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from connector.store.records import TransactionStart, TransactionStop
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import NAME, Api, StartApi, on_shared_loop

LIST = "/api/v1/transactions"


async def keep(api: Api, number: int = 0, **more: Any) -> str:
    """A transaction of a meter that counts 750 Wh; its key."""
    given = {"station": NAME, "where": "1", "id_token": "card"} | more
    start_ms = START_MS + number * 60_000
    store = api.context.store
    start = TransactionStart(**given, start_ms=start_ms, meter_start_wh=1000.0)
    record = await store.start_transaction(start)
    stop = TransactionStop(start_ms + 30_000, 1750.0, "Local")
    await store.stop_transaction(record.key, stop)
    return record.key


async def keys(api: Api, **query: Any) -> list[str]:
    found = await api.get(LIST, **query)
    return [item["key"] for item in found["items"]]


async def test_transactions_come_newest_first_in_pages(api: Api) -> None:
    made = [await keep(api, number) for number in range(5)]

    first = await api.get(LIST, limit=3)
    second = await api.get(LIST, limit=3, cursor=first["next"])

    found = [item["key"] for item in first["items"] + second["items"]]
    assert found == made[::-1]
    assert second["next"] is None


async def test_a_transaction_has_all_that_is_known(api: Api) -> None:
    key = await keep(api)

    [item] = (await api.get(LIST))["items"]

    assert item == {
        "key": key,
        "id": "1",
        "station": NAME,
        "where": "1",
        "token": "card",
        "token_type": None,
        "start": "2026-01-31T12:00:00Z",
        "stop": "2026-01-31T12:00:30Z",
        "reason": "Local",
        "meter_start": 1000.0,
        "meter_stop": 1750.0,
        "energy": 750.0,
        "unconfirmed_since": None,
    }


async def test_filters_hold_together(api: Api) -> None:
    await keep(api)
    other = await keep(api, 1, station="CP-8", id_token="Other")
    end = await api.connect()
    await end.start(meter=5)

    assert await keys(api, station="CP-8") == [other]
    assert await keys(api, token="OTHER") == [other]
    assert await keys(api, token="OTHER", station=NAME) == []
    assert await keys(api, since="2026-01-31T12:01:00Z") == [other]
    assert await keys(api, since="2026-01-31T13:01:00 01:00") == [other]
    assert other not in await keys(api, until="2026-01-31T12:01:00Z")
    assert await keys(api, since="2026-01-31T12:01:00Z", until="2027-01-01") == [other]
    assert len(await keys(api, active="true")) == 1
    assert len(await keys(api, active="false")) == 2


async def test_parts_of_names_find_the_same_in_the_list_and_as_csv(api: Api) -> None:
    await keep(api)
    west = await keep(api, 1, station="West-1", id_token="Card-A")
    east = await keep(api, 2, station="East-1", id_token="card-a")

    async def in_csv(**query: Any) -> list[str]:
        answer = await api.client.get(f"{LIST}.csv", params=query)
        return [row["key"] for row in csv.DictReader(io.StringIO(answer.text))]

    for query, made in (
        ({"station_part": "st-"}, [east, west]),
        ({"token_part": "ARD-A"}, [east, west]),
        ({"token_part": "ard-a", "station_part": "EAST"}, [east]),
        ({"token_part": "%"}, []),
    ):
        assert await keys(api, **query) == await in_csv(**query) == made


async def call(api: Api, **names: str) -> None:
    """Stations, and what people call them."""
    for identity, name in names.items():
        answer = await api.client.put(
            f"/api/v1/stations/{identity}", json={"name": name}
        )
        assert answer.is_success, answer.text


async def test_parts_of_what_stations_are_called_find_the_same(api: Api) -> None:
    await call(api, A1="Level 3 bay 108", A2="Level 3 bay 109", B1="Roof")
    made = [
        await keep(api, number, station=identity)
        for number, identity in enumerate(("A1", "A2", "B1", "gone-level"))
    ]

    async def in_csv(**query: Any) -> list[str]:
        answer = await api.client.get(f"{LIST}.csv", params=query)
        rows = csv.DictReader(io.StringIO(answer.text))
        return [row["station"] for row in rows]

    async def listed(**query: Any) -> list[str]:
        return [item["station"] for item in (await api.get(LIST, **query))["items"]]

    for query, stations in (
        ({"station_part": "BAY 108"}, ["A1"]),
        ({"station_part": "level"}, ["gone-level", "A2", "A1"]),
        ({"station_part": "level", "until": "2026-01-31T12:01:00Z"}, ["A1"]),
        ({"station_part": "roof", "token_part": "other"}, []),
        ({"station_part": "a1"}, ["A1"]),
    ):
        assert await listed(**query) == await in_csv(**query) == stations
    first = await api.get(LIST, station_part="level", limit=2)
    rest = await keys(api, station_part="level", cursor=first["next"])
    assert rest == made[:1]


async def test_a_part_that_is_longer_than_any_name_is_refused(api: Api) -> None:
    answer = await api.client.get(LIST, params={"station_part": "x" * 256})

    assert answer.status_code == 422


async def test_one_that_runs_tells_its_energy_until_now(api: Api) -> None:
    end = await api.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    [key] = await keys(api)

    found = await api.get(f"{LIST}/{key}")

    assert (found["stop"], found["energy"]) == (None, 400.0)
    [sample] = found["samples"]
    assert sample["timestamp"] == "2026-01-31T12:00:00Z"
    assert sample["values"]["Energy.Active.Import.Register"] == 1400.0


async def test_the_energy_of_one_that_runs_is_that_of_its_newest_value(
    api: Api,
) -> None:
    end = await api.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    meter = api.harness.station().connectors["1"].meter
    assert meter is not None
    # Not kept yet: samples are kept once a second.
    meter.sample(1900.0, START_MS)

    [item] = (await api.get(LIST))["items"]
    one = await api.get(f"{LIST}/{item['key']}")
    rows = (await api.client.get(f"{LIST}.csv")).text

    assert item["energy"] == one["energy"] == 900.0
    assert [row["energy"] for row in csv.DictReader(io.StringIO(rows))] == ["900.0"]


async def test_without_its_station_the_energy_of_one_that_runs_is_of_its_samples(
    api: Api,
) -> None:
    end = await api.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    api.harness.station().connectors["1"].transaction = None
    [key] = await keys(api)
    # Has its samples written.
    await api.get(f"{LIST}/{key}")

    [item] = (await api.get(LIST))["items"]

    assert (item["stop"], item["energy"]) == (None, 400.0)


@on_shared_loop
@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=x", "cursor=x", "limit=0", "active=x"]
)
async def test_what_does_not_fit_is_refused(shared_api: Api, query: str) -> None:
    answer = await shared_api.client.get(f"{LIST}?{query}")

    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["detail"]
    [error] = answer.json()["errors"]
    assert error["field"] == query.partition("=")[0]
    assert error["expected"]


@on_shared_loop
@pytest.mark.parametrize(
    ("query", "expected"),
    [("active=maybe", "true or false"), ("limit=many", "a whole number")],
)
async def test_what_was_expected_is_said_in_plain_words(
    shared_api: Api, query: str, expected: str
) -> None:
    answer = await shared_api.client.get(f"{LIST}?{query}")

    name, _, value = query.partition("=")
    assert answer.json()["detail"] == f"{name} is {value!r}, expected {expected}"


@on_shared_loop
async def test_there_is_none_with_another_key(shared_api: Api) -> None:
    shown = await shared_api.client.get(f"{LIST}/17")
    closed = await shared_api.client.post(f"{LIST}/17/close")

    assert shown.status_code == closed.status_code == 404
    assert "'17'" in shown.json()["detail"]


# -- closed


async def test_a_stale_one_is_closed(api: Api) -> None:
    end = await api.connect()
    number = (await end.start(meter=1000))["transactionId"]
    await end.meter({"value": "1400"}, transaction=number)
    [key] = await keys(api)

    answer = await api.client.post(f"{LIST}/{key}/close")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["reason"], found["energy"]) == ("ClosedByOperator", 400.0)
    assert api.harness.station().transaction("1") is None
    assert await keys(api, active="true") == []


async def test_one_that_a_station_has_lost_is_told_until_it_is_closed(
    api: Api,
) -> None:
    end = await api.connect()
    await end.start(meter=1000)
    await end.status("Charging")
    [item] = (await api.get(LIST))["items"]
    assert item["unconfirmed_since"] is None
    await api.harness.advance(60)
    await end.boot()

    await end.status("Preparing")

    since = "2026-01-31T12:01:00Z"
    [item] = (await api.get(LIST))["items"]
    assert item["unconfirmed_since"] == since
    one = f"{LIST}/{item['key']}"
    assert (await api.get(one))["unconfirmed_since"] == since
    shown = await api.get(f"/api/v1/stations/{NAME}")
    assert shown["connectors"][0]["transaction"]["unconfirmed_since"] == since

    closed = (await api.client.post(f"{one}/close")).json()

    assert (closed["stop"], closed["unconfirmed_since"]) == (since, None)
    assert (await api.get(one))["unconfirmed_since"] is None
    shown = await api.get(f"/api/v1/stations/{NAME}")
    assert shown["connectors"][0]["transaction"] is None


async def test_one_that_has_ended_stays_as_it_is(api: Api) -> None:
    key = await keep(api)

    answer = await api.client.post(f"{LIST}/{key}/close")

    assert (answer.status_code, answer.json()["reason"]) == (200, "Local")


# -- CSV


async def test_all_of_them_are_exported(api: Api) -> None:
    made = [await keep(api, number) for number in range(3)]
    await keep(api, 3, station="CP-8")

    answer = await api.client.get(f"{LIST}.csv", params={"station": NAME})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "transactions.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["key"] for row in rows] == made[::-1]
    assert {row["energy"] for row in rows} == {"750.0"}


@on_shared_loop
async def test_an_export_without_any_has_its_header(shared_api: Api) -> None:
    answer = await shared_api.client.get(f"{LIST}.csv")

    assert answer.text.startswith("key,id,station,where,token,")
    assert answer.text.count("\r\n") == 1


@on_shared_loop
async def test_nothing_of_it_is_told_without_the_token(shared_api: Api) -> None:
    for path in (LIST, f"{LIST}.csv", f"{LIST}/1"):
        assert (await shared_api.stranger.get(path)).status_code == 401


async def test_a_store_that_is_closed_is_a_problem(start_api: StartApi) -> None:
    api = await start_api()
    await api.context.store.close()

    listed = await api.client.get(LIST)
    exported = await api.client.get(f"{LIST}.csv")

    assert listed.status_code == exported.status_code == 503
