"""PUBLISH packets of QoS 0, written by ourselves: many of them are one socket write.

MQTT 3.1.1 section 3.3, MQTT 5.0 section 3.3 (there with an empty list of properties).
"""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)

_LONGEST_TOPIC = 65_535
_LONGEST_PACKET = 268_435_455
_CACHED = 500_000


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
    """Makes packets for one version of MQTT; what a topic becomes is remembered."""

    def __init__(self, *, is_v5: bool) -> None:
        self._after_topic = b"\x00" if is_v5 else b""
        self._heads: dict[str, bytes] = {}

    def publish(self, topic: str, payload: bytes, retain: bool) -> bytes:
        """A packet; empty for a topic or payload that would break the connection."""
        head = self._heads.get(topic)
        if head is None:
            head = self._head(topic)
        size = len(head) + len(payload)
        if not head or size > _LONGEST_PACKET:
            return b""
        kind = b"\x31" if retain else b"\x30"
        return kind + length(size) + head + payload

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


def is_topic(topic: str) -> bool:
    """Whether something can be published there (MQTT 3.1.1, section 4.7)."""
    try:
        size = len(topic.encode())
    except UnicodeEncodeError:
        return False
    return 0 < size <= _LONGEST_TOPIC and not any(c in topic for c in "+#\x00")
