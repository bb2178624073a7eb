"""What is typed on a terminal becomes lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.cli.station_keys import Keys


def test_keys_become_lines() -> None:
    keys = Keys()

    assert keys.take(b"plug") == []
    assert keys.text == "plug"
    assert keys.take(b" 1\rstatus\nq") == ["plug 1", "status"]
    assert keys.text == "q"


def test_a_line_can_be_changed_before_it_is_said() -> None:
    keys = Keys()

    assert keys.take(b"plux\x7fg 12\x08\r") == ["plug 1"]
    assert keys.take(b"nonsense\x15plug 2\r") == ["plug 2"]
    assert keys.take(b"swipe TAG9\x17TAG1\r") == ["swipeTAG1"]


def test_lines_come_back() -> None:
    keys = Keys()
    keys.take(b"one\rtwo\r")

    assert keys.take(b"\x1b[A\r") == ["two"]
    assert keys.take(b"\x1b[A\x1b[A\x1b[A\r") == ["one"]
    assert keys.take(b"\x1b[A\x1b[Bthree\r") == ["three"]


def test_other_keys_do_nothing() -> None:
    keys = Keys()

    assert keys.take(b"a\x1b[C\x1b[5~\x1bOP\x00\tb\r") == ["ab"]


def test_letters_may_come_in_parts() -> None:
    keys = Keys()
    letter = "ä".encode()

    assert keys.take(letter[:1]) == []
    assert keys.take(letter[1:] + b"\r") == ["ä"]


def test_ctrl_d_on_an_empty_line_ends() -> None:
    keys = Keys()
    keys.take(b"x\x04")
    assert not keys.is_over
    keys.take(b"\x15\x04")
    assert keys.is_over


@given(st.lists(st.binary()))
def test_whatever_is_typed_lines_are_plain(parts: list[bytes]) -> None:
    keys = Keys()

    for line in (line for part in parts for line in keys.take(part)):
        assert line.isprintable()
