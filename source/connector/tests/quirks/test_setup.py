"""Quirks of configuration: keys that are refused, cut, read-only or badly written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.configuring import INTERVAL_KEY, KEYS, MEASURANDS_KEY
from connector.csms.events import Ready
from connector.csms.targets import AUTOMATIC_MEASURANDS
from connector.errors import RemoteProtocolError
from connector.tests.csms.conftest import Harness, StationEnd
from connector.tests.csms.test_setup import Keys, changes
from connector.tests.quirks.bench import shown

Json = dict[str, Any]
Start = Callable[..., Any]
ALL = ",".join(AUTOMATIC_MEASURANDS)
NO = RemoteProtocolError("InternalError", "no")


async def booted(system: Harness, keys: Keys, **more: Any) -> StationEnd:
    """A station with these keys after its setup; it is ready in any case."""
    system.hear(Ready)
    end = await system.connect(boots=True, **(keys.answers | more))
    assert len(system.events) == 1
    return end


# -- 29, 30: feature profiles


@pytest.mark.parametrize("listed", ["Core", "", " Core , FirmwareManagement ", None])
async def test_messages_are_triggered_whatever_profiles_are_listed(
    system: Harness, listed: str | None
) -> None:
    """Row 29: RemoteTrigger profile not listed but supported; or listed lists lie."""
    keys = {} if listed is None else {"SupportedFeatureProfiles": listed}
    end = await system.connect(**Keys(**keys).answers)
    await system.advance(10)
    assert end.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]


# -- 40: measurands


async def test_a_list_in_quotes_is_the_same_list(system: Harness) -> None:
    """Row 40: MeterValuesSampledData max length, read-only, quotes in value."""
    end = await booted(system, Keys(MeterValuesSampledData=f'"{ALL}"'))
    assert MEASURANDS_KEY not in dict(changes(end))


async def test_measurands_are_tried_one_by_one(system: Harness) -> None:
    """Row 40: MeterValuesSampledData try one by one."""
    known = {"Power.Active.Import", "Voltage"}
    keys = Keys()
    keys.refused = lambda key, value: (
        "Rejected"
        if key == MEASURANDS_KEY and not known.issuperset(value.split(","))
        else None
    )
    await booted(system, keys)
    assert keys.values[MEASURANDS_KEY] == "Power.Active.Import,Voltage"


@pytest.mark.parametrize("most", [2, 3, 6])
async def test_as_many_measurands_as_a_station_takes_are_set(
    system: Harness, most: int
) -> None:
    """Row 40: MeterValuesSampledData max length."""
    keys = Keys(MeterValuesSampledData="Voltage")
    keys.refused = lambda key, value: (
        "Rejected" if key == MEASURANDS_KEY and len(value.split(",")) > most else None
    )
    await booted(system, keys)
    assert keys.values[MEASURANDS_KEY] == ",".join(AUTOMATIC_MEASURANDS[:most])


@pytest.mark.parametrize("refusal", ["Rejected", "NotSupported", NO])
async def test_measurands_that_are_read_only_stay_as_they_are(
    system: Harness, refusal: Any
) -> None:
    """Row 40: MeterValuesSampledData read-only."""
    keys = Keys(MeterValuesSampledData="Voltage")
    keys.refused = lambda key, value: refusal if key == MEASURANDS_KEY else None
    end = await booted(system, keys)
    assert keys.values[MEASURANDS_KEY] == "Voltage"
    assert (INTERVAL_KEY, "60") in changes(end)


# -- 42: intervals


@pytest.mark.parametrize("refusal", ["Rejected", NO])
async def test_an_interval_that_is_refused_is_tolerated(
    system: Harness, refusal: Any
) -> None:
    """Row 42: sample interval minimum (Easee 30 s, Mennekes ACU 60 s)."""
    keys = Keys(MeterValueSampleInterval="300")
    keys.refused = lambda key, value: refusal if key == INTERVAL_KEY else None
    end = await booted(system, keys)
    assert (INTERVAL_KEY, "60") in changes(end)
    assert system.station().configuration[INTERVAL_KEY] == "300"


async def test_the_clock_aligned_keys_are_left_alone(system: Harness) -> None:
    """Row 42: ClockAligned read-only (H docs Morek)."""
    end = await booted(system, Keys())
    assert not [key for key, _ in changes(end) if "ClockAligned" in key]


# -- 43: reading


@pytest.mark.parametrize("most", [1, 3, 6])
async def test_an_answer_that_is_cut_is_asked_for_the_rest(
    system: Harness, most: int
) -> None:
    """Row 43: GetConfiguration: unknownKey, value missing, truncated."""
    keys = Keys(**dict.fromkeys(KEYS, "1"))

    def get(payload: Json) -> Json:
        return keys.get({"key": payload["key"][:most]})

    await booted(system, keys, GetConfiguration=get)
    assert set(KEYS) <= set(system.station().configuration)


async def test_a_station_that_leaves_unknown_keys_out_is_asked_once_more(
    system: Harness,
) -> None:
    """Row 43: GetConfiguration: unknownKey (left out altogether)."""
    keys = Keys(NumberOfConnectors="2")

    def get(payload: Json) -> Json:
        return {"configurationKey": keys.get(payload)["configurationKey"]}

    end = await booted(system, keys, GetConfiguration=get)
    assert len(end.asked("GetConfiguration")) == 2
    assert shown(system)["0__connectors"] == 2


async def test_keys_without_a_value_and_in_other_letters_are_understood(
    system: Harness,
) -> None:
    """Row 43: GetConfiguration: unknownKey, value missing."""
    entries = [
        {"key": "numberofconnectors", "readonly": True, "value": "2"},
        {"key": MEASURANDS_KEY, "readonly": False},
        {"key": "Unasked", "readonly": True, "value": ""},
    ]
    answer = {"configurationKey": entries, "unknownKey": [INTERVAL_KEY]}
    end = await booted(system, Keys(), GetConfiguration=answer)
    assert shown(system)["0__connectors"] == 2
    assert changes(end)[0] == (MEASURANDS_KEY, ALL)


@pytest.mark.parametrize("most", [4, 5])
async def test_where_many_keys_are_refused_they_are_asked_for_in_chunks(
    system: Harness, most: int
) -> None:
    """Row 43: all-keys reply refused (chunk to GetConfigurationMaxKeys)."""
    keys = Keys(NumberOfConnectors="3")

    def get(payload: Json) -> Json:
        if not 0 < len(payload.get("key", [])) <= most:
            raise NO
        return keys.get(payload)

    await booted(system, keys, GetConfiguration=get)
    assert shown(system)["0__connectors"] == 3


async def test_what_is_so_already_is_read_and_not_written(system: Harness) -> None:
    """Row 43: GetConfiguration (read-before-write)."""
    keys = Keys(MeterValuesSampledData=ALL, MeterValueSampleInterval="60")
    assert changes(await booted(system, keys)) == []


# -- 45: connectors


async def test_the_status_of_connector_0_is_that_of_the_station(
    system: Harness,
) -> None:
    """Row 45: connector 0 status, connector id > NumberOfConnectors."""
    end = await system.connect()
    await end.status("Unavailable", connector=0)
    values = shown(system)
    assert values["0__status"] == "Unavailable"
    assert "1__status" not in values


@pytest.mark.parametrize("speaks", ["status", "start", "meter"])
async def test_a_connector_beyond_the_number_that_was_told_is_known_on_sight(
    system: Harness, speaks: str
) -> None:
    """Row 45: connector id > NumberOfConnectors (grow on sight)."""
    end = await booted(system, Keys(NumberOfConnectors="1"))
    if speaks == "status":
        await end.status("Charging", connector=3)
    elif speaks == "start":
        await end.start(connector=3)
    else:
        await end.meter({"value": "5000"}, connector=3)
    assert shown(system)["0__connectors"] == 3
    assert any(key.startswith("3__") for key in shown(system))
