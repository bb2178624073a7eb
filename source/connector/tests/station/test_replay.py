"""A recorded station says what it said and answers as it answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from connector.sessions.recordings import CSMS, STATION, Command
from connector.station.replay import ReplayOptions
from connector.station.replay_answers import Likeness
from connector.station.replay_result import ReplayResult
from connector.station.replayed_frames import leaves, moved, renamed
from connector.tests.station.recorded import (
    STARTED_MS,
    Central,
    answered,
    asked,
    frame,
    played,
    replied,
    said,
    settle,
)

Json = dict[str, Any]
DAY_S = 86_400
ACCEPTED = {"status": "Accepted"}


# -- frames


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00Z", "2026-02-01T12:00:00Z"),
        ("2026-01-31T12:00:00.123456789Z", "2026-02-01T12:00:00.123456789Z"),
        ("2026-01-31T12:00:00.5+01:00", "2026-02-01T12:00:00.5+01:00"),
        (" 2026-01-31 12:00:00 ", " 2026-02-01 12:00:00 "),
        ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z"),
        ("2026-02-30T12:00:00Z", "2026-02-30T12:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T12:00:00 o'clock", "2026-01-31T12:00:00 o'clock"),
        ("12", "12"),
        (12, 12),
    ],
)
def test_times_move_and_keep_their_way_of_writing(text: Any, expected: Any) -> None:
    assert moved([{"a": text}], DAY_S) == [{"a": expected}]


def test_ids_of_transactions_and_tokens_are_renamed() -> None:
    names: dict[int | str, int | str] = {5: 12, "token-1": "remote"}
    payload = {"transactionId": 5, "connectorId": 5, "idTag": "token-1", "n": [5, "a"]}
    assert renamed(payload, names) == {
        "transactionId": 12,
        "connectorId": 5,
        "idTag": "remote",
        "n": [5, "a"],
    }


def test_leaves_have_paths() -> None:
    assert leaves({"a": {"b": 1}, "c": [{"d": 2}, 3]}) == {
        "a.b": 1,
        "c[0].d": 2,
        "c[1]": 3,
    }


# -- saying


async def test_calls_are_said_in_their_order_with_their_ids() -> None:
    central = Central()
    result = await played(
        central,
        said(0, "a", "Heartbeat"),
        answered(0.1, "a"),
        said(5, "b", "StatusNotification", connectorId=1),
        answered(5.1, "b"),
    )
    assert central.heard == [
        [2, "a", "Heartbeat", {}],
        [2, "b", "StatusNotification", {"connectorId": 1}],
    ]
    assert result.is_good
    assert [exchange.line for exchange in result.exchanges] == [2, 4]
    assert list(result.report()) == [
        "2 calls, 0 refused or not answered, 0 answered otherwise than recorded; "
        "0 questions"
    ]


async def test_an_answer_is_waited_for_where_the_recording_has_it_before() -> None:
    central = Central(Authorize=None)
    playing = asyncio.create_task(
        played(
            central,
            said(0, "a", "Authorize", idTag="token-1"),
            answered(0.1, "a"),
            said(5, "b", "Heartbeat"),
            options=ReplayOptions(answer_timeout_s=5, linger_s=0),
        )
    )
    await settle()
    assert len(central.heard) == 1
    await central.send([3, "a", {}])
    assert (await playing).is_good
    assert len(central.heard) == 2


async def test_calls_that_were_said_before_an_answer_are_said_so_again() -> None:
    heard_at_answer = []
    central = Central()
    central.answers["Heartbeat"] = lambda _: heard_at_answer.append(len(central.heard))
    result = await played(
        central,
        said(0, "a", "Heartbeat"),
        said(0, "b", "MeterValues"),
        answered(0.1, "b"),
        said(0.2, "c", "MeterValues"),
    )
    assert [call[0] for call in central.said] == ["Heartbeat", *["MeterValues"] * 2]
    assert result.is_good  # nobody had answered the first before, either


async def test_the_id_of_a_transaction_is_the_one_it_gets_now() -> None:
    central = Central(StartTransaction={"transactionId": 4711})
    result = await played(
        central,
        said(0, "a", "StartTransaction", connectorId=1),
        answered(0.1, "a", transactionId=5),
        said(1, "b", "MeterValues", transactionId=5, connectorId=5),
        answered(1.1, "b"),
        said(2, "c", "StopTransaction", transactionId=5),
        answered(2.1, "c"),
        said(3, "d", "StopTransaction", transactionId=4),
        answered(3.1, "d"),
    )
    payloads = [payload for _, payload in central.said]
    assert [p.get("transactionId") for p in payloads] == [None, 4711, 4711, 4]
    assert payloads[1]["connectorId"] == 5
    assert not any(exchange.differences for exchange in result.exchanges)


@pytest.mark.parametrize(
    ("speed", "first", "last"),
    [
        # The last frame is said now: the first was a minute earlier.
        (0.0, "2026-02-01T11:59:00Z", "2026-02-01T12:00:00Z"),
        (1.0, "2026-02-01T12:00:00Z", "2026-02-01T12:01:00Z"),
        (60.0, "2026-02-01T11:59:01Z", "2026-02-01T12:00:01Z"),
        (0.5, "2026-02-01T12:00:00Z", "2026-02-01T12:01:00Z"),
    ],
)
async def test_times_are_those_of_now(speed: float, first: str, last: str) -> None:
    async def pass_at_once(seconds: float) -> None:
        slept.append(seconds)

    slept: list[float] = []
    central = Central()
    await played(
        central,
        said(0, "a", "StatusNotification", timestamp="2026-01-31T12:00:00Z"),
        answered(0, "a"),
        said(60, "b", "StatusNotification", timestamp="2026-01-31T12:01:00Z"),
        answered(60, "b"),
        options=ReplayOptions(speed, linger_s=0),
        now_ms=STARTED_MS + DAY_S * 1000,
        sleep=pass_at_once,
    )
    assert [payload["timestamp"] for _, payload in central.said] == [first, last]
    assert sum(slept) == pytest.approx(60 / speed if speed else 0)


async def test_rubbish_is_said_again_and_its_answer_is_no_surprise() -> None:
    central = Central()
    result = await played(
        central,
        frame(0, STATION, {"text": "rubbish"}),
        frame(0.5, STATION, [2, "x", "Heartbeat"]),
        frame(0.6, CSMS, [4, "x", "FormationViolation", "", {}]),
        frame(0.7, STATION, [3, "nobody asked", {}]),
        frame(0.8, STATION, {"bytes": 7}),
    )
    assert central.heard == ["rubbish", [2, "x", "Heartbeat"], [3, "nobody asked", {}]]
    assert result.is_good
    assert result.exchanges[1].answer == [4, "x", "FormationViolation", "", {}]


async def test_messages_of_2_1_that_want_no_answer_get_none() -> None:
    central = Central()
    serving = central.send

    async def send(parts: Any) -> None:
        await serving([6, "s", "NotifyPeriodicEventStream", {}])
        await serving([5, "e", "InternalError", "", {}])
        await serving(parts)

    central.send = send  # type: ignore[method-assign]
    result = await played(central, said(0, "a", "Heartbeat"), answered(0, "a"))
    assert result.is_good
    assert len(central.heard) == 1


# -- what differs


async def test_another_answer_is_told() -> None:
    central = Central(Authorize={"idTagInfo": {"status": "Invalid"}})
    result = await played(
        central,
        said(0, "a", "Authorize"),
        answered(0, "a", idTagInfo={"status": "Accepted"}, at="2026-01-31T12:00:00Z"),
    )
    assert result.is_good
    assert next(result.report()) == (
        "line 2: Authorize: idTagInfo.status: Invalid, was Accepted"
    )


async def test_an_error_that_was_none_before_is_a_refusal() -> None:
    central = Central(Authorize="InternalError", Heartbeat="InternalError")
    result = await played(
        central,
        said(0, "a", "Authorize"),
        answered(0, "a"),
        said(1, "b", "Heartbeat"),
        frame(1, CSMS, [4, "b", "InternalError", "", {}]),
    )
    assert not result.is_good
    assert [exchange.is_refused for exchange in result.exchanges] == [True, False]
    assert list(result.report()) == [
        "line 2: Authorize: CALLERROR InternalError, was CALLRESULT",
        "2 calls, 1 refused or not answered, 1 answered otherwise than recorded; "
        "0 questions",
    ]


async def test_a_call_that_is_not_answered_any_more_is_told() -> None:
    central = Central(Heartbeat=None)
    result = await played(
        central, said(0, "a", "Heartbeat"), answered(0, "a", status="x")
    )
    assert not result.is_good
    assert next(result.report()) == "line 2: Heartbeat: no answer, was CALLRESULT"


async def test_an_answer_to_nobody_is_told() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "Reset", {}))
    serving = central.send

    async def send(parts: Any) -> None:
        await serving([3, "stray", {}] if parts[0] == 2 else parts)

    central.send = send  # type: ignore[method-assign]
    result = await played(central, said(0, "a", "Heartbeat"), answered(0, "a"))
    assert result.unexpected == [[3, "stray", {}]]
    assert not result.is_good
    assert "answered to nobody: [3, 'stray', {}]" in result.report()


async def test_a_link_that_ends_early_is_told() -> None:
    central = Central()

    async def leave() -> None:
        await central.link.close(1008, "rejected")

    leaving: list[asyncio.Task[None]] = []
    central.answers["Heartbeat"] = lambda _: leaving.append(
        asyncio.create_task(leave())
    )
    result = await played(
        central,
        said(0, "a", "Heartbeat"),
        answered(0, "a"),
        said(1, "b", "Heartbeat"),
        said(2, "c", "Heartbeat"),
        options=ReplayOptions(answer_timeout_s=5),
    )
    assert result.not_sent == 2
    assert not result.is_good
    assert "link closed (1008, rejected); 2 messages were not sent" in result.report()


# -- answering


async def ask(central: Central, *lines: Json, **more: Any) -> Any:
    """Replay a heartbeat, after which the central system asks; its questions."""
    return await played(
        central, said(0, "hb", "Heartbeat"), answered(0, "hb"), *lines, **more
    )


async def test_the_same_call_is_answered_as_it_was() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "Reset", {"type": "Hard"}))
    result = await ask(
        central,
        asked(1, "1", "Reset", type="Soft"),
        replied(1.1, "1", status="Accepted"),
        asked(2, "2", "Reset", type="Hard"),
        replied(2.1, "2", status="Rejected", until="2026-01-31T12:00:00Z"),
        now_ms=STARTED_MS + DAY_S * 1000 + 2100,
    )
    assert central.replies == [
        [3, "c-Reset", {"status": "Rejected", "until": "2026-02-01T12:00:00Z"}]
    ]
    assert result.questions[0].likeness is Likeness.SAME
    assert result.not_asked == [(4, "Reset")]
    assert "not asked for now: Reset (line 4)" in result.report()


def test_what_was_not_asked_for_is_one_line() -> None:
    asked = [(4, "Reset"), (6, "GetLog"), (8, "Reset"), (9, "Reset")]
    lines = list(ReplayResult(not_asked=asked).report())
    assert lines[0] == ("not asked for now: 3 Reset (from line 4 on), GetLog (line 6)")
    assert len(lines) == 2


async def test_the_same_call_twice_gets_both_answers_in_their_order() -> None:
    central = Central()
    central.calls += [("Heartbeat", "Reset", {"type": "Soft"})] * 3
    await ask(
        central,
        asked(1, "1", "Reset", type="Soft"),
        replied(1.1, "1", status="Rejected"),
        asked(2, "2", "Reset", type="Soft"),
        replied(2.1, "2", status="Accepted"),
    )
    assert [reply[2]["status"] for reply in central.replies] == [
        "Rejected",
        "Accepted",
        "Accepted",
    ]


def profile(purpose: str, limit: float, **more: Any) -> Json:
    schedule = {
        "chargingRateUnit": "A",
        "startSchedule": "2026-01-31T12:00:00Z",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfilePurpose": purpose,
            "chargingSchedule": schedule,
        }
        | more,
    }


async def test_a_similar_call_gets_the_answer_of_the_nearest() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "SetChargingProfile", profile("TxProfile", 7)))
    result = await ask(
        central,
        asked(1, "1", "SetChargingProfile", **profile("TxDefaultProfile", 7)),
        replied(1, "1", status="Accepted"),
        asked(2, "2", "SetChargingProfile", **profile("TxProfile", 16)),
        replied(2, "2", status="Rejected"),
    )
    assert central.replies[0][2] == {"status": "Rejected"}
    assert result.questions[0].likeness is Likeness.SIMILAR
    assert any("answered as a similar call" in line for line in result.report())


async def test_a_call_of_a_known_action_gets_its_usual_answer() -> None:
    central = Central()
    central.calls.append(
        ("Heartbeat", "SetChargingProfile", profile("ChargePointMaxProfile", 7))
    )
    result = await ask(
        central,
        *[
            line
            for number, status in enumerate(("Rejected", "Accepted", "Accepted"))
            for line in (
                asked(1, f"{number}", "SetChargingProfile", **profile("TxProfile", 9)),
                replied(1, f"{number}", status=status),
            )
        ],
    )
    assert central.replies[0][2] == {"status": "Accepted"}
    assert result.questions[0].likeness is Likeness.USUAL


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("UnlockConnector", {"connectorId": 1}, [3, {"status": "NotSupported"}]),
        ("TriggerMessage", {"requestedMessage": "X"}, [3, {"status": "NotImplemented"}]),
        ("ChangeConfiguration", {"key": "X", "value": ""}, [3, {"status": "NotSupported"}]),
        ("ClearCache", {}, [4, "NotSupported"]),
        ("GetConfiguration", {}, [4, "NotSupported"]),
    ],
)  # fmt: skip
async def test_what_the_recording_does_not_have_is_not_supported(
    action: str, payload: Json, expected: list[Any]
) -> None:
    central = Central()
    central.calls.append(("Heartbeat", action, payload))
    result = await ask(central)
    kind, content = central.replies[0][0], central.replies[0][2]
    assert [kind, content] == expected
    assert result.questions[0].likeness is Likeness.UNKNOWN
    assert result.is_good


async def test_a_call_that_was_never_answered_is_not_answered_now() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "ClearCache", {}))
    result = await ask(central, asked(1, "1", "ClearCache"))
    assert central.replies == []
    assert result.questions[0].answer is None


async def test_a_broken_answer_is_broken_again_with_the_id_of_now() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "GetConfiguration", {"key": ["a"]}))
    broken = '[3,"first-id",{"configurationKey":[]'
    await ask(
        central,
        asked(1, "first-id", "GetConfiguration", key=["a"]),
        frame(1.1, STATION, {"text": broken}),
    )
    assert central.heard[-1] == broken.replace("first-id", "c-GetConfiguration")


async def test_ids_of_transactions_are_those_of_the_recording_for_the_answer() -> None:
    central = Central(StartTransaction={"transactionId": 9})
    central.calls.append(
        ("StartTransaction", "RemoteStopTransaction", {"transactionId": 9})
    )
    result = await played(
        central,
        said(0, "a", "StartTransaction"),
        answered(0, "a", transactionId=5),
        asked(1, "1", "RemoteStopTransaction", transactionId=4),
        replied(1, "1", status="Rejected"),
        asked(2, "2", "RemoteStopTransaction", transactionId=5),
        replied(2, "2", status="Accepted"),
    )
    assert central.replies[0][2] == ACCEPTED
    assert result.questions[0].likeness is Likeness.SAME


async def test_a_token_that_is_given_is_used_from_then_on() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "RemoteStartTransaction", {"idTag": "remote"}))
    result = await ask(
        central,
        asked(1, "1", "RemoteStartTransaction", idTag="token-1"),
        replied(1, "1", status="Accepted"),
        said(2, "s", "StartTransaction", idTag="token-1"),
        answered(2, "s", transactionId=1),
    )
    assert central.said[-1] == ("StartTransaction", {"idTag": "remote"})
    assert result.questions[0].likeness is Likeness.SAME


# -- configuration


def keys(*names: str, readonly: bool = False) -> list[Json]:
    return [{"key": name, "readonly": readonly, "value": "1"} for name in names]


async def test_a_question_for_other_keys_is_answered_from_what_is_known() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "GetConfiguration", {"key": ["c", "a", "x"]}))
    result = await ask(
        central,
        asked(1, "1", "GetConfiguration", key=["a", "b"]),
        replied(1, "1", configurationKey=keys("a"), unknownKey=["b"]),
        asked(2, "2", "GetConfiguration", key=["c"]),
        replied(2, "2", configurationKey=keys("c")),
    )
    assert central.replies[0][2] == {
        "configurationKey": keys("c", "a"),
        "unknownKey": ["x"],
    }
    assert result.questions[0].likeness is Likeness.SIMILAR


async def test_a_station_that_refuses_long_lists_refuses_other_long_ones() -> None:
    central = Central()
    central.calls.append(("Heartbeat", "GetConfiguration", {"key": ["d", "e", "f"]}))
    await ask(
        central,
        asked(1, "1", "GetConfiguration", key=["a", "b", "c"]),
        frame(1, STATION, [4, "1", "InternalError", "", {}]),
        asked(2, "2", "GetConfiguration", key=["a"]),
        replied(2, "2", configurationKey=keys("a")),
    )
    assert central.replies[0][0] == 4


async def test_what_was_changed_is_read_so() -> None:
    central = Central()
    central.calls += [
        ("Heartbeat", "ChangeConfiguration", {"key": "a", "value": "2"}),
        ("Heartbeat", "GetConfiguration", {"key": ["a", "b"]}),
    ]
    await ask(
        central,
        asked(1, "1", "GetConfiguration", key=["a"]),
        replied(1, "1", configurationKey=keys("a")),
        asked(2, "2", "ChangeConfiguration", key="a", value="2"),
        replied(2, "2", status="Accepted"),
    )
    [answer] = [reply for reply in central.replies if "configurationKey" in reply[2]]
    assert answer[2]["configurationKey"][0]["value"] == "2"


async def test_what_can_only_be_read_is_not_changed() -> None:
    central = Central()
    central.calls.append(
        ("Heartbeat", "ChangeConfiguration", {"key": "a", "value": "2"})
    )
    await ask(
        central,
        asked(1, "1", "GetConfiguration", key=["a"]),
        replied(1, "1", configurationKey=keys("a", readonly=True)),
    )
    assert central.replies[0][2] == {"status": "Rejected"}


# -- time, and people


async def test_an_answer_takes_as_long_as_it_took() -> None:
    slept: list[float] = []

    async def pass_at_once(seconds: float) -> None:
        slept.append(seconds)
        for _ in range(20):
            await asyncio.sleep(0)

    central = Central()
    central.calls.append(("Heartbeat", "ClearCache", {}))
    await ask(
        central,
        asked(1, "1", "ClearCache"),
        replied(61, "1", status="Accepted"),
        said(70, "b", "Heartbeat"),
        options=ReplayOptions(speed=10.0),
        sleep=pass_at_once,
    )
    assert 6.0 in slept
    assert central.replies == [[3, "c-ClearCache", ACCEPTED]]


async def test_commands_are_handed_to_people_and_waited_for() -> None:
    given: list[Command] = []

    async def operate(command: Command) -> None:
        await asyncio.sleep(0)
        given.append(command)
        heard.append(len(central.heard))

    heard: list[int] = []
    central = Central()
    command = {"where": "1", "name": "power_limit", "value": 4140}
    await ask(
        central,
        {"t": 1, "command": command},
        said(2, "b", "Heartbeat"),
        operator=operate,
    )
    assert given == [Command(4, 1.0, "1", "power_limit", 4140)]
    assert heard == [1]
