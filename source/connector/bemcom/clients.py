"""MQTT clients: the robust one, and any other with paho's face."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import paho.mqtt.client

if TYPE_CHECKING:
    from connector.mqtt import MqttOptions

logger = logging.getLogger("pyconnector")


def make(
    kind: Callable[..., Any], options: MqttOptions | None, userdata: dict[str, Any]
) -> Any:
    """A client of this kind; paho's own stands for the robust one."""
    if kind is paho.mqtt.client.Client:
        from connector.mqtt import Client  # noqa: PLC0415  (only where it is used)

        return Client(options, userdata=userdata)
    client = kind(userdata=userdata)
    if options is not None:
        _apply(options, client)
    return client


def _apply(options: MqttOptions, client: Any) -> None:
    """Set on a foreign client what a setting asks for."""
    if options.username is not None:
        client.username_pw_set(options.username, options.password)
    if options.tls is not None:
        tls = options.tls
        client.tls_set(ca_certs=tls.ca, certfile=tls.cert, keyfile=tls.key)
    if options.will is not None and hasattr(client, "will_set"):
        will = options.will
        client.will_set(will.topic, will.payload, qos=1, retain=will.retain)


def when_connected(
    client: Any, listener: Callable[[], None], subscribe: Callable[[], None]
) -> None:
    """Have ``listener`` called after every connect, once all is subscribed.

    The robust client subscribes by itself; for any other, ``subscribe`` is called.
    """
    listeners = getattr(client, "on_connected", None)
    if isinstance(listeners, list):
        listeners.append(listener)
        return

    def on_connect(_: Any, __: Any, ___: Any, reason: Any, *____: Any) -> None:
        if getattr(reason, "is_failure", reason != 0):
            logger.error("the broker refuses us: %s", reason)
            return
        try:
            subscribe()
            listener()
        except Exception:
            logger.exception("what belongs to a new connection failed")

    client.on_connect = on_connect


def may_publish(client: Any) -> bool:
    """Whether it has a connection; of one that cannot tell it is taken for granted."""
    is_connected = getattr(client, "is_connected", None)
    return is_connected is None or bool(is_connected())
