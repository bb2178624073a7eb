"""The frame log: the newest frames, within its bounds."""

from __future__ import annotations

from connector.errors import LinkClosed
from connector.sessions.frame_log import FrameLog, Logged
from connector.tests.clock import START_MS, FakeClock


def log(most_bytes: int = 100_000, most_records: int = 1000) -> FrameLog:
    return FrameLog(FakeClock().now_ms, most_bytes, most_records)


def test_records_keep_their_order_and_numbers() -> None:
    frames = log()
    frames.connected("CP-7", "ocpp1.6")
    frames.add("CP-7", "in", "[1]")
    frames.add("CP-7", "out", "[2]", ["secret"])

    first, records = frames.since(0)

    assert first == 0
    assert records == [
        Logged(START_MS, "CP-7", None, None, None, "CONNECTED", "ocpp1.6"),
        Logged(START_MS, "CP-7", "in", "[1]"),
        Logged(START_MS, "CP-7", "out", "[2]", ["secret"]),
    ]


def test_only_what_is_new_is_given() -> None:
    frames = log()
    for number in range(5):
        frames.add("CP-7", "in", str(number))

    assert [r.text for r in frames.since(3)[1]] == ["3", "4"]
    assert frames.since(5) == (5, [])
    assert frames.since(99) == (5, [])


def test_the_oldest_go_where_there_are_too_many() -> None:
    frames = log(most_records=3)
    for number in range(5):
        frames.add("CP-7", "in", str(number))

    first, records = frames.since(0)

    assert (first, [r.text for r in records]) == (2, ["2", "3", "4"])


def test_the_oldest_go_where_they_take_too_much() -> None:
    frames = log(most_bytes=10_000)
    for _ in range(50):
        frames.add("CP-7", "in", "x" * 1000)
        assert frames.bytes <= 10_000

    assert 5 <= len(frames) < 10


def test_what_is_longer_than_all_may_be_is_not_kept() -> None:
    frames = log(most_bytes=1000)
    frames.add("CP-7", "in", "x")
    frames.add("CP-7", "in", "x" * 2000)

    assert (len(frames), frames.bytes) == (0, 0)


def test_wide_characters_are_counted_as_wide() -> None:
    frames = log(most_bytes=10_000)
    frames.add("CP-7", "in", "\N{GRINNING FACE}" * 1000)

    assert frames.bytes > 4000


def test_nothing_is_left_when_all_has_gone() -> None:
    frames = log(most_records=1)
    frames.malformed("CP-7", b"\x00", "a binary message")
    frames.disconnected("CP-7", LinkClosed(1006, "gone"))
    frames.refused("", "no TLS")
    frames.add("CP-7", "in", "")

    assert len(frames) == 1
    assert frames.bytes < 400


def test_a_frame_gets_a_note_while_it_is_kept() -> None:
    frames = log(most_records=3)
    for number in range(4):
        frames.add("CP-7", "out", str(number))
    before = frames.bytes
    frames.note(0, "gone")
    frames.note(2, "not answered")

    assert [r.note for r in frames.since(0)[1]] == [None, "not answered", None]
    assert (frames.take_noted(), frames.take_noted()) == ({2}, set())
    assert frames.bytes > before
    for _ in range(3):
        frames.add("CP-7", "out", "x")
    assert frames.bytes == before


def test_what_came_in_is_noted_by_its_id() -> None:
    frames = log()
    frames.add("CP-7", "in", '[3,"17",{}]')
    frames.add("CP-7", "in", '[3,"17",{}]')
    frames.add("CP-8", "in", '[3,"17",{}]')
    frames.add("CP-7", "out", '[3,"17",{}]')
    frames.note_heard("CP-7", "17", "nobody asked this")
    frames.note_heard("CP-7", "18", "nobody asked this")

    assert [r.note for r in frames.since(0)[1]] == [
        None,
        "nobody asked this",
        None,
        None,
    ]
