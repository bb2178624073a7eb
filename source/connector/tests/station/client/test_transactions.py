"""What belongs to transactions, in 1.6: told in order, kept, and never twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.station.ports import Reading, Token
from connector.station.times import epoch_ms
from connector.tests.station.client.bench import CARD, SILENCE, Place, settle
from connector.tests.station.client.conftest import Start

Json = dict[str, Any]
SAMPLES = {"SampledDataCtrlr/TxUpdatedInterval": "10"}
OF_TRANSACTIONS = ("StartTransaction", "MeterValues", "StopTransaction")
ERROR = '[4, "$ID", "InternalError", "busy", {}]'


def told(place: Place) -> list[str]:
    return [a for a, _ in place.central.heard if a in OF_TRANSACTIONS]


async def lose(place: Place) -> None:
    place.central.shut()
    await place.central.drop()


async def find(place: Place) -> None:
    place.central.open()
    await place.wait(300, step_s=5)


async def test_a_session_from_card_to_unplugging(start: Start) -> None:
    place = await start(initial=SAMPLES)
    place.central.forget()
    place.hardware.energy_wh = 1000.4
    await place.charge()
    await place.wait(11)
    place.hardware.energy_wh = 3000.0
    await place.unplug()

    authorized, started = place.central.of("Authorize", "StartTransaction")
    assert authorized == {"idTag": CARD.id}
    assert started == {
        "connectorId": 1,
        "idTag": CARD.id,
        "meterStart": 1000,
        "timestamp": started["timestamp"],
    }
    (values,) = place.central.of("MeterValues")
    assert values["transactionId"] == 101
    assert values["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Periodic"
    (stopped,) = place.central.of("StopTransaction")
    assert (stopped["transactionId"], stopped["meterStop"]) == (101, 3000)
    assert stopped["reason"] == "EVDisconnected"
    data = stopped["transactionData"]
    assert [each["sampledValue"][0]["context"] for each in data] == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Transaction.End",
    ]
    statuses = [p["status"] for p in place.central.of("StatusNotification")]
    assert statuses == ["Preparing", "SuspendedEV", "Charging", "Available"]


async def ended_with(start: Start, **keys: str) -> list[tuple[str, list[str]]]:
    """The contexts and measurands of a transaction's data, after 9 s with these keys."""
    place = await start()
    for key, value in keys.items():
        await place.central.ask("ChangeConfiguration", key=key, value=value)
    await place.charge()
    await place.wait(9)
    await place.unplug()
    (stopped,) = place.central.of("StopTransaction")
    return [
        (values[0]["context"], [each["measurand"] for each in values])
        for values in (each["sampledValue"] for each in stopped["transactionData"])
    ]


async def test_the_data_of_a_transaction_has_the_samples_of_its_interval(
    start: Start,
) -> None:
    both = ["Energy.Active.Import.Register", "Power.Active.Import"]
    found = await ended_with(
        start, MeterValueSampleInterval="2", StopTxnSampledData=",".join(both)
    )

    assert found == [
        ("Transaction.Begin", both),
        *[("Sample.Periodic", both)] * 4,
        ("Transaction.End", both),
    ]


async def test_the_data_of_a_transaction_has_aligned_values(start: Start) -> None:
    energy = "Energy.Active.Import.Register"
    keys = {"ClockAlignedDataInterval": "3", "StopTxnAlignedData": energy}
    found = await ended_with(start, StopTxnSampledData="", **keys)

    assert found == [("Sample.Clock", [energy])] * 3


async def test_a_card_that_is_refused_starts_nothing(start: Start) -> None:
    place = await start()
    place.central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    await place.charge()

    assert told(place) == []


async def test_a_start_that_is_refused_is_ended(start: Start) -> None:
    place = await start(initial={"TxCtrlr/StopTxOnInvalidId": "true"})
    place.central.answers["StartTransaction"] = {
        "transactionId": 5,
        "idTagInfo": {"status": "Expired"},
    }
    await place.charge()

    assert told(place) == ["StartTransaction", "StopTransaction"]
    (stopped,) = place.central.of("StopTransaction")
    assert stopped["reason"] == "DeAuthorized"


async def test_a_card_is_judged_here_when_nobody_answers(start: Start) -> None:
    place = await start(initial={"AuthCtrlr/OfflineTxForUnknownIdEnabled": "true"})
    place.central.answers["Authorize"] = SILENCE
    await place.plug()
    await place.swipe()
    assert told(place) == []
    await place.until_timeout()

    assert told(place) == ["StartTransaction"]


async def test_a_card_is_judged_here_when_the_link_ends_meanwhile(
    start: Start,
) -> None:
    place = await start(initial={"AuthCtrlr/OfflineTxForUnknownIdEnabled": "true"})
    place.central.answers["Authorize"] = SILENCE
    await place.plug()
    await place.swipe()
    await lose(place)

    assert [s.token for s in place.core.all_running()] == [CARD]


async def test_without_a_link_all_is_kept_and_told_in_order_with_its_times(
    start: Start, tmp_path: Path
) -> None:
    place = await start(tmp_path, initial=SAMPLES)
    await place.charge()
    await lose(place)
    place.central.forget()
    began_ms = place.clock.now_ms()
    await place.wait(31)
    await place.unplug()
    ended_ms = place.clock.now_ms()
    await place.wait(100)
    await find(place)

    assert told(place) == ["MeterValues"] * 3 + ["StopTransaction"]
    times = [
        p["meterValue"][0]["timestamp"] for p in place.central.of("MeterValues")
    ] + [place.central.of("StopTransaction")[0]["timestamp"]]
    assert times == sorted(times)
    assert all(began_ms < epoch_ms(each) <= ended_ms for each in times)
    assert place.client.waiting == 0


async def test_what_begins_without_a_link_has_its_id_before_anything_else(
    start: Start,
) -> None:
    place = await start(
        initial={**SAMPLES, "AuthCtrlr/OfflineTxForUnknownIdEnabled": "true"}
    )
    await lose(place)
    await place.charge()
    await place.wait(15)
    await place.unplug()
    place.central.forget()
    await find(place)

    assert told(place) == ["StartTransaction", "MeterValues", "StopTransaction"]
    ids = {p["transactionId"] for p in place.central.of("MeterValues")}
    ids |= {p["transactionId"] for p in place.central.of("StopTransaction")}
    assert ids == {101}


async def test_what_was_not_answered_is_sent_again_and_what_was_is_not(
    start: Start,
) -> None:
    place = await start(initial=SAMPLES)
    place.central.answers["StartTransaction"] = SILENCE
    await place.charge()
    await place.central.drop()
    del place.central.answers["StartTransaction"]
    place.central.answers["StartTransaction"] = place.central._start
    await place.wait(5)
    await place.unplug()
    await place.central.drop()
    await place.wait(30)

    assert told(place) == ["StartTransaction", "StartTransaction", "StopTransaction"]


async def test_an_error_is_tried_again_after_longer_and_longer(start: Start) -> None:
    place = await start(
        initial={
            "OCPPCommCtrlr/MessageAttempts#TransactionEvent": "3",
            "OCPPCommCtrlr/MessageAttemptInterval#TransactionEvent": "10",
        }
    )
    place.central.answers["StartTransaction"] = ERROR
    await place.charge()
    assert len(place.central.of("StartTransaction")) == 1
    await place.wait(9)
    assert len(place.central.of("StartTransaction")) == 1
    await place.wait(2)
    assert len(place.central.of("StartTransaction")) == 2
    await place.wait(18)
    assert len(place.central.of("StartTransaction")) == 2
    await place.wait(3)
    assert len(place.central.of("StartTransaction")) == 3
    await place.wait(100, step_s=5)
    assert len(place.central.of("StartTransaction")) == 3


async def test_who_never_got_an_id_stops_as_minus_one(start: Start) -> None:
    place = await start(initial={"OCPPCommCtrlr/MessageAttempts#TransactionEvent": "1"})
    place.central.answers["StartTransaction"] = ERROR
    await place.charge()
    await place.unplug()

    (stopped,) = place.central.of("StopTransaction")
    assert stopped["transactionId"] == -1


async def test_while_a_retry_waits_other_things_are_told(start: Start) -> None:
    place = await start()
    place.central.answers["StartTransaction"] = ERROR
    await place.charge()
    place.central.forget()
    place.core.fault(1, "GroundFailure", place.clock.now_ms())
    await settle()

    statuses = place.central.of("StatusNotification")
    assert [(p["status"], p["errorCode"]) for p in statuses] == [
        ("Faulted", "GroundFailure")
    ]


async def test_who_answers_nothing_at_all_has_refused_nothing(start: Start) -> None:
    place = await start(
        initial={
            "OCPPCommCtrlr/MessageAttempts#TransactionEvent": "2",
            "OCPPCommCtrlr/MessageAttemptInterval#TransactionEvent": "1",
        }
    )
    usual = place.central.answers["StartTransaction"]
    await place.plug()
    await place.swipe()
    place.central.forget()
    for action in place.central.answers:
        place.central.answers[action] = SILENCE
    await place.unplug()
    for _ in range(4):
        await place.until_timeout()
        await place.wait(3)
    assert place.client.waiting == 1
    place.central.answers["StartTransaction"] = usual
    place.central.answers["StopTransaction"] = {}
    await place.wait(10)
    await place.until_timeout()
    await place.wait(10)

    assert place.client.waiting == 0


@pytest.mark.parametrize(
    "rubbish", ['[3, "$ID", {"transactionId": "seven"}]', '[3, "$ID", []]']
)
async def test_an_answer_that_is_rubbish_is_not_asked_for_twice(
    start: Start, rubbish: str
) -> None:
    place = await start()
    place.central.answers["StartTransaction"] = rubbish
    await place.charge()
    await place.wait(100, step_s=5)

    assert len(place.central.of("StartTransaction")) == 1
    assert place.client.is_accepted


async def test_answers_that_come_twice_or_late_change_nothing(start: Start) -> None:
    place = await start()
    place.central.answers["Heartbeat"] = SILENCE
    await place.central.ask("TriggerMessage", requestedMessage="Heartbeat")
    await place.until_timeout()
    for unique_id in place.central.unanswered * 2:
        await place.central.say([3, unique_id, {"currentTime": place.central.now()}])
    await place.charge()

    assert told(place) == ["StartTransaction"]


async def silent_start(place: Place) -> str:
    """A start that is not answered in time; gives the id of its call."""
    place.central.answers["StartTransaction"] = SILENCE
    place.central.answers["Heartbeat"] = {"currentTime": place.central.now()}
    await place.charge()
    await place.until_timeout()
    return place.central.unanswered[-1]


def started_as(number: int) -> dict[str, Any]:
    return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}


async def test_a_start_that_is_answered_late_is_not_sent_again(start: Start) -> None:
    place = await start()
    unique_id = await silent_start(place)
    await place.central.ask("TriggerMessage", requestedMessage="Heartbeat")
    await place.central.say([3, unique_id, started_as(101)])
    await settle()
    await place.wait(300, step_s=5)
    await place.unplug()

    assert len(place.central.of("StartTransaction")) == 1
    (stopped,) = place.central.of("StopTransaction")
    assert stopped["transactionId"] == 101


async def test_a_late_answer_to_what_was_sent_again_is_none(start: Start) -> None:
    place = await start()
    unique_id = await silent_start(place)
    place.central.answers["StartTransaction"] = started_as(102)
    await place.wait(120, step_s=5)
    await place.central.say([3, unique_id, started_as(101)])
    await place.unplug()

    assert len(place.central.of("StartTransaction")) == 2
    (stopped,) = place.central.of("StopTransaction")
    assert stopped["transactionId"] == 102


async def test_a_late_refusal_is_none(start: Start) -> None:
    place = await start()
    unique_id = await silent_start(place)
    await place.central.say([4, unique_id, "InternalError", "", {}])
    place.central.answers["StartTransaction"] = started_as(102)
    await place.wait(120, step_s=5)

    assert len(place.central.of("StartTransaction")) == 2


# -- restarts


async def test_the_next_process_tells_what_this_one_could_not(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path, initial=SAMPLES)
    await first.charge()
    await lose(first)
    await first.wait(11)
    await first.unplug()
    await first.stop()
    first.central.open()
    first.central.forget()
    second = await start(tmp_path, central=first.central)

    assert told(second) == ["MeterValues", "StopTransaction"]
    assert second.central.of("StopTransaction")[0]["transactionId"] == 101


async def test_what_runs_when_the_power_goes_is_ended_by_the_next_process(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path)
    await first.charge()
    await first.stop()
    first.central.forget()
    second = await start(tmp_path, central=first.central)

    (stopped,) = second.central.of("StopTransaction")
    assert stopped["reason"] == "PowerLoss"
    assert stopped["transactionId"] == 101
    assert second.central.actions()[0] == "BootNotification"


@pytest.mark.parametrize("lost", ["state.json", "queue.jsonl", "both"])
async def test_a_lost_file_never_ends_a_transaction_twice(
    start: Start, tmp_path: Path, lost: str
) -> None:
    first = await start(tmp_path)
    await first.charge()
    await first.stop()
    first.central.forget()
    for name in ("state.json", "queue.jsonl"):
        if lost in (name, "both"):
            (tmp_path / name).unlink()
    second = await start(tmp_path, central=first.central)

    assert len(second.central.of("StopTransaction")) == (lost == "state.json")
    assert second.client.is_accepted


async def test_a_state_that_is_older_than_the_queue_ends_nothing_twice(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path)
    await first.charge()
    old = (tmp_path / "state.json").read_bytes()
    await first.unplug()
    await first.stop()
    (tmp_path / "state.json").write_bytes(old)
    first.central.forget()
    second = await start(tmp_path, central=first.central)

    assert told(second) == []


async def test_a_process_that_is_killed_at_any_line_loses_no_start_and_no_end(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path / "first", initial=SAMPLES)
    await lose(first)
    first.variables.set("AuthCtrlr", "OfflineTxForUnknownIdEnabled", value="true")
    await first.charge()
    await first.wait(11)
    await first.unplug()
    await first.stop()
    lines = (tmp_path / "first" / "queue.jsonl").read_bytes().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(lines, 1) if b"Started" in line)
    for count in range(begun, len(lines) + 1):
        folder = tmp_path / str(count)
        folder.mkdir()
        (folder / "queue.jsonl").write_bytes(b"".join(lines[:count]) + b'{"n": 9')
        next_ = await start(folder)
        found = told(next_)
        assert found[0] == "StartTransaction"
        assert found[-1] == "StopTransaction"
        assert len(set(found[1:-1])) <= 1


async def test_availability_and_reservations_outlive_the_process(
    start: Start, tmp_path: Path
) -> None:
    first = await start(tmp_path, evses=2)
    await first.central.ask("ChangeAvailability", connectorId=1, type="Inoperative")
    await first.central.ask(
        "ReserveNow",
        connectorId=2,
        expiryDate="2026-01-31T15:00:00Z",
        idTag="TAG",
        reservationId=4,
    )
    await first.stop()
    first.central.forget()
    second = await start(tmp_path, evses=2, central=first.central)

    statuses = {
        p["connectorId"]: p["status"] for p in second.central.of("StatusNotification")
    }
    assert statuses == {0: "Available", 1: "Unavailable", 2: "Reserved"}


# -- values


async def test_signed_values_come_with_what_signs_them(start: Start) -> None:
    place = await start(initial=SAMPLES)
    signed = {
        "signedMeterData": "T0NNRnx7fQ==",
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": "",
    }
    reading = Reading(
        1200.0,
        11_000.0,
        (16.0, 15.9, 16.1),
        signed={"Energy.Active.Import.Register": signed},
    )
    place.hardware.read = lambda evse: reading  # type: ignore[method-assign]
    place.variables.set(
        "SampledDataCtrlr",
        "TxUpdatedMeasurands",
        value="Energy.Active.Import.Register,Current.Import,Power.Active.Import",
    )
    await place.charge()
    await place.wait(11)

    (values,) = place.central.of("MeterValues")
    sampled = values["meterValue"][0]["sampledValue"]
    assert orjson.loads(sampled[0]["value"]) == signed
    assert sampled[0]["format"] == "SignedData"
    assert sampled[1]["value"] == "1200"
    assert [s["phase"] for s in sampled if s["measurand"] == "Current.Import"] == [
        "L1",
        "L2",
        "L3",
    ]


async def test_a_token_longer_than_1_6_allows_is_cut(start: Start) -> None:
    place = await start()
    await place.plug()
    await place.swipe(Token("DE-ABC-C12345678-9-AND-MORE", "eMAID"))

    (started,) = place.central.of("StartTransaction")
    assert len(started["idTag"]) == 20
