"""Whatever is written to a command: one outcome, the right word, no frame that is none.

What may be sent at all is checked where the station hears it (`RawEnd`).
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.datapoints import catalogue
from connector.datapoints.commands import Order
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.openmqtt.requests import command_value
from connector.tests.rubbish.bench import (
    BOUNDED,
    DEADLINE_S,
    NAME,
    Json,
    Rig,
    check_bounds,
    check_facts,
    check_log,
    running,
)
from connector.tests.rubbish.mutations import VALUES

_IN_PYTHON: list[object] = [
    None,
    True,
    False,
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    -(10**400),
    2**63,
    1e308,
    5e-324,
    -0.0,
    "\ud800",
    "\x00",
    (),
    b"x",
    {1: 2},
    {"\ud800": 1},
    [math.nan],
]
_STRUCTURES: list[object] = [
    {"value": {"value": 1}},
    {"value": 5, "timestamp": 1},
    {"key": None},
    {"": ""},
    {"A": {"B": [1, None]}},
    {"A" * 1000: "B" * 100_000},
    {"A": {"\ud800": 1}},
    {"A": 10**30, "B": math.nan},
    {"A": "\ud800"},
    {"listVersion": 1, "\ud800": 1},
    {str(number): "1" for number in range(60)},
    ["A", 5],
    [""],
    ["A" * 1000],
    {"id": 2**63},
    {"id": None},
    {"id": "x" * 1000},
    {"type": "x", "id": {"id": 1}},
    {"reservationId": 2**63},
    {"reservationId": -1, "idTag": "T", "expiryDate": "9999-12-31T23:59:59Z"},
    {"reservationId": 1, "idTag": "T", "expiryDate": "foo"},
    {"listVersion": -5, "updateType": "Full"},
    {"listVersion": 2**63, "updateType": "Nonsense", "localAuthorizationList": [None]},
    {"location": "\x00", "retrieveDate": "foo"},
    {"location": "ftp://x", "retrieveDate": "9999-12-31T23:59:59-14:00"},
    {"log": None, "logType": 5},
    {"vendorId": "x" * 256},
    {"vendorId": None, "data": {"a": 1}},
    {"action": "Reset", "payload": None},
    {"action": None},
    {"start": "9999-12-31T23:59:59-14:00", "unit": "A", "periods": [[0, 6]]},
    {"start": "0001-01-01T00:00:00+14:00", "unit": "W", "periods": [[0, 6]]},
    {"start": None, "unit": "A", "periods": [[0, 1e308], [2**40, -1e308]]},
    {"start": None, "unit": "A", "periods": [[0, "6"], ["60", 5e-324]]},
    {"start": None, "unit": "A", "periods": [[n, n % 9] for n in range(1024)]},
    {"start": None, "unit": "A", "periods": [[0, None]]},
    {"start": None, "unit": "A", "periods": [[-1, 6]]},
    {"chargingProfileId": 2**63, "chargingSchedule": None},
    {"chargingSchedule": {"chargingSchedulePeriod": [{"limit": None}]}},
    {
        "chargingProfileId": 2**63,
        "stackLevel": -(2**63),
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "validFrom": "foo",
        "chargingSchedule": {
            "startSchedule": "9999-12-31T23:59:59-14:00",
            "duration": 2**63,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 2**62, "limit": 1e300}],
        },
    },
]
_WRITTEN = [command_value(text.encode()) for text in VALUES]
_EVERYTHING: list[object] = [*_WRITTEN, *_IN_PYTHON, *_STRUCTURES]

COMMANDS = pytest.mark.parametrize(
    ("name", "where"),
    [
        (command.name, where)
        for command in catalogue.COMMANDS.values()
        for where in ("0", "1")
        if command.scope.holds(where)
    ],
)


def is_number(value: object) -> bool:
    if isinstance(value, str):
        text = value.strip()
        try:
            value = float(text) if text.isascii() and "_" not in text else None
        except ValueError:
            return False
    try:
        as_float = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    is_plain = type(value) in (int, float)
    return is_plain and math.isfinite(as_float)


def is_null(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() == "null")


def is_flag(value: object) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    return word in ("true", "false", "on", "off", "1", "0") or (
        type(word) in (bool, int) and word in (0, 1)
    )


def is_true(value: object) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    return word in ("true", "on", "1") or (type(word) in (bool, int) and word == 1)


def is_count(value: object) -> bool:
    return is_null(value) or (is_number(value) and float(value) in (1, 3))  # type: ignore[arg-type]


def is_seconds(value: object) -> bool:
    if not is_number(value):
        return False
    number = float(value)  # type: ignore[arg-type]
    return number.is_integer() and 0 < number < 2**31


def is_kind(value: object) -> bool:
    kinds = ("soft", "hard", "on_idle", "immediate")
    return isinstance(value, str) and value.strip().lower() in kinds


_MEANS: dict[str, Callable[[object], bool]] = {
    "power_limit": lambda value: is_number(value) or is_null(value),
    "current_limit": lambda value: is_number(value) or is_null(value),
    "enabled": is_flag,
    "charge": is_flag,
    "available": is_flag,
    "unlock": is_true,
    "phases": is_count,
    "get_composite_schedule": is_seconds,
    "reset": is_kind,
}
"""What each command takes, written down a second time; the others take structures."""
_OUTCOMES = set(OutcomeName)


def check_result(name: str, value: object, result: Json) -> None:
    assert set(result) - {"kept"} == {
        *("outcome", "detail", "response", "correlation", "timestamp", "duration_ms")
    }
    assert result["outcome"] in _OUTCOMES
    assert result["detail"] != "internal error", value
    assert len(result["detail"]) <= 1002, value
    means = _MEANS.get(name)
    if means is not None and not means(value):
        assert result["outcome"] == "invalid", (value, result)
        assert result["detail"].startswith(f"{name}: ")
    elif means is not None and name != "reset":
        assert result["outcome"] != "invalid", (value, result)


@COMMANDS
async def test_whatever_is_written_has_one_outcome(
    name: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running() as rig:
        end = await rig.connect()
        for value in _EVERYTHING:
            before = len(end.asked)
            result = await rig.order(name, value, where)
            check_result(name, value, result)
            if result["outcome"] == "invalid" and not name.endswith("_profile"):
                assert len(end.asked) == before, (value, result)
        assert (await end.call("Heartbeat"))[0] == 3
        check_facts(rig.facts)
        check_bounds(rig)
    check_log(caplog.records)


@COMMANDS
async def test_whatever_is_written_to_a_station_that_is_gone_has_one_outcome(
    name: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running() as rig:
        end = await rig.connect()
        await end.leave()
        for value in _EVERYTHING:
            result = await rig.order(name, value, where)
            assert result["outcome"] != "accepted" or name in _LOCAL, (value, result)
            assert result["detail"] != "internal error", (value, result)
        check_facts(rig.facts)
    check_log(caplog.records)


_LOCAL = frozenset({"power_limit", "current_limit", "clear_charging_profile", "phases"})
"""A release where nothing holds is unchanged, whether there is a link or not."""

_orders = st.lists(
    st.tuples(
        st.sampled_from(sorted(catalogue.COMMANDS)),
        st.sampled_from(["0", "1", "2", "64", "65", "-1", "x", ""]),
        st.sampled_from([*range(len(_EVERYTHING))]),
    ),
    min_size=1,
    max_size=12,
)


def test_orders_beside_each_other_have_one_outcome_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with asyncio.Runner() as runner:
        rig = Rig()
        runner.run(rig.open())
        runner.run(rig.connect())

        @BOUNDED
        @given(_orders)
        def one_each(orders: list[tuple[str, str, int]]) -> None:
            heard = runner.run(_all_results(rig, orders))
            assert heard == dict.fromkeys(range(len(orders)), 1)

        one_each()
        check_facts(rig.facts)
        check_bounds(rig)
        runner.run(rig.close())
    check_log(caplog.records)


async def _all_results(rig: Rig, orders: list[tuple[str, str, int]]) -> Counter[int]:
    heard: Counter[int] = Counter()
    done = asyncio.Event()
    made: list[Any] = []

    def report(order: Order, outcome: Outcome, text: str) -> None:
        number = next(n for n, each in enumerate(made) if each is order)
        heard[number] += 1
        assert orjson.loads(text)["outcome"] == outcome.outcome
        rig.commands.publish_result(order, outcome, text)
        if len(heard) == len(made):
            done.set()

    for name, where, index in orders:
        made.append(Order(NAME, where, name, _EVERYTHING[index]))
        rig.commands.submit(made[-1], report)
    async with asyncio.timeout(DEADLINE_S):
        while not done.is_set():
            # What is coalesced waits for the clock.
            rig.clock.advance(1)
            await asyncio.sleep(0)
    for _ in range(20):
        await asyncio.sleep(0)
    return heard


async def test_words_without_end_are_not_remembered() -> None:
    async with running() as rig:
        await rig.connect()
        for number in range(300):
            result = await rig.order("trigger_message", f"word{number}")
            assert result["outcome"] == "invalid"
        check_bounds(rig)
