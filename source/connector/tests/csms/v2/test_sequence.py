"""The numbers of events, whatever they are."""

from __future__ import annotations

import pytest

from connector.csms.v2.sequence import Sequence


def test_what_is_missing_is_counted_and_may_still_come() -> None:
    sequence = Sequence()
    assert sequence.note(0) == 0
    assert sequence.note(3) == 2
    assert [sequence.is_known(number) for number in range(5)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert sequence.note(1) == 0
    assert sequence.is_known(1)


@pytest.mark.parametrize("number", [2**31, 2**63, 2**64 - 1])
def test_a_number_of_any_size_is_one(number: int) -> None:
    sequence = Sequence()
    sequence.note(4)
    assert sequence.note(number) == number - 5
    assert sequence.is_known(number)
    assert not sequence.is_known(number - 1)
