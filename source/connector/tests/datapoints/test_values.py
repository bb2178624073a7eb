"""What people and programs write is understood, or refused with a reason."""

from __future__ import annotations

import pytest

from connector.datapoints import values
from connector.datapoints.values import InvalidValue


@pytest.mark.parametrize(
    ("written", "expected"),
    [(11000, 11000), (0, 0), (-5, -5), (7.5, 7.5), ("11000", 11000), (" 12 ", 12), ("1e3", 1000), ("-1.5", -1.5), (".5", 0.5)],
)  # fmt: skip
def test_numbers_and_numeric_text_are_numbers(written: object, expected: float) -> None:
    assert values.number(written) == expected


@pytest.mark.parametrize(
    "written",
    ["", "word", "NaN", "inf", "1e400", "0x10", "1_000", "12,5", True, None, [], [1], {}, {"a": 1}, float("nan"), float("inf"), 10**400],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_named(written: object) -> None:
    with pytest.raises(InvalidValue, match=r"is not a (finite )?number"):
        values.number(written)


@pytest.mark.parametrize("written", [None, "null", " null "])
def test_null_releases(written: object) -> None:
    assert values.number_or_none(written) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [(True, True), (False, False), ("true", True), ("FALSE", False), ("ON", True), ("off", False), (1, True), (0, False), ("1", True), (1.0, None), (None, None), ("yes", None), ([], None), (2, None)],
)  # fmt: skip
def test_flags(written: object, expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(InvalidValue, match="is not true or false"):
            values.flag(written)
    else:
        assert values.flag(written) is expected


def test_a_command_without_an_opposite_takes_only_true() -> None:
    assert values.yes("ON") is True
    with pytest.raises(InvalidValue, match="is not true"):
        values.yes(False)


@pytest.mark.parametrize(
    ("written", "expected"), [(1, 1), (3, 3), ("3", 3), (None, None)]
)
def test_phases(written: object, expected: int | None) -> None:
    assert values.phases(written) == expected


@pytest.mark.parametrize("written", [0, 2, 1.5, "two", True])
def test_other_numbers_of_phases_are_refused(written: object) -> None:
    with pytest.raises(InvalidValue):
        values.phases(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [(0, "BootNotification"), (1, "DiagnosticsStatusNotification"), (2, "FirmwareStatusNotification"), (3, "Heartbeat"), (4, "MeterValues"), ("5", "StatusNotification"), ("Heartbeat", "Heartbeat")],
)  # fmt: skip
def test_triggers_by_name_and_by_the_earlier_numbers(
    written: object, expected: str
) -> None:
    assert values.trigger(written) == expected


@pytest.mark.parametrize("written", [6, -1, 1.5, "", None, [], True])
def test_other_triggers_are_refused(written: object) -> None:
    with pytest.raises(InvalidValue):
        values.trigger(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("TAG", "TAG"),
        ('{"id": "TAG"}', "TAG"),
        (
            {"type": "ISO14443", "id": " TAG "},
            {"type": "ISO14443", "id": "TAG"},
        ),
        (
            {"type": "ISO14443", "idToken": " TAG "},
            {"type": "ISO14443", "id": "TAG"},
        ),
        ({"idToken": "TAG"}, "TAG"),
    ],
)
def test_an_id_token_is_text_or_an_object(written: object, expected: object) -> None:
    assert values.id_token(written) == expected


def test_an_id_token_of_digits_may_be_a_number() -> None:
    assert values.id_token(1234) == "1234"


@pytest.mark.parametrize("written", ["", " ", None, True, 1.5, [], {"type": "x"}])
def test_what_is_no_id_token_is_refused(written: object) -> None:
    with pytest.raises(InvalidValue):
        values.id_token(written)


def test_a_call_needs_an_action_and_an_object() -> None:
    assert values.call({"action": "ClearCache"}) == {
        "action": "ClearCache",
        "payload": {},
    }
    with pytest.raises(InvalidValue, match="member action"):
        values.call({"payload": {}})
    with pytest.raises(InvalidValue, match="member payload"):
        values.call({"action": "Reset", "payload": []})
    with pytest.raises(InvalidValue, match="a JSON object"):
        values.call("[1]")
    with pytest.raises(InvalidValue, match="JSON"):
        values.call("{")


def test_configuration_sets_or_reads() -> None:
    assert values.configuration({"a": 1}) == {"a": 1}
    assert values.configuration('["a"]') == ["a"]
    assert values.configuration(None) is None
    for wrong in ({}, [1], 3, "x"):
        with pytest.raises(InvalidValue):
            values.configuration(wrong)


@pytest.mark.parametrize("written", [{"a": "1", "C/x": None}, '{"C/x": null}'])
def test_null_is_no_value_of_the_configuration(written: object) -> None:
    with pytest.raises(InvalidValue, match="null is not a value for C/x"):
        values.configuration(written)


def test_a_long_value_is_cut_in_the_error() -> None:
    assert len(str(InvalidValue("x" * 1000, "a number"))) < 100
