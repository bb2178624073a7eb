"""What holds the store against the stations sees what is wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from connector.store.records import TransactionRecord
from connector.tests.faults.field import Charge, FieldStation
from connector.tests.faults.site import account

RECORD = TransactionRecord(
    key="K1",
    ocpp_id="7",
    station="CP",
    where="1",
    id_token="TAG",
    start_ms=0,
    meter_start_wh=100.0,
    stop_ms=1000,
    meter_stop_wh=150.0,
    reason="Local",
)


@pytest.fixture
def station() -> FieldStation:
    found = FieldStation("CP", "1.6", lambda: "", Random(1))
    charge = Charge("CP", 1, "TAG", 100, "", transaction_id="7", ids={"7"})
    charge.meter_stop_wh, charge.is_told = 150, True
    found.charges.append(charge)
    return found


def test_what_agrees_is_no_problem(station: FieldStation) -> None:
    assert account([station], [RECORD]) == []


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "is there 0 times"),
        ([RECORD, replace(RECORD, key="K2")], "is there 2 times"),
        ([RECORD, replace(RECORD, key="K2", ocpp_id="8")], "known to no station"),
        ([replace(RECORD, meter_stop_wh=149.0)], "ended at 149.0"),
        ([replace(RECORD, meter_start_wh=0.0)], "began at 0.0"),
        ([replace(RECORD, stop_ms=None, meter_stop_wh=None)], "is open"),
        ([replace(RECORD, energy_wh=49.0)], "took 49.0"),
        ([replace(RECORD, id_token="OTHER")], "is of OTHER"),
    ],
)
def test_what_does_not_agree_is_named(
    station: FieldStation, records: list[TransactionRecord], expected: str
) -> None:
    assert expected in " ".join(account([station], records))


def test_an_id_that_two_transactions_have_is_named(station: FieldStation) -> None:
    other = FieldStation("CP2", "1.6", lambda: "", Random(2))
    charge = Charge("CP2", 1, "TAG", 100, "", transaction_id="7", ids={"7"})
    charge.meter_stop_wh, charge.is_told = 150, True
    other.charges.append(charge)
    records = [RECORD, replace(RECORD, key="K2", station="CP2")]
    [problem] = account([station, other], records)
    assert "its id is that of CP, transaction 7" in problem
