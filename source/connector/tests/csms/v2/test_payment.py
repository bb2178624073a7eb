"""Payments, VAT numbers and swapped batteries."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.errors import CallErrorReceived

Json = dict[str, Any]


async def test_a_settlement_is_shown(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    settlement = {
        "pspRef": "ref",
        "status": "Settled",
        "settlementAmount": 12.5,
        "settlementTime": end.time(),
        "transactionId": "tx-1",
    }

    assert await end.say("NotifySettlement", **settlement) == {}
    assert orjson.loads(str(harness.newest("settlement", "0"))) == settlement


async def test_nobody_vouches_for_a_vat_number(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    answer = await end.say("VatNumberValidation", vatNumber="DE1", evseId=2)

    assert (answer["vatNumber"], answer["evseId"]) == ("DE1", 2)
    assert answer["status"] == "Rejected"
    assert answer["statusInfo"]["reasonCode"] == "UnsupportedRequest"
    assert "evseId" not in await end.say("VatNumberValidation", vatNumber="DE1")
    odd = {"vatNumber": "DE" * 99, "evseId": -1}
    answer = await end.say_raw("VatNumberValidation", odd)
    assert (len(answer["vatNumber"]), "evseId" in answer) == (20, False)


async def test_a_step_of_a_swap_is_shown(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    battery = {"evseId": 1, "serialNumber": "B1", "soC": 20.0, "soH": 98.0}
    step = {
        "batteryData": [battery],
        "eventType": "BatteryIn",
        "idToken": {"idToken": "card", "type": "ISO14443"},
        "requestId": 4,
    }

    assert await end.say("BatterySwap", **step) == {}
    assert orjson.loads(str(harness.newest("battery_swap", "0"))) == step


@pytest.mark.parametrize(
    "action", ["BatterySwap", "NotifySettlement", "VatNumberValidation"]
)
async def test_a_station_of_2_0_1_has_no_such_messages(
    start2: Any, action: str
) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True)

    with pytest.raises(CallErrorReceived) as caught:
        await end.say_raw(action, {})
    assert caught.value.code == "NotImplemented"
