"""`handle` and what is no call: answers, SEND, and what is no frame."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ocppj.behaviours import (
    CSMS,
    Behaviour,
    NotifyPeriodicEventStream,
    OcppError,
    handle,
    to_wire,
)
from connector.ocppj.dialects import DIALECTS
from connector.tests.ocppj.examples import CUSTOM_DATA, VERSIONS, request


def behaviour(version: str, base: type[Behaviour] = CSMS, **methods: Any) -> Any:
    """A behaviour with these methods."""
    return type("Mine", (base,), {"ocpp_version": version} | methods)()


def gives(result: Any) -> Any:
    return lambda self, request: result


# -- answers


class Keeper(CSMS):
    """Keeps what its optional methods are given."""

    def __init__(self, version: str, problem: Exception | None = None) -> None:
        self.ocpp_version = version
        self.seen: list[tuple[Any, ...]] = []
        self.problem = problem

    def _keep(self, *arguments: Any) -> None:
        self.seen.append(arguments)
        if self.problem is not None:
            raise self.problem

    def handle_result(self, unique_id: str, payload: Any) -> None:
        self._keep("result", unique_id, payload)

    def handle_error(self, *arguments: Any) -> None:
        self._keep("error", *arguments)

    def handle_call_result_error(self, *arguments: Any) -> None:
        self._keep("call result error", *arguments)

    def handle_send(self, *arguments: Any) -> None:
        self._keep("send", *arguments)


STREAM = request("2.1", "NotifyPeriodicEventStream", "full")
ANSWERS: list[tuple[list[Any], tuple[Any, ...]]] = [
    ([3, "1", {"a": 1}], ("result", "1", {"a": 1})),
    ([4, "1", "X", "why", {"a": 1}], ("error", "1", "X", "why", {"a": 1})),
    ([4, "1", "X"], ("error", "1", "X", "", {})),
]
ANSWERS_21: list[tuple[list[Any], tuple[Any, ...]]] = [
    ([5, "1", "X", "why", {}], ("call result error", "1", "X", "why", {})),
    (
        [6, "1", "NotifyPeriodicEventStream", STREAM],
        ("send", "1", "NotifyPeriodicEventStream", STREAM),
    ),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("frame", "seen"), ANSWERS)
def test_answers_go_to_the_optional_methods(
    version: str, frame: list[Any], seen: tuple[Any, ...]
) -> None:
    keeper = Keeper(version)

    assert handle(keeper, frame) is None
    assert keeper.seen == [seen]
    assert handle(behaviour(version), frame) is None


@pytest.mark.parametrize(("frame", "seen"), ANSWERS_21)
def test_types_5_and_6_go_to_the_optional_methods_in_21_alone(
    frame: list[Any], seen: tuple[Any, ...]
) -> None:
    keeper = Keeper("2.1")

    assert handle(keeper, frame) is None
    assert keeper.seen == [seen]
    assert handle(behaviour("2.1"), frame) is None
    assert handle(Keeper("1.6"), frame) is None
    answered = handle(Keeper("2.0.1"), frame)
    assert answered is not None
    assert answered[:3] == [4, "1", "MessageTypeNotSupported"]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_optional_method_that_raises_is_logged(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(version, ValueError("s3cret"))
    frames = [*ANSWERS[1:], *(ANSWERS_21 if version == "2.1" else [])]
    for frame, _ in frames:
        assert handle(keeper, frame) is None

    refused = [5, "1", "InternalError", "", {}] if version == "2.1" else None
    assert handle(keeper, [3, "1", {}]) == refused
    failed = [record for record in caplog.records if record.exc_info]
    assert len(failed) == len(frames) + 1


@pytest.mark.parametrize("version", VERSIONS)
def test_a_result_can_be_refused_in_21(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(version, OcppError("FormationViolation", "what is this", {"a": 1}))

    answered = handle(keeper, [3, "1", {}])

    if version == "2.1":
        assert answered == [5, "1", "FormatViolation", "what is this", {"a": 1}]
    else:
        assert answered is None
        assert "what is this" in caplog.text


# -- SEND


def test_a_send_goes_to_the_method_of_its_action() -> None:
    seen: list[Any] = []
    method = {"notify_periodic_event_stream": lambda self, each: seen.append(each)}
    frame = [6, "1", "NotifyPeriodicEventStream", STREAM]

    assert handle(behaviour("2.1", **method), frame) is None

    assert isinstance(seen[0], NotifyPeriodicEventStream)
    assert seen[0].custom_data == CUSTOM_DATA
    assert to_wire(seen[0]) == STREAM


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("NotifyPeriodicEventStream", {}),
        ("NotifyPeriodicEventStream", STREAM | {"id": "one"}),
        ("Heartbeat", {}),
        ("NoSuchAction", {}),
    ],
)
def test_a_send_that_does_not_fit_is_dropped_with_a_warning(
    action: str, payload: Any, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper("2.1")

    assert handle(keeper, [6, "1", action, payload]) is None
    assert keeper.seen == []
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_what_is_sent_unanswered_cannot_be_called() -> None:
    method = {"notify_periodic_event_stream": gives({})}
    frame = [2, "1", "NotifyPeriodicEventStream", STREAM]

    answered = handle(behaviour("2.1", **method), frame)
    assert answered is not None
    assert answered[:3] == [4, "1", "NotSupported"]


# -- what is no frame


@pytest.mark.parametrize(
    "frame",
    [
        None,
        5,
        "text",
        b"bytes",
        {},
        [],
        [2],
        (2, "1", "Heartbeat", {}),
        [2, {}, "A", {}],
        [9, "1"],
        ["2", "1"],
    ],
)
def test_what_is_no_frame_is_answered_in_2x_alone(frame: Any) -> None:
    assert handle(behaviour("1.6"), frame) is None
    for version in ("2.0.1", "2.1"):
        answered = handle(behaviour(version), frame)
        assert answered is not None
        assert answered[:3] == [4, "-1", "RpcFrameworkError"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_that_is_malformed_is_answered_by_its_id(version: str) -> None:
    for frame in ([2, "1"], [2, "1", ["a"], {}]):
        answered = handle(behaviour(version), frame)
        assert answered is not None
        assert answered[:3] == [4, "1", DIALECTS[version].formation]


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_that_is_malformed_is_not_answered(version: str) -> None:
    for frame in (
        [4, "1"],
        *([[3, "1"]] if version != "2.1" else [[5, "1"], [6, "1"]]),
    ):
        assert handle(behaviour(version), frame) is None


def test_an_unknown_type_is_answered_in_2x_alone() -> None:
    assert handle(behaviour("1.6"), [9, "1", "Heartbeat", {}]) is None
    for version in ("2.0.1", "2.1"):
        answered = handle(behaviour(version), [9, "1", "Heartbeat", {}])
        assert answered is not None
        assert answered[:3] == [4, "1", "MessageTypeNotSupported"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_payload_nested_deeper_than_the_bound_is_refused(version: str) -> None:
    deep: Any = {}
    for _ in range(40):
        deep = {"a": deep}
    mine = behaviour(version, data_transfer=gives({"status": "Accepted"}))

    answered = handle(mine, [2, "1", "DataTransfer", {"vendorId": "V", "data": deep}])

    assert answered is not None
    assert answered[:3] == [4, "1", DIALECTS[version].formation]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
)


@given(JSON | st.tuples(st.integers(1, 7), JSON, JSON, JSON).map(list))
def test_whatever_comes_is_answered_with_a_frame_or_nothing(frame: Any) -> None:
    for version in VERSIONS:
        answered = handle(behaviour(version), frame)
        assert answered is None or answered[0] in (4, 5)
