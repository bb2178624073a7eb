"""Numbers of messages."""

from __future__ import annotations

from connector.sessions.tally import BUCKETS_S, Tally


def test_answers_are_sorted_by_how_long_they_took() -> None:
    tally = Tally()
    for seconds in (0.0, 0.01, 0.011, 30.0, 99.0):
        tally.answered(seconds)

    assert tally.answered_within[0] == 2
    assert tally.answered_within[1] == 1
    assert tally.answered_within[-2:] == [1, 1]
    assert len(tally.answered_within) == len(BUCKETS_S) + 1
    assert tally.answered_s > 129
