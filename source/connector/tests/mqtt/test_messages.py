from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from connector.mqtt import Client, received_properties
from connector.tests.broker import Broker
from connector.tests.mqtt.conftest import Listener, Running, eventually
from connector.tests.ports import free_port

Run = Callable[..., Running]
Listen = Callable[..., Listener]


@pytest.mark.broker
def test_a_batch_arrives_in_order(broker: Broker, run: Run, listen: Listen) -> None:
    listener = listen(broker.port)
    client = run(broker.port).connected().client
    client.publish_batch([("b", b"1", False), ("a", b"2", True), ("b", b"", False)])
    client.publish("c", b"4")
    client.publish_batch([("d", b"5", False)])
    heard = [listener.next()[:2] for _ in range(5)]
    assert heard == [("b", b"1"), ("a", b"2"), ("b", b""), ("c", b"4"), ("d", b"5")]


@pytest.mark.broker
def test_only_what_is_retained_stays(broker: Broker, run: Run, listen: Listen) -> None:
    client = run(broker.port).connected().client
    client.publish_batch([("stays", b"1", True), ("goes", b"2", False)])
    client.publish("barrier", b"", qos=1).wait_for_publish(10)
    listener = listen(broker.port)
    client.publish_batch([("end", b"", False)])
    assert listener.next() == ("stays", b"1", True)
    assert listener.next()[0] == "end"


@pytest.mark.broker
def test_ten_thousand_messages_in_one_batch(
    broker: Broker, run: Run, listen: Listen
) -> None:
    listener = listen(broker.port)
    client = run(broker.port).connected().client
    messages = [(f"t/{n}", b"%d" % n, False) for n in range(10_000)]
    client.publish_batch(messages)
    assert [listener.next()[:2] for _ in messages] == [each[:2] for each in messages]
    assert client.dropped == 0


@pytest.mark.broker
def test_a_batch_is_one_write_to_the_socket(
    broker: Broker, run: Run, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = listen(broker.port)
    client = run(broker.port).connected().client
    sizes: list[int] = []
    send = client._sock_send

    def counting(data: bytes) -> int:
        sizes.append(len(data))
        return send(data)

    monkeypatch.setattr(client, "_sock_send", counting)
    client.publish_batch([("t", b"%d" % n, False) for n in range(10)])
    assert [listener.next()[1] for _ in range(10)] == [b"%d" % n for n in range(10)]
    assert len(sizes) == 1


@pytest.mark.broker
def test_batches_of_many_threads_do_not_mix(
    broker: Broker, run: Run, listen: Listen
) -> None:
    listener = listen(broker.port)
    client = run(broker.port).connected().client

    def publish(name: str) -> None:
        for number in range(100):
            client.publish_batch([(name, b"%d" % number, False)] * 5)
            client.publish(name, b"%d" % number)

    threads = [threading.Thread(target=publish, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = [listener.next()[:2] for _ in range(4 * 100 * 6)]
    expected = [b"%d" % number for number in range(100) for _ in range(6)]
    assert [payload for name, payload in heard if name == "a"] == expected
    assert [payload for name, payload in heard if name == "d"] == expected


BAD_TOPICS = ["", "a/+", "#", "a\0b", "a\x01b", "a\ud800", "a" * 65_536, "a/" * 201]


@pytest.mark.broker
def test_bad_topics_do_not_cost_the_connection(
    broker: Broker, run: Run, listen: Listen, caplog: pytest.LogCaptureFixture
) -> None:
    listener = listen(broker.port)
    running = run(broker.port).connected()
    client = running.client
    for _ in range(2):
        client.publish_batch([(topic, b"x", False) for topic in [*BAD_TOPICS, "good"]])
    for topic in BAD_TOPICS:
        client.publish_reply(topic, b"x")
        with pytest.raises(ValueError, match=r"topic|encode"):
            client.publish(topic, b"x", qos=1)
    client.publish("end", b"", qos=1)
    assert [listener.next()[0] for _ in range(3)] == ["good", "good", "end"]
    assert running.connects.empty()
    assert client.dropped == 2 * len(BAD_TOPICS)
    assert caplog.text.count("is no topic") == len(BAD_TOPICS)


@pytest.mark.parametrize("topic", ["", "a/#/b", "a\0", "a/\x01/#"])
def test_a_bad_filter_is_told_and_not_remembered(topic: str) -> None:
    client = Client()
    with pytest.raises(ValueError, match="filter"):
        client.subscribe(topic)
    with pytest.raises(ValueError, match="QoS"):
        client.subscribe("a", qos=3)
    assert client._subscriptions == {}


@pytest.mark.broker
def test_a_failing_callback_is_logged_with_its_topic_and_ends_nothing(
    broker: Broker, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    running = run(broker.port).connected()
    take = running.client.on_message

    def fail(*_: object) -> None:
        running.client.on_message = take
        raise LookupError("our mistake")

    running.client.on_message = fail
    running.client.subscribe("#")
    running.client.publish("first", b"")
    running.client.publish("second", b"")
    assert running.next().topic == "second"
    [record] = [each for each in caplog.records if each.exc_info]
    assert "'first'" in record.getMessage()
    assert running.connects.empty()


@pytest.mark.broker
def test_a_failing_listener_does_not_hinder_the_next(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    running = Running(broker.port)

    def fail() -> None:
        raise LookupError("our mistake")

    running.client.on_connected.insert(0, fail)
    running.start().connected().end()
    assert "our mistake" in caplog.text


@pytest.mark.broker
def test_listeners_publish_after_the_subscriptions(broker: Broker, run: Run) -> None:
    running = Running(broker.port)
    running.client.subscribe("a")
    threads: list[threading.Thread] = []

    def publish() -> None:
        threads.append(threading.current_thread())
        running.client.publish_batch([("a", b"x", False)])

    running.client.on_connected.append(publish)
    running.start()
    assert running.next().payload == b"x"
    assert threads == [running.thread]
    running.end()


@pytest.mark.broker
def test_a_reply_carries_the_correlation_data(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    running.client.subscribe("#", qos=1)
    running.client.publish_reply("answer", b"yes", b"\x00\x01")
    message = running.next()
    assert (message.payload, message.qos, message.retain) == (b"yes", 1, False)
    assert received_properties(message) == (None, b"\x00\x01")


@pytest.mark.broker
def test_where_a_request_wants_its_reply(broker: Broker, run: Run) -> None:
    running = run(broker.port).connected()
    running.client.subscribe("#")
    properties = Properties(PacketTypes.PUBLISH)
    properties.ResponseTopic = "to/me"
    properties.CorrelationData = b"7"
    running.client.publish("ask", b"", properties=properties)
    assert received_properties(running.next()) == ("to/me", b"7")


def test_a_message_of_3_1_1_has_no_properties() -> None:
    assert received_properties(object()) == (None, None)


def test_offline_nothing_is_kept_but_counted() -> None:
    client = Client()
    client.publish_batch([("a", b"x", True)] * 3)
    assert client.publish("a", b"x").rc
    assert client.dropped == 4
    assert not client.is_connected()


@pytest.mark.broker
def test_values_that_were_lost_with_the_connection_are_counted(
    broker: Broker, run: Run
) -> None:
    client = run(broker.port).connected().client
    broker.freeze()
    for _ in range(30):
        client.publish_batch([("a", b"x" * 500_000, False)])
    eventually(client.want_write)
    broker.kill()
    eventually(lambda: not client.is_connected())
    eventually(lambda: not client.want_write())
    assert client.dropped > 0


def test_a_client_that_was_never_connected_ends_at_once() -> None:
    Client().shutdown([("a", b"x", True)])
    never = Running(free_port())
    never.client.shutdown([("a", b"x", True)])
