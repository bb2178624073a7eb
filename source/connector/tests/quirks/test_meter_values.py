"""Quirks of meter values: units, phases, contexts, registers that start again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.facts import Scalar
from connector.tests.csms.conftest import Harness
from connector.tests.quirks.bench import (
    CURRENT,
    ENERGY,
    POWER,
    charging,
    meter_raw,
    power,
    sample,
    shown,
)

Start = Callable[..., Any]
VOLTAGE = "Voltage"


async def said(system: Harness, *samples: Any) -> dict[str, Scalar]:
    """What is to be seen of connector 1 after these samples, by name."""
    end = await system.connect()
    assert await meter_raw(end, *samples) == {}
    return {
        key.removeprefix("1__"): value
        for key, value in shown(system).items()
        if key.startswith("1__")
    }


async def test_a_missing_measurand_is_the_energy_register(system: Harness) -> None:
    """Row 1: measurand absent."""
    assert await said(system, {"value": "5000"}) == {ENERGY: 5000.0}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (sample("5000", ENERGY), 5000.0),
        (sample("5", ENERGY, unit="kWh"), 5000.0),
        (sample("5000000", ENERGY, unit="mWh"), 5000.0),
        (power("11000"), 11000.0),
        (power("11", unit="kW"), 11000.0),
        (sample("16000", CURRENT, unit="mA"), 16.0),
        (sample("0.4", VOLTAGE, unit="kV"), 400.0),
        (power("11", unit="kw"), 11000.0),
        (sample("16", CURRENT, unit="a"), 16.0),
    ],
)
async def test_units_that_are_absent_or_have_a_prefix(
    system: Harness, words: dict[str, str], expected: float
) -> None:
    """Row 2: unit absent / kWh, kW, `m…` prefix."""
    assert await said(system, words) == {words["measurand"]: expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" 230.5 ", 230.5), ("\t230\n", 230.0), ("", None), ("   ", None)],
)
async def test_a_value_that_is_empty_or_padded(
    system: Harness, text: str, expected: float | None
) -> None:
    """Row 3: empty-string or space-padded value."""
    assert await said(system, sample(text, VOLTAGE)) == {VOLTAGE: expected}


@pytest.mark.parametrize("tag", ["L{}", "L{}-N"])
@pytest.mark.parametrize(
    ("measurand", "values", "total"),
    [
        (POWER, ("3000", "4000", "4000"), 11000.0),
        (ENERGY, ("100", "200", "300"), 600.0),
        (VOLTAGE, ("228", "230", "232"), 230.0),
        (CURRENT, ("16", "0", "0"), 16.0),
    ],
)
async def test_phases_alone_make_the_total(
    system: Harness, tag: str, measurand: str, values: tuple[str, ...], total: float
) -> None:
    """Row 4: only per-phase power/energy, no total."""
    samples = [
        sample(value, measurand, phase=tag.format(number))
        for number, value in enumerate(values, 1)
    ]
    assert (await said(system, *samples))[measurand] == total


async def test_voltages_between_lines_make_that_of_a_phase(system: Harness) -> None:
    """Row 4: only per-phase power/energy, no total (L-L ÷ √3)."""
    phases = ("L1-L2", "L2-L3", "L3-L1")
    found = await said(system, *(sample("400", VOLTAGE, phase=p) for p in phases))
    assert found[VOLTAGE] == 230.940108
    assert found["Voltage__L1-L2"] == 400.0


async def test_either_tag_of_a_phase_is_the_same_datapoint(system: Harness) -> None:
    """Row 5: current tagged `L1-N`; voltage tagged plain `L1`."""
    found = await said(
        system,
        sample("16", CURRENT, phase="L1-N"),
        sample("230", VOLTAGE, phase="L1"),
    )
    assert found == {
        CURRENT: 16.0,
        f"{CURRENT}__L1": 16.0,
        VOLTAGE: 230.0,
        f"{VOLTAGE}__L1": 230.0,
    }


async def test_neutral_is_in_no_total_and_a_single_energy_is_one(
    system: Harness,
) -> None:
    """Row 6: lone `N` phase or single `L1` energy."""
    found = await said(
        system, sample("3", CURRENT, phase="N"), sample("5000", ENERGY, phase="L1")
    )
    assert CURRENT not in found
    assert found[ENERGY] == 5000.0


async def test_a_reading_at_the_beginning_never_resets_the_counter(
    system: Harness,
) -> None:
    """Row 7: Transaction.Begin sample = 0 resets the counter."""
    end, number = await charging(system, meter=5000)
    await end.meter(
        sample("0", context="Transaction.Begin"),
        sample("5700", context="Sample.Periodic"),
        transaction=number,
    )
    await end.meter(sample("0", context="Transaction.Begin"), transaction=number)
    assert system.told(ENERGY) == [5700.0]
    assert shown(system)["1__session_energy"] == 700.0


@pytest.mark.parametrize("is_reversed", [False, True])
async def test_of_several_contexts_the_end_counts_most(
    system: Harness, is_reversed: bool
) -> None:
    """Row 7: Transaction.Begin sample = 0 resets the counter (End > Periodic > Clock)."""
    contexts = ["Transaction.Begin", "Sample.Clock", "Sample.Periodic"]
    contexts.append("Transaction.End")
    samples = [sample(str(n), context=c) for n, c in enumerate(contexts)]
    samples = samples[::-1] if is_reversed else samples
    assert await said(system, *samples) == {ENERGY: 3.0}


async def test_session_energy_where_the_register_starts_again_each_session(
    system: Harness,
) -> None:
    """Row 8: charger reports session energy in the lifetime register."""
    end = await system.connect()
    for stop in (700, 300):
        await end.status("Charging")
        number = (await end.start(meter=0))["transactionId"]
        await system.advance(60)
        await end.meter(sample("200"), transaction=number)
        assert shown(system)["1__session_energy"] == 200.0
        await system.advance(60)
        await end.stop(number, meter=stop)
        assert shown(system)["1__session_energy"] == float(stop)
        await end.status("Available")
        await system.advance(600)


async def test_session_energy_where_only_samples_are_of_the_session(
    system: Harness,
) -> None:
    """Row 8: charger reports session energy in the lifetime register (not at the start)."""
    end, number = await charging(system, meter=5_000_000)
    await system.advance(60)
    await end.meter(sample("200"), transaction=number)
    assert shown(system)["1__session_energy"] == 200.0
    await end.stop(number, meter=5_000_700)
    assert shown(system)["1__session_energy"] == 700.0


async def test_a_meter_start_of_0_before_a_lifetime_register(system: Harness) -> None:
    """Row 8: charger reports session energy in the lifetime register (meterStart = 0)."""
    end, number = await charging(system, meter=0)
    for reading in ("5000000", "5000700"):
        await system.advance(60)
        await end.meter(sample(reading), transaction=number)
    assert shown(system)["1__session_energy"] == 700.0
    assert shown(system)[f"1__{ENERGY}"] == 5_000_700.0


async def test_the_register_is_shown_as_the_station_tells_it(system: Harness) -> None:
    """Row 8: charger reports session energy in the lifetime register (split datapoints)."""
    end, number = await charging(system, meter=5_000_000)
    await end.meter(sample("200"), transaction=number)
    assert shown(system)[f"1__{ENERGY}"] == 200.0
    assert shown(system)["1__session_energy"] == 200.0


async def test_words_that_nobody_knows_do_not_lose_a_value(system: Harness) -> None:
    """OpenEMS note: lookups fail on missing/unknown values of unit and measurand."""
    found = await said(
        system,
        sample("11", POWER, unit="KW"),
        sample("5", "Pressure", unit="bar"),
        sample("7", CURRENT, unit="furlong"),
        sample("230", VOLTAGE, unit="v", location="Roof"),
    )
    assert found == {
        POWER: 11000.0,
        "Pressure.bar": 5.0,
        f"{CURRENT}.furlong": 7.0,
        f"{VOLTAGE}.Roof": 230.0,
    }
