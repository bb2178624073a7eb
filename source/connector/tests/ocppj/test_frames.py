from __future__ import annotations

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import LocalProtocolError
from connector.ocppj.dialects import DIALECTS, Dialect
from connector.ocppj.frames import (
    Call,
    CallError,
    CallResult,
    CallResultError,
    Frame,
    MalformedFrame,
    Send,
    decode,
    encode_call,
    encode_error,
    encode_result,
    encode_send,
    members,
    read,
)

V16 = DIALECTS["1.6"]
V201 = DIALECTS["2.0.1"]
V21 = DIALECTS["2.1"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


def refusal(text: str | bytes, dialect: Dialect = V16) -> MalformedFrame:
    with pytest.raises(MalformedFrame) as caught:
        decode(text, dialect)
    return caught.value


def test_a_call_is_read_with_its_text() -> None:
    text = '[2, "19", "Heartbeat", {}]'

    assert decode(text, V16) == Call("19", "Heartbeat", {}, raw=text)


def test_an_answer_is_read() -> None:
    assert decode('[3,"19",{"a":1}]', V16) == CallResult("19", {"a": 1})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[4,"19","GenericError"]', CallError("19", "GenericError")),
        ('[4,"19","X","why",{"a":1}]', CallError("19", "X", "why", {"a": 1})),
        ('[4,"19","X",5,[1]]', CallError("19", "X")),
        ('[4,"19",null,null,null]', CallError("19", "None")),
    ],
)
def test_an_error_is_read_with_whatever_members_it_has(
    text: str, error: CallError
) -> None:
    assert decode(text, V16) == error


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        "[]",
        "[2]",
        "null",
        "5",
        '"text"',
        '[2,"1"',
        '[2,"1\x00","Heartbeat",{}',
        '[2,1,"Heartbeat",{}',
        '{"2":"1"}',
        "NaN",
        '[2,"\\ud800","Heartbeat",{}]',
    ],
)
def test_without_a_readable_id_16_answers_nothing_and_2x_answers_to_minus_one(
    text: str,
) -> None:
    assert refusal(text).reply is None
    reply = refusal(text, V201).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("-1", "RpcFrameworkError")


@pytest.mark.parametrize("kind", ["9", "5", "6", "1", "null", '"2"', "[2]", "{}"])
def test_an_unknown_type_has_no_answer_in_16_and_its_own_code_in_2x(kind: str) -> None:
    text = f'[{kind},"1","Heartbeat",{{}}]'

    assert refusal(text).reply is None
    reply = refusal(text, V201).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("1", "MessageTypeNotSupported")


@pytest.mark.parametrize("unique_id", ["{}", "[]", "7.5", "null", "true", '""'])
def test_a_call_whose_id_is_no_text_cannot_be_answered_in_16(unique_id: str) -> None:
    text = f'[2,{unique_id},"Heartbeat",{{}}]'

    assert refusal(text).reply is None
    reply = refusal(text, V201).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("-1", "RpcFrameworkError")


@pytest.mark.parametrize("unique_id", [5, 0, -1, 2**63])
def test_a_call_whose_id_is_a_number_is_answered_with_it_in_16(unique_id: int) -> None:
    problem = refusal(f'[2,{unique_id},"Heartbeat",{{}}]')

    assert f"the id {unique_id}, a number" in str(problem)
    assert problem.reply is not None
    answer = orjson.loads(encode_error(problem.reply))
    assert answer[:3] == [4, unique_id, "FormationViolation"]
    assert "expected a text of 1 to 36 characters" in answer[3]

    reply = refusal(f'[2,{unique_id},"Heartbeat",{{}}]', V201).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("-1", "RpcFrameworkError")


@pytest.mark.parametrize("text", ["[3,5,{}]", '[4,5,"X","",{}]', '[6,5,"X",{}]'])
def test_other_messages_whose_id_is_a_number_have_no_answer_in_16(text: str) -> None:
    assert refusal(text).reply is None


def test_an_id_of_36_characters_is_taken_and_one_of_90_is_refused_by_name() -> None:
    assert decode(f'[2,"{"x" * 36}","Heartbeat",{{}}]', V16)
    for size in (37, 90):
        reply = refusal(f'[2,"{"x" * size}","Heartbeat",{{}}]').reply
        assert reply is not None
        assert (reply.unique_id, reply.code) == ("x" * size, "FormationViolation")


def test_an_id_that_is_very_long_is_not_echoed() -> None:
    assert refusal(f'[2,"{"x" * 256}","Heartbeat",{{}}]').reply is None


@pytest.mark.parametrize(
    "text",
    [
        '[2,"1",["a"],{}]',
        '[2,"1",{"a":1},{}]',
        '[2,"1",null,{}]',
        '[2,"1",5,{}]',
        '[2,"1","Heartbeat"]',
        '[2,"1","Heartbeat",[]]',
        '[2,"1","Heartbeat",null]',
        '[2,"1","Heartbeat","{}"]',
        '[2,"1","Heartbeat",{},{}]',
        '[2,"1"]',
        '[2,"1","Heartbeat",{}',
        '[2,"1","Heartbeat",{}] [',
        '[2,"1","Heartbeat",{"a":NaN}]',
    ],
)
def test_a_call_with_an_id_that_is_not_well_formed_is_answered_with_an_error(
    text: str,
) -> None:
    reply = refusal(text).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("1", "FormationViolation")
    reply = refusal(text, V201).reply
    assert reply is not None
    assert (reply.unique_id, reply.code) == ("1", "FormatViolation")


MALFORMED_RESULTS = ['[3,"1"]', '[3,"1",[]]', '[3,"1",null]', '[3,"1",{"a":']


@pytest.mark.parametrize("text", [*MALFORMED_RESULTS, '[4,"1"]', '[4,"1","X"'])
def test_an_answer_that_is_malformed_is_never_answered_before_21_and_names_its_call(
    text: str,
) -> None:
    for dialect in (V16, V201):
        problem = refusal(text, dialect)
        assert problem.reply is None
        assert problem.answers == "1"


@pytest.mark.parametrize("text", MALFORMED_RESULTS)
def test_in_21_a_malformed_callresult_is_answered_with_a_callresulterror(
    text: str,
) -> None:
    problem = refusal(text, V21)

    assert isinstance(problem.reply, CallResultError)
    assert (problem.reply.unique_id, problem.reply.code) == ("1", "FormatViolation")
    assert problem.answers == "1"
    assert encode_error(problem.reply).startswith('[5,"1","FormatViolation"')


def test_a_call_answers_nothing() -> None:
    assert refusal('[2,"1"]').answers == ""


@pytest.mark.parametrize("text", ['[4,"1"]', '[5,"1"]', '[5,"1",{}'])
def test_an_error_that_is_malformed_is_never_answered(text: str) -> None:
    assert refusal(text, V21).reply is None


# -- 2.1: SEND and CALLRESULTERROR


def test_in_21_a_send_is_read_with_its_text() -> None:
    text = '[6,"1","NotifyPeriodicEventStream",{"id":1}]'

    assert decode(text, V21) == Send("1", "NotifyPeriodicEventStream", {"id": 1}, text)
    assert encode_send("1", "NotifyPeriodicEventStream", {"id": 1}) == text


def test_in_21_a_callresulterror_is_read_with_whatever_members_it_has() -> None:
    assert decode('[5,"1","X","why",{"a":1}]', V21) == (
        CallResultError("1", "X", "why", {"a": 1})
    )
    assert decode('[5,"1","X",5,[1]]', V21) == CallResultError("1", "X")


@pytest.mark.parametrize(
    "text",
    [
        "[6]",
        '[6,"1"]',
        "[6,{},{},{}]",
        "[6,7,8]",
        '[6,"1",["a"],{}]',
        '[6,"1","NotifyPeriodicEventStream"]',
        '[6,"1","NotifyPeriodicEventStream",[]]',
        '[6,"1","NotifyPeriodicEventStream",{},1]',
        '[6,"1","NotifyPeriodicEventStream",{',
        '[6,"1","X",' + '{"a":' * 40 + "1" + "}" * 40 + "]",
        '[6,"' + "x" * 90 + '","X",{}]',
    ],
)
def test_a_send_that_is_malformed_has_no_answer(text: str) -> None:
    assert refusal(text, V21).reply is None


@pytest.mark.parametrize(
    "frame",
    [
        Call("1", "Heartbeat", {}),
        Send("1", "NotifyPeriodicEventStream", {"a": [1]}),
        CallResult("1", {"a": 1}),
        CallError("1", "GenericError", "why", {"a": 1}),
        CallResultError("1", "GenericError", "why", {"a": 1}),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_a_frame_comes_back_from_its_list(frame: Frame) -> None:
    assert read(members(frame), V21) == frame


# -- bounds


def test_a_hundred_thousand_brackets_are_refused() -> None:
    assert "not JSON" in str(refusal("[" * 100_000))
    assert refusal("[" * 100_000 + "]" * 100_000).reply is None
    assert refusal('{"a":' * 100_000).reply is None


def test_an_answer_nested_deeper_than_the_bound_is_refused() -> None:
    deep = '{"a":' * 40 + "1" + "}" * 40

    assert "nested deeper" in str(refusal(f'[3,"1",{deep}]'))
    assert "nested deeper" in str(refusal(f'[4,"1","GenericError","",{deep}]'))


def test_brackets_within_texts_are_no_nesting() -> None:
    frame = decode(f'[2,"1","DataTransfer",{{"data":"{"[" * 500}"}}]', V16)

    assert isinstance(frame, Call)


def test_a_wide_payload_is_no_deep_one() -> None:
    many = ",".join(["{}"] * 500)

    assert isinstance(decode(f'[2,"1","MeterValues",{{"a":[{many}]}}]', V16), Call)


def test_a_binary_message_is_refused_without_an_answer() -> None:
    assert "binary" in str(refusal(b'[2,"1","Heartbeat",{}]'))
    assert refusal(b"\x00\xff").reply is None


@given(st.text() | JSON.map(lambda value: orjson.dumps(value).decode()))
def test_reading_fails_with_one_exception_alone(text: str) -> None:
    for dialect in (V16, V201, V21):
        try:
            decode(text, dialect)
        except MalformedFrame as problem:
            if problem.reply is not None:
                encode_error(problem.reply)


@given(st.lists(JSON, max_size=6), st.sampled_from([2, 3, 4, 5, 6]))
def test_reading_frames_of_a_known_type_fails_with_one_exception_alone(
    rest: list[object], kind: int
) -> None:
    text = orjson.dumps([kind, *rest]).decode()
    for dialect in (V16, V201, V21):
        try:
            decode(text, dialect)
        except MalformedFrame as problem:
            if problem.reply is not None:
                encode_error(problem.reply)


def test_what_is_written_is_read_again_in_the_callers_order() -> None:
    payload = {"z": 1, "a": {"y": 2, "b": 3}}
    text = encode_call("1", "DataTransfer", payload)

    assert text == '[2,"1","DataTransfer",{"z":1,"a":{"y":2,"b":3}}]'
    assert decode(text, V16) == Call("1", "DataTransfer", payload, text)
    assert decode(encode_result("1", payload), V16) == CallResult("1", payload)


@pytest.mark.parametrize(
    "value", [Decimal("10.25"), object(), {1}, 2**70, "\ud800", {5: 5}]
)
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises(LocalProtocolError, match="DataTransfer"):
        encode_call("1", "DataTransfer", {"data": value})


def test_an_error_is_written_with_five_members_and_a_short_description() -> None:
    written = orjson.loads(encode_error(CallError("1", "InternalError", "x" * 300)))

    assert written == [4, "1", "InternalError", "x" * 255, {}]
