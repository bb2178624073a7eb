"""Stations that wait for adoption, and what they may say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.csms.events import Ready, RegistrationChanged
from connector.csms.options import StationOptions
from connector.csms.remote_control import trigger_message
from connector.tests.csms.conftest import NAME, Harness, StationEnd

NEW = "CP-9"
Start = Callable[..., Any]
TIME = "2026-01-31T12:00:00Z"
SAMPLES = [{"timestamp": TIME, "sampledValue": [{"value": "5"}]}]


@pytest.fixture
async def waiting(system: Harness) -> StationEnd:
    """A station that nobody knows."""
    return await system.connect(NEW)


async def test_a_boot_is_answered_with_pending_every_30_seconds(
    system: Harness, waiting: StationEnd
) -> None:
    answer = await waiting.boot()
    assert answer == {"currentTime": TIME, "interval": 30, "status": "Pending"}
    assert system.newest("registration", "0", NEW) == "Pending"
    assert system.newest("vendor", "0", NEW) == "V"


async def test_heartbeat_and_status_get_their_normal_answer(
    system: Harness, waiting: StationEnd
) -> None:
    assert await waiting.say("Heartbeat") == {"currentTime": TIME}
    assert await waiting.status("Available", connector=0) == {}
    assert system.newest("status", "0", NEW) == "Available"


async def test_authorize_is_answered_with_invalid(waiting: StationEnd) -> None:
    answer = await waiting.say("Authorize", idTag="remote")
    assert answer == {"idTagInfo": {"status": "Invalid"}}


REFUSED = {
    "StartTransaction": {
        "connectorId": 1,
        "idTag": "card",
        "meterStart": 0,
        "timestamp": TIME,
    },
    "StopTransaction": {"transactionId": 1, "meterStop": 0, "timestamp": TIME},
    "MeterValues": {"connectorId": 1, "meterValue": SAMPLES},
    "DataTransfer": {"vendorId": "V"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "SecurityEventNotification": {"type": "x", "timestamp": TIME},
    "SignCertificate": {"csr": "x"},
}


@pytest.mark.parametrize("action", REFUSED)
async def test_everything_else_is_refused_so_that_it_is_kept(
    system: Harness, waiting: StationEnd, action: str
) -> None:
    assert await waiting.refused(action, **REFUSED[action]) == "SecurityError"
    assert system.store.transaction_records == []


async def test_what_was_asked_for_is_answered(
    system: Harness, waiting: StationEnd
) -> None:
    await trigger_message(system.station(NEW), "1", "MeterValues")
    assert await waiting.say("MeterValues", connectorId=1, meterValue=SAMPLES) == {}
    assert system.told("Energy.Active.Import.Register", "1", NEW) == [5.0]
    await trigger_message(system.station(NEW), "0", "FirmwareStatusNotification")
    assert await waiting.say("FirmwareStatusNotification", status="Idle") == {}


async def test_values_of_a_transaction_are_refused_though_asked_for(
    system: Harness, waiting: StationEnd
) -> None:
    await trigger_message(system.station(NEW), "1", "MeterValues")
    code = await waiting.refused(
        "MeterValues", connectorId=1, transactionId=1, meterValue=SAMPLES
    )
    assert code == "SecurityError"


async def test_what_was_asked_for_on_an_older_link_is_refused(
    system: Harness, waiting: StationEnd
) -> None:
    await trigger_message(system.station(NEW), "1", "MeterValues")
    end = await system.connect(NEW)
    payload = REFUSED["MeterValues"]
    assert await end.refused("MeterValues", **payload) == "SecurityError"


async def test_it_is_neither_configured_nor_asked_to_boot_nor_kept(
    system: Harness, waiting: StationEnd
) -> None:
    await waiting.boot()
    await system.advance(60)
    assert waiting.calls == []
    assert NEW not in system.store.station_records


async def test_the_list_of_those_that_wait_tells_who_they_are(
    system: Harness, waiting: StationEnd
) -> None:
    changes: list[int] = []
    system.central.registry.on_pending = lambda: changes.append(1)
    await waiting.boot()
    (entry,) = system.central.pending()
    assert (entry.station, entry.vendor, entry.model) == (NEW, "V", "M")
    assert (entry.protocol, entry.address) == ("ocpp1.6", "memory")
    assert entry.since == TIME
    assert changes


async def test_an_adopted_station_is_asked_to_boot_and_let_in(
    system: Harness, waiting: StationEnd
) -> None:
    system.hear(RegistrationChanged, Ready)
    await waiting.boot()
    assert await system.central.adopt(NEW) == ("accepted", "")
    assert waiting.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    assert system.newest("registration", "0", NEW) == "Accepted"
    assert system.store.station_records[NEW].registration == "accepted"
    assert system.central.pending() == []
    assert (await waiting.boot())["status"] == "Accepted"
    assert [type(event) for event in system.events] == [RegistrationChanged, Ready]
    assert "transactionId" in await waiting.start()


async def test_a_station_may_be_adopted_before_it_comes(system: Harness) -> None:
    outcome, _ = await system.central.adopt(NEW)
    assert outcome == "accepted"
    end = await system.connect(NEW)
    assert (await end.boot())["status"] == "Accepted"


async def test_adopting_again_changes_nothing(system: Harness) -> None:
    assert await system.central.adopt(NAME) == ("accepted", "adopted already")


async def test_a_decision_that_cannot_be_kept_does_not_hold(
    system: Harness, waiting: StationEnd
) -> None:
    system.store.is_failing = True
    for decide in (system.central.adopt, system.central.reject, system.central.forget):
        outcome, _ = await decide(NEW)
        assert outcome == "error"
    assert [entry.station for entry in system.central.pending()] == [NEW]
    assert waiting.close_code is None


async def test_a_rejected_station_is_closed_and_does_not_get_in(
    system: Harness, waiting: StationEnd, start: Start
) -> None:
    assert await system.central.reject(NEW) == ("accepted", "")
    await waiting.tasks[-1]
    assert waiting.close_code == 1008
    assert system.newest("connected", "0", NEW) is False
    assert system.newest("registration", "0", NEW) == "Rejected"
    assert system.central.registry.is_refused(NEW)
    restarted = await start(system.store)
    assert restarted.central.registry.is_refused(NEW)
    assert (await restarted.central.adopt(NEW))[0] == "accepted"
    assert not restarted.central.registry.is_refused(NEW)


async def test_a_forgotten_station_is_closed_and_unknown_again(
    system: Harness, waiting: StationEnd
) -> None:
    await system.central.adopt(NEW)
    assert await system.central.forget(NEW) == ("accepted", "")
    await waiting.tasks[-1]
    assert waiting.close_code == 1008
    assert system.newest("connected", "0", NEW) is False
    assert NEW not in system.central.stations
    assert NEW not in system.store.station_records
    end = await system.connect(NEW)
    assert (await end.boot())["status"] == "Pending"


async def test_nothing_is_kept_of_a_station_that_was_forgotten(
    system: Harness, waiting: StationEnd
) -> None:
    await system.central.adopt(NEW)
    station = system.station(NEW)
    await system.central.forget(NEW)
    system.central.registry.remember(station)
    await system.central.registry.finish()
    assert NEW not in system.store.station_records


async def test_a_forgotten_station_tells_nothing_more(
    system: Harness, waiting: StationEnd
) -> None:
    await system.central.adopt(NEW)
    power = {"value": "9", "measurand": "Power.Active.Import"}
    await waiting.meter(power)
    await system.central.forget(NEW)
    count = len(system.facts)
    await system.advance(1000)
    assert len(system.facts) == count
    assert system.newest(power["measurand"], "1", NEW) is None


@pytest.mark.parametrize("decision", ["reject", "forget"])
async def test_a_station_that_the_configuration_names_stays(
    system: Harness, decision: str
) -> None:
    outcome = await getattr(system.central, decision)(NAME)
    assert outcome == ("rejected", "it is named in STATIONS")


async def test_forgetting_an_unknown_station_is_rejected(system: Harness) -> None:
    assert await system.central.forget("?") == ("rejected", "unknown station")


async def test_a_named_station_is_adopted_though_it_was_rejected_before(
    start: Start,
) -> None:
    before = await start()
    await before.central.reject(NEW)
    system = await start(before.store, stations={NEW: StationOptions()})
    end = await system.connect(NEW)
    assert (await end.boot())["status"] == "Accepted"


async def test_one_that_waited_is_dropped_ten_minutes_after_it_left(
    system: Harness, waiting: StationEnd
) -> None:
    await waiting.boot()
    await waiting.leave()
    await system.advance(599)
    assert NEW in system.central.stations
    await system.advance(1)
    assert NEW not in system.central.stations


async def test_one_that_is_back_goes_on_waiting(
    system: Harness, waiting: StationEnd
) -> None:
    await waiting.boot()
    await waiting.leave()
    await system.advance(599)
    end = await system.connect(NEW)
    await system.advance(10)
    assert [entry.station for entry in system.central.pending()] == [NEW]
    await end.leave()
    await system.advance(599)
    assert NEW in system.central.stations


async def test_a_station_accepted_by_policy_is_adopted_and_kept(start: Start) -> None:
    system = await start(unknown_stations="accept")
    end = await system.connect(NEW)
    assert (await end.boot())["status"] == "Accepted"
    assert system.store.station_records[NEW].registration == "accepted"
