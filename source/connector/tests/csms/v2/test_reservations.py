"""Reservations of 2.x: asked for, in force, and over, as the station tells."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.datapoints.outcomes import OutcomeName
from connector.store.records import ReservationRecord
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import command, run

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

SOON = "2026-01-31T13:00:00Z"
YES, NO = {"status": "Accepted"}, {"status": "Rejected"}
AGREES = {"ReserveNow": YES, "CancelReservation": YES}
CARD, FAMILY = {"idToken": "card", "type": "ISO14443"}, {"idToken": "family", "type": "Central"}  # fmt: skip
OF_16 = {"idTag": "card", "expiryDate": SOON}
OF_2 = {"idToken": CARD, "expiryDateTime": SOON}


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any) -> Pair:
    system = await start2(
        stations={NAME: StationOptions(connectors=2)},
        tokens={"cousin": TokenOptions(group="family")},
    )
    station = await system.connect_2(version=request.param, boots=True, **AGREES)
    return system, station


def kept(system: Harness2) -> list[ReservationRecord]:
    return list(system.store.reservation_records.values())


def statuses(system: Harness2) -> list[str]:
    return [record.status for record in kept(system)]


# -- asking


@pytest.mark.parametrize("value", [OF_16, OF_2, {"idToken": "card", "expiryDate": SOON}, {**OF_2, "idToken": {"id": "card", "type": "ISO14443"}}])  # fmt: skip
async def test_the_members_of_both_versions_are_understood(
    pair: Pair, value: Json
) -> None:
    system, station = pair

    outcome = await command(system, "reserve", value, "2")

    assert (outcome.outcome, outcome.detail) == (OutcomeName.ACCEPTED, "reservation 1")
    assert station.asked("ReserveNow") == [
        {"id": 1, "expiryDateTime": SOON, "idToken": CARD, "evseId": 2}
    ]
    assert system.newest("reservation_id", "2") == 1


async def test_everything_that_is_given_is_sent_and_kept(pair: Pair) -> None:
    system, station = pair
    given = {**OF_16, "reservationId": "17", "parentIdTag": "family", "connectorType": "cCCS2", "connectorId": 1}  # fmt: skip

    await command(system, "reserve", given, "1")

    assert station.asked("ReserveNow") == [
        {
            "id": 17,
            "expiryDateTime": SOON,
            "connectorType": "cCCS2",
            "idToken": CARD,
            "evseId": 1,
            "groupIdToken": FAMILY,
        }
    ]
    (record,) = kept(system)
    expiry_ms = START_MS + 3_600_000
    assert record == ReservationRecord(record.key, 17, NAME, "1", "card", expiry_ms, START_MS, type="ISO14443", group="family")  # fmt: skip


async def test_the_station_as_a_whole_is_no_evse(pair: Pair) -> None:
    system, station = pair

    await command(system, "reserve", OF_16)

    assert "evseId" not in station.asked("ReserveNow")[0]
    assert system.newest("reservation_id", "0") == 1


async def test_a_connector_of_an_evse_is_reserved_by_its_type(pair: Pair) -> None:
    system, station = pair
    await station.status("Available", connector=2)
    await command(system, "reserve", OF_16, "1.2")
    component = {"name": "Connector", "evse": {"id": 1, "connectorId": 2}}
    item = {"component": component, "variable": {"name": "ConnectorType"}}
    value = {"variableAttribute": [{"value": "cCCS2"}]}
    await system.store.save_variables(NAME, {"Connector@1.2/ConnectorType": item | value})  # fmt: skip

    await command(system, "reserve", OF_16, "1.2")

    first, second = station.asked("ReserveNow")
    assert (first["evseId"], "connectorType" in first) == (1, False)
    assert (second["evseId"], second["connectorType"]) == (1, "cCCS2")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, "expiryDateTime is missing: a time with a zone"),
        (OF_16 | {"idToken": "x"}, "idTag and idToken are given, expected one"),
        (OF_16 | {"idTag": ""}, "idToken is not a text, or an object with type and id"),
        (OF_16 | {"idTag": {"type": "x"}}, "idToken is not a text, or an object"),
        (OF_16 | {"evseId": 2}, "evseId is not 1, the place of the command"),
        (
            OF_16 | {"expiryDate": "2020-01-01T00:00:00Z"},
            "expiryDateTime is in the past",
        ),
        (OF_16 | {"nonsense": 1}, "nonsense is no member of a reservation (id, "),
        (OF_16 | {"idTag": "x" * 256}, "idToken"),
    ],
)
async def test_what_is_no_reservation_is_invalid(
    pair: Pair, value: Json, problem: str
) -> None:
    system, station = pair

    outcome = await command(system, "reserve", value, "1")

    assert outcome.outcome is OutcomeName.INVALID
    assert problem in outcome.detail
    assert station.asked("ReserveNow") == []


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_a_refused_reservation_is_rejected(pair: Pair, status: str) -> None:
    system, station = pair
    station.answers["ReserveNow"] = {"status": status}

    outcome = await command(system, "reserve", OF_16, "1")

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == f"reservation 1: {status}"
    assert kept(system) == []


# -- over


@pytest.mark.parametrize(("answer", "status"), [(YES, "Cancelled"), (NO, "Removed")])
async def test_a_cancelled_reservation_is_over(
    pair: Pair, answer: Json, status: str
) -> None:
    system, station = pair
    await command(system, "reserve", OF_16, "1")
    station.answers["CancelReservation"] = answer

    await command(system, "cancel_reservation", 1)

    assert station.asked("CancelReservation") == [{"reservationId": 1}]
    assert statuses(system) == [status]
    assert system.newest("reservation_id") is None


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("Expired", "Expired"),
        ("Removed", "Removed"),
        ("NoTransaction", "NoTransaction"),
        ("Nonsense", "Removed"),
    ],
)
async def test_the_station_tells_that_it_is_over(
    pair: Pair, told: str, status: str
) -> None:
    system, station = pair
    await command(system, "reserve", OF_16, "1")
    update = {"reservationId": 1, "reservationUpdateStatus": told}

    await station.say_raw("ReservationStatusUpdate", update)
    await station.say_raw("ReservationStatusUpdate", update | {"reservationId": 9})

    assert statuses(system) == [status]
    assert system.newest("reservation_id") is None


async def test_a_start_uses_the_reservation_that_it_names(pair: Pair) -> None:
    system, station = pair
    await command(system, "reserve", OF_16, "1")

    await station.event("Started", 0, token="other", reservationId=1)

    assert statuses(system) == ["Used"]
    assert system.newest("reservation_id") is None


@pytest.mark.parametrize("more", [{"token": "card"}, {"token": "cousin"}, {"reservationId": 1}])  # fmt: skip
async def test_it_may_be_named_after_the_start(pair: Pair, more: Json) -> None:
    system, station = pair
    await command(system, "reserve", {**OF_16, "parentIdTag": "family"}, "1")

    await station.event("Started", 0)
    before = statuses(system)
    await station.event("Updated", 1, **more)

    assert (before, statuses(system)) == (["Accepted"], ["Used"])


async def test_a_token_of_another_type_is_another(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    token = {"idToken": "card", "type": "KeyCode"}
    await command(system, "reserve", {**OF_16, "idTag": token}, "1")

    await station.event("Started", 0, token="card")

    assert statuses(system) == ["Accepted"]
    assert "charges at 1, which reservation 1 keeps for" in caplog.text


async def test_who_called_it_does_not_matter(pair: Pair) -> None:
    system, _ = pair

    await run(system, "ReserveNow", {"id": 5, "idToken": CARD, "expiryDateTime": SOON, "evseId": 2})  # fmt: skip
    before = system.newest("reservation_id", "2")
    await run(system, "CancelReservation", {"reservationId": 5})

    assert (before, system.newest("reservation_id", "2")) == (5, None)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_reservation_holds_over_a_restart(start2: Any, version: str) -> None:
    store = MemoryStore()
    first = await start2(store)
    await first.connect_2(version=version, boots=True, **AGREES)
    await command(first, "reserve", OF_16, "1")
    await first.close()

    second = await start2(store)
    station = await second.connect_2(version=version, boots=True)
    before = second.newest("reservation_id")
    await station.event("Started", 0, token="card")

    assert (before, second.newest("reservation_id")) == (1, None)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits(start2: Any, version: str) -> None:
    system = await start2(stations={}, unknown_stations="pending")
    station = await system.connect_2(version=version, boots=True, **AGREES)

    outcome = await command(system, "reserve", OF_16, "1")
    code = await station.refused("ReservationStatusUpdate", reservationId=1, reservationUpdateStatus="Expired")  # fmt: skip

    assert outcome.outcome is OutcomeName.REJECTED
    assert station.asked("ReserveNow") == []
    assert code == "SecurityError"


async def test_a_bad_update_is_refused(pair: Pair) -> None:
    _, station = pair
    with pytest.raises(Exception, match="Violation"):
        await station.say_raw("ReservationStatusUpdate", {"reservationId": "x"})
