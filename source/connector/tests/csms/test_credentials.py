"""Which passwords are right while a new one is on its way."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.credentials import (
    NOT_ASKED_FOR,
    forgotten,
    is_asked_for,
    offered,
    older_of,
    right_ones,
    used,
    withdrawn,
)

Json = dict[str, Any]
NONE: Json = {"profile": 1}
ONE: Json = {"profile": 1, "password": "a"}
TWO: Json = {"profile": 1, "password": "b", "older": ["a"]}


def test_the_new_one_and_the_old_one_are_right() -> None:
    state = offered(ONE, "b", "a", None)

    assert state == TWO
    assert right_ones(state) == ("b", "a")
    assert is_asked_for(state)


def test_all_that_were_sent_are_right_until_one_was_used() -> None:
    state = offered(TWO, "c", "b", None)

    assert right_ones(state) == ("c", "b", "a")
    assert used(state, "a") is None
    assert used(state, "b") is None
    assert used(state, "c") == {"profile": 1, "password": "c"}


def test_the_first_one_is_not_asked_for_before_it_was_used() -> None:
    state = offered(NONE, "a", NOT_ASKED_FOR, None)

    assert right_ones(state) == ("a",)
    assert not is_asked_for(state)
    after = used(state, "a")
    assert after == ONE
    assert is_asked_for(after)


@pytest.mark.parametrize("state", [NONE, {}])
def test_without_any_none_is_asked_for(state: Json) -> None:
    assert not is_asked_for(state)
    assert right_ones(state) == ()
    assert used(state, "a") is None


@pytest.mark.parametrize("before", [NONE, ONE, TWO])
def test_what_is_refused_was_never_there(before: Json) -> None:
    state = offered(before, "n", before.get("password") or NOT_ASKED_FOR, None)

    assert withdrawn(state, "n") == before


def test_what_is_refused_late_takes_nothing_else_with_it() -> None:
    state = offered(TWO, "c", "b", None)

    assert withdrawn(state, "b") == {"profile": 1, "password": "c", "older": ["a"]}
    assert withdrawn(ONE, "x") == ONE


def test_one_in_the_settings_is_replaced_until_it_is_another() -> None:
    state = offered(NONE, "n", "named", "named")

    assert right_ones(state) == ("n", "named")
    assert used(state, "n") == {"profile": 1, "password": "n", "replaces": "named"}
    assert withdrawn(state, "n") == NONE


def test_an_older_one_may_be_a_text() -> None:
    assert older_of({"older": "a"}) == ("a",)
    assert older_of({"older": None}) == ()


def test_what_has_no_password_is_left() -> None:
    assert forgotten(offered(TWO, "n", "b", "b")) == NONE
