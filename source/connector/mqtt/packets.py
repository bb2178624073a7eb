"""PUBLISH packets of QoS 0, written by ourselves: many of them are one socket write.

MQTT 3.1.1 section 3.3, MQTT 5.0 section 3.3 (there with an empty list of properties).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

logger = logging.getLogger(__name__)

Message = tuple[str, bytes, bool]
"""Topic, payload, retain."""
Packet = tuple[str, bytes]
"""A topic and its encoded packet."""

LONGEST_PACKET = 268_435_455
_LONGEST_TOPIC = 65_535
_MOST_SLASHES = 200
"""Mosquitto hangs up on a topic with more."""
_CACHED = 200_000
_FORBIDDEN = re.compile(
    "[+#\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
    )
    + "]"
)
"""Wildcards, and what a broker may hang up on (MQTT 5.0, section 1.5.4)."""


def is_topic(topic: str) -> bool:
    """Whether a broker lets something be published there (MQTT 3.1.1, section 4.7)."""
    if not topic or _FORBIDDEN.search(topic) or topic.count("/") > _MOST_SLASHES:
        return False
    return len(topic.encode()) <= _LONGEST_TOPIC


def is_filter(topic: str) -> bool:
    """Whether a broker lets it be subscribed to (MQTT 3.1.1, section 4.7.1)."""
    *above, last = topic.split("/")
    plain = "/".join("-" if level == "+" else level for level in above)
    end = "-" if last in ("+", "#") else last
    return is_topic(f"{plain}/{end}" if above else end)


def length(size: int) -> bytes:
    """A remaining length (MQTT 3.1.1, section 2.2.3)."""
    if size < 128:
        return bytes((size,))
    digits = bytearray()
    while size:
        size, digit = divmod(size, 128)
        digits.append(digit | 0x80 if size else digit)
    return bytes(digits)


class Encoder:
    """Makes packets for one connection; what a topic becomes is remembered."""

    def __init__(self, *, is_v5: bool, longest: int = LONGEST_PACKET) -> None:
        self._after_topic = b"\x00" if is_v5 else b""
        self._longest = min(longest, LONGEST_PACKET)
        self._heads: dict[str, bytes] = {}
        self._too_long: set[str] = set()

    def encode(self, messages: Sequence[Message]) -> list[Packet]:
        """The packets of all messages that would not break the connection."""
        publish = self.publish
        packets = [
            (topic, publish(topic, payload, retain))
            for topic, payload, retain in messages
        ]
        return [each for each in packets if each[1]]

    def publish(self, topic: str, payload: bytes, retain: bool) -> bytes:
        """A packet; empty for a topic or payload that would break the connection."""
        head = self._heads.get(topic)
        if head is None:
            head = self._head(topic)
        if not head:
            return b""
        size = len(head) + len(payload)
        prefix = (b"\x31" if retain else b"\x30") + length(size)
        if len(prefix) + size > self._longest:
            self._tell_too_long(topic, size)
            return b""
        return prefix + head + payload

    def _head(self, topic: str) -> bytes:
        if len(self._heads) >= _CACHED:
            self._heads.clear()
        head = b""
        if is_topic(topic):
            encoded = topic.encode()
            head = len(encoded).to_bytes(2, "big") + encoded + self._after_topic
        else:
            logger.error("not published: %r is no topic", topic[:200])
        self._heads[topic] = head
        return head

    def _tell_too_long(self, topic: str, size: int) -> None:
        if topic not in self._too_long and len(self._too_long) < _CACHED:
            self._too_long.add(topic)
            logger.error(
                "not published on %s: the broker takes no %s bytes", topic, size
            )
