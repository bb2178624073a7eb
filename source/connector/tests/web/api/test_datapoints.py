"""Present values and their history over the API."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.facts import Datum, Facts
from connector.datapoints.sensors import Sensors
from connector.store import life_statements
from connector.store.records import HistoryRecord
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import NAME, Api, on_shared_loop

LIST = "/api/v1/datapoints"
KEY = "CP-7__1__Power.Active.Import"
POWER = Datum("1", "Power.Active.Import")
STATUS = Datum("1", "status")


def tell(api: Api, station: str, **values: Any) -> Sensors:
    sensors: Sensors = api.context.present._sensors
    sensors.register(station, is_adopted=True, connectors=1)
    names = {"power": POWER, "status": STATUS}
    facts = Facts(station, START_MS + 123, {names[n]: v for n, v in values.items()})
    sensors.take(facts, START_MS)
    return sensors


async def keep(api: Api, *values: tuple[int, Any], key: str = KEY) -> None:
    """Values by their age in seconds."""
    archive = api.context.store.archive
    archive.add_history(
        HistoryRecord(key, START_MS - age_s * 1000, value) for age_s, value in values
    )
    await archive.flush_history()


async def history(api: Api, key: str = KEY, **query: Any) -> list[tuple[str, Any]]:
    found = await api.get(f"{LIST}/{key}/history", **query)
    return [(item["timestamp"], item["value"]) for item in found["items"]]


# -- present


async def test_present_values_are_told(api: Api) -> None:
    tell(api, NAME, power=7400.0, status="Charging")

    found = await api.get(LIST)

    time = "2026-01-31T12:00:00.123Z"
    assert found["items"] == [
        {"key": KEY, "value": 7400.0, "timestamp": time, "unit": "W"},
        {
            "key": "CP-7__1__status",
            "value": "Charging",
            "timestamp": time,
            "unit": None,
        },
    ]


async def test_those_of_some_names_alone_can_be_asked_for(api: Api) -> None:
    tell(api, NAME, power=7400.0, status="Charging")

    power = await api.get(LIST, name="Power.Active.Import")
    both = await api.get(LIST, name=["Power.Active.Import", "status"])
    none = await api.get(LIST, name="nothing")

    assert [item["key"] for item in power["items"]] == [KEY]
    assert len(both["items"]) == 2
    assert none["items"] == []


async def test_a_value_that_nobody_told_yet_is_null(api: Api) -> None:
    sensors = tell(api, NAME)
    sensors.restore(NAME, ["1__SoC"])

    [item] = (await api.get(LIST, station=NAME))["items"]

    assert (item["value"], item["timestamp"], item["unit"]) == (None, None, "Percent")


async def test_pages_have_each_key_once(api: Api) -> None:
    stations = ["CP-7", "A", "CP-7_1", "CP-70", "CP"]
    for station in stations:
        tell(api, station, power=1.0, status="Charging")

    keys, cursor = [], None
    for _ in range(10):
        query = {"cursor": cursor} if cursor else {}
        page = await api.get(LIST, limit=3, **query)
        keys += [item["key"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert keys == sorted(set(keys))
    assert len(keys) == 2 * len(stations)


async def test_those_of_a_station_that_waits_are_not_told(api: Api) -> None:
    sensors: Sensors = api.context.present._sensors
    sensors.take(Facts("stranger", START_MS, {STATUS: "Available"}), START_MS)

    assert (await api.get(LIST))["items"] == []


@on_shared_loop
async def test_a_station_that_nobody_knows_is_not_found(shared_api: Api) -> None:
    assert (await shared_api.client.get(f"{LIST}?station=nobody")).status_code == 404


async def test_a_flow_that_does_not_answer_is_a_problem(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.datapoints.present._ANSWERS_WITHIN_S", 0)
    monkeypatch.setattr(api.context.present, "_ask", lambda run: None)

    assert (await api.client.get(LIST)).status_code == 503


# -- history


async def test_every_value_that_is_kept_is_told(api: Api) -> None:
    await keep(api, (3, 1.0), (2, None), (1, "x"), (100_000, 9.0))

    assert await history(api) == [
        ("2026-01-30T08:13:20.000Z", 9.0),
        ("2026-01-31T11:59:57.000Z", 1.0),
        ("2026-01-31T11:59:58.000Z", None),
        ("2026-01-31T11:59:59.000Z", "x"),
    ]
    assert len(await history(api, since="2026-01-31T00:00:00Z")) == 3
    assert len(await history(api, until="2026-01-31T11:59:58Z")) == 2


async def test_steps_have_means(api: Api) -> None:
    await keep(api, (90, 1000.0), (30, 2000.0))

    found = await history(api, step=60, since="2026-01-31T11:58:00Z")

    assert found == [
        ("2026-01-31T11:58:00.000Z", 1000.0),
        ("2026-01-31T11:59:00.000Z", 1500.0),
        ("2026-01-31T12:00:00.000Z", 2000.0),
    ]


async def test_steps_of_a_limit_have_only_what_was_set(api: Api) -> None:
    key = "CP-7__1__power_limit"
    await keep(api, (170, 11_000.0), (110, 4140.0), (70, None), (20, 6000.0), key=key)

    found = await history(api, key, step=60, since="2026-01-31T11:57:00Z")

    assert [value for _, value in found] == [11_000.0, None, 6000.0, 6000.0]


async def break_off(api: Api, age_s: int, away_s: int) -> None:
    """A connector lived until then, and the next one came so much later."""
    for time_s in (-age_s, away_s - age_s):
        time_ms = START_MS + time_s * 1000
        await api.context.store.archive.write(
            life_statements.live, time_ms, time_ms, False
        )


async def test_nothing_is_told_of_a_time_in_which_no_connector_ran(api: Api) -> None:
    await keep(api, (1000, 6800.0))
    await break_off(api, 960, 900)
    await keep(api, (60, 4100.0))

    told = await history(api)
    steps = await history(api, step=60, since="2026-01-31T11:43:00Z")

    assert told == [
        ("2026-01-31T11:43:20.000Z", 6800.0),
        ("2026-01-31T11:44:00.001Z", None),
        ("2026-01-31T11:59:00.000Z", 4100.0),
    ]
    assert [value for _, value in steps] == [6800.0, 6800.0, *[None] * 14, 4100, 4100]


async def test_a_register_and_the_energy_of_a_session_stay_as_they_were_read(
    api: Api,
) -> None:
    keys = [
        f"CP-7__1__{x}" for x in ("Energy.Active.Import.Register", "session_energy")
    ]
    for key in keys:
        await keep(api, (1000, 1100.0), key=key)
    await break_off(api, 960, 900)

    for key in keys:
        told = await history(api, key)
        steps = await history(api, key, step=300)
        assert [value for _, value in told] == [1100.0]
        assert {value for _, value in steps} == {1100.0}


@pytest.mark.parametrize("step", [{}, {"step": 60}])
async def test_history_comes_in_pages(api: Api, step: dict[str, int]) -> None:
    await keep(api, *((age_s, float(age_s)) for age_s in range(600, 0, -60)))
    await break_off(api, 330, 90)
    query = step | {"since": "2026-01-31T11:00:00Z"}
    whole = await history(api, **query)

    paged, cursor = [], None
    for _ in range(50):
        more = {"cursor": cursor} if cursor else {}
        page = await api.get(f"{LIST}/{KEY}/history", limit=4, **query, **more)
        paged += [(item["timestamp"], item["value"]) for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert paged == whole
    assert len(whole) >= 10


YEARS_S = 10 * 365 * 86_400


@pytest.mark.parametrize(
    "query", [{}, {"since": "1970-01-01T00:00:00Z"}, {"since": "2016-02-03T11:59:59Z"}]
)
@pytest.mark.parametrize("step", [{}, {"step": 1}, {"step": 900}])
async def test_history_begins_with_the_oldest_value(
    api: Api, query: dict[str, str], step: dict[str, int]
) -> None:
    await keep(api, (YEARS_S, 1.0), (60, 2.0))

    page = await api.get(f"{LIST}/{KEY}/history", limit=1, **query, **step)

    [item] = page["items"]
    assert item == {"timestamp": "2016-02-03T12:00:00.000Z", "value": 1.0}
    assert page["next"] is not None


async def test_steps_begin_where_a_value_that_is_older_holds(api: Api) -> None:
    key = "CP-7__1__status"
    await keep(api, (3600, "Charging"), (60, "Available"), key=key)

    found = await history(api, key, since="2026-01-31T11:30:00Z", step=900)

    assert found[0] == ("2026-01-31T11:30:00.000Z", "Charging")


async def test_steps_before_any_value_are_none(api: Api) -> None:
    await keep(api, (60, 1.0))

    page = await api.get(f"{LIST}/{KEY}/history", step=60, until="2026-01-31T11:00:00Z")

    assert page == {"items": [], "next": None}


@on_shared_loop
async def test_of_a_value_that_may_come_there_is_no_history_yet(
    shared_api: Api,
) -> None:
    assert await history(shared_api) == []
    assert await history(shared_api, step=60) == []
    assert await history(shared_api, since="2030-01-01T00:00:00Z", step=60) == []


@on_shared_loop
@pytest.mark.parametrize(
    "key", ["CP-7__0__last_seen", "nobody__1__Power.Active.Import", "x"]
)
async def test_of_what_is_not_kept_there_is_none(shared_api: Api, key: str) -> None:
    answer = await shared_api.client.get(f"{LIST}/{key}/history")

    assert answer.status_code == 404
    assert "Power.Active.Import" in answer.json()["detail"]


async def test_the_history_of_a_station_that_is_gone_stays(api: Api) -> None:
    key = "gone__1__status"
    await keep(api, (1, "Charging"), key=key)

    assert len(await history(api, key)) == 1


@on_shared_loop
@pytest.mark.parametrize("query", ["since=x", "until=x", "step=0", "cursor=x"])
async def test_what_does_not_fit_is_refused(shared_api: Api, query: str) -> None:
    answer = await shared_api.client.get(f"{LIST}/{KEY}/history?{query}")

    assert answer.status_code == 422
