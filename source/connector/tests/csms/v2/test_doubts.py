"""Whether a transaction outlived the restart of its station (2.x)."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.events import ConfirmationChanged
from connector.store.records import CLOSED_BY_OPERATOR
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import Harness2, Station2

RESTART_MS = START_MS + 600_000
VERSIONS = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
WH = {"value": 1400.0}


async def charge(system: Harness2, version: str) -> Station2:
    """A station that charges for ten minutes."""
    end = await system.connect_2(version=version, boots=True)
    await end.status("Occupied")
    await end.event("Started", 0, {"value": 1000.0}, state="Charging", token="card")
    await system.advance(30)
    await end.event("Updated", 1, WH)
    await system.advance(570)
    return end


async def restarted(system: Harness2, version: str = "2.0.1") -> Station2:
    """One that charged, and boots anew."""
    end = await charge(system, version)
    await end.leave()
    return await system.connect_2(version=version, boots=True)


async def lost(system: Harness2, version: str = "2.0.1") -> Station2:
    """One whose transaction is told not to be confirmed."""
    end = await restarted(system, version)
    await end.status("Available")
    assert since(system) == RESTART_MS
    return end


def since(system: Harness2) -> int | None:
    return system.station().connector("1").unconfirmed_ms


async def say_status(end: Station2, status: str, connector: int = 1) -> None:
    """NotifyEvent, which 2.1 has for StatusNotification."""
    event = {
        "eventId": 1,
        "timestamp": end.time(),
        "trigger": "Delta",
        "actualValue": status,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": 1, "connectorId": connector}},
        "variable": {"name": "AvailabilityState"},
    }
    await end.say(
        "NotifyEvent", generatedAt=end.time(), seqNo=0, eventData=[event], tbc=False
    )


@VERSIONS
@pytest.mark.parametrize("status", ["Available", "Reserved"])
async def test_a_status_without_a_transaction_after_a_restart_is_told(
    start2: Any, version: str, status: str
) -> None:
    system = await start2()
    system.hear(ConfirmationChanged)
    end = await restarted(system, version)
    assert since(system) is None

    await end.status(status)

    assert since(system) == RESTART_MS
    assert len(system.events) == 1
    assert system.newest("transaction_active") is True
    assert system.newest("charging") is False


@VERSIONS
async def test_an_event_with_the_status_is_told(start2: Any, version: str) -> None:
    system = await start2()
    end = await restarted(system, version)

    await say_status(end, "Available")

    assert since(system) == RESTART_MS


@pytest.mark.parametrize("status", ["Occupied", "Unavailable", "Faulted"])
async def test_what_may_go_with_a_transaction_tells_nothing(
    start2: Any, status: str
) -> None:
    system = await start2()
    end = await restarted(system)

    await end.status(status)

    assert since(system) is None


async def test_without_a_restart_a_status_tells_nothing(start2: Any) -> None:
    system = await start2()
    end = await charge(system, "2.0.1")
    await end.status("Available")
    await end.leave()

    await (await system.connect_2()).status("Available")

    assert since(system) is None


async def test_a_boot_that_was_triggered_is_no_restart(start2: Any) -> None:
    system = await start2()
    end = await charge(system, "2.0.1")

    await end.boot(reason="Triggered")
    await end.status("Available")

    assert since(system) is None


async def test_one_that_runs_without_a_vehicle_needs_none(start2: Any) -> None:
    system = await start2()
    end = await system.connect_2(boots=True)
    await end.status("Available")
    await end.event("Started", 0, state="Idle", token="card")
    await end.boot()

    await end.status("Available")

    assert since(system) is None


async def test_the_free_connector_of_an_evse_tells_nothing_alone(start2: Any) -> None:
    system = await start2()
    end = await charge(system, "2.0.1")
    await end.status("Available", connector=2)
    await settle()
    system = await start2(system.store, clock=system.clock)
    end = await system.connect_2(boots=True)

    await end.status("Available", connector=2)
    assert since(system) is None

    await end.status("Available", connector=1)
    assert since(system) == RESTART_MS


@VERSIONS
@pytest.mark.parametrize("kind", ["Updated", "Started"])
async def test_its_events_confirm_it(start2: Any, version: str, kind: str) -> None:
    system = await start2()
    end = await lost(system, version)
    system.hear(ConfirmationChanged)

    await end.event(kind, 2)

    assert since(system) is None
    assert len(system.events) == 1
    assert system.newest("status") == "Charging"


async def test_numbers_that_begin_anew_confirm_it(start2: Any) -> None:
    system = await start2()
    end = await lost(system)
    await system.advance(10)

    await end.event("Updated", 0, state="Charging")

    assert since(system) is None


@pytest.mark.parametrize("ago_s", [5, 300])
async def test_events_of_before_the_restart_do_not(start2: Any, ago_s: float) -> None:
    system = await start2()
    end = await lost(system)

    await end.event("Updated", 2, WH, ago_s=ago_s, offline=True)

    assert since(system) == RESTART_MS


async def test_one_that_goes_on_at_once_is_never_told(start2: Any) -> None:
    system = await start2()
    system.hear(ConfirmationChanged)
    end = await restarted(system)
    await end.event("Updated", 2, state="Charging")

    await end.status("Available")

    assert since(system) is None
    assert system.events == []


async def test_a_newer_transaction_that_was_kept_offline_is_told(start2: Any) -> None:
    system = await start2()
    end = await restarted(system)

    await end.event("Started", 0, tx="tx-2", ago_s=60, offline=True)

    assert since(system) == RESTART_MS


async def test_the_end_of_a_newer_transaction_is_told(start2: Any) -> None:
    system = await start2()
    end = await restarted(system)

    await end.event("Ended", 4, tx="tx-2")

    assert since(system) == RESTART_MS


async def test_an_older_transaction_tells_nothing(start2: Any) -> None:
    system = await start2()
    end = await restarted(system)

    await end.event("Ended", 4, tx="tx-0", ago_s=1200, offline=True)

    assert since(system) is None


async def test_another_transaction_that_runs_ends_it(start2: Any) -> None:
    system = await start2()
    end = await lost(system)

    await end.event("Started", 0, tx="tx-2", state="Charging")

    assert since(system) is None
    [old, new] = system.store.transaction_records
    assert (old.is_open, new.is_open) == (False, True)


@VERSIONS
async def test_a_late_end_ends_it(start2: Any, version: str) -> None:
    system = await start2()
    end = await lost(system, version)

    await end.event("Ended", 2, reason="PowerLoss", ago_s=300, offline=True)

    assert system.station().transaction("1") is None
    [record] = system.store.transaction_records
    assert (record.reason, record.stop_ms) == ("PowerLoss", RESTART_MS - 300_000)
    assert "doubts" not in system.station().learned


@VERSIONS
async def test_an_operator_ends_it_with_its_last_values(
    start2: Any, version: str
) -> None:
    system = await start2()
    await lost(system, version)
    [record] = system.store.transaction_records
    closing = system.central.blocks.transactions.closing

    closed = await closing.close(system.central.stations, record.key)

    assert (closed.reason, closed.stop_ms) == (CLOSED_BY_OPERATOR, START_MS + 30_000)
    assert since(system) is None


@VERSIONS
async def test_it_holds_over_a_restart_of_the_connector(
    start2: Any, version: str
) -> None:
    system = await start2()
    await lost(system, version)
    await settle()

    system = await start2(system.store, clock=system.clock)
    assert since(system) == RESTART_MS
    await (await system.connect_2(version=version)).event("Updated", 2)

    assert since(system) is None


@VERSIONS
async def test_a_station_that_restarts_after_the_connector_is_told(
    start2: Any, version: str
) -> None:
    system = await start2()
    await charge(system, version)
    system = await start2(system.store, clock=system.clock)

    end = await system.connect_2(version=version, boots=True)
    await end.status("Available")

    assert since(system) == RESTART_MS
