"""Somebody on the broker who understands Josev, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.tests.system.listener import Listener, decoded

Json = dict[str, Any]


class Overhearing(Listener):
    """`said` waits for a message of one side."""

    def said(
        self,
        topic: str,
        name: str,
        test: Callable[[Json], bool] = lambda _: True,
        timeout_s: float = 30,
    ) -> Json:
        """The data of the first message of that name that passes ``test``."""

        def found() -> list[Json]:
            texts = [body for where, body in self.history if where == topic]
            messages = [each for each in map(decoded, texts) if each["name"] == name]
            return [each["data"] for each in messages if test(each["data"])]

        with self._changed:
            assert self._changed.wait_for(found, timeout_s), (topic, name)
            return found()[0]
