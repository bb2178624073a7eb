"""UnlockConnector, where a service has the lock."""

from __future__ import annotations

import asyncio

import pytest

from connector.station.ports import Plug
from connector.tests.station.hardware_mqtt.conftest import Rig


async def test_an_unlock_waits_for_the_lock(rig: Rig) -> None:
    rig.say("charge", "msg", {"plugged": "lock"})
    unlocking = asyncio.create_task(rig.hardware.unlock(1, 1))
    await asyncio.sleep(0)
    assert rig.asked("remote_power")[-1] is False
    rig.say("charge", "msg", {"plugged": "plugin"})

    assert await unlocking == "Unlocked"
    rig.say("charge", "msg", {"plugged": "plugout"})
    assert await rig.hardware.unlock(1, 1) == "Unlocked"
    assert await rig.hardware.unlock(1, 2) == "UnknownConnector"
    assert await rig.hardware.unlock(9, 1) == "UnknownConnector"
    assert await rig.hardware.unlock(0, 1) == "UnknownConnector"


async def test_an_unlock_asks_whether_a_cable_that_is_in_is_free(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "connector.station.hardware_mqtt.adapter._UNLOCKS_WITHIN_S", 0.01
    )
    rig.plug()
    rig.asked("state")
    assert await rig.hardware.unlock(1, 1) == "UnlockFailed"
    assert rig.asked("state") == [{"action": "read"}]

    unlocking = asyncio.create_task(rig.hardware.unlock(1, 1))
    await asyncio.sleep(0)
    rig.say("charge", "state", {"plugged": "plugin"}, kind="response")
    assert await unlocking == "Unlocked"


async def test_a_lock_that_stays_is_said(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "connector.station.hardware_mqtt.adapter._UNLOCKS_WITHIN_S", 0.01
    )
    rig.say("charge", "msg", {"plugged": "lock"})

    assert await rig.hardware.unlock(1, 1) == "UnlockFailed"
    assert rig.evse.plug is Plug.LOCK
