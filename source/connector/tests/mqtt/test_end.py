from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from connector.tests.broker import Broker
from connector.tests.mqtt.conftest import Listener, Running

Run = Callable[..., Running]
Listen = Callable[..., Listener]


def _process(port: int, *arguments: str) -> subprocess.Popen[bytes]:
    module = "connector.tests.mqtt.last_words"
    return subprocess.Popen(
        [sys.executable, "-m", module, str(port), *arguments], stdout=subprocess.PIPE
    )


@pytest.mark.broker
def test_whoever_is_killed_leaves_a_will(broker: Broker, listen: Listen) -> None:
    listener = listen(broker.port)
    with _process(broker.port) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        process.kill()
    assert listener.next()[:2] == ("state", b"gone")
    assert listen(broker.port).next() == ("state", b"gone", True)


@pytest.mark.broker
def test_an_orderly_end_drops_the_will(broker: Broker, listen: Listen) -> None:
    listener = listen(broker.port)
    with _process(broker.port, "shutdown") as process:
        assert process.wait(10) == 0
    values = [listener.next()[1] for _ in range(1000)]
    assert values == [b"%d" % number for number in range(1000)]
    assert listener.next()[:2] == ("state", b"offline")
    barrier = Running(broker.port).start().connected()
    barrier.client.publish("barrier", b"")
    assert listener.next()[0] == "barrier"
    barrier.end()
    assert listen(broker.port, "state").next() == ("state", b"offline", True)


@pytest.mark.broker
def test_the_last_words_are_said_though_values_wait(
    broker: Broker, run: Run, listen: Listen
) -> None:
    listener = listen(broker.port)
    running = run(broker.port).connected()
    running.client.publish_batch([("a", b"x" * 1000, False)] * 1000)
    last = [("last", b"1", True), ("bad/#", b"", True), ("last", b"2", True)]
    running.client.shutdown(last)
    assert running.has_ended()
    for _ in range(1000):
        assert listener.next()[0] == "a"
    assert [listener.next()[1], listener.next()[1]] == [b"1", b"2"]


@pytest.mark.broker
def test_shutdown_waits_no_longer_than_told(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    broker.freeze()
    started_s = time.monotonic()
    running.client.shutdown([("last", b"words", True)] * 200, timeout_s=0.5)
    assert time.monotonic() - started_s < 2.5
    running.thread.join(1)
    assert running.has_ended()


@pytest.mark.broker
def test_a_callback_may_end_the_client(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    running.client.on_message = lambda *_: running.client.shutdown([])
    running.client.subscribe("end")
    running.client.publish("end", b"")
    running.thread.join(5)
    assert running.has_ended()


@pytest.mark.broker
def test_publishing_while_it_ends_raises_nothing(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    running.client.disconnect()
    running.client.publish_batch([("a", b"x", True)])
    running.client.publish("a", b"x")
    running.client.publish_reply("a", b"x")
    running.thread.join(5)
    running.client.publish_batch([("a", b"x", True)])
    running.client.publish_reply("a", b"x")
    assert not running.client.is_connected()


@pytest.mark.broker
def test_a_loop_that_ends_before_it_is_woken_does_no_harm(
    broker: Broker, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The DISCONNECT is queued first; the loop may have sent it by then."""
    running = run(broker.port).connected()
    waker = running.client._sockpairW
    assert waker is not None

    class Late:
        def send(self, data: bytes) -> int:
            waker.send(data)
            running.thread.join(5)
            return waker.send(data)

        def close(self) -> None:
            waker.close()

    monkeypatch.setattr(running.client, "_sockpairW", Late())
    running.client.disconnect()
    assert running.has_ended()
