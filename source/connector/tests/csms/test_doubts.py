"""Whether a transaction outlived the restart of its station (1.6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.events import ConfirmationChanged, TransactionEnded
from connector.csms.options import StationOptions
from connector.csms.quirks import Quirks
from connector.store.records import CLOSED_BY_OPERATOR
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle

Start = Callable[..., Any]
RESTART_MS = START_MS + 600_000


async def charge(system: Harness) -> tuple[StationEnd, int]:
    """A station that charges for ten minutes, and the id of its transaction."""
    end = await system.connect(boots=True)
    await end.status("Preparing")
    number = (await end.start(meter=1000))["transactionId"]
    await end.status("Charging")
    await system.advance(30)
    await end.meter({"value": "1400"}, transaction=number)
    await system.advance(570)
    return end, number


async def restart(system: Harness) -> StationEnd:
    """It comes back, and boots."""
    return await system.connect(boots=True)


async def lose(system: Harness) -> tuple[StationEnd, int]:
    """A station whose transaction is told not to be confirmed."""
    end, number = await charge(system)
    await end.leave()
    end = await restart(system)
    await end.status("Preparing")
    assert since(system) == RESTART_MS
    return end, number


def since(system: Harness) -> int | None:
    return system.station().connector("1").unconfirmed_ms


@pytest.mark.parametrize("status", ["Preparing", "Reserved"])
async def test_a_status_without_a_transaction_after_a_restart_is_told(
    system: Harness, status: str
) -> None:
    system.hear(ConfirmationChanged, TransactionEnded)
    end, _ = await charge(system)
    await end.leave()
    end = await restart(system)
    assert since(system) is None

    await end.status(status)

    assert since(system) == RESTART_MS
    [event] = system.events
    assert isinstance(event, ConfirmationChanged)
    assert event.transaction == system.station().transaction("1")
    assert system.newest("transaction_active") is True


async def test_an_available_connector_still_ends_it(system: Harness) -> None:
    system.hear(ConfirmationChanged, TransactionEnded)
    end, _ = await charge(system)
    await end.leave()

    await (await restart(system)).status("Available")

    assert system.station().transaction("1") is None
    assert [type(event) for event in system.events] == [TransactionEnded]


async def test_a_connector_that_never_changed_its_status_is_told(
    system: Harness,
) -> None:
    end = await system.connect(boots=True)
    await end.status("Available")
    await end.start()
    await end.leave()

    await (await restart(system)).status("Available")

    assert system.station().transaction("1") is not None
    assert since(system) == START_MS


@pytest.mark.parametrize("status", ["Unavailable", "Faulted"])
async def test_what_may_go_with_a_transaction_tells_nothing(
    system: Harness, status: str
) -> None:
    end, _ = await charge(system)
    await end.leave()

    await (await restart(system)).status(status)

    assert since(system) is None


async def test_without_a_restart_a_status_tells_nothing(system: Harness) -> None:
    end, _ = await charge(system)

    await end.status("Preparing")
    await end.leave()
    end = await system.connect()
    await end.status("Preparing")

    assert since(system) is None


async def test_a_boot_that_was_asked_for_is_no_restart(system: Harness) -> None:
    end, _ = await charge(system)
    await end.leave()
    end = await system.connect()
    await system.advance(10)
    assert end.asked("TriggerMessage")[0] == {"requestedMessage": "BootNotification"}

    await end.boot()
    await end.status("Preparing")

    assert since(system) is None


async def test_a_restart_after_a_boot_that_was_asked_for_is_one(
    system: Harness,
) -> None:
    end, _ = await charge(system)
    await end.leave()
    end = await system.connect()
    await system.advance(10)
    await end.boot()

    await end.boot()
    await end.status("Preparing")

    assert since(system) == RESTART_MS + 10_000


async def test_a_station_that_is_configured_before_it_is_accepted_has_restarted(
    start: Start,
) -> None:
    held = StationOptions(quirks=Quirks(setup_while_pending=True))
    system = await start(stations={NAME: held})
    end = await system.connect()
    while (await end.boot())["status"] == "Pending":
        await settle()
    await end.start()
    await end.status("Charging")
    await end.leave()
    await system.advance(600)

    end = await system.connect()
    while (await end.boot())["status"] == "Pending":
        await settle()
    await end.status("Preparing")

    assert since(system) == RESTART_MS


async def test_one_that_waited_for_its_vehicle_goes_on_waiting(
    system: Harness,
) -> None:
    end = await system.connect(boots=True)
    await end.status("Preparing")
    await end.start()
    await end.leave()

    await (await restart(system)).status("Preparing")

    assert since(system) is None


@pytest.mark.parametrize(
    "status", ["Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"]
)
async def test_a_status_with_a_transaction_confirms_it(
    system: Harness, status: str
) -> None:
    end, _ = await lose(system)
    system.hear(ConfirmationChanged)

    await end.status(status)

    assert since(system) is None
    assert len(system.events) == 1


async def test_one_that_goes_on_at_once_is_never_told(system: Harness) -> None:
    system.hear(ConfirmationChanged)
    end, _ = await charge(system)
    await end.leave()
    end = await restart(system)
    await end.status("Charging")
    await end.status("Preparing")

    assert since(system) is None
    assert system.events == []


async def test_its_values_confirm_it(system: Harness) -> None:
    end, number = await lose(system)
    system.hear(ConfirmationChanged)

    await end.meter({"value": "1500"}, transaction=number)

    assert since(system) is None
    assert len(system.events) == 1


async def test_values_of_a_clock_that_is_behind_confirm_it(system: Harness) -> None:
    end, number = await lose(system)
    await end.status("Preparing", timestamp=end.time(ago_s=8))

    await end.meter({"value": "1500"}, transaction=number, ago_s=8)

    assert since(system) is None


@pytest.mark.parametrize("ago_s", [5, 300])
async def test_values_of_before_the_restart_do_not(
    system: Harness, ago_s: float
) -> None:
    end, number = await lose(system)

    await end.meter({"value": "1500"}, transaction=number, ago_s=ago_s)

    assert since(system) == RESTART_MS


async def test_values_without_a_transaction_do_not(system: Harness) -> None:
    end, _ = await lose(system)

    await end.meter({"value": "0"})

    assert since(system) == RESTART_MS
    assert system.newest("session_energy") == 400.0
    assert len(system.store.sample_records) == 1


async def test_the_first_of_several_restarts_is_told(system: Harness) -> None:
    end, _ = await lose(system)
    await end.leave()
    await system.advance(600)

    await (await restart(system)).status("Available", connector=2)

    assert since(system) == RESTART_MS


async def test_a_late_stop_ends_it(system: Harness) -> None:
    end, number = await lose(system)

    await end.stop(number, meter=1750, ago_s=300, reason="PowerLoss")

    assert system.station().transaction("1") is None
    assert since(system) is None
    [record] = system.store.transaction_records
    assert (record.reason, record.stop_ms) == ("PowerLoss", RESTART_MS - 300_000)
    assert "doubts" not in system.station().learned


async def test_an_operator_ends_it_with_its_last_values(system: Harness) -> None:
    await lose(system)
    [record] = system.store.transaction_records
    closing = system.central.blocks.transactions.closing

    closed = await closing.close(system.central.stations, record.key)

    assert closed is not None
    assert (closed.reason, closed.meter_stop_wh) == (CLOSED_BY_OPERATOR, 1400.0)
    assert closed.stop_ms == START_MS + 30_000
    assert system.station().transaction("1") is None
    assert since(system) is None


async def test_an_operator_ends_one_without_values_at_the_restart(
    system: Harness,
) -> None:
    end = await system.connect(boots=True)
    await end.start()
    await end.status("Charging")
    await system.advance(600)
    await end.boot()
    await end.status("Preparing")
    [record] = system.store.transaction_records
    await system.advance(600)
    closing = system.central.blocks.transactions.closing

    closed = await closing.close(system.central.stations, record.key)

    assert closed is not None
    assert closed.stop_ms == RESTART_MS


async def test_a_new_transaction_is_not_doubted(system: Harness) -> None:
    end, _ = await lose(system)

    await end.start(meter=1500)
    await end.status("Preparing")

    assert since(system) is None


# -- over a restart of the connector


async def again(start: Start, system: Harness) -> Harness:
    """A connector that was started anew on the same store."""
    await settle()
    found: Harness = await start(system.store, clock=system.clock)
    return found


async def test_a_station_that_restarts_after_the_connector_is_told(
    start: Start, system: Harness
) -> None:
    await charge(system)
    system = await again(start, system)

    await (await restart(system)).status("Preparing")

    assert since(system) == RESTART_MS


async def test_what_was_told_is_told_after_a_restart_of_the_connector(
    start: Start, system: Harness
) -> None:
    _, number = await lose(system)

    system = await again(start, system)

    assert since(system) == RESTART_MS
    end = await system.connect()
    await end.meter({"value": "1500"}, transaction=number)
    assert since(system) is None
    assert since(await again(start, system)) is None


async def test_a_status_after_a_restart_of_the_connector_counts(
    start: Start, system: Harness
) -> None:
    end, _ = await charge(system)
    await end.leave()
    await restart(system)
    system = await again(start, system)

    await (await system.connect()).status("Preparing")

    assert since(system) == RESTART_MS


async def test_one_that_was_ended_meanwhile_is_not_taken_up(
    start: Start, system: Harness
) -> None:
    end, number = await lose(system)
    await end.stop(number)

    system = await again(start, system)

    assert since(system) is None
    assert system.station().transaction("1") is None
