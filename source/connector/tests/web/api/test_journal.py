"""The last commands of a station, for whoever comes later."""

from __future__ import annotations

from typing import Any

import orjson

from connector.datapoints.commands import Order, Stage
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api
from connector.tests.web.api.test_events import listen
from connector.tests.web.api.test_outcome_events import (
    ACCEPTED,
    STATION,
    give,
    measure,
    stages,
)
from connector.web.api.pages import cursor_of
from connector.web.events.journal import Journal

LIST = f"{STATION}/commands"


async def given(api: Api) -> list[Any]:
    page = await api.get(LIST)
    assert page["next"] is None
    items: list[Any] = page["items"]
    return items


def stage(correlation: str, value: object = 1, station: str = NAME) -> Stage:
    return Stage(Order(station, "1", "power_limit", value), correlation, "asked", 1)


def kept(journal: Journal, station: str = NAME) -> list[str]:
    return [entry.correlation for entry in journal.of(station)]


async def test_what_nobody_looked_on_at_is_told_afterwards(api: Api) -> None:
    await api.connect(SetChargingProfile=ACCEPTED)
    outcome = await give(api, "1", "power_limit", 4140)

    [told] = await given(api)
    assert told["outcome"] == outcome | {"kept": None}
    assert list(told.pop("times")) == ["asked", "sent", "accepted"]
    assert told == {
        "station": NAME,
        "where": "1",
        "command": "power_limit",
        "action": None,
        "value": 4140,
        "correlation": outcome["correlation"],
        "stage": "accepted",
        "outcome": told["outcome"],
        "seen": None,
        "measured": None,
        "was_above": None,
        "failed": False,
        "file": None,
    }


async def test_the_newest_is_the_first_and_what_was_not_sent_has_no_such_time(
    api: Api,
) -> None:
    await api.connect(Reset=ACCEPTED)
    await give(api, "0", "reset", "soft")
    await give(api, "1", "power_limit", "much")

    newest, oldest = await given(api)
    assert (newest["command"], list(newest["times"])) == (
        "power_limit",
        ["asked", "invalid"],
    )
    assert oldest["command"] == "reset"


async def test_commands_come_in_pages_that_newer_ones_do_not_shift(api: Api) -> None:
    for value in ("one", "two", "three"):
        await give(api, "1", "power_limit", value)

    first = await api.get(LIST, limit=2)
    await give(api, "1", "power_limit", "four")
    second = await api.get(LIST, limit=2, cursor=first["next"])

    values = [each["value"] for each in first["items"] + second["items"]]
    assert values == ["three", "two", "one"]
    assert second["next"] is None


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    answer = await api.client.get(LIST, params={"cursor": cursor_of("CP-7")})

    assert answer.status_code == 422


async def test_what_was_seen_to_take_effect_is_told(api: Api) -> None:
    await api.connect(SetChargingProfile=ACCEPTED)
    await give(api, "1", "power_limit", 4140)
    async with listen(api, "?types=outcome") as listener:
        measure(api, 4100.0, 1)
        [event] = await stages(listener, 1)

    [told] = await given(api)
    assert told["stage"] == "in_force"
    shown = ("seen", "measured", "was_above")
    assert [told[name] for name in shown] == [event[name] for name in shown]
    assert told["measured"] == {
        "name": "Power.Active.Import",
        "value": 4100.0,
        "unit": "W",
    }
    assert told["times"]["in_force"] == event["time"]


async def test_a_start_is_seen_while_nobody_reads(api: Api) -> None:
    end = await api.connect(RemoteStartTransaction=ACCEPTED)
    await give(api, "1", "charge", True)
    await end.start()
    await settle()

    [told] = await given(api)
    assert told["stage"] == "in_force"


async def test_a_secret_is_in_no_entry(api: Api) -> None:
    await api.connect(ChangeConfiguration=ACCEPTED)
    await give(api, "0", "configuration", {"AuthorizationKey": "d0c0ffee"})
    payload = {"key": "AuthorizationKey", "value": "d0c0ffee"}
    call = {"action": "ChangeConfiguration", "payload": payload}
    await api.client.post(f"{STATION}/calls", json=call)

    told = await given(api)
    assert b"d0c0ffee" not in orjson.dumps(told)
    assert [each["action"] for each in told] == ["ChangeConfiguration", None]


async def test_what_a_station_was_told_goes_with_it(api: Api) -> None:
    station = "/api/v1/stations/CP-NEW"
    await api.client.put(station, json={})
    await api.client.post(f"{station}/0/reset", json={"value": "soft"})
    assert (await api.get(f"{station}/commands"))["items"]
    assert (await api.client.delete(station)).status_code == 204
    await api.client.put(station, json={})

    assert (await api.get(f"{station}/commands"))["items"] == []


async def test_of_a_station_that_nobody_knows_there_is_no_list(api: Api) -> None:
    answer = await api.client.get("/api/v1/stations/NOBODY/commands")

    assert answer.status_code == 404


def test_the_oldest_of_a_station_go_and_others_have_theirs() -> None:
    journal = Journal(most_of_station=2)
    journal.note(stage("0", station="OTHER"))
    for name in "123":
        journal.note(stage(name))

    assert kept(journal) == ["3", "2"]
    assert kept(journal, "OTHER") == ["0"]


def test_the_oldest_go_where_all_take_too_much() -> None:
    journal = Journal(most_bytes=3000)
    for name in "123":
        journal.note(stage(name, "x" * 1000))

    assert kept(journal) == ["3"]


def test_a_value_that_no_json_can_be_made_of_is_noted_as_text() -> None:
    journal = Journal()

    assert journal.note(stage("1", 10**30)).value == b'"%d"' % 10**30
    assert journal.note(stage("2", "\ud800")).value == b"\"'\\\\ud800'\""
