"""What 1.6 asks of a station really happens there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.station.ports import Token
from connector.tests.station.client.bench import CARD, Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}
LATER, EARLIER = "2026-01-31T15:00:00Z", "2026-01-31T11:00:00Z"


def profile(limit: float, *, purpose: str = "TxDefaultProfile", **more: Any) -> Json:
    return {
        "chargingProfileId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
        **more,
    }


def statuses(place: Place) -> list[tuple[int, str]]:
    told = place.central.of("StatusNotification")
    return [(p["connectorId"], p["status"]) for p in told]


# -- starts and stops


async def test_a_remote_start_waits_for_the_vehicle(start: Start) -> None:
    place = await start(initial={"AuthCtrlr/AuthorizeRemoteStart": "false"})
    answer = await place.central.ask("RemoteStartTransaction", idTag="FAR")
    assert answer == ACCEPTED
    await place.plug()

    (started,) = place.central.of("StartTransaction")
    assert started["idTag"] == "FAR"
    assert place.central.of("Authorize") == []


async def test_a_remote_start_is_authorized_first_where_that_is_set(
    start: Start,
) -> None:
    place = await start(initial={"AuthCtrlr/AuthorizeRemoteStart": "true"})
    place.central.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    await place.plug()
    await place.central.ask("RemoteStartTransaction", idTag="FAR", connectorId=1)

    assert place.central.of("Authorize") == [{"idTag": "FAR"}]
    assert place.central.of("StartTransaction") == []


async def test_a_remote_start_has_its_profile_from_the_first_moment(
    start: Start,
) -> None:
    place = await start(initial={"AuthCtrlr/AuthorizeRemoteStart": "false"})
    await place.plug()
    await place.central.ask(
        "RemoteStartTransaction",
        idTag="FAR",
        connectorId=1,
        chargingProfile=profile(7000.0, purpose="TxProfile"),
    )

    assert place.hardware.offers[1] == 7000.0
    assert len(place.central.of("StartTransaction")) == 1


@pytest.mark.parametrize("purpose", ["TxDefaultProfile", "ChargePointMaxProfile"])
async def test_a_remote_start_with_a_profile_of_another_purpose_is_refused(
    start: Start, purpose: str
) -> None:
    place = await start(initial={"AuthCtrlr/AuthorizeRemoteStart": "false"})
    await place.plug()
    answer = await place.central.ask(
        "RemoteStartTransaction",
        idTag="FAR",
        connectorId=1,
        chargingProfile=profile(7000.0, purpose=purpose),
    )

    assert answer == REJECTED
    assert place.central.of("StartTransaction") == []


async def test_a_remote_stop_ends_its_transaction_alone(start: Start) -> None:
    place = await start(evses=2)
    await place.charge(1)
    await place.plug(2)
    await place.swipe(Token("CARD-2"), 2)
    place.central.forget()
    assert await place.central.ask("RemoteStopTransaction", transactionId=9) == REJECTED
    answer = await place.central.ask("RemoteStopTransaction", transactionId=102)
    assert answer == ACCEPTED

    (stopped,) = place.central.of("StopTransaction")
    assert (stopped["transactionId"], stopped["reason"]) == (102, "Remote")
    assert len(list(place.core.all_running())) == 1


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("RemoteStartTransaction", {"idTag": "T", "connectorId": 9}, REJECTED),
        ("ChangeAvailability", {"connectorId": 9, "type": "Operative"}, REJECTED),
        ("UnlockConnector", {"connectorId": 9}, {"status": "NotSupported"}),
        ("ClearChargingProfile", {"connectorId": 9}, {"status": "Unknown"}),
        ("ClearChargingProfile", {"id": 9}, {"status": "Unknown"}),
        ("GetCompositeSchedule", {"connectorId": 9, "duration": 60}, REJECTED),
        ("GetCompositeSchedule", {"connectorId": 1, "duration": -1}, REJECTED),
        (
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": profile(7e3, validTo=EARLIER)},
            REJECTED,
        ),
        ("CancelReservation", {"reservationId": 9}, REJECTED),
        (
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 9},
            REJECTED,
        ),
        (
            "ReserveNow",
            {
                "connectorId": 9,
                "expiryDate": LATER,
                "idTag": "T",
                "reservationId": 1,
            },
            REJECTED,
        ),
        (
            "SetChargingProfile",
            {"connectorId": 9, "csChargingProfiles": profile(7000.0)},
            REJECTED,
        ),
        ("DataTransfer", {"vendorId": "nobody"}, {"status": "UnknownVendorId"}),
    ],
)
async def test_what_is_not_there_is_refused(
    start: Start, action: str, payload: Json, answer: Json
) -> None:
    place = await start()

    assert await place.central.ask(action, **payload) == answer


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeAvailability", {"connectorId": "x", "type": "Operative"}),
        ("RemoteStartTransaction", {}),
        ("Reset", {"type": "Sometimes"}),
        ("NoSuchThing", {}),
        ("StartTransaction", {}),
    ],
)
async def test_what_does_not_fit_gets_an_error_and_the_link_stays(
    start: Start, action: str, payload: Json
) -> None:
    place = await start()
    frame = await place.central.frame(action, payload)

    assert frame[0] == 4
    assert place.client.is_accepted


# -- availability, unlocking, resets


async def test_a_connector_is_switched_off_and_on(start: Start) -> None:
    place = await start(evses=2)
    place.central.forget()
    answer = await place.central.ask(
        "ChangeAvailability", connectorId=2, type="Inoperative"
    )
    assert answer == ACCEPTED
    await place.central.ask("ChangeAvailability", connectorId=2, type="Operative")

    assert statuses(place) == [(2, "Unavailable"), (2, "Available")]


async def test_connector_0_is_the_whole_station_with_its_connectors(
    start: Start,
) -> None:
    place = await start(evses=2)
    place.central.forget()
    await place.central.ask("ChangeAvailability", connectorId=0, type="Inoperative")

    assert sorted(statuses(place)) == [
        (0, "Unavailable"),
        (1, "Unavailable"),
        (2, "Unavailable"),
    ]


async def test_what_charges_is_switched_off_when_it_is_done(start: Start) -> None:
    place = await start()
    await place.charge()
    answer = await place.central.ask(
        "ChangeAvailability", connectorId=1, type="Inoperative"
    )
    assert answer == {"status": "Scheduled"}
    await place.unplug()

    assert statuses(place)[-1] == (1, "Unavailable")


async def test_unlocking_ends_what_runs_first(start: Start) -> None:
    place = await start()
    await place.charge()
    answer = await place.central.ask("UnlockConnector", connectorId=1)
    await settle()

    assert answer == {"status": "Unlocked"}
    (stopped,) = place.central.of("StopTransaction")
    assert stopped["reason"] == "UnlockCommand"


@pytest.mark.parametrize(("kind", "is_hard"), [("Soft", False), ("Hard", True)])
async def test_a_reset_ends_what_runs_and_boots_again(
    start: Start, kind: str, is_hard: bool
) -> None:
    place = await start()
    resets: list[tuple[int, bool]] = []

    async def reset(evse: int, *, is_hard: bool) -> None:
        resets.append((evse, is_hard))

    place.hardware.reset = reset  # type: ignore[method-assign]
    await place.charge()
    place.central.forget()
    answer = await place.central.ask("Reset", type=kind)
    await place.wait(60)

    assert answer == ACCEPTED
    assert resets == [(0, is_hard)]
    (stopped,) = place.central.of("StopTransaction")
    assert stopped["reason"] == f"{kind}Reset"
    assert len(place.central.of("BootNotification")) == 1
    booted = place.central.actions().index("BootNotification")
    told = [s for s, _ in place.central.heard[booted + 1 :]]
    assert told.count("StatusNotification") == 2


async def test_a_reset_does_not_wait_for_ever(start: Start) -> None:
    place = await start()
    await place.charge()
    place.central.answers["StopTransaction"] = '[4, "$ID", "InternalError", "", {}]'
    await place.central.ask("Reset", type="Soft")
    place.central.answers["StopTransaction"] = {}
    await place.wait(20)
    assert len(place.central.of("BootNotification")) == 1
    await place.wait(20)
    assert len(place.central.of("BootNotification")) == 2
    await place.wait(60)

    assert len(place.central.of("StopTransaction")) == 2
    assert place.client.waiting == 0


async def test_values_that_are_asked_for_are_those_of_the_transaction(
    start: Start,
) -> None:
    place = await start()
    await place.charge()
    await place.central.ask("TriggerMessage", requestedMessage="MeterValues")

    (values,) = place.central.of("MeterValues")
    assert values["transactionId"] == 101
    sampled = values["meterValue"][0]["sampledValue"]
    assert {each["context"] for each in sampled} == {"Trigger"}


# -- reservations and lists


@pytest.mark.parametrize(("connectors", "off"), [(1, 1), (2, 2), (1, 0)])
async def test_what_is_switched_off_cannot_be_reserved(
    start: Start, connectors: int, off: int
) -> None:
    place = await start(connectors=connectors)
    await place.central.ask("ChangeAvailability", connectorId=off, type="Inoperative")
    reserved = {"expiryDate": LATER, "idTag": "MINE", "reservationId": 3}
    number = off or 1
    answer = await place.central.ask("ReserveNow", connectorId=number, **reserved)
    assert answer == {"status": "Unavailable"}

    await place.central.ask("ChangeAvailability", connectorId=off, type="Operative")
    answer = await place.central.ask("ReserveNow", connectorId=number, **reserved)
    assert answer == ACCEPTED


async def test_a_connector_that_is_switched_off_loses_its_reservation(
    start: Start,
) -> None:
    place = await start()
    reserved = {"expiryDate": LATER, "idTag": "MINE", "reservationId": 3}
    await place.central.ask("ReserveNow", connectorId=1, **reserved)
    await place.central.ask("ChangeAvailability", connectorId=1, type="Inoperative")

    answer = await place.central.ask("CancelReservation", reservationId=3)
    assert answer == REJECTED


async def test_values_that_are_asked_for_wait_for_the_id_of_their_transaction(
    start: Start,
) -> None:
    place = await start()
    begins = place.central.answers["StartTransaction"]
    place.central.answers["StartTransaction"] = '[4, "$ID", "InternalError", "", {}]'
    await place.charge()
    await place.central.ask("TriggerMessage", requestedMessage="MeterValues")
    assert place.central.of("MeterValues") == []
    place.central.answers["StartTransaction"] = begins
    await place.wait(61, step_s=5)

    told = place.central.of("MeterValues")
    contexts = [e["meterValue"][0]["sampledValue"][0]["context"] for e in told]
    assert "Trigger" in contexts
    assert {each["transactionId"] for each in told} == {101}


async def test_a_reservation_is_for_its_tag_alone(start: Start) -> None:
    place = await start()
    place.central.forget()
    reserved = {
        "connectorId": 1,
        "expiryDate": LATER,
        "idTag": "MINE",
        "reservationId": 3,
    }
    assert await place.central.ask("ReserveNow", **reserved) == ACCEPTED
    assert statuses(place) == [(1, "Reserved")]
    await place.plug()
    await place.swipe()
    assert place.central.of("StartTransaction") == []
    await place.swipe(Token("MINE"))

    (started,) = place.central.of("StartTransaction")
    assert started["reservationId"] == 3


async def test_a_reservation_is_cancelled_or_expires(start: Start) -> None:
    place = await start()
    reserved = {
        "connectorId": 1,
        "expiryDate": "2026-01-31T12:01:00Z",
        "idTag": "MINE",
        "reservationId": 3,
    }
    await place.central.ask("ReserveNow", **reserved)
    place.central.forget()
    assert await place.central.ask("CancelReservation", reservationId=3) == ACCEPTED
    await place.central.ask("ReserveNow", **reserved)
    await place.wait(70)

    assert statuses(place) == [(1, "Available"), (1, "Reserved"), (1, "Available")]


async def test_a_reservation_that_is_over_already_is_refused(start: Start) -> None:
    place = await start()
    answer = await place.central.ask(
        "ReserveNow", connectorId=1, expiryDate=EARLIER, idTag="T", reservationId=1
    )

    assert answer == REJECTED


async def test_a_local_list_is_used_and_its_version_told(start: Start) -> None:
    place = await start(
        initial={
            "LocalAuthListCtrlr/Enabled": "true",
            "AuthCtrlr/LocalPreAuthorize": "true",
        }
    )
    answer = await place.central.ask(
        "SendLocalList",
        listVersion=4,
        updateType="Full",
        localAuthorizationList=[
            {"idTag": CARD.id, "idTagInfo": {"status": "Accepted"}},
            {"idTag": "GONE", "idTagInfo": {"status": "Blocked"}},
        ],
    )
    assert answer == ACCEPTED
    assert await place.central.ask("GetLocalListVersion") == {"listVersion": 4}
    answer = await place.central.ask(
        "SendLocalList", listVersion=4, updateType="Differential"
    )
    assert answer == {"status": "VersionMismatch"}
    await place.charge()

    assert place.central.of("Authorize") == []
    assert len(place.central.of("StartTransaction")) == 1


def listed(*tags: str, status: str = "Accepted") -> list[Json]:
    return [{"idTag": tag, "idTagInfo": {"status": status}} for tag in tags]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([{"idTag": "A"}], id="without idTagInfo"),
        pytest.param([*listed("A"), *listed("a", status="Blocked")], id="twice"),
        pytest.param(listed(*map(str, range(501))), id="too many"),
    ],
)
async def test_a_list_that_cannot_be_leaves_the_one_of_before(
    start: Start, entries: list[Json]
) -> None:
    place = await start(initial={"LocalAuthListCtrlr/Enabled": "true"})
    wanted = {"updateType": "Full", "localAuthorizationList": listed("T")}
    assert await place.central.ask("SendLocalList", listVersion=5, **wanted) == ACCEPTED
    wanted["localAuthorizationList"] = entries
    answer = await place.central.ask("SendLocalList", listVersion=6, **wanted)

    assert answer == {"status": "Failed"}
    assert await place.central.ask("GetLocalListVersion") == {"listVersion": 5}
    assert [each.token.id for each in place.core.tokens.listed()] == ["T"]


async def test_an_entry_without_info_takes_one_out_of_the_list(start: Start) -> None:
    place = await start(initial={"LocalAuthListCtrlr/Enabled": "true"})
    both = {"updateType": "Full", "localAuthorizationList": listed("S", "T")}
    await place.central.ask("SendLocalList", listVersion=5, **both)
    one = {"updateType": "Differential", "localAuthorizationList": [{"idTag": "S"}]}
    answer = await place.central.ask("SendLocalList", listVersion=6, **one)

    assert answer == ACCEPTED
    assert [each.token.id for each in place.core.tokens.listed()] == ["T"]


async def test_without_lists_there_is_no_version(start: Start) -> None:
    place = await start(initial={"LocalAuthListCtrlr/Enabled": "false"})
    answer = await place.central.ask(
        "SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=[]
    )

    assert answer == {"status": "NotSupported"}
    assert await place.central.ask("GetLocalListVersion") == {"listVersion": -1}


async def test_a_cache_is_cleared(start: Start) -> None:
    place = await start(
        initial={
            "AuthCacheCtrlr/Enabled": "true",
            "AuthCtrlr/LocalPreAuthorize": "true",
        }
    )
    await place.charge()
    await place.unplug()
    assert await place.central.ask("ClearCache") == ACCEPTED
    place.central.forget()
    await place.charge()

    assert place.central.of("Authorize") == [{"idTag": CARD.id}]


# -- charging profiles


async def test_a_profile_is_followed_until_it_is_cleared(start: Start) -> None:
    place = await start()
    await place.charge()
    answer = await place.central.ask(
        "SetChargingProfile", connectorId=1, csChargingProfiles=profile(5000.0)
    )
    assert answer == ACCEPTED
    assert place.hardware.offers[1] == 5000.0
    assert await place.central.ask("ClearChargingProfile", id=7) == ACCEPTED

    assert place.hardware.offers[1] == 22_080.0


async def test_a_profile_of_a_transaction_needs_its_id(start: Start) -> None:
    place = await start()
    await place.charge()
    wrong = profile(5000.0, purpose="TxProfile", transactionId=1)
    right = profile(6000.0, purpose="TxProfile", transactionId=101)
    set_ = "SetChargingProfile"
    refused = await place.central.ask(set_, connectorId=1, csChargingProfiles=wrong)
    taken = await place.central.ask(set_, connectorId=1, csChargingProfiles=right)

    assert (refused, taken) == (REJECTED, ACCEPTED)
    assert place.hardware.offers[1] == 6000.0


async def test_a_composite_schedule_says_what_follows(start: Start) -> None:
    place = await start()
    await place.central.ask(
        "SetChargingProfile", connectorId=0, csChargingProfiles=profile(5000.0)
    )
    answer = await place.central.ask(
        "GetCompositeSchedule", connectorId=1, duration=600, chargingRateUnit="W"
    )

    assert answer["status"] == "Accepted"
    assert answer["connectorId"] == 1
    schedule = answer["chargingSchedule"]
    assert schedule["duration"] == 600
    assert schedule["chargingSchedulePeriod"][0]["limit"] == 5000.0


async def test_profiles_outlive_the_process(start: Start, tmp_path: Any) -> None:
    first = await start(tmp_path)
    await first.central.ask(
        "SetChargingProfile", connectorId=0, csChargingProfiles=profile(5000.0)
    )
    await first.stop()
    second = await start(tmp_path, central=first.central)
    await second.charge()

    assert second.hardware.offers[1] == 5000.0


async def test_without_a_link_the_offline_limit_holds(start: Start) -> None:
    place = await start()
    await place.charge()
    place.central.shut()
    await place.central.drop()
    assert place.hardware.offers[1] == 4140.0
    place.central.open()
    await place.wait(60)

    assert place.hardware.offers[1] == 22_080.0


# -- settings and triggers


async def test_values_of_connector_0_are_those_of_the_main_meter(start: Start) -> None:
    place = await start()
    place.central.forget()
    wanted = {"requestedMessage": "MeterValues", "connectorId": 0}
    assert await place.central.ask("TriggerMessage", **wanted) == ACCEPTED
    await settle()

    assert [p["connectorId"] for p in place.central.of("MeterValues")] == [0]


async def test_a_key_that_is_changed_is_used_at_once(start: Start) -> None:
    place = await start()
    await place.charge()
    place.central.forget()
    answer = await place.central.ask(
        "ChangeConfiguration", key="MeterValueSampleInterval", value="5"
    )
    assert answer == ACCEPTED
    await place.wait(12)

    assert len(place.central.of("MeterValues")) == 2


async def test_a_heartbeat_interval_that_is_changed_is_used_at_once(
    start: Start,
) -> None:
    place = await start()
    await place.central.ask("ChangeConfiguration", key="HeartbeatInterval", value="20")
    place.central.forget()
    await place.wait(45)

    assert place.central.actions() == ["Heartbeat", "Heartbeat"]


async def test_keys_are_told_and_unknown_ones_named(start: Start) -> None:
    place = await start()
    answer = await place.central.ask(
        "GetConfiguration", key=["NumberOfConnectors", "Nonsense"]
    )

    assert answer["configurationKey"] == [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"}
    ]
    assert answer["unknownKey"] == ["Nonsense"]


async def test_a_vendor_answers_what_is_its_own(start: Start) -> None:
    place = await start()
    place.client.data_transfers["me"] = lambda message, data: {
        "status": "Accepted",
        "data": f"{message}:{data}",
    }
    answer = await place.central.ask(
        "DataTransfer", vendorId="me", messageId="m", data="d"
    )

    assert answer == {"status": "Accepted", "data": "m:d"}


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("Heartbeat", "Heartbeat"),
        ("BootNotification", "BootNotification"),
        ("StatusNotification", "StatusNotification"),
        ("MeterValues", "MeterValues"),
    ],
)
@pytest.mark.parametrize("asked", ["TriggerMessage", "ExtendedTriggerMessage"])
async def test_what_is_asked_for_is_told(
    start: Start, asked: str, message: str, action: str
) -> None:
    place = await start()
    await place.charge()
    place.central.forget()
    answer = await place.central.ask(asked, requestedMessage=message, connectorId=1)

    assert answer == ACCEPTED
    assert place.central.actions() == [action]


# -- floods


async def test_a_thousand_commands_at_once_are_answered_and_keep_nobody_waiting(
    start: Start,
) -> None:
    place = await start(call_timeout_s=30)
    await place.plug()
    asked = [
        place.central.frame("GetConfiguration", {"key": ["HeartbeatInterval"]})
        for _ in range(1000)
    ]
    flood = asyncio.gather(*asked)
    await place.swipe()
    frames = await flood

    assert {frame[0] for frame in frames} == {3}
    assert len(place.central.of("StartTransaction")) == 1


async def test_contradicting_commands_leave_a_station_that_is_safe(
    start: Start,
) -> None:
    place = await start()
    await place.charge()
    for limit in (7000.0, 0.0, 32_000.0, -5.0, 5000.0):
        await place.central.frame(
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": profile(limit)},
        )
    for kind in ("Inoperative", "Operative", "Inoperative"):
        await place.central.ask("ChangeAvailability", connectorId=1, type=kind)

    assert place.hardware.offers[1] == 5000.0
    assert place.client.is_accepted
