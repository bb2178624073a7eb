"""Units, phases, contexts and totals of sampled values."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.csms import reserved
from connector.csms.facts import Datum
from connector.csms.sampled import Reading, drop_flows, number, read, text_key

POWER = "Power.Active.Import"
CURRENT = "Current.Import"
ENERGY = "Energy.Active.Import.Register"


def sample(value: Any, measurand: str | None = None, **more: str) -> dict[str, Any]:
    found = {"value": value, **more}
    return found if measurand is None else found | {"measurand": measurand}


def values(*samples: dict[str, Any]) -> dict[str, Any]:
    """By the key's part behind the place."""
    return {text_key(d): v for d, v in read("1", samples).values.items()}


@pytest.mark.parametrize(
    ("measurand", "unit", "value", "expected"),
    [
        (POWER, None, "11000", 11000.0),
        (POWER, "", "11000", 11000.0),
        (POWER, "W", "11000", 11000.0),
        (POWER, "kW", "11", 11000.0),
        (POWER, "KW", "11", 11000.0),
        (POWER, "mW", "11000", 11.0),
        (POWER, "MW", "0.011", 11000.0),
        (ENERGY, "kWh", "1.2345678", 1234.5678),
        (ENERGY, "wh", "5", 5.0),
        (CURRENT, "mA", "16000", 16.0),
        (CURRENT, "Amp", "16", 16.0),
        ("Voltage", "kV", "0.23", 230.0),
        ("Energy.Reactive.Import.Register", "kvarh", "2", 2000.0),
        ("Energy.Apparent.Net", "kVAh", "2", 2000.0),
        ("Temperature", "Celcius", "25.5", 25.5),
        ("Temperature", "Celsius", "25.5", 25.5),
        ("Temperature", "Fahrenheit", "77", 25.0),
        ("Temperature", "K", "298.15", 25.0),
        ("SoC", "Percent", "55", 55.0),
        ("SoC", "%", "55", 55.0),
        ("Power.Factor", "Percent", "99", 0.99),
        ("Power.Factor", None, "0.99", 0.99),
    ],
)
def test_a_value_arrives_in_the_unit_of_its_measurand(
    measurand: str, unit: str | None, value: str, expected: float
) -> None:
    more = {} if unit is None else {"unit": unit}
    assert values(sample(value, measurand, **more)) == {measurand: expected}


def test_a_missing_or_empty_measurand_is_the_energy_register() -> None:
    assert values(sample("12")) == {ENERGY: 12.0}
    assert values(sample("12", "")) == {ENERGY: 12.0}
    assert values(sample("12", unit="kWh")) == {ENERGY: 12000.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 12 ", 12.0),
        ("12,5", 12.5),
        (" -12,5", -12.5),
        ("1e3", 1000.0),
        (12, 12.0),
        ("", None),
        ("  ", None),
        ("NaN", None),
        ("inf", None),
        ("-Infinity", None),
        ("1e999", None),
        ("1,234.5", None),
        ("1,2,3", None),
        ("1_000", None),
        ("off", None),
        (None, None),
        ([], None),
        (10**400, None),
    ],
)
def test_a_number_is_read_or_is_null(text: object, expected: float | None) -> None:
    assert number(text) == expected


def test_a_value_that_its_unit_makes_infinite_is_null() -> None:
    assert values(sample("1e306", POWER, unit="kW")) == {POWER: None}


def test_phases_whose_sum_is_infinite_have_no_total() -> None:
    found = values(
        sample("1.7e308", POWER, phase="L1"), sample("1.7e308", POWER, phase="L2")
    )
    assert found[POWER] is None


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"measurand": POWER, "unit": "furlong"}, f"{POWER}.furlong"),
        ({"measurand": POWER, "unit": "Wh"}, f"{POWER}.Wh"),
        ({"measurand": POWER, "phase": "L4"}, f"{POWER}.L4"),
        ({"measurand": POWER, "location": "Roof"}, f"{POWER}.Roof"),
        (
            {"measurand": POWER, "unit": "u", "location": "o", "phase": "p"},
            f"{POWER}.u.o.p",
        ),
        ({"measurand": "Pressure"}, "Pressure"),
        ({"measurand": "Pressure", "unit": "bar"}, "Pressure.bar"),
        ({"measurand": POWER, "location": "Outlet"}, POWER),
        ({"measurand": POWER, "location": "", "phase": "", "unit": ""}, POWER),
        ({"measurand": POWER, "location": "Inlet"}, f"{POWER}__Inlet"),
        (
            {"measurand": POWER, "location": "EV", "phase": "L1-N"},
            f"{POWER}__EV__L1",
        ),
        ({"measurand": "Voltage", "phase": "L3-L1"}, "Voltage__L3-L1"),
        ({"measurand": POWER, "phase": "N"}, f"{POWER}__N"),
    ],
)
def test_words_make_the_key(words: dict[str, str], key: str) -> None:
    assert values({"value": "1", **words})[key] == 1.0


@pytest.mark.parametrize(
    "name", ["status", "power_limit", "session_energy", "reset", "call", "connected"]
)
def test_a_measurand_named_as_the_catalogue_names_something_gets_an_x(
    name: str,
) -> None:
    assert values(sample("1", name)) == {f"x.{name}": 1.0}


@pytest.mark.parametrize(
    "words",
    [
        {"measurand": "Power.Active", "unit": "Import"},
        {"measurand": "Current", "phase": "Import"},
        {"measurand": "Power.Active", "location": "Import"},
    ],
)
def test_strange_words_never_make_a_known_name(words: dict[str, str]) -> None:
    (datum,) = read("1", [{"value": "1", **words}]).values
    assert datum.name.startswith("x.")


def test_a_name_has_at_most_100_characters() -> None:
    (datum,) = read("1", [sample("1", "n" * 500)]).values
    assert datum.name == "n" * 100


def test_unknown_names_are_told_apart_from_known_ones() -> None:
    reading = read("1", [sample("1", "Pressure"), sample("2", POWER)])
    assert reading.unknown == [Datum("1", "Pressure")]


def test_the_plain_phase_wins_over_the_one_to_neutral() -> None:
    plain = sample("230", "Voltage", phase="L1")
    neutral = sample("231", "Voltage", phase="L1-N")
    assert values(plain, neutral)["Voltage__L1"] == 230.0
    assert values(neutral, plain)["Voltage__L1"] == 230.0


@pytest.mark.parametrize(
    ("measurand", "phases", "total"),
    [
        (POWER, {"L1": "1", "L2": "2", "L3": "3"}, 6.0),
        (POWER, {"L1-N": "1", "L2-N": "2", "L3-N": "3"}, 6.0),
        (POWER, {"L1": "1", "L2": "2", "N": "50"}, 3.0),
        (ENERGY, {"L1": "1234"}, 1234.0),
        (CURRENT, {"L1": "6", "L2": "16", "L3": "10", "N": "20"}, 16.0),
        ("Voltage", {"L1-N": "228", "L2-N": "230", "L3-N": "232"}, 230.0),
        ("Voltage", {"L1-L2": "400", "L2-L3": "400", "L3-L1": "400"}, 230.940108),
        ("Voltage", {"L1": "230", "L1-L2": "400"}, 230.0),
        ("Frequency", {"L1": "50", "L2": "50.2"}, 50.1),
        (POWER, {"L1": "1", "L2": "?"}, None),
    ],
)
def test_phases_make_a_total(
    measurand: str, phases: dict[str, str], total: float | None
) -> None:
    found = values(*(sample(v, measurand, phase=p) for p, v in phases.items()))
    assert found[measurand] == total


def test_neutral_alone_makes_no_total() -> None:
    assert values(sample("3", CURRENT, phase="N")) == {f"{CURRENT}__N": 3.0}


def test_a_total_that_was_measured_is_not_replaced() -> None:
    found = values(
        sample("1", POWER, phase="L1"),
        sample("7", POWER),
        sample("2", POWER, phase="L2"),
    )
    assert found[POWER] == 7.0


def test_totals_are_made_for_each_location() -> None:
    found = values(
        sample("1", POWER, phase="L1", location="Inlet"),
        sample("2", POWER, phase="L1"),
    )
    assert found[f"{POWER}__Inlet"] == 1.0
    assert found[POWER] == 2.0


CONTEXTS = ["Sample.Clock", "Trigger", "Sample.Periodic", "Transaction.End"]


@pytest.mark.parametrize("weaker", range(3))
@pytest.mark.parametrize("is_first", [True, False])
def test_the_stronger_context_wins(weaker: int, is_first: bool) -> None:
    pair = [
        sample("1", POWER, context=CONTEXTS[weaker]),
        sample("2", POWER, context=CONTEXTS[weaker + 1]),
    ]
    assert values(*(pair if is_first else reversed(pair))) == {POWER: 2.0}


def test_a_sample_without_context_is_a_periodic_one() -> None:
    assert values(sample("1", POWER), sample("2", POWER, context="Trigger")) == {
        POWER: 1.0
    }


def test_the_beginning_of_a_transaction_sets_the_meter_start_only() -> None:
    reading = read(
        "1",
        [
            sample("5000", context="Transaction.Begin"),
            sample("9", POWER, context="Transaction.Begin"),
        ],
    )
    assert reading == Reading({}, [], [], 5000.0)


def test_signed_data_is_kept_as_text_beside_the_value() -> None:
    signed = sample("OCMF|{}", ENERGY, format="SignedData", unit="kWh")
    found = values(signed, sample("12", ENERGY))
    assert orjson.loads(found[f"{ENERGY}__signed"]) == signed
    assert found[ENERGY] == 12.0


def test_the_signed_value_of_the_end_wins_over_that_of_the_begin() -> None:
    begin = sample("a", format="SignedData", context="Transaction.Begin")
    end = sample("b", format="SignedData", context="Transaction.End")
    for pair in ((begin, end), (end, begin)):
        assert orjson.loads(values(*pair)[f"{ENERGY}__signed"]) == end


def test_unknown_names_of_signed_data_are_unknown_names() -> None:
    reading = read("1", [sample("x", "Pressure", format="SignedData")])
    assert reading.unknown == [Datum("1", "Pressure", suffix="signed")]


def test_the_state_of_charge_in_the_vehicle_is_the_state_of_charge() -> None:
    assert values(sample("55", "SoC", location="EV")) == {"SoC__EV": 55.0, "SoC": 55.0}


def test_an_unknown_measurand_in_a_known_unit_keeps_its_name() -> None:
    assert values(sample("1.5", "Power.Fan", unit="kW")) == {"Power.Fan": 1500.0}


def test_flows_are_left_out_and_the_rest_stays() -> None:
    reading = read("1", [sample("1", POWER), sample("2", CURRENT), sample("3")])
    drop_flows(reading)
    assert reading.values == {Datum("1", ENERGY): 3.0}


def test_names_of_the_catalogue_are_reserved() -> None:
    from connector.csms.measurands import MEASURANDS
    from connector.datapoints.catalogue import COMMANDS, SENSORS

    names = {*SENSORS, *COMMANDS}
    assert names - set(MEASURANDS) == reserved.RESERVED
