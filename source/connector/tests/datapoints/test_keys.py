"""Keys read one way, and nothing from outside can break them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.csms.facts import Datum
from connector.datapoints import keys

any_text = st.text(st.characters(codec="utf-8"), min_size=1)
data = st.builds(
    Datum,
    where=st.sampled_from(["0", "1", "17", "1.2"]),
    name=any_text,
    location=st.sampled_from(["", *sorted(keys.LOCATIONS)]),
    phase=st.sampled_from(["", *sorted(keys.PHASES)]),
    suffix=st.sampled_from(["", *sorted(keys.SUFFIXES)]),
)


@pytest.mark.parametrize(
    ("station", "datum", "expected"),
    [
        ("CP-7", Datum("1", "Power.Active.Import", phase="L1"), "CP-7__1__Power.Active.Import__L1"),
        ("CP-7", Datum("0", "connected"), "CP-7__0__connected"),
        ("CP-7", Datum("2", "power_limit"), "CP-7__2__power_limit"),
        ("CP-7", Datum("2", "power_limit", suffix="result"), "CP-7__2__power_limit__result"),
        ("CP-7", Datum("1", "Voltage", "Inlet", "L1-L2", "signed"), "CP-7__1__Voltage__Inlet__L1-L2__signed"),
        ("a_b", Datum("1", "SoC"), "a_b__1__SoC"),
        ("a__b", Datum("1", "SoC"), "a%5F%5Fb__1__SoC"),
        ("_a_", Datum("1", "SoC"), "%5Fa%5F__1__SoC"),
        ("50%", Datum("1", "SoC"), "50%25__1__SoC"),
    ],
)  # fmt: skip
def test_a_key_is_its_parts_joined(station: str, datum: Datum, expected: str) -> None:
    assert keys.key(station, datum) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (".", "%2E"),
        ("..", "%2E%2E"),
        ("a.b", "a.b"),
        ("+#/", "%2B%23%2F"),
        ("\x00\x7f\x85", "%00%7F%C2%85"),
        ("\ufffe", "%EF%BF%BE"),
        ("\ufdd0", "%EF%B7%90"),
        ("ü", "ü"),
        ("___", "%5F%5F%5F"),
        ("$SYS", "$SYS"),
    ],
)
def test_what_a_topic_or_file_cannot_hold_is_escaped(part: str, expected: str) -> None:
    assert keys.escape(part) == expected


@given(any_text)
def test_the_escape_is_reversible(part: str) -> None:
    assert keys.unescape(keys.escape(part)) == part


@given(any_text)
def test_an_escaped_part_never_holds_a_separator_or_a_wildcard(part: str) -> None:
    escaped = keys.escape(part)
    assert not set(escaped) & set("+#/")
    assert not escaped.startswith("_")
    assert not escaped.endswith("_")
    assert "__" not in escaped


@given(any_text, data)
def test_a_key_reads_one_way(station: str, datum: Datum) -> None:
    assert keys.parse_key(keys.key(station, datum)) == (station, datum)


@pytest.mark.parametrize(
    "text", ["", "a", "a__", "a__1", "__1__x", "a__1__x__L1__L1", "a__1__x__what"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no key"):
        keys.parse_key(text)


def test_a_long_file_name_is_cut_and_stays_unique() -> None:
    first, second = keys.file_name("x" * 300 + "1"), keys.file_name("x" * 300 + "2")
    assert first != second
    assert len(first) == 200 + 1 + 16
    assert keys.file_name("CP-7") == "CP-7"


def test_a_cut_file_name_never_ends_inside_a_character() -> None:
    name = keys.file_name("x" + "ü" * 150)
    assert name.rpartition("~")[0] == "x" + "ü" * 99
