"""What a transaction costs by the tariffs that the station knows (2.1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.client.v2.costs import Usage, cost_details
from connector.tests.station.client.v2.bench import Json, Place2, variable
from connector.tests.station.client.v2.cases import TARIFF
from connector.tests.station.client.v2.conftest import Start2

FULL: Json = {
    **TARIFF,
    "chargingTime": {"prices": [{"priceMinute": 0.1}]},
    "idleTime": {"prices": [{"priceMinute": 1.0}]},
    "fixedFee": {"prices": [{"priceFixed": 2.0}]},
}


@pytest.fixture
def version() -> str:
    return "2.1"


async def set_default(place: Place2, evse: int = 0, **more: object) -> str:
    answer = await place.answered("SetDefaultTariff", evseId=evse, tariff=TARIFF | more)
    found: str = answer["status"]
    return found


async def test_the_end_tells_the_costs(start: Start2) -> None:
    place = await start()
    await set_default(place, **FULL)
    await place.charge()
    await place.wait(600, step_s=60)
    place.hardware.energy_wh = 11_000.0
    await place.unplug()
    started, *_, ended = place.central.events()
    total = ended["costDetails"]["totalCost"]

    assert started["transactionInfo"]["tariffId"] == "T1"
    assert "costDetails" not in started
    assert total["energy"]["exclTax"] == 5.0
    assert total["energy"]["inclTax"] == 6.0
    assert total["chargingTime"]["exclTax"] == 1.0
    assert total["idleTime"]["exclTax"] == 0.0
    assert total["total"] == {"exclTax": 8.0, "inclTax": 9.0}
    assert total["typeOfCost"] == "NormalCost"
    assert ended["costDetails"]["totalUsage"]["energy"] == 10.0


async def test_a_driver_has_a_tariff_of_his_own(start: Start2) -> None:
    place = await start()
    await set_default(place)
    place.central.answers["Authorize"] = {
        "idTokenInfo": {"status": "Accepted"},
        "tariff": TARIFF | {"tariffId": "MINE"},
    }
    await place.charge()
    answer = await place.answered("GetTariffs", evseId=1)
    known = {
        each["tariffId"]: each["tariffKind"] for each in answer["tariffAssignments"]
    }

    assert place.central.events()[0]["transactionInfo"]["tariffId"] == "MINE"
    assert known == {"T1": "DefaultTariff", "MINE": "DriverTariff"}


async def test_a_tariff_of_a_driver_ends_with_the_next_answer(start: Start2) -> None:
    place = await start(initial={"AuthCacheCtrlr/Enabled": "false"})
    await set_default(place)
    accepted = {"idTokenInfo": {"status": "Accepted"}}
    mine = TARIFF | {"tariffId": "MINE"}
    place.central.answers["Authorize"] = accepted | {"tariff": mine}
    await place.charge()
    await place.unplug()
    place.central.answers["Authorize"] = accepted
    await place.charge()
    starts = place.central.events("Started")

    assert [each["transactionInfo"]["tariffId"] for each in starts] == ["MINE", "T1"]


async def test_a_transaction_keeps_its_currency(start: Start2) -> None:
    place = await start()
    await set_default(place)
    await place.charge()
    answers = [
        await place.answered(
            "ChangeTransactionTariff",
            transactionId=key,
            tariff=TARIFF | {"tariffId": "T2", "currency": currency},
        )
        for key, currency in ((place.key, "USD"), (place.key, "EUR"), ("x", "EUR"))
    ]

    assert [each["status"] for each in answers] == [
        "NoCurrencyChange",
        "Accepted",
        "TxNotFound",
    ]


@pytest.mark.parametrize(
    ("evse", "change", "status"),
    [
        (9, {}, "Rejected"),
        (1, {"energy": {"prices": [{"priceKwh": 1.0}] * 2}}, "TooManyElements"),
        (
            1,
            {"energy": {"prices": [{"priceKwh": 1.0, "conditions": {"minPower": 1}}]}},
            "ConditionNotSupported",
        ),
        (
            1,
            {
                "energy": {
                    "prices": [
                        {"priceKwh": 1.0, "conditions": {"startTimeOfDay": "22:00"}},
                        {"priceKwh": 2.0},
                    ]
                }
            },
            "ConditionNotSupported",
        ),
        (
            1,
            {
                "chargingTime": {"prices": [{"priceMinute": 1.0}] * 2},
                "fixedFee": {
                    "prices": [{"priceFixed": 1, "conditions": {"evseKind": "DC"}}]
                },
            },
            "ConditionNotSupported",
        ),
    ],
)
async def test_what_cannot_be_reckoned_is_refused(
    start: Start2, evse: int, change: Json, status: str
) -> None:
    place = await start()

    assert await set_default(place, evse, **change) == status


async def test_the_device_model_says_what_tariffs_may_have(start: Start2) -> None:
    place = await start()
    names = ("MaxElements#Tariff", "ConditionsSupported#Tariff")
    answer = await place.answered(
        "GetVariables",
        getVariableData=[variable(f"TariffCostCtrlr/{name}") for name in names],
    )

    values = [each["attributeValue"] for each in answer["getVariableResult"]]
    assert values == ["1", "false"]


async def test_a_running_tariff_is_not_changed_to_one_with_conditions(
    start: Start2,
) -> None:
    place = await start()
    await place.charge()
    priced = {"prices": [{"priceKwh": 1.0, "conditions": {"minPower": 1}}]}
    answer = await place.answered(
        "ChangeTransactionTariff",
        transactionId=place.key,
        tariff=TARIFF | {"energy": priced},
    )

    assert answer["status"] == "ConditionNotSupported"


async def test_tariffs_are_cleared(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path, evses=2)
    await set_default(place)
    await place.stop()
    again = await start(tmp_path, evses=2)
    answer = await again.answered("GetTariffs", evseId=0)
    assert answer["tariffAssignments"][0]["evseIds"] == [1, 2]
    cleared = await again.answered("ClearTariffs", tariffIds=["T1", "T9"])

    assert cleared["clearTariffsResult"] == [
        {"tariffId": "T1", "status": "Accepted"},
        {"tariffId": "T9", "status": "NoTariff"},
    ]
    assert (await again.answered("GetTariffs", evseId=0))["status"] == "NoTariff"


@pytest.mark.parametrize(
    ("bound", "total", "word"),
    [
        ({"minCost": {"exclTax": 9.0}}, {"exclTax": 9.0}, "MinCost"),
        ({"maxCost": {"inclTax": 1.0}}, {"inclTax": 1.0}, "MaxCost"),
        (
            {"maxCost": {"exclTax": 99.0}},
            {"exclTax": 2.0, "inclTax": 2.4},
            "NormalCost",
        ),
    ],
)
def test_costs_are_between_their_bounds(bound: Json, total: Json, word: str) -> None:
    found = cost_details({**TARIFF, **bound}, Usage(), 4000.0)["totalCost"]

    assert (found["total"], found["typeOfCost"]) == (total, word)


def test_taxes_may_stand_on_taxes() -> None:
    rates = [
        {"type": "B", "tax": 10, "stack": 1},
        {"type": "A", "tax": 20},
        {"type": "C", "tax": 5},
    ]
    tariff = {
        "currency": "EUR",
        "energy": {"prices": [{"priceKwh": 1.0}], "taxRates": rates},
    }
    found = cost_details(tariff, Usage(), 100_000.0)["totalCost"]

    assert found["energy"]["inclTax"] == pytest.approx(100 * 1.25 * 1.1)


def test_an_event_that_is_looked_at_again_changes_nothing() -> None:
    usage = Usage()
    for number, seconds, is_charging in (
        (0, 0, True),
        (1, 60, False),
        (1, 60, False),
        (2, 90, False),
        (0, 0, True),
    ):
        usage.note(number, seconds * 1000, is_charging=is_charging)

    assert (usage.all_s, usage.idle_s) == (90, 30)
