"""DER controls: which a station has, what it reports, and its alarms."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import Harness2

Json = dict[str, Any]
YES = {"status": "Accepted"}


async def told(harness: Harness2, action: str, **payload: Any) -> None:
    await harness.station().call(action, payload)
    await settle()


def controls(harness: Harness2) -> dict[str, Json]:
    found = orjson.loads(str(harness.newest("der_controls", "0")))
    return {control.pop("id"): control for control in found}


def fixed_pf(number: str, **more: Any) -> Json:
    values = {"priority": 1, "displacement": 0.9, "excitation": True}
    return {
        "id": number,
        "isDefault": False,
        "isSuperseded": False,
        "fixedPF": values,
    } | more


async def test_controls_are_followed_from_their_setting_to_their_end(
    start2: Any,
) -> None:
    harness = await start2()
    end = await harness.connect_2(
        version="2.1", boots=True, SetDERControl=YES, ClearDERControl=YES
    )
    await told(
        harness, "SetDERControl", controlId="a", isDefault=True, controlType="FreqDroop"
    )
    end.answers["SetDERControl"] = YES | {"supersededIds": ["a"]}
    await told(
        harness,
        "SetDERControl",
        controlId="b",
        isDefault=False,
        controlType="FreqDroop",
    )
    await end.say(
        "NotifyDERStartStop", controlId="b", started=True, timestamp=end.time()
    )
    assert controls(harness) == {
        "a": {"type": "FreqDroop", "isDefault": True, "isSuperseded": True},
        "b": {"type": "FreqDroop", "isDefault": False, "started": True},
    }

    await told(harness, "ClearDERControl", isDefault=False, controlType="FreqDroop")
    assert controls(harness).keys() == {"a"}
    await told(harness, "ClearDERControl", isDefault=False, controlType="FreqDroop")
    await told(harness, "ClearDERControl", isDefault=True, controlId="a")
    assert controls(harness) == {}


async def test_what_a_station_refuses_changes_nothing(start2: Any) -> None:
    harness = await start2()
    await harness.connect_2(
        version="2.1", boots=True, SetDERControl={"status": "NotSupported"}
    )
    await told(
        harness, "SetDERControl", controlId="a", isDefault=True, controlType="FreqDroop"
    )

    assert not harness.told("der_controls", "0")


async def test_a_report_is_put_together_and_shown_whole(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(
        version="2.1", boots=True, SetDERControl=YES, GetDERControl=YES
    )
    await told(
        harness, "SetDERControl", controlId="x", isDefault=True, controlType="FreqDroop"
    )
    await told(harness, "GetDERControl", requestId=5)
    gradient = {
        "id": "g",
        "gradient": {"priority": 1, "gradient": 1.0, "softGradient": 1.0},
    }
    await end.say(
        "ReportDERControl", requestId=5, fixedPFInject=[fixed_pf("p")], tbc=True
    )
    await end.say("ReportDERControl", requestId=5, gradient=[gradient])

    assert controls(harness) == {
        "p": {"type": "FixedPFInject", "isDefault": False},
        "g": {"type": "Gradients", "isDefault": True},
    }
    whole = orjson.loads(str(harness.newest("der_report", "0")))
    assert whole == [
        {"controlType": "FixedPFInject", **fixed_pf("p")},
        {"controlType": "Gradients", **gradient},
    ]


async def test_a_report_of_one_control_leaves_the_others(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(
        version="2.1", boots=True, SetDERControl=YES, GetDERControl=YES
    )
    await told(
        harness, "SetDERControl", controlId="x", isDefault=True, controlType="FreqDroop"
    )
    await told(harness, "GetDERControl", requestId=5, controlId="p")
    await end.say(
        "ReportDERControl",
        requestId=5,
        fixedPFAbsorb=[fixed_pf("p", isSuperseded=True)],
    )

    assert controls(harness) == {
        "x": {"type": "FreqDroop", "isDefault": True},
        "p": {"type": "FixedPFAbsorb", "isDefault": False, "isSuperseded": True},
    }


async def test_an_alarm_is_shown_and_logged(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    alarm = {
        "controlType": "HVMustTrip",
        "gridEventFault": "OverVoltage",
        "timestamp": end.time(),
    }
    await end.say("NotifyDERAlarm", **alarm)
    assert orjson.loads(str(harness.newest("der_alarm", "0"))) == alarm
    assert "alarm of HVMustTrip OverVoltage" in caplog.text

    await end.say("NotifyDERAlarm", **alarm, alarmEnded=True)
    assert orjson.loads(str(harness.newest("der_alarm", "0")))["alarmEnded"]


async def test_only_so_many_controls_are_remembered(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(version="2.1", boots=True)
    for number in range(70):
        await end.say(
            "NotifyDERStartStop",
            controlId=str(number),
            started=False,
            timestamp=end.time(),
        )

    assert list(controls(harness)) == [str(number) for number in range(6, 70)]
