"""What is configured at a station after it booted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.configuring import ATTEMPTS_KEY, INTERVAL_KEY, KEYS, MEASURANDS_KEY
from connector.csms.events import Ready
from connector.csms.options import StationOptions
from connector.csms.targets import AUTOMATIC_MEASURANDS, same
from connector.errors import RemoteProtocolError
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle

Json = dict[str, Any]
Start = Callable[..., Any]
ALL = ",".join(AUTOMATIC_MEASURANDS)
NO = RemoteProtocolError("InternalError", "no")


class Keys:
    """The configuration of a station; ``refused`` says which changes it refuses."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.refused: Callable[[str, str], str | Exception | None] = lambda k, v: None

    def get(self, payload: Json) -> Json:
        wanted = payload.get("key", [])
        return {
            "configurationKey": [
                {"key": key, "readonly": False, "value": self.values[key]}
                for key in wanted
                if key in self.values
            ],
            "unknownKey": [key for key in wanted if key not in self.values],
        }

    def change(self, payload: Json) -> Json:
        refusal = self.refused(payload["key"], payload["value"])
        if isinstance(refusal, Exception):
            raise refusal
        if refusal is None:
            self.values[payload["key"]] = payload["value"]
        return {"status": refusal or "Accepted"}

    @property
    def answers(self) -> Json:
        return {"GetConfiguration": self.get, "ChangeConfiguration": self.change}


def changes(end: StationEnd) -> list[tuple[str, str]]:
    return [(p["key"], p["value"]) for p in end.asked("ChangeConfiguration")]


async def booted(system: Harness, keys: Keys, **more: Any) -> StationEnd:
    system.hear(Ready)
    return await system.connect(boots=True, **(keys.answers | more))


async def test_a_station_is_read_and_configured(system: Harness) -> None:
    keys = Keys(NumberOfConnectors=" 2 ", TransactionMessageAttempts="3")
    end = await booted(system, keys)
    assert end.asked("GetConfiguration") == [{"key": list(KEYS)}]
    assert changes(end) == [
        (MEASURANDS_KEY, ALL),
        (INTERVAL_KEY, "60"),
        (ATTEMPTS_KEY, "20"),
    ]
    assert system.newest("connectors", "0") == 2
    assert system.station().configuration[INTERVAL_KEY] == "60"
    assert len(system.events) == 1


async def test_what_is_so_already_is_not_sent(system: Harness) -> None:
    backwards = " , ".join(reversed(AUTOMATIC_MEASURANDS))
    end = await booted(
        system,
        Keys(
            MeterValuesSampledData=f'"{backwards}"',
            MeterValueSampleInterval=" 60 ",
            TransactionMessageAttempts="99",
        ),
    )
    assert changes(end) == []
    assert len(system.events) == 1


async def test_what_an_earlier_boot_showed_is_not_taken_for_granted(
    system: Harness,
) -> None:
    keys = Keys()
    end = await booted(system, keys)
    keys.values.clear()
    await end.boot()
    assert changes(end) == 2 * [(MEASURANDS_KEY, ALL), (INTERVAL_KEY, "60")]


async def test_options_of_the_station_go_before_those_of_all(start: Start) -> None:
    station = StationOptions(measurands=("Voltage",), meter_interval_s=10)
    system = await start(
        stations={NAME: station}, measurands=("SoC",), meter_interval_s=20
    )
    end = await booted(system, Keys())
    assert changes(end) == [(MEASURANDS_KEY, "Voltage"), (INTERVAL_KEY, "10")]


async def test_empty_options_leave_a_station_alone(start: Start) -> None:
    system = await start(measurands=(), meter_interval_s=0)
    assert changes(await booted(system, Keys())) == []


async def test_configured_connectors_are_not_replaced(start: Start) -> None:
    system = await start(stations={NAME: StationOptions(connectors=1)})
    await booted(system, Keys(NumberOfConnectors="4"))
    assert system.station().places == ["1"]


@pytest.mark.parametrize(
    ("count", "places"), [("0", 1), ("", 1), ("two", 1), ("-3", 1), ("9999", 64)]
)
async def test_a_strange_number_of_connectors_is_survived(
    system: Harness, count: str, places: int
) -> None:
    await booted(system, Keys(NumberOfConnectors=count))
    assert len(system.station().places) == places
    assert len(system.events) == 1


@pytest.mark.parametrize("refusal", ["Rejected", "NotSupported", NO])
async def test_measurands_that_are_refused_together_are_tried_one_by_one(
    system: Harness, refusal: str | Exception
) -> None:
    known = {"Power.Active.Import", "Voltage"}
    keys = Keys()
    keys.refused = lambda key, value: (
        refusal
        if key == MEASURANDS_KEY and not known.issuperset(value.split(","))
        else None
    )
    end = await booted(system, keys)
    assert keys.values[MEASURANDS_KEY] == "Power.Active.Import,Voltage"
    assert keys.values[INTERVAL_KEY] == "60"
    tried = [value for key, value in changes(end) if key == MEASURANDS_KEY]
    assert tried == [ALL, *AUTOMATIC_MEASURANDS, "Power.Active.Import,Voltage"]


async def test_measurands_of_which_only_one_fits_go_back_to_what_was(
    system: Harness,
) -> None:
    keys = Keys(MeterValuesSampledData="Voltage,Frequency")
    keys.refused = lambda key, value: (
        "Rejected" if "," in value and value != "Voltage,Frequency" else None
    )
    await booted(system, keys)
    assert keys.values[MEASURANDS_KEY] == "Voltage,Frequency"


@pytest.mark.parametrize("refusal", ["Rejected", NO])
async def test_a_station_whose_keys_are_read_only_is_ready_all_the_same(
    system: Harness, refusal: str | Exception
) -> None:
    keys = Keys(TransactionMessageAttempts="1")
    keys.refused = lambda key, value: refusal
    end = await booted(system, keys)
    assert [key for key, _ in changes(end)][-2:] == [INTERVAL_KEY, ATTEMPTS_KEY]
    assert len(system.events) == 1


async def test_where_the_list_of_keys_is_refused_fewer_are_asked_for(
    system: Harness,
) -> None:
    keys = Keys(NumberOfConnectors="3")

    def get(payload: Json) -> Json:
        if len(payload["key"]) > 4:
            raise NO
        return keys.get(payload)

    end = await booted(system, keys, GetConfiguration=get)
    pieces = [payload["key"] for payload in end.asked("GetConfiguration")]
    assert [key for piece in pieces[1:] for key in piece] == list(KEYS)
    assert len(system.station().places) == 3


async def test_where_reading_is_refused_as_a_whole_it_is_configured_unread(
    system: Harness,
) -> None:
    end = await booted(system, Keys(), GetConfiguration=NO)
    assert changes(end) == [(MEASURANDS_KEY, ALL), (INTERVAL_KEY, "60")]
    assert len(system.events) == 1


async def test_a_new_boot_begins_anew(system: Harness) -> None:
    keys, gate = Keys(), asyncio.Event()
    waited: list[Json] = []

    async def slow(payload: Json) -> Json:
        waited.append(payload)
        if len(waited) == 1:
            await gate.wait()
        return keys.get(payload)

    system.hear(Ready)
    end = await system.connect(**(keys.answers | {"GetConfiguration": slow}))
    await end.boot()
    first = system.station().setup
    await end.boot()
    assert first is not None
    assert first.cancelled()
    gate.set()
    await asyncio.wait({system.station().setup or first}, timeout=10)
    assert changes(end) == [(MEASURANDS_KEY, ALL), (INTERVAL_KEY, "60")]
    assert len(system.events) == 1


async def held(system: Harness, release: asyncio.Event) -> asyncio.Task[None]:
    """The task that configures a station which does not answer before ``release``."""

    async def slow(payload: Json) -> Json:
        await release.wait()
        return {}

    system.hear(Ready)
    await system.connect(boots=True, GetConfiguration=slow)
    task = system.station().setup
    assert task is not None
    return task


async def test_a_lost_link_ends_it(system: Harness) -> None:
    release = asyncio.Event()
    task = await held(system, release)
    await system.ends[0].link.close()
    await settle()
    assert task.cancelled()
    assert system.station().setup is None
    release.set()
    await settle()
    assert system.events == []


async def test_a_newer_link_ends_what_began_on_the_older(system: Harness) -> None:
    release = asyncio.Event()
    task = await held(system, release)
    newer = await system.connect()
    assert task.cancelled()
    assert system.station().setup is None
    release.set()
    await settle()
    assert system.events == []
    assert newer.calls == []


@pytest.mark.parametrize(
    ("current", "wanted", "expected"),
    [
        ("a,b", "b, a", True),
        ('"a,b"', "a,b", True),
        ("a", "a,b", False),
        (None, "a", False),
        ("", "a", False),
        ("60", "60", True),
    ],
)
def test_values_are_compared_as_lists(
    current: str | None, wanted: str, expected: bool
) -> None:
    assert same(current, wanted) is expected
