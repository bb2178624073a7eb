from __future__ import annotations

import pytest

from connector.mqtt.batches import Batch, Batches
from connector.mqtt.packets import Encoder, Packet


class Wire:
    """What was queued, and a broker that takes it when told to."""

    def __init__(self, limit: int) -> None:
        self.queued: list[tuple[bytes, Batch]] = []
        self.encoder = Encoder(is_v5=True)
        self.batches = Batches(lambda *each: self.queued.append(each), limit)
        self.batches.open(self.encoder)

    def add(self, *packets: Packet) -> None:
        self.batches.add(self.encoder, list(packets))

    def take(self, rc: int = 0) -> bytes:
        data, batch = self.queued.pop(0)
        batch.rc = rc
        batch._set_as_published()
        return data


@pytest.fixture
def wire() -> Wire:
    return Wire(10)


def test_a_batch_is_one_write(wire: Wire) -> None:
    wire.add(("a", b"0ab"), ("b", b"0cd"))
    assert wire.take() == b"0ab0cd"


def test_more_than_the_limit_passes_when_nothing_waits(wire: Wire) -> None:
    wire.add(("a", b"0" * 50))
    assert wire.take() == b"0" * 50


def test_over_the_limit_the_newest_of_each_retained_topic_waits(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.add(("b", b"1old"), ("c", b"1c"))
    wire.add(("b", b"1new"))
    wire.take()
    assert wire.take() == b"1c1new"
    assert wire.batches.dropped == 1


def test_over_the_limit_what_is_not_retained_is_dropped(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.add(("b", b"0x"), ("c", b"0y"))
    wire.take()
    assert wire.queued == []
    assert wire.batches.dropped == 2


def test_what_is_held_is_bounded_and_the_oldest_goes(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.add(("b", b"1bbb"), ("c", b"1ccc"), ("d", b"1ddd"), ("e", b"1" * 11))
    wire.take()
    assert wire.take() == b"1ccc1ddd"
    assert wire.batches.dropped == 2


def test_values_behind_held_ones_do_not_overtake(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.add(("b", b"1x"))
    wire.add(("b", b"1y"))
    wire.take()
    wire.add(("b", b"1z"))
    assert [wire.take(), wire.take()] == [b"1y", b"1z"]


def test_a_closed_connection_holds_nothing_and_counts(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.add(("b", b"1x"))
    wire.batches.close()
    wire.take(rc=7)
    wire.add(("c", b"1y"))
    assert wire.queued == []
    assert wire.batches.dropped == 3


def test_packets_for_an_earlier_connection_are_dropped(wire: Wire) -> None:
    wire.batches.open(Encoder(is_v5=False))
    wire.add(("a", b"0x"))
    assert wire.queued == []
    assert wire.batches.dropped == 1


def test_the_time_of_the_last_drop_is_known(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.mqtt.batches.time.time", lambda: 17.5)
    wire.batches.drop(0)
    assert wire.batches.dropped_s is None
    wire.batches.drop(2)
    assert wire.batches.dropped_s == 17.5


def test_after_a_loss_the_whole_bound_is_free_again(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    wire.batches.close()
    wire.take(rc=7)
    wire.batches.open(wire.encoder)
    wire.add(("a", b"0" * 9))
    assert wire.take() == b"0" * 9


def test_a_batch_leaves_once(wire: Wire) -> None:
    wire.add(("a", b"0" * 10))
    _, batch = wire.queued[0]
    wire.take()
    batch._set_as_published()
    wire.add(("a", b"0" * 8))
    wire.add(("a", b"1" * 8))
    assert len(wire.queued) == 1


def test_nothing_is_not_sent(wire: Wire) -> None:
    wire.add()
    assert wire.queued == []
