from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.mqtt import Client, MqttOptions
from connector.tests.broker import Broker
from connector.tests.mqtt.conftest import DEADLINE_S, Listener, Running, eventually
from connector.tests.ports import free_port

Run = Callable[..., Running]
Listen = Callable[..., Listener]

BACK_WITHIN_S = 10.0


@pytest.mark.broker
def test_it_connects_with_mqtt_5_and_writes_at_once(broker: Broker, run: Run) -> None:
    client = run(broker.port).connected().client
    assert client.is_connected()
    assert client.is_v5
    sock = client.socket()
    assert sock is not None
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.broker
def test_it_is_back_after_a_restart_with_its_subscriptions(
    broker: Broker, run: Run
) -> None:
    running = run(broker.port)
    running.client.subscribe("before", qos=1)
    running.connected()
    running.client.subscribe("after")
    running.client.subscribe("not/any/more")
    running.client.unsubscribe("not/any/more")
    broker.restart()
    running.connected(BACK_WITHIN_S)
    for topic in ("not/any/more", "before", "after"):
        running.client.publish(topic, b"x")
    assert [running.next().topic, running.next().topic] == ["before", "after"]


@pytest.mark.broker
def test_every_form_of_subscribe_is_repeated(broker: Broker, run: Run) -> None:
    from paho.mqtt.subscribeoptions import SubscribeOptions

    running = run(broker.port).connected()
    running.client.subscribe([("list", 1)])
    running.client.subscribe(("tuple", SubscribeOptions(qos=1)))
    running.client.subscribe("option", options=SubscribeOptions(qos=1))
    broker.restart()
    running.connected(BACK_WITHIN_S)
    running.client.publish_batch(
        [("list", b"", False), ("tuple", b"", False), ("option", b"", False)]
    )
    topics = [running.next().topic for _ in range(3)]
    assert topics == ["list", "tuple", "option"]


@pytest.mark.broker
def test_it_is_back_after_a_kill(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    broker.kill()
    eventually(lambda: not running.client.is_connected())
    broker.start()
    running.connected(BACK_WITHIN_S)


@pytest.mark.broker
def test_it_waits_for_a_broker_that_is_not_there_yet(tmp_path: Path, run: Run) -> None:
    broker = Broker(tmp_path)
    running = run(broker.port)
    running.client.subscribe("a")
    broker.start()
    running.connected(BACK_WITHIN_S)
    running.client.publish("a", b"x")
    assert running.next().payload == b"x"
    assert running.client.is_v5
    running.end()
    broker.stop()


@pytest.mark.broker
def test_it_notices_a_frozen_broker_and_comes_back(broker: Broker, run: Run) -> None:
    running = run(broker.port, MqttOptions(keepalive_s=1, buffer_bytes=100_000))
    running.connected()
    broker.freeze()
    # Enough to fill the socket, the bound, and to be held beyond it.
    for number in range(200):
        running.client.publish_batch([(f"t/{number}", b"x" * 90_000, True)])
    eventually(lambda: not running.client.is_connected())
    broker.thaw()
    running.connected(BACK_WITHIN_S)
    assert running.client.is_v5
    assert running.client.dropped


@pytest.mark.broker
def test_a_broker_that_thaws_in_time_gets_the_newest_values(
    broker: Broker, run: Run, listen: Listen
) -> None:
    running = run(broker.port, MqttOptions(buffer_bytes=1_000_000)).connected()
    listener = listen(broker.port, "newest/#")
    broker.freeze()
    client = running.client
    eventually(lambda: _filled(client))
    for number in range(50):
        client.publish_batch([("newest/a", b"%d" % number, True)])
    dropped = client.dropped
    broker.thaw()
    assert listener.next()[:2] == ("newest/a", b"49")
    assert dropped >= 49  # each replaced the one before
    client.publish_batch([("newest/b", b"on", False)])
    assert listener.next()[:2] == ("newest/b", b"on")


def _filled(client: Client) -> bool:
    """Whether nothing more fits between us and the broker (one fill is the bound)."""
    before = client.dropped
    client.publish_batch([("fill", b"x" * 1_000_000, False)])
    return client.dropped > before


@pytest.mark.broker
def test_what_waits_for_a_frozen_broker_is_bounded(broker: Broker, run: Run) -> None:
    client = run(broker.port, MqttOptions(buffer_bytes=500_000)).connected().client
    broker.freeze()
    for number in range(500):
        client.publish_batch([(f"t/{number}", b"x" * 50_000, number % 2 == 0)])
        client.publish("q0", b"x")
    batches = client._batches
    assert batches._waiting <= 700_000
    assert batches._held_bytes <= 500_000
    assert len(client._out_packet) <= 600
    broker.thaw()


def test_what_is_published_offline_is_bounded(run: Run) -> None:
    client = run(free_port()).client
    for number in range(2000):
        client.publish_batch([(f"t/{number}", b"x", True)])
        client.publish("q0", b"x")
        client.publish("q1", b"x", qos=1)
    assert client.dropped == 2000 + 2000 + 1000
    assert len(client._out_messages) == 1000
    assert len(client._out_packet) == 0


@pytest.mark.broker
def test_qos_1_and_2_wait_for_the_broker(
    broker: Broker, run: Run, listen: Listen
) -> None:
    running = run(broker.port).connected()
    broker.stop()
    eventually(lambda: not running.client.is_connected())
    running.client.publish("one", b"1", qos=1)
    running.client.publish("two", b"2", qos=2)
    running.client.subscribe("#")
    broker.start()
    running.connected(BACK_WITHIN_S)
    assert {running.next().payload, running.next().payload} == {b"1", b"2"}


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid", "ä" * 64]
)
def test_a_name_that_nobody_knows_is_tried_again(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client()
    client.connect(host, 1883)
    thread = threading.Thread(target=client.loop_forever, daemon=True)
    thread.start()
    eventually(lambda: "no broker at" in caplog.text)
    assert thread.is_alive()
    client.disconnect()
    thread.join(1.5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("host", "port"), [("", 1), ("a", 0), ("a", -1), ("a", 65_536)]
)
def test_an_impossible_address_is_told_at_once(host: str, port: int) -> None:
    with pytest.raises(ValueError, match="Invalid"):
        Client().connect(host, port)


def test_it_leaves_at_once_though_nobody_answers(run: Run) -> None:
    running = run(free_port())
    started_s = time.monotonic()
    running.client.disconnect()
    running.thread.join(DEADLINE_S)
    assert time.monotonic() - started_s < 1.5


def test_it_leaves_at_once_though_the_name_server_is_silent(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def silent(*_: object, **__: object) -> None:
        asked.set()
        answer.wait(DEADLINE_S)
        raise OSError("no answer")

    monkeypatch.setattr(socket, "create_connection", silent)
    running = run(1883)
    assert asked.wait(DEADLINE_S)
    running.client.disconnect()
    running.thread.join(1.5)
    assert running.has_ended()
    answer.set()


def test_it_leaves_though_the_broker_never_lets_us_in() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        running = Running(silent.getsockname()[1]).start()
        peer, _ = silent.accept()
        with peer:
            peer.recv(1)
            running.client.shutdown([("last", b"words", True)])
            assert running.has_ended()


@pytest.mark.broker
def test_it_leaves_a_frozen_broker(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    broker.freeze()
    eventually(lambda: len(running.client._out_packet) > 0 or _sent(running.client))
    running.client.shutdown([("last", b"words", True)], timeout_s=0.5)
    running.thread.join(1.5)
    assert running.has_ended()


def _sent(client: Client) -> bool:
    client.publish_batch([("fill", b"x" * 1_000_000, False)])
    return False


def test_leaving_before_the_loop_runs_is_leaving() -> None:
    running = Running(free_port())
    running.client.disconnect()
    running.start()
    running.thread.join(1.5)
    assert running.has_ended()


@pytest.mark.broker
def test_it_can_connect_again_after_it_left(broker: Broker) -> None:
    first = Running(broker.port).start().connected()
    first.end()
    first.client.connect("127.0.0.1", broker.port)
    first.thread = threading.Thread(target=first.client.loop_forever, daemon=True)
    first.start().connected().end()


@pytest.mark.broker
def test_an_outage_is_told_once(
    broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    running = run(broker.port).connected()
    tries = threading.Semaphore(0)
    running.client.on_connect_fail = lambda *_: tries.release()
    broker.stop()
    assert tries.acquire(timeout=DEADLINE_S)
    assert tries.acquire(timeout=DEADLINE_S)
    told = [record for record in caplog.records if "no broker" in record.getMessage()]
    assert len(told) == 1
    assert told[0].levelno == logging.WARNING


@pytest.mark.broker
def test_two_clients_of_one_name_are_told_and_make_way(
    broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    twins = [run(broker.port, MqttOptions(client_id="twin")) for _ in range(2)]
    eventually(lambda: "another client have our name, 'twin'" in caplog.text)

    twins[0].end()
    eventually(twins[1].client.is_connected)


@pytest.mark.broker
def test_a_broker_that_is_restarted_is_no_client_of_our_name(
    broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    running = run(broker.port).connected()
    broker.stop()
    broker.start()
    running.connected()

    assert "another client" not in caplog.text


@pytest.mark.broker
def test_loop_start_of_paho_works_too(broker: Broker) -> None:
    client = Client()
    connected = threading.Event()
    client.on_connected.append(connected.set)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    assert connected.wait(DEADLINE_S)
    client.disconnect()
    client.loop_stop()
