"""Meter values of stations: what is shown, kept, zeroed and unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.facts import Weight
from connector.csms.unknown_names import MOST_UNKNOWN_NAMES
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import Harness, StationEnd

POWER = "Power.Active.Import"
CURRENT = "Current.Import"
ENERGY = "Energy.Active.Import.Register"


def power(value: str, **more: str) -> dict[str, str]:
    return {"value": value, "measurand": POWER} | more


async def charging(system: Harness) -> tuple[StationEnd, int]:
    """A station that charges with 11 kW."""
    end = await system.connect()
    await end.status("Charging")
    started = await end.start()
    number: int = started["transactionId"]
    await end.meter(power("11", unit="kW"), transaction=number)
    return end, number


async def test_values_are_answered_and_shown(system: Harness) -> None:
    end = await system.connect()
    assert await end.meter(power("11", unit="kW"), {"value": "5"}, ago_s=5) == {}
    facts = system.fact(POWER)
    assert facts.time_ms == START_MS - 5000
    assert facts.weight is Weight.SAMPLE
    assert system.newest(POWER) == 11000.0
    assert system.newest(ENERGY) == 5.0


async def test_each_meter_value_has_its_own_time(system: Harness) -> None:
    end = await system.connect()
    await end.say(
        "MeterValues",
        connectorId=1,
        meterValue=[
            {"timestamp": end.time(ago_s=ago_s), "sampledValue": [power(value)]}
            for ago_s, value in ((60, "1"), (30, "2"))
        ],
    )
    times = [f.time_ms for f in system.facts if f.weight is Weight.SAMPLE]
    assert times == [START_MS - 60_000, START_MS - 30_000]


async def test_values_of_the_main_meter_are_at_place_0(system: Harness) -> None:
    end = await system.connect()
    await end.meter(power("40000"), connector=0)
    assert system.newest(POWER, "0") == 40000.0


async def test_a_value_with_an_unreadable_time_is_taken(system: Harness) -> None:
    end = await system.connect()
    assert await raw_meter(end, power("5"), time="noon") == {}
    assert system.fact(POWER).time_ms == START_MS


@pytest.mark.parametrize(
    "words",
    [
        {"unit": "furlong"},
        {"phase": "L4"},
        {"location": "Roof"},
        {"context": "Whatever"},
        {"format": "Loud"},
        {"value": "x" * 600},
    ],
)
async def test_strange_words_in_a_sample_do_not_refuse_it(
    system: Harness, words: dict[str, str]
) -> None:
    end = await system.connect()
    text = {"value": "1", "measurand": POWER} | words
    assert await raw_meter(end, text) == {}
    assert any(datum.name.startswith(POWER) for datum in system.data())


async def raw_meter(end: StationEnd, *samples: Any, time: str | None = None) -> Any:
    """Past the checks of the station's end."""
    meter_value = {"timestamp": time or end.time(), "sampledValue": list(samples)}
    return await end.say_raw(
        "MeterValues", {"connectorId": 1, "meterValue": [meter_value]}
    )


async def test_at_most_200_unknown_names_are_shown(system: Harness) -> None:
    end = await system.connect()
    for number in range(MOST_UNKNOWN_NAMES + 5):
        await raw_meter(end, {"value": "1", "measurand": f"Strange{number}"})
    await raw_meter(end, power("7"), {"value": "2", "measurand": "Strange0"})
    names = {d.name for d in system.data() if d.name.startswith("Strange")}
    assert len(names) == MOST_UNKNOWN_NAMES
    assert system.newest(POWER) == 7.0
    assert system.told("Strange0") == [1.0, 2.0]


async def test_unknown_names_with_a_stop_are_bounded_as_well(system: Harness) -> None:
    end, number = await charging(system)
    samples = [
        {"value": "1", "measurand": f"Strange{n}", "format": "Raw"} for n in range(500)
    ]
    await end.say_raw(
        "StopTransaction",
        {
            "transactionId": number,
            "meterStop": 2000,
            "timestamp": end.time(),
            "transactionData": [{"timestamp": end.time(), "sampledValue": samples}],
        },
    )
    names = {d.name for d in system.data() if d.name.startswith("Strange")}
    assert len(names) == MOST_UNKNOWN_NAMES


async def test_a_kind_of_warning_is_told_once_wherever_in_a_list_it_is(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()
    await raw_meter(end, *({"value": "1", "measurand": f"S{n}"} for n in range(20)))
    told = [r for r in caplog.records if "measurand" in r.getMessage()]
    assert len([r for r in told if r.levelname == "WARNING"]) == 1


async def test_values_of_a_transaction_are_kept_with_it(system: Harness) -> None:
    end, number = await charging(system)
    signed = {"value": "OCMF", "format": "SignedData"}
    await end.meter({"value": "1500"}, signed, transaction=number)
    kept = system.store.sample_records[-1].values
    assert kept[ENERGY] == 1500.0
    assert f"{ENERGY}__signed" in kept
    assert kept["session_energy"] == 500.0


async def test_the_energy_of_the_session_follows_the_register(system: Harness) -> None:
    end, number = await charging(system)
    await system.advance(60)
    await end.meter({"value": "1.25", "unit": "kWh"}, transaction=number)
    assert system.newest("session_energy") == 250.0
    assert system.newest("session_seconds") == 60


async def test_values_are_shown_though_they_cannot_be_kept(system: Harness) -> None:
    end, number = await charging(system)
    system.store.is_failing = True
    assert await end.meter(power("7000"), transaction=number) == {}
    assert system.newest(POWER) == 7000.0


@pytest.mark.parametrize(
    "status", ["SuspendedEV", "SuspendedEVSE", "Finishing", "Available", "Faulted"]
)
async def test_nothing_flows_when_the_status_says_so(
    system: Harness, status: str
) -> None:
    end, _ = await charging(system)
    await end.meter(power("3", phase="L1"), {"value": "6", "measurand": CURRENT})
    await system.advance(10)
    await end.status(status)
    for name in (POWER, f"{POWER}__L1", CURRENT):
        assert system.newest(name) == 0.0
    assert system.fact(POWER).time_ms == START_MS + 10_000


async def test_nothing_flows_when_the_transaction_ends(system: Harness) -> None:
    end, number = await charging(system)
    await end.meter({"value": "1500"}, transaction=number)
    await end.stop(number)
    assert system.newest(POWER) == 0.0
    assert system.newest(ENERGY) == 1500.0


async def test_zeros_are_told_once(system: Harness) -> None:
    end, _ = await charging(system)
    await end.status("SuspendedEV")
    await end.status("Finishing")
    assert system.told(POWER) == [11000.0, 0.0]


async def test_other_connectors_keep_their_flows(system: Harness) -> None:
    end, number = await charging(system)
    await end.status("Charging", connector=2)
    await end.meter(power("5000"), connector=2)
    await end.meter(power("16000"), connector=0)
    await end.stop(number)
    assert system.newest(POWER, "2") == 5000.0
    assert system.newest(POWER, "0") == 16000.0


async def test_flows_are_unknown_a_minute_after_the_link_is_lost(
    system: Harness,
) -> None:
    end, _ = await charging(system)
    await end.meter({"value": "1500"})
    await end.leave()
    await system.advance(59)
    assert system.newest(POWER) == 11000.0
    await system.advance(1)
    assert system.newest(POWER) is None
    assert system.newest(ENERGY) == 1500.0


async def test_flows_are_kept_when_the_link_is_back_within_a_minute(
    system: Harness,
) -> None:
    end, _ = await charging(system)
    await end.leave()
    await system.advance(59)
    await system.connect()
    await system.advance(120)
    assert system.newest(POWER) == 11000.0


async def test_closing_values_neither_revive_nor_show_power(system: Harness) -> None:
    end, number = await charging(system)
    await end.stop(number)
    await end.meter(
        power("9000", context="Transaction.End"), {"value": "2000"}, transaction=number
    )
    assert system.newest(POWER) == 0.0
    assert system.newest(ENERGY) == 2000.0
    assert system.newest("transaction_active") is False


async def test_the_begin_of_a_transaction_corrects_a_start_of_0(
    start: Callable[..., Any],
) -> None:
    system = await start()
    end = await system.connect()
    number = (await end.start(meter=0))["transactionId"]
    await end.meter(
        {"value": "4000", "context": "Transaction.Begin"},
        {"value": "4100"},
        transaction=number,
    )
    assert system.newest("session_energy") == 100.0
    assert system.told(ENERGY) == [4100.0]
