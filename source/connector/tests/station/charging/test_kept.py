"""What is still there after a reboot."""

from __future__ import annotations

import json

from connector.station.charging import Criteria
from connector.tests.station.charging.desk import AC, Desk, at, profile, profile16

MAX = "ChargingStationMaxProfile"
EXTERNAL = "ChargingStationExternalConstraints"
ROW = (0, 6000.0)
PERSISTENCE = "SmartChargingCtrlr/ChargingProfilePersistence#"


def reboot(desk: Desk, now_s: float = 0) -> Desk:
    reborn = Desk(AC, AC, **desk.variables.values)
    saved = json.loads(json.dumps(desk.profiles.save()))
    assert reborn.profiles.restore(saved, at(now_s)) == []
    return reborn


def full(**values: str) -> Desk:
    desk = Desk(AC, AC, **values)
    key = desk.charge(1)
    desk.set(0, profile(ROW, number=1, purpose=MAX))
    desk.set(1, profile(ROW, number=2))
    desk.set(1, profile(ROW, number=3, purpose="TxProfile", transactionId=key))
    desk.set(1, profile(ROW, number=4, purpose="PriorityCharging"))
    desk.set(0, profile(ROW, number=-5, purpose=EXTERNAL), source="EMS")
    desk.set(0, profile(ROW, number=6, purpose="LocalGeneration"))
    return desk


def ids(desk: Desk) -> list[int]:
    return [found.id for found in desk.profiles.find(Criteria())]


def test_all_but_the_profile_of_a_transaction() -> None:
    assert ids(reboot(full())) == [1, 2, 4, -5, 6]


def test_the_device_model_may_say_otherwise() -> None:
    said = {
        f"{PERSISTENCE}TxProfile": "true",
        f"{PERSISTENCE}LocalGeneration": "false",
        f"{PERSISTENCE}{EXTERNAL}": "false",
    }

    assert ids(reboot(full(**said))) == [1, 2, 3, 4]


def test_limits_are_those_of_before() -> None:
    desk = Desk(AC, AC)
    desk.set(
        0,
        profile16(
            (0, 9000.0), (60, 8000.0), purpose="ChargePointMaxProfile", start_s=None
        ),
    )
    rows = [(second * 60, 5000.0 + second) for second in range(9)]
    desk.set(1, profile(*rows, number=2, timing={"randomizedDelay": 200}))
    reborn = reboot(desk, now_s=30)
    times = range(0, 900, 7)

    for each in (desk, reborn):
        each.charge(1, since_s=0)

    assert reborn.limits(times) == desk.limits(times)


def test_who_demands_is_remembered() -> None:
    reborn = reboot(full())

    assert reborn.profiles.clear(Criteria(ids=(-5,))) == []


def test_what_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    saved = full().profiles.save()
    broken = [
        {**saved[0], "wire": {}},
        {**saved[0], "starts": []},
        {"evse": 1},
        {**saved[0], "starts": [[0, 0], [7, 0]]},
    ]
    desk = Desk(AC, AC)

    problems = desk.profiles.restore([*broken, *saved[1:]], at(0))

    assert len(problems) == len(broken)
    assert ids(desk) == [2, 4, -5, 6]


def test_it_is_seen_that_there_is_something_to_save() -> None:
    desk = full()
    before = desk.profiles.revision

    desk.set(1, profile(ROW, number=2))

    assert desk.profiles.revision != before


def test_a_dynamic_profile_keeps_the_numbers_of_its_last_update() -> None:
    desk = Desk(AC, AC)
    desk.set(1, profile(ROW, kind="Dynamic", timing={"duration": 60}))
    desk.profiles.update(1, {"limit": 7000.0}, at(30))
    reborn = reboot(desk, now_s=50)
    reborn.charge(1)

    assert reborn.limits([89, 90]) == [7000, AC.max_power_w]
    (found,) = reborn.profiles.find(Criteria())
    assert found.wire["dynUpdateTime"] == "2026-06-01T12:00:30.000Z"
