"""What a terminal would act on is made visible."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.cli.visible import visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CP-7", "CP-7"),
        ("Straße 北", "Straße 北"),
        ("\x1b]0;mine\x07", "\\x1b]0;mine\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\udc1b", "\\udc1b"),
        ("\x7f", "\\x7f"),
    ],
)
def test_text_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(alphabet=st.characters()))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    kinds = {unicodedata.category(character) for character in visible(text)}

    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@given(st.text(alphabet=st.characters()))
def test_of_lines_only_line_ends_and_tabs_are_left(text: str) -> None:
    rest = visible_lines(text).replace("\n", "").replace("\t", "")

    assert {unicodedata.category(character) for character in rest}.isdisjoint(
        {"Cc", "Cf", "Cs", "Zl", "Zp"}
    )
