"""TriggerMessage and ExtendedTriggerMessage: the one that the station has."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.remote_control import trigger_message
from connector.errors import CallErrorReceived, RemoteProtocolError
from connector.tests.csms.conftest import Harness, StationEnd

PLAIN, EXTENDED = "TriggerMessage", "ExtendedTriggerMessage"
ACCEPTED, NOT_IMPLEMENTED = {"status": "Accepted"}, {"status": "NotImplemented"}
NOT_THERE = RemoteProtocolError("NotImplemented")


async def station(system: Harness, plain: Any, extended: Any) -> StationEnd:
    return await system.connect(**{PLAIN: plain, EXTENDED: extended})


def actions(end: StationEnd) -> list[str]:
    return [action for action, _ in end.calls]


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("BootNotification", PLAIN),
        ("DiagnosticsStatusNotification", PLAIN),
        ("FirmwareStatusNotification", PLAIN),
        ("Heartbeat", PLAIN),
        ("MeterValues", PLAIN),
        ("StatusNotification", PLAIN),
        ("LogStatusNotification", EXTENDED),
        ("SignChargePointCertificate", EXTENDED),
    ],
)
@pytest.mark.parametrize(("where", "more"), [("0", {}), ("1", {"connectorId": 1})])
async def test_every_message_goes_by_the_action_that_has_it(
    system: Harness, message: str, action: str, where: str, more: dict[str, int]
) -> None:
    end = await station(system, ACCEPTED, ACCEPTED)

    answer = await trigger_message(system.station(), where, message)

    assert answer == ACCEPTED
    assert end.calls == [(action, {"requestedMessage": message, **more})]


@pytest.mark.parametrize("refusal", [NOT_IMPLEMENTED, NOT_THERE, RemoteProtocolError("NotSupported")])  # fmt: skip
async def test_a_station_without_the_plain_one_gets_the_extended_one(
    system: Harness, refusal: Any
) -> None:
    end = await station(system, refusal, ACCEPTED)

    assert await trigger_message(system.station(), "1", "MeterValues") == ACCEPTED
    assert await trigger_message(system.station(), "1", "Heartbeat") == ACCEPTED

    assert actions(end) == [PLAIN, EXTENDED, EXTENDED]


@pytest.mark.parametrize("refusal", [NOT_IMPLEMENTED, NOT_THERE])
async def test_the_other_way_round_too(system: Harness, refusal: Any) -> None:
    answers = iter([ACCEPTED, refusal])
    plain = iter([NOT_IMPLEMENTED, ACCEPTED])
    end = await station(system, lambda _: next(plain), lambda _: _next(answers))

    await trigger_message(system.station(), "1", "MeterValues")
    assert await trigger_message(system.station(), "1", "Heartbeat") == ACCEPTED

    assert actions(end) == [PLAIN, EXTENDED, EXTENDED, PLAIN]


def _next(answers: Any) -> Any:
    answer = next(answers)
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.mark.parametrize(
    ("message", "sent"),
    [
        ("LogStatusNotification", [(EXTENDED, "LogStatusNotification"), (PLAIN, "DiagnosticsStatusNotification")]),
        ("SignChargePointCertificate", [(EXTENDED, "SignChargePointCertificate")]),
    ],
)  # fmt: skip
async def test_without_the_extended_one_only_what_has_another_word_is_sent(
    system: Harness, message: str, sent: list[tuple[str, str]]
) -> None:
    end = await station(system, ACCEPTED, NOT_IMPLEMENTED)

    await trigger_message(system.station(), "0", message)

    assert [(a, p["requestedMessage"]) for a, p in end.calls] == sent


async def test_the_successor_of_diagnostics_is_logs(system: Harness) -> None:
    end = await station(system, NOT_IMPLEMENTED, ACCEPTED)

    await trigger_message(system.station(), "0", "DiagnosticsStatusNotification")

    assert end.asked(EXTENDED) == [{"requestedMessage": "LogStatusNotification"}]


@pytest.mark.parametrize("extended", [NOT_IMPLEMENTED, NOT_THERE])
async def test_where_neither_does_the_first_answer_counts(
    system: Harness, extended: Any
) -> None:
    await station(system, NOT_IMPLEMENTED, extended)

    answer = await trigger_message(system.station(), "1", "MeterValues")

    assert answer == NOT_IMPLEMENTED


async def test_an_action_that_is_not_there_is_not_tried_twice(system: Harness) -> None:
    end = await station(system, NOT_IMPLEMENTED, NOT_THERE)

    for _ in range(2):
        await trigger_message(system.station(), "1", "MeterValues")
    assert actions(end) == [PLAIN, EXTENDED, PLAIN]

    await end.boot(firmwareVersion="2")
    end.calls.clear()
    await trigger_message(system.station(), "1", "MeterValues")
    assert actions(end)[:2] == [PLAIN, EXTENDED]


async def test_an_error_of_the_first_stays_one(system: Harness) -> None:
    await station(system, NOT_THERE, NOT_THERE)

    with pytest.raises(CallErrorReceived, match="NotImplemented"):
        await trigger_message(system.station(), "1", "MeterValues")


@pytest.mark.parametrize(
    "answer", [{"status": "Rejected"}, RemoteProtocolError("GenericError")]
)
async def test_a_refusal_is_no_reason_to_try_the_other(
    system: Harness, answer: Any
) -> None:
    end = await station(system, answer, ACCEPTED)

    try:
        await trigger_message(system.station(), "1", "MeterValues")
    except CallErrorReceived as problem:
        assert problem.code == "GenericError"

    assert actions(end) == [PLAIN]
