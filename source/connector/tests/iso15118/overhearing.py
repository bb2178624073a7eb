"""Somebody on the broker who understands Josev, too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt

from connector.tests.system.listener import Listener, decoded

Json = dict[str, Any]
_SUBSCRIBED_WITHIN_S = 20.0
_PATIENCE_S = 60.0
"""Three JVMs and two Pythons beside it may have one busy processor."""


class Overhearing(Listener):
    """`said` waits for a message of one side.

    It listens from the moment that it is there, and what was said before is not news.
    """

    def __init__(self, port: int) -> None:
        self._is_subscribed = threading.Event()
        super().__init__(port)
        assert self._is_subscribed.wait(_SUBSCRIBED_WITHIN_S)

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        client.on_subscribe = lambda *_: self._is_subscribed.set()
        super()._on_connect(client)

    def _on_message(self, _: Any, __: Any, message: mqtt.MQTTMessage) -> None:
        if not message.retain:
            super()._on_message(_, __, message)

    def until(
        self,
        topic: str,
        test: Callable[[Any], bool] = lambda _: True,
        timeout_s: float = _PATIENCE_S,
    ) -> Any:
        """As the base class, with more patience."""
        return super().until(topic, test, timeout_s)

    def said(
        self,
        topic: str,
        name: str,
        test: Callable[[Json], bool] = lambda _: True,
        timeout_s: float = _PATIENCE_S,
    ) -> Json:
        """The data of the first message of that name that passes ``test``."""

        def found() -> list[Json]:
            texts = [body for where, body in self.history if where == topic]
            messages = [each for each in map(decoded, texts) if each["name"] == name]
            return [each["data"] for each in messages if test(each["data"])]

        with self._changed:
            assert self._changed.wait_for(found, timeout_s), (topic, name)
            return found()[0]

    def forget(self) -> None:
        """What was said so far is not news, either."""
        with self._changed:
            self.history.clear()
            self.last.clear()
