"""What the controller understands of a station, without a broker or a vehicle."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.tests.iso15118.environment import ROOT

sys.path.append(str(ROOT))
_WHY = "the repository's own files are not here"
envelope = pytest.importorskip("v2g.envelope", reason=_WHY)
told_ = pytest.importorskip("v2g.told", reason=_WHY)
parameters = pytest.importorskip("v2g.parameters", reason=_WHY)
scaled_ = pytest.importorskip("v2g.scaled", reason=_WHY)
evse_ids = pytest.importorskip("v2g.evse_ids", reason=_WHY)
loops = pytest.importorskip("v2g.loops", reason=_WHY)
lines_ = pytest.importorskip("v2g.lines", reason=_WHY)

pytestmark = pytest.mark.repository

ME, OTHER = "AT*OCX*E0007*1", "AT*OCX*E0007*2"


def limits(evse_id: str, amperes: float, **more: Any) -> dict[str, Any]:
    ac = {
        "max_current": {"l1": amperes, "l2": amperes, "l3": amperes},
        "nominal_voltage": 230.0,
        "rcd_error": False,
    }
    return {"evse_id": evse_id, "status_code": "evse_ready", "ac": ac, **more}


@pytest.fixture
def told() -> Any:
    return told_.Told(ME)


def test_limits_of_another_evse_are_not_mine(told: Any) -> None:
    told.hear("cs_status_and_limits", {"evses": [limits(OTHER, 6), limits(ME, 16)]})

    assert told.ac.amperes == (16, 16, 16)
    assert told.ac.watts == (3680, 3680, 3680)


def test_one_phase_has_one_limit(told: Any) -> None:
    evse = limits(ME, 16)
    evse["ac"]["max_current"] = {"l1": 16, "l2": None}
    told.hear("cs_status_and_limits", {"evses": [evse]})

    assert told.ac.amperes == (16,)


def test_direct_current_may_leave_out_what_is_optional(told: Any) -> None:
    dc = {"present_voltage": 0, "present_current": 0, "max_current": 125}
    dc |= {"min_current": 1, "max_voltage": 920, "min_voltage": 150, "max_power": 6e4}
    evse = {"evse_id": ME, "status_code": "evse_ready", "dc": dc}
    told.hear("cs_status_and_limits", {"evses": [evse]})

    assert (told.dc.max_power, told.dc.isolation) == (60_000, "no_imd")


@pytest.mark.parametrize(
    ("state", "is_plugged"),
    [
        *(("A1", False), ("A2", False), ("E", False), ("F", False)),
        *(("B1", True), ("C2", True), ("D2", True)),
    ],
)
def test_the_pilot_tells_whether_a_cable_is_in(
    told: Any, state: str, is_plugged: bool
) -> None:
    told.hear("cp_status", {"evse_id": ME, "state": state, "duty_cycle": None})

    assert told.is_plugged is is_plugged


@pytest.mark.parametrize(
    ("verdict", "status_code", "has_to_stop"),
    [
        ("accepted", "evse_ready", False),
        ("rejected", "evse_ready", False),
        ("deauthorized", "evse_ready", True),
        ("accepted", "evse_shutdown", True),
        ("accepted", "evse_emergency_shutdown", True),
        ("accepted", "evse_malfunction", True),
        ("accepted", "evse_not_ready", False),
    ],
)
def test_a_vehicle_has_to_stop(
    told: Any, verdict: str, status_code: str, has_to_stop: bool
) -> None:
    evse = limits(ME, 16) | {"status_code": status_code}
    told.hear("authorization", {"evse_id": ME, "status": verdict})
    told.hear("cs_status_and_limits", {"evses": [evse]})

    assert told.has_to_stop is has_to_stop


async def test_who_waits_is_woken_by_what_comes(told: Any) -> None:
    waiting = asyncio.create_task(told.until(lambda: told.verdict == "accepted", 10))
    await asyncio.sleep(0)
    told.hear("cs_contactor_status", {"evse_id": ME, "status": "opened"})
    await asyncio.sleep(0)
    told.hear("authorization", {"evse_id": ME, "status": "accepted"})

    assert await waiting


async def test_who_waits_too_long_is_told_so(told: Any) -> None:
    assert not await told.until(lambda: told.is_plugged, 0.001)


def test_messages_that_are_not_known_change_nothing(told: Any) -> None:
    told.hear("reset", {"evse_id": ME})

    assert told == told_.Told(ME)


def test_a_message_comes_back_as_it_was() -> None:
    message = envelope.new("cp_status", "update", {"evse_id": ME})

    assert envelope.parse(message.encoded()) == message


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"id":"1","name":"a","type":"update","data":null}']
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        envelope.parse(body)


@given(st.floats(0, 1e7))
def test_a_scaled_number_is_never_more_and_hardly_less(value: float) -> None:
    exponent, digits = scaled_.scaled(value)
    back = digits * 10.0**exponent

    assert abs(digits) <= scaled_.MOST
    assert -3 <= exponent <= 3
    assert back <= value + 1e-6 * max(1.0, value)
    assert back >= value - max(0.001, value / 3000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((0, (0, 0)), (16, (0, 16)), (13.043, (-3, 13_043)), (7360.0, (0, 7360))),
        *((22_080, (0, 22_080)), (60_000, (1, 6000)), (-5, (0, -5))),
        (0.1 + 0.2, (-1, 3)),
    ],
)
def test_numbers_are_as_short_as_they_can_be(
    value: float, expected: tuple[int, int]
) -> None:
    assert scaled_.scaled(value) == expected


@pytest.mark.parametrize(
    ("name", "members", "limit"),
    [
        ("ChargingStatusRes", {"EVSEMaxCurrent": {"Value": 10, "Multiplier": 0}}, 10),
        (
            "CurrentDemandRes",
            {"EVSEMaximumCurrentLimit": {"Value": 300, "Multiplier": -1}},
            30,
        ),
        (
            "AC_ChargeLoopRes",
            {
                "Dynamic_AC_CLResControlMode": {
                    "EVSETargetActivePower": {"Value": 23, "Exponent": 2}
                }
            },
            2300,
        ),
        (
            "DC_ChargeLoopRes",
            {
                "Dynamic_DC_CLResControlMode": {
                    "EVSEMaximumChargePower": {"Value": 12, "Exponent": 3}
                }
            },
            12_000,
        ),
        (
            "AC_ChargeLoopRes",
            {
                "BPT_Dynamic_AC_CLResControlMode": {
                    "EVSETargetActivePower": {"Value": -2000, "Exponent": 0}
                }
            },
            -2000,
        ),
        ("SessionStopRes", {"ResponseCode": "OK"}, None),
        ("ChargingStatusRes", {}, None),
    ],
)
def test_a_vehicle_finds_its_limit(
    name: str, members: dict[str, Any], limit: float | None
) -> None:
    assert loops.limit_of(name, members) == limit


def test_a_vehicle_finds_what_it_may_feed_back() -> None:
    values = {
        "EVSEMaximumChargePower": {"Value": 0, "Exponent": 0},
        "EVSEMaximumDischargePower": {"Value": 6, "Exponent": 3},
    }
    members = {"BPT_Dynamic_DC_CLResControlMode": values}

    assert loops.feeds_back(members) == 6_000
    assert loops.limit_of("DC_ChargeLoopRes", members) == 0
    assert loops.feeds_back({"ResponseCode": "OK"}) is None


async def test_a_driver_says_come_and_leave_in_pieces_of_whatever_size() -> None:
    left: list[str] = []
    lines = lines_.Lines()
    lines.leaves = lambda: left.append("first")
    for piece in (b"come iso2-ac --st", b"ay 5\nleave\n\nwhat\ncome din", b"\n", b""):
        lines.feed(piece)

    assert left == ["first"]
    assert await lines.visit() == ["iso2-ac", "--stay", "5"]
    assert await lines.visit() == ["din"]
    assert await lines.visit() is None


def test_what_a_station_is_comes_from_its_answer() -> None:
    service = {"connector_type": "DC_extended", "control_mode": "scheduled"}
    answer = {
        "parameters": [
            {
                "evse_id": ME,
                "network_interface": "plc0",
                "connectors": [{"id": 1, "services": {"dc": service}}],
            }
        ]
    }

    [evse] = parameters.evses_of(answer)

    assert (evse.is_dc, evse.supports_eim, evse.prefers_dynamic) == (True, True, False)


@pytest.mark.parametrize(
    ("evse_id", "digits"),
    [("49*89*6360", "49A89A6360"), ("49*89*636", "049A89A636"), (ME, "00")],
)
def test_din_has_ids_of_digits(evse_id: str, digits: str) -> None:
    assert evse_ids.din_id(evse_id) == digits
