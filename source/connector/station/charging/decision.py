"""What becomes of a request about charging profiles."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """A profile that this station does not take, and why.

    ``reason_code`` is one of 2.x (part 2, appendix 5).
    """

    def __init__(self, reason_code: str, info: str) -> None:
        super().__init__(info)
        self.reason_code = reason_code
        self.info = info


@dataclass(frozen=True, slots=True)
class Decision:
    """A status of SetChargingProfile, and in 2.x its statusInfo."""

    status: str
    reason_code: str | None = None
    info: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether it is in force."""
        return self.status == "Accepted"

    @property
    def status_info(self) -> dict[str, str] | None:
        """The statusInfo of 2.x."""
        if self.reason_code is None:
            return None
        return {"reasonCode": self.reason_code, "additionalInfo": self.info[:512]}


ACCEPTED = Decision("Accepted")


def rejected(refused: Refused) -> Decision:
    """The answer to a refused one."""
    return Decision("Rejected", refused.reason_code, refused.info)
