from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Callable, Iterator

import pytest

from connector.tests.mqtt.conftest import DEADLINE_S, Running, eventually
from connector.tests.mqtt.small_broker import Answer, SmallBroker

Run = Callable[..., Running]
Serve = Callable[[Answer], SmallBroker]

V5, V311 = 5, 4
WELCOME_5, WELCOME_311 = b"\x20\x03\x00\x00\x00", b"\x20\x02\x00\x00"


@pytest.fixture
def serve() -> Iterator[Serve]:
    serving: list[SmallBroker] = []

    def start(answer: Answer) -> SmallBroker:
        serving.append(SmallBroker(answer))
        return serving[-1]

    yield start
    for each in serving:
        each.close()


def only_3_1_1(refusal: bytes) -> Answer:
    """A broker that answers MQTT 5 with these bytes, and hangs up."""

    def answer(level: int, peer: socket.socket) -> bool:
        peer.sendall(WELCOME_311 if level == V311 else refusal)
        return level == V311

    return answer


REFUSALS = {
    "a 3.1.1 CONNACK, code 1": b"\x20\x02\x00\x01",
    "a 5 CONNACK, 0x84": b"\x20\x03\x00\x84\x00",
    "nothing": b"",
    "a DISCONNECT": b"\xe0\x02\x84\x00",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 200,
    "zeroes": b"\x00" * 20,
    "a length without end": b"\x20\xff\xff\xff\xff\xff",
    "an unreadable CONNACK": b"\x20\x04\x00\x00\x01\xff",
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_broker_of_3_1_1_gets_3_1_1_at_once(
    refusal: bytes, serve: Serve, run: Run
) -> None:
    broker = serve(only_3_1_1(refusal))
    client = run(broker.port).connected(2.0).client
    assert not client.is_v5
    client.publish_batch([("a", b"x", True)])
    assert broker.packets.get(timeout=DEADLINE_S) == b"\x31\x04\x00\x01ax"


def test_the_version_that_worked_is_remembered(serve: Serve, run: Run) -> None:
    broker = serve(only_3_1_1(b"\x20\x02\x00\x01"))
    running = run(broker.port).connected()
    assert broker._peer is not None
    broker._peer.shutdown(socket.SHUT_RDWR)
    running.connected()
    levels = [broker.levels.get(timeout=DEADLINE_S) for _ in range(3)]
    assert levels == [V5, V311, V311]


def test_a_proxy_whose_broker_is_starting_does_not_cost_mqtt_5(
    serve: Serve, run: Run
) -> None:
    turns = iter([False, False, False, False, True])

    def hang_up_first(_: int, peer: socket.socket) -> bool:
        is_up = next(turns)
        peer.sendall(WELCOME_5 if is_up else b"")
        return is_up

    broker = serve(hang_up_first)
    client = run(broker.port).connected().client
    assert client.is_v5
    levels = [broker.levels.get(timeout=DEADLINE_S) for _ in range(5)]
    assert levels == [V5, V311, V5, V311, V5]


def test_once_mqtt_5_worked_a_hang_up_does_not_cost_it(serve: Serve, run: Run) -> None:
    turns = iter([True, False, False, True])

    def answer(_: int, peer: socket.socket) -> bool:
        is_up = next(turns)
        peer.sendall(WELCOME_5 if is_up else b"")
        return is_up

    broker = serve(answer)
    running = run(broker.port).connected()
    assert broker._peer is not None
    broker._peer.shutdown(socket.SHUT_RDWR)
    running.connected()
    levels = [broker.levels.get(timeout=DEADLINE_S) for _ in range(4)]
    assert levels == [V5] * 4


def test_a_broker_that_speaks_neither_is_asked_again_and_again(
    serve: Serve, run: Run
) -> None:
    def refuse(level: int, peer: socket.socket) -> bool:
        peer.sendall(b"\x20\x03\x00\x84\x00" if level == V5 else b"\x20\x02\x00\x05")
        return False

    broker = serve(refuse)
    run(broker.port)
    levels = [broker.levels.get(timeout=DEADLINE_S) for _ in range(4)]
    assert levels == [V5, V311, V311, V311]


def test_a_refusal_is_told_once_and_without_the_password(
    serve: Serve, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    from connector.mqtt import MqttOptions

    caplog.set_level(logging.DEBUG)

    def refuse(_: int, peer: socket.socket) -> bool:
        peer.sendall(b"\x20\x03\x00\x87\x00")
        return False

    broker = serve(refuse)
    options = MqttOptions(username="somebody", password="swordfish")
    run(broker.port, options)
    for _ in range(3):
        broker.levels.get(timeout=DEADLINE_S)
    assert caplog.text.count("Not authorized") == 1
    assert "swordfish" not in caplog.text + repr(options)


def test_a_disconnect_of_the_broker_is_the_end_of_a_connection(
    serve: Serve, run: Run
) -> None:
    def welcome_once(_: int, peer: socket.socket) -> bool:
        peer.sendall(WELCOME_5 + b"\xe0\x01\x8b")
        return False

    broker = serve(welcome_once)
    running = run(broker.port).connected()
    eventually(lambda: not running.client.is_connected())
    dropped = running.client.dropped
    running.client.publish_batch([("a", b"x", True)])
    assert running.client.dropped >= dropped
    running.connected()


def test_what_is_no_mqtt_ends_the_connection_and_not_the_loop(
    serve: Serve, run: Run
) -> None:
    # A PUBLISH whose topic is longer than the packet, a SUBACK that nobody asked for.
    turns = iter([b"\x30\x03\xff\xffx", b"\x90\x01\x00", b"\x40\x00", b""])

    def answer(_: int, peer: socket.socket) -> bool:
        rubbish = next(turns)
        peer.sendall(WELCOME_5 + rubbish)
        return not rubbish

    running = run(serve(answer).port)
    for _ in range(4):
        running.connected()


def test_a_packet_from_another_thread_never_precedes_connect(
    serve: Serve, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connector.mqtt import Client

    send_connect = Client._send_connect

    def publish_meanwhile(client: Client, keepalive: int) -> object:
        client.publish("early", b"x", qos=1)
        return send_connect(client, keepalive)

    monkeypatch.setattr(Client, "_send_connect", publish_meanwhile)
    broker = serve(only_3_1_1(b"\x20\x02\x00\x01"))
    run(broker.port).connected()
    with pytest.raises(queue.Empty):
        while True:
            assert broker.levels.get(timeout=0.2) in (V5, V311)


def test_the_longest_packet_of_a_broker_is_respected(serve: Serve, run: Run) -> None:
    def welcome(_: int, peer: socket.socket) -> bool:
        peer.sendall(b"\x20\x08\x00\x00\x05\x27\x00\x00\x00\xc8")
        return True

    broker = serve(welcome)
    client = run(broker.port).connected().client
    client.publish_batch([("a", b"x" * 200, False), ("b", b"y", False)])
    assert broker.packets.get(timeout=DEADLINE_S) == b"\x30\x05\x00\x01b\x00y"
    assert client.dropped == 1
    with pytest.raises(ValueError, match="too large"):
        client.publish("a", "x" * 200, qos=1)
