"""No periodic values: need TriggerMessage polling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks
from connector.errors import CallErrorReceived, CommandTimeout
from connector.tests.csms.conftest import NAME, Harness, StationEnd
from connector.tests.csms.test_setup import Keys

ENERGY = {"value": "1000"}
NO = {"status": "Rejected"}


def asked(end: StationEnd) -> list[int]:
    """The connectors that were asked for values."""
    return [
        payload["connectorId"]
        for payload in end.asked("TriggerMessage")
        if payload["requestedMessage"] == "MeterValues"
    ]


async def charging(system: Harness, **answers: Any) -> StationEnd:
    end = await system.connect(boots=True, **answers)
    await end.start()
    return end


async def polled(start: Callable[..., Any], poll_s: float) -> Harness:
    quirks = Quirks(poll_s=poll_s)
    found: Harness = await start(stations={NAME: StationOptions(quirks=quirks)})
    return found


async def test_a_station_whose_values_are_overdue_is_asked(system: Harness) -> None:
    end = await charging(system)

    await system.advance(119)
    assert asked(end) == []
    await system.advance(1)

    assert asked(end) == [1]


async def test_it_is_asked_again_as_long_as_it_charges(system: Harness) -> None:
    end = await charging(system)

    for _ in range(3):
        await system.advance(120)

    assert asked(end) == [1, 1, 1]


async def test_the_values_it_was_asked_for_are_shown(system: Harness) -> None:
    end = await charging(system)
    await system.advance(120)

    await end.meter({"value": "1234", "context": "Trigger"})

    assert system.newest("Energy.Active.Import.Register") == 1234


async def test_a_station_that_sends_values_is_never_asked(system: Harness) -> None:
    end = await charging(system)

    for _ in range(20):
        await system.advance(60)
        await end.meter(ENERGY)

    assert asked(end) == []


async def test_a_connector_that_only_says_that_it_charges_is_asked_too(
    system: Harness,
) -> None:
    end = await system.connect(boots=True)
    await end.status("Charging")

    await system.advance(120)

    assert asked(end) == [1]


async def test_an_idle_station_is_not_asked(system: Harness) -> None:
    end = await system.connect(boots=True)
    await end.status("Available")

    await system.advance(3600)

    assert asked(end) == []


async def test_after_the_transaction_nothing_is_asked(system: Harness) -> None:
    end = await system.connect(boots=True)
    begun = await end.start()
    await end.stop(begun["transactionId"])

    await system.advance(3600)

    assert asked(end) == []


async def test_twice_the_interval_of_the_station_counts(system: Harness) -> None:
    keys = Keys(MeterValueSampleInterval="300")
    keys.refused = lambda key, value: "Rejected"
    end = await charging(system, **keys.answers)

    await system.advance(599)
    assert asked(end) == []
    await system.advance(1)

    assert asked(end) == [1]


async def test_a_short_interval_still_gives_it_a_minute(
    start: Callable[..., Any],
) -> None:
    system = await start(meter_interval_s=5)
    end = await charging(system)

    await system.advance(59)
    assert asked(end) == []
    await system.advance(1)

    assert asked(end) == [1]


@pytest.mark.parametrize(
    "answer",
    [
        NO,
        {"status": "NotImplemented"},
        CallErrorReceived("NotSupported", "", {}),
    ],
)
async def test_a_station_that_says_no_is_not_asked_again_on_this_link(
    system: Harness, answer: Any
) -> None:
    end = await charging(system, TriggerMessage=answer)

    await system.advance(120)
    await system.advance(3600)
    assert asked(end) == [1]

    again = await system.connect(boots=True, TriggerMessage=answer)
    await system.advance(120)
    assert asked(again) == [1]


async def test_a_connector_that_said_no_is_asked_in_its_next_transaction(
    system: Harness,
) -> None:
    end = await system.connect(boots=True, TriggerMessage=NO)
    await end.status("Charging")
    await system.advance(120)

    await end.start()
    await system.advance(120)

    assert asked(end) == [1, 1]


async def test_a_station_that_never_answers_is_asked_less_and_less(
    system: Harness,
) -> None:
    end = await charging(system)
    await end.status("Charging")
    station = system.station()

    async def silent(action: str, *_: Any) -> Any:
        times.append(system.clock.monotonic())
        raise CommandTimeout(action, 30, sent=True)

    times: list[float] = [system.clock.monotonic()]
    station_type = type(station)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station_type, "call", lambda self, *args: silent(*args))
        for _ in range(70):
            await system.advance(60)

    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == [120, 240, 480, 960, 1920]
    assert asked(end) == []


async def test_a_station_that_comes_back_charging_is_asked(system: Harness) -> None:
    first = await charging(system)
    await first.leave()

    second = await system.connect(boots=True)
    await system.advance(120)

    assert asked(second) == [1]
    assert asked(first) == []


class TestPollS:
    async def test_every_connector_is_asked_whether_it_charges_or_not(
        self, start: Callable[..., Any]
    ) -> None:
        system = await polled(start, 20)
        keys = Keys(NumberOfConnectors="2")
        end = await system.connect(boots=True, **keys.answers)
        await end.status("Available", 1)
        await end.status("Available", 2)

        await system.advance(20)
        await system.advance(20)

        assert asked(end) == [1, 2, 1, 2]

    async def test_one_that_has_just_sent_values_is_not(
        self, start: Callable[..., Any]
    ) -> None:
        system = await polled(start, 20)
        end = await system.connect(boots=True)
        await end.status("Available", 1)
        await end.status("Available", 2)
        await system.advance(15)
        await end.meter(ENERGY, connector=2)

        await system.advance(5)

        assert asked(end) == [1]

    async def test_0_never_asks(self, start: Callable[..., Any]) -> None:
        system = await polled(start, 0)
        end = await charging(system)

        await system.advance(3600)

        assert asked(end) == []


@pytest.mark.parametrize("jump_s", [3600, -3600])
async def test_a_clock_that_is_set_puts_nothing_off(
    system: Harness, jump_s: float
) -> None:
    end = await charging(system)
    system.clock.jump(jump_s)

    await system.advance(240)

    assert 1 <= len(asked(end)) <= 2
