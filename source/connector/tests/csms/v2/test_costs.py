"""Costs of transactions, and tariffs that stations have taken."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import Harness2

Json = dict[str, Any]
USAGE = {"energy": 1.0, "chargingTime": 60, "idleTime": 0}


def details(**total: float) -> Json:
    cost = {"currency": "EUR", "typeOfCost": "NormalCost", "total": total}
    return {"totalCost": cost, "totalUsage": USAGE}


async def told(harness: Harness2, action: str, **payload: Any) -> None:
    await harness.station().call(action, payload)
    await settle()


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_the_cost_that_the_station_was_told_is_shown(
    start2: Any, version: str
) -> None:
    harness = await start2()
    end = await harness.connect_2(version=version, boots=True, CostUpdated={})
    await end.event("Started", 0)
    await told(harness, "CostUpdated", transactionId="tx-1", totalCost=1.25)

    assert harness.newest("session_cost") == 1.25


async def test_the_cost_of_a_transaction_that_is_unknown_is_shown_nowhere(
    start2: Any,
) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True, CostUpdated={})
    await end.event("Started", 0)
    await told(harness, "CostUpdated", transactionId="tx-2", totalCost=1.25)

    assert not harness.told("session_cost")


async def test_a_station_tells_what_a_transaction_costs(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    await end.event("Started", 0)
    await end.event("Updated", 1, costDetails=details(exclTax=1.0, inclTax=1.2))
    assert harness.newest("session_cost") == 1.2

    info = {"transactionId": "tx-1", "tariffId": "T1"}
    await end.event("Ended", 2, costDetails=details(exclTax=2.0), transactionInfo=info)
    assert harness.newest("session_cost") == 2.0
    shown = orjson.loads(str(harness.newest("session_cost_details")))
    assert shown == {**details(exclTax=2.0), "tariffId": "T1"}


async def test_a_cost_that_could_not_be_reckoned_is_no_number(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    failed = details(inclTax=0.0) | {"failureToCalculate": True}
    await end.event("Started", 0, costDetails=failed)

    assert not harness.told("session_cost")
    shown = orjson.loads(str(harness.newest("session_cost_details")))
    assert shown["failureToCalculate"]


async def test_a_new_transaction_has_no_cost_yet(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    await end.event("Started", 0)
    assert not harness.told("session_cost")
    await end.event("Ended", 1, costDetails=details(inclTax=2.4))
    await end.event("Started", 0, tx="tx-2")

    assert harness.told("session_cost") == [2.4, None]
    assert harness.newest("session_cost_details") is None


async def test_a_late_cost_is_not_that_of_the_next_transaction(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    await end.event("Started", 0)
    await end.event("Started", 0, tx="tx-2")
    await end.event("Ended", 2, costDetails=details(inclTax=2.4))

    assert not harness.told("session_cost")


async def test_default_tariffs_are_followed(start2: Any) -> None:
    yes = {"status": "Accepted"}
    harness = await start2()
    end = await harness.connect_2(
        version="2.1",
        boots=True,
        SetDefaultTariff=yes,
        ClearTariffs={"clearTariffsResult": [{"tariffId": "T1", **yes}]},
    )
    tariff = {"tariffId": "T1", "currency": "EUR"}
    await told(harness, "SetDefaultTariff", evseId=1, tariff=tariff)
    await told(
        harness, "SetDefaultTariff", evseId=2, tariff=tariff | {"tariffId": "T2"}
    )
    assert harness.newest("default_tariff", "1") == "T1"

    await told(harness, "ClearTariffs", tariffIds=["T1"])
    assert harness.newest("default_tariff", "1") is None
    assert harness.newest("default_tariff", "2") == "T2"

    end.answers["SetDefaultTariff"] = {"status": "TooManyElements"}
    await told(harness, "SetDefaultTariff", evseId=1, tariff=tariff)
    assert harness.newest("default_tariff", "1") is None

    end.answers["SetDefaultTariff"] = yes
    await told(harness, "SetDefaultTariff", evseId=0, tariff=tariff)
    assert harness.newest("default_tariff", "0") == "T1"
    assert harness.newest("default_tariff", "2") is None


async def test_the_tariffs_that_a_station_lists_are_those_it_has(start2: Any) -> None:
    assigned = [
        {"tariffId": "T1", "tariffKind": "DefaultTariff", "evseIds": [1]},
        {"tariffId": "D", "tariffKind": "DriverTariff", "evseIds": [2]},
    ]
    harness = await start2()
    end = await harness.connect_2(
        version="2.1",
        boots=True,
        GetTariffs={"status": "Accepted", "tariffAssignments": assigned},
        ClearTariffs={"clearTariffsResult": [{"status": "Accepted"}]},
    )
    await told(harness, "GetTariffs", evseId=0)
    assert harness.newest("default_tariff", "1") == "T1"
    assert not harness.told("default_tariff", "2")

    end.answers["GetTariffs"] = {"status": "NoTariff"}
    await told(harness, "GetTariffs", evseId=1)
    assert harness.newest("default_tariff", "1") is None

    end.answers["GetTariffs"] = {"status": "Accepted", "tariffAssignments": assigned}
    await told(harness, "GetTariffs", evseId=0)
    await told(harness, "ClearTariffs")
    assert harness.newest("default_tariff", "1") is None
