"""Reservations: in force from the station's yes until they end, in one of five ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms import reservation_requests
from connector.csms.options import StationOptions, TokenOptions
from connector.csms.reservations import Reservations
from connector.csms.times import iso
from connector.errors import LocalProtocolError, StoreError
from connector.store import DatabaseStore, open_store
from connector.store.records import ReservationRecord
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import NAME, Harness, StationEnd, settle
from connector.tests.csms.memory_store import MemoryStore

Json = dict[str, Any]
Start = Callable[..., Any]

SOON = "2026-01-31T13:00:00Z"
LATER = "2026-02-02T00:00:00Z"
ASKED = {"idTag": "card", "expiryDate": SOON}
YES, NO = {"status": "Accepted"}, {"status": "Rejected"}
AGREES = {"ReserveNow": YES, "CancelReservation": YES}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    store = open_store(f"sqlite:///{tmp_path / 'connector.sqlite'}")
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def system(start: Start, store: DatabaseStore) -> Harness:
    stations = {NAME: StationOptions(connectors=2)}
    tokens = {"cousin": TokenOptions(group="family")}
    found: Harness = await start(store, stations=stations, tokens=tokens)
    return found


@pytest.fixture
async def end(system: Harness) -> StationEnd:
    return await system.connect(**AGREES)


def block(system: Harness) -> Reservations:
    found: Reservations = system.central.blocks.reservations
    return found


async def reserve(system: Harness, where: str = "1", **more: Any) -> Json:
    request = await block(system).request(system.station(), where, ASKED | more)
    return await block(system).reserve(system.station(), request)


async def cancel(system: Harness, number: int) -> Json:
    return await block(system).cancel(system.station(), number)


async def kept(system: Harness) -> list[ReservationRecord]:
    """All on the disk, oldest first."""
    await block(system)._writer.wait()
    return (await system.store.reservations())[::-1]


async def statuses(system: Harness) -> list[str]:
    return [record.status for record in await kept(system)]


# -- asking


async def test_a_reservation_without_an_id_gets_one_of_ours(
    system: Harness, end: StationEnd
) -> None:
    assert await reserve(system) == YES
    assert await reserve(system, "2") == YES
    assert end.asked("ReserveNow") == [
        {"connectorId": 1, "reservationId": 1, "idTag": "card", "expiryDate": SOON},
        {"connectorId": 2, "reservationId": 2, "idTag": "card", "expiryDate": SOON},
    ]


async def test_what_is_given_is_sent_and_kept(system: Harness, end: StationEnd) -> None:
    await reserve(system, reservationId=17, parentIdTag="family", connectorId=1)
    (payload,) = end.asked("ReserveNow")
    assert payload == {
        "connectorId": 1,
        "reservationId": 17,
        "idTag": "card",
        "expiryDate": SOON,
        "parentIdTag": "family",
    }
    (record,) = await kept(system)
    assert record == ReservationRecord(
        record.key,
        17,
        NAME,
        "1",
        "card",
        START_MS + 3_600_000,
        START_MS,
        group="family",
    )


async def test_an_id_of_ours_is_none_that_the_station_still_has(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, reservationId=1)
    await reserve(system, "2")
    assert [p["reservationId"] for p in end.asked("ReserveNow")] == [1, 2]


async def test_the_station_as_a_whole_can_be_reserved(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, "0")
    assert end.asked("ReserveNow")[0]["connectorId"] == 0
    assert system.newest("reservation_id", "0") == 1


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-01-31T14:00:00+01:00", SOON),
        (" 2026-01-31T13:00:00.900Z ", SOON),
        ("20260131T130000Z", SOON),
    ],
)
async def test_stations_read_times_in_utc_and_whole_seconds(
    system: Harness, end: StationEnd, given: str, sent: str
) -> None:
    await reserve(system, expiryDate=given)
    assert end.asked("ReserveNow")[0]["expiryDate"] == sent


async def test_an_id_token_of_digits_may_be_a_number(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, idTag=12345678, parentIdTag=None)
    (payload,) = end.asked("ReserveNow")
    assert payload["idTag"] == "12345678"
    assert "parentIdTag" not in payload


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"idTag": None}, "idTag is missing: a text of 1 to 20 characters"),
        ({"idTag": "x" * 21}, "idTag is not a text of 1 to 20 characters"),
        ({"idTag": " "}, "idTag is not a text"),
        ({"idTag": True}, "idTag is not a text"),
        ({"parentIdTag": {"id": 1}}, "parentIdTag is not a text of 1 to 20"),
        ({"expiryDate": None}, "expiryDate is missing: a time with a zone"),
        ({"expiryDate": "tomorrow"}, "expiryDate is not a time with a zone"),
        ({"expiryDate": "2026-02-01T00:00:00"}, "is not a time with a zone"),
        ({"expiryDate": "2026-02-01"}, "is not a time with a zone"),
        ({"expiryDate": 1769860800}, "expiryDate is not a time"),
        ({"expiryDate": "9999-12-31T23:59:59-12:00"}, "is not a time"),
        ({"expiryDate": "0001-01-01T00:00:00+12:00"}, "is not a time"),
        ({"expiryDate": "2026-01-31T12:00:00Z"}, "expiryDate is in the past"),
        ({"expiryDate": "2026-01-31T12:30:00+01:00"}, "expiryDate is in the past"),
        ({"reservationId": -1}, "reservationId is not a whole number, 0 to"),
        ({"reservationId": 2**31}, "reservationId is not a whole number"),
        ({"reservationId": 1.5}, "reservationId is not a whole number"),
        ({"reservationId": True}, "reservationId is not a whole number"),
        ({"reservationId": "9" * 5000}, "reservationId is not a whole number"),
        ({"connectorId": 2}, "connectorId is not 1, the place of the command"),
        ({"idtag": "card"}, "idtag is no member of a reservation (connectorId,"),
    ],
)
async def test_what_is_missing_or_wrong_is_named_and_nothing_is_sent(
    system: Harness, end: StationEnd, more: Json, problem: str
) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        await reserve(system, **more)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 200
    assert end.asked("ReserveNow") == []


async def test_all_that_is_wrong_is_named_at_once(
    system: Harness, end: StationEnd
) -> None:
    with pytest.raises(LocalProtocolError) as caught:
        await block(system).request(system.station(), "1", {"reservationId": "x"})
    problems = str(caught.value).split("; ")
    assert [problem.split()[0] for problem in problems] == [
        "reservationId",
        "idTag",
        "expiryDate",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
MEMBERS = st.sampled_from([*reservation_requests._MEMBERS, "other"])


@given(st.dictionaries(MEMBERS, JSON))
def test_whatever_is_written_is_a_request_or_an_error(payload: Json) -> None:
    try:
        read = reservation_requests.read(payload, "1", START_MS)
    except LocalProtocolError as problem:
        assert str(problem)
    else:
        assert {"connectorId", "idTag", "expiryDate"} <= set(read)


# -- in force


async def test_a_reservation_in_force_is_seen_at_its_place(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, "2")
    assert system.told("reservation_id", "2") == [1]
    assert system.told("reservation_id", "1") == []


@pytest.mark.parametrize("status", ["Faulted", "Occupied", "Rejected", "Unavailable"])
async def test_one_that_the_station_refuses_is_none(
    system: Harness, status: str
) -> None:
    await system.connect(ReserveNow={"status": status})
    assert await reserve(system) == {"status": status}
    assert system.told("reservation_id") == []
    assert await kept(system) == []


async def test_one_that_is_refused_leaves_the_one_before_alone(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, reservationId=17)
    end.answers["ReserveNow"] = {"status": "Occupied"}
    await reserve(system, reservationId=17)
    assert system.newest("reservation_id") == 17
    assert await statuses(system) == ["Accepted"]


async def test_the_same_id_again_replaces_the_reservation(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, reservationId=17)
    await reserve(system, reservationId=17, idTag="other", expiryDate=LATER)
    assert system.told("reservation_id") == [17, 17]
    assert await statuses(system) == ["Replaced", "Accepted"]
    await system.advance(7200)
    assert await statuses(system) == ["Replaced", "Accepted"]


async def test_a_replacement_may_be_elsewhere(system: Harness, end: StationEnd) -> None:
    await reserve(system, "1", reservationId=17)
    await reserve(system, "2", reservationId=17)
    assert system.newest("reservation_id", "1") is None
    assert system.newest("reservation_id", "2") == 17


async def test_of_several_at_one_place_the_newest_is_seen(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, "0", reservationId=9)
    await reserve(system, "0", reservationId=3)
    assert system.newest("reservation_id", "0") == 3
    await cancel(system, 3)
    assert system.newest("reservation_id", "0") == 9
    await cancel(system, 9)
    assert system.newest("reservation_id", "0") is None


async def test_one_made_through_call_is_followed(
    system: Harness, end: StationEnd
) -> None:
    payload = {"connectorId": 2, "reservationId": 5, **ASKED}
    await system.station().call("ReserveNow", payload)
    assert system.newest("reservation_id", "2") == 5
    await system.station().call("CancelReservation", {"reservationId": 5})
    assert system.newest("reservation_id", "2") is None
    assert await statuses(system) == ["Cancelled"]


@pytest.mark.parametrize("more", [{"reservationId": -1}, {"reservationId": 2**40}])
async def test_one_that_nobody_can_follow_is_only_logged(
    system: Harness, end: StationEnd, more: Json, caplog: pytest.LogCaptureFixture
) -> None:
    payload = {"connectorId": 1, "reservationId": 5, **ASKED} | more
    await system.station().call("ReserveNow", payload)
    assert await kept(system) == []
    assert "cannot be followed" in caplog.text


async def test_a_place_that_the_station_has_not_makes_no_value(
    system: Harness, end: StationEnd
) -> None:
    payload = {"connectorId": 7, "reservationId": 5, **ASKED}
    await system.station().call("ReserveNow", payload)
    assert system.told("reservation_id", "7") == []
    assert await statuses(system) == ["Accepted"]


async def test_a_station_with_a_wrong_clock_is_told_its_own_time(
    system: Harness, end: StationEnd
) -> None:
    ahead_s = 5 * 86_400
    await end.status("Available", timestamp=end.time(ago_s=-ahead_s))
    await reserve(system)
    assert end.asked("ReserveNow")[0]["expiryDate"] == end.time(-ahead_s - 3600)
    (record,) = await kept(system)
    assert iso(record.expiry_ms) == SOON


# -- the end


async def test_a_start_with_its_id_uses_it(system: Harness, end: StationEnd) -> None:
    await reserve(system)
    await end.start(reservationId=1, idTag="somebody")
    assert system.newest("reservation_id") is None
    assert await statuses(system) == ["Used"]


@pytest.mark.parametrize("id_token", ["card", "CARD"])
@pytest.mark.parametrize("where", ["0", "1"])
async def test_a_start_of_its_token_at_its_place_uses_it(
    system: Harness, end: StationEnd, where: str, id_token: str
) -> None:
    await reserve(system, where)
    await end.start(idTag=id_token)
    assert system.newest("reservation_id", where) is None
    assert await statuses(system) == ["Used"]


async def test_a_start_uses_that_of_its_connector_first(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, "0")
    await reserve(system, "2")
    await end.start(connector=2)
    assert await statuses(system) == ["Accepted", "Used"]
    await end.start(connector=1)
    assert await statuses(system) == ["Used", "Used"]


async def test_a_start_of_its_group_uses_it(system: Harness, end: StationEnd) -> None:
    await reserve(system, parentIdTag="Family")
    await end.start(idTag="cousin")
    assert await statuses(system) == ["Used"]


@pytest.mark.parametrize("more", [{}, {"parentIdTag": "others"}])
async def test_a_start_of_another_token_is_the_stations_matter(
    system: Harness, end: StationEnd, more: Json, caplog: pytest.LogCaptureFixture
) -> None:
    await reserve(system, **more)
    await end.start(idTag="cousin")
    assert system.newest("reservation_id") == 1
    assert await statuses(system) == ["Accepted"]
    assert "which reservation 1 keeps for" in caplog.text
    assert "cousin" not in caplog.text


async def test_a_start_elsewhere_is_none_of_its_business(
    system: Harness, end: StationEnd, caplog: pytest.LogCaptureFixture
) -> None:
    await reserve(system, "1")
    await end.start(connector=2)
    assert await statuses(system) == ["Accepted"]
    assert "keeps for" not in caplog.text


async def test_a_start_before_it_was_made_does_not_use_it(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system)
    await end.start(ago_s=600)
    assert await statuses(system) == ["Accepted"]


async def test_a_start_of_a_clock_that_lags_uses_it(
    system: Harness, end: StationEnd
) -> None:
    await end.status("Available", timestamp=end.time(ago_s=7200))
    await reserve(system)
    await end.start(ago_s=7200)
    assert await statuses(system) == ["Used"]


async def test_a_reservation_is_cancelled(system: Harness, end: StationEnd) -> None:
    await reserve(system)
    await system.advance(60)
    assert await cancel(system, 1) == YES
    assert end.asked("CancelReservation") == [{"reservationId": 1}]
    assert system.newest("reservation_id") is None
    (record,) = await kept(system)
    assert (record.status, record.ended_ms) == ("Cancelled", START_MS + 60_000)


async def test_one_that_the_station_has_not_is_removed(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system)
    end.answers["CancelReservation"] = NO
    assert await cancel(system, 1) == NO
    assert system.newest("reservation_id") is None
    assert await statuses(system) == ["Removed"]


async def test_one_that_nobody_knows_may_be_cancelled(
    system: Harness, end: StationEnd
) -> None:
    assert await cancel(system, 99) == YES
    assert await kept(system) == []


async def test_a_reservation_expires(system: Harness, end: StationEnd) -> None:
    await reserve(system)
    await system.advance(3599)
    assert system.newest("reservation_id") == 1
    await system.advance(1.1)
    assert system.newest("reservation_id") is None
    assert await statuses(system) == ["Expired"]


async def test_a_reservation_for_days_expires_at_its_time(
    system: Harness, end: StationEnd
) -> None:
    await reserve(system, expiryDate=LATER)
    await system.advance(36 * 3600 - 1)
    assert await statuses(system) == ["Accepted"]
    await system.advance(1.1)
    assert await statuses(system) == ["Expired"]


async def test_one_that_ended_does_not_expire(system: Harness, end: StationEnd) -> None:
    await reserve(system)
    await cancel(system, 1)
    await system.advance(7200)
    assert await statuses(system) == ["Cancelled"]


# -- restarts, and the store


async def again(system: Harness, start: Start, **options: Any) -> Harness:
    """The connector stopped, and started anew at the same time."""
    await system.close()
    found: Harness = await start(system.store, **options)
    return found


async def test_one_in_force_is_restored(
    system: Harness, end: StationEnd, start: Start
) -> None:
    await reserve(system)
    system = await again(system, start)
    assert system.told("reservation_id") == [1]
    await system.advance(3601)
    assert system.newest("reservation_id") is None
    assert await statuses(system) == ["Expired"]


async def test_one_that_ended_is_not_restored(
    system: Harness, end: StationEnd, start: Start
) -> None:
    await reserve(system)
    await cancel(system, 1)
    system = await again(system, start)
    assert system.told("reservation_id") == []


async def test_one_that_expired_while_we_were_away_is_over(
    start: Start, store: DatabaseStore
) -> None:
    over = ReservationRecord("K", 4, NAME, "1", "card", START_MS - 1, START_MS - 9)
    await store.save_reservations([over])
    system = await start(store)
    assert system.told("reservation_id") == [None]
    assert await statuses(system) == ["Expired"]


async def test_one_that_was_used_when_we_ended_is_over(
    system: Harness, end: StationEnd, start: Start
) -> None:
    await end.start(reservationId=4)
    (running,) = await system.store.open_transactions()
    lost = ReservationRecord(
        "K", 4, NAME, "1", "x", START_MS + 9, running.start_ms - 9000
    )
    await system.store.save_reservations([lost])
    system = await again(system, start)
    assert system.newest("reservation_id") is None
    assert await statuses(system) == ["Used"]


async def test_one_of_a_station_that_nobody_knows_stays_where_it_is(
    start: Start, store: DatabaseStore
) -> None:
    foreign = ReservationRecord("K", 4, "other", "1", "card", START_MS - 1, 0)
    await store.save_reservations([foreign])
    await start(store)
    assert await store.open_reservations() == [foreign]


async def test_a_station_that_is_forgotten_has_none(
    start: Start, store: DatabaseStore
) -> None:
    system = await start(store, stations={}, unknown_stations="accept")
    await system.connect(**AGREES)
    await reserve(system)
    count = len(system.told("reservation_id"))
    await system.central.forget(NAME)
    assert await kept(system) == []
    await system.advance(7200)
    assert len(system.told("reservation_id")) == count
    await system.connect(**AGREES)
    assert block(system).in_force(system.station()) == []


async def test_an_answer_of_a_station_that_was_forgotten_makes_none(
    start: Start,
) -> None:
    system = await start(stations={}, unknown_stations="accept")
    answering: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
    await system.connect(ReserveNow=lambda _: answering)
    station = system.station()
    asking = asyncio.create_task(
        station.call("ReserveNow", {"connectorId": 1, "reservationId": 5, **ASKED})
    )
    await settle()
    del system.central.stations[NAME]
    answering.set_result(YES)
    await asking
    assert await kept(system) == []


async def test_what_cannot_be_kept_holds_and_is_tried_again(start: Start) -> None:
    system = await start(MemoryStore())
    await system.connect(**AGREES)
    request = await block(system).request(system.station(), "1", ASKED)
    system.store.is_failing = True
    await block(system).reserve(system.station(), request)
    assert system.newest("reservation_id") == 1
    assert not block(system).are_kept
    system.store.is_failing = False
    await system.advance(6)
    assert block(system).are_kept
    assert await statuses(system) == ["Accepted"]


async def test_the_newest_state_is_kept_when_the_store_is_back(start: Start) -> None:
    system = await start(MemoryStore())
    await system.connect(**AGREES)
    request = await block(system).request(system.station(), "1", ASKED)
    system.store.is_failing = True
    await block(system).reserve(system.station(), request)
    await cancel(system, 1)
    system.store.is_failing = False
    await system.advance(6)
    assert await statuses(system) == ["Cancelled"]


async def test_a_station_is_forgotten_while_the_store_fails(start: Start) -> None:
    system = await start(MemoryStore(), stations={}, unknown_stations="accept")
    await system.connect(**AGREES)
    await reserve(system)
    system.store.is_failing = True
    block(system)._writer.forget(NAME)
    await settle()
    assert not block(system).are_kept
    system.store.is_failing = False
    await system.advance(6)
    assert await kept(system) == []


async def test_without_a_store_there_is_no_id_of_ours(start: Start) -> None:
    system = await start(MemoryStore())
    end = await system.connect(**AGREES)
    system.store.is_failing = True
    with pytest.raises(StoreError):
        await reserve(system)
    assert end.asked("ReserveNow") == []
