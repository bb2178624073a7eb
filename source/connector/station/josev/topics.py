"""The topics of one station's conversation with Josev."""

from __future__ import annotations

from dataclasses import dataclass

TO_US, TO_JOSEV, LIMITS = "josev/cs", "cs/josev", "smart_charging/iso15118"


@dataclass(frozen=True, slots=True)
class Topics:
    """Below a prefix, which may be empty.

    ``extends``: what we publish has its name as one more level (as `publish-extend` of
    the MQTT extension has it); what comes may be of either form.
    """

    prefix: str = ""
    extends: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError: a prefix that no topic can begin with."""
        has_wildcard = bool(set(self.prefix) & set("+#\0"))
        if has_wildcard or self.prefix.strip("/") != self.prefix:
            raise ValueError(
                f"prefix {self.prefix!r}: expected a topic without + and #, and "
                "without / at its ends"
            )

    def _full(self, topic: str) -> str:
        return f"{self.prefix}/{topic}" if self.prefix else topic

    def to_josev(self, name: str) -> str:
        """Where we answer and tell."""
        topic = self._full(TO_JOSEV)
        return f"{topic}/{name}" if self.extends else topic

    def of_limits(self, name: str) -> str:
        """Where a smart-charging service tells limits."""
        topic = self._full(LIMITS)
        return f"{topic}/{name}" if self.extends else topic

    def filters(self) -> list[str]:
        """What to subscribe to: `#` holds the level above it, too."""
        return [f"{self._full(TO_US)}/#", f"{self._full(LIMITS)}/#"]

    def is_ours(self, topic: str) -> bool:
        """Whether a topic is one of those."""
        tops = (self._full(TO_US), self._full(LIMITS))
        return any(topic == each or topic.startswith(each + "/") for each in tops)
