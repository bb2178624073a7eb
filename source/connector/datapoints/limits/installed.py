"""Profiles of ours at a station, and how sure we are of each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from connector.datapoints.limits.plans import Plan, plan_from_json
from connector.datapoints.limits.profiles import Carrier

Json = dict[str, Any]


class Trust(StrEnum):
    """Whether a profile is still there as the station accepted it."""

    HELD = "held"
    DOUBTFUL = "doubtful"
    """The station booted, or we did: it is shown, and sent again."""
    UNKNOWN = "unknown"
    """Nobody can say: it is not shown, and sent again."""


@dataclass(slots=True)
class Installed:
    """A profile that the station accepted, or may have.

    ``older_id`` is a profile that this one took the place of, still to be cleared;
    ``is_dynamic``: its limit can be changed without sending it again (2.1).
    """

    plan: Plan
    profile_id: int
    transaction_id: str | None = None
    older_id: int | None = None
    sent_s: float = 0.0
    trust: Trust = Trust.HELD
    is_dynamic: bool = False

    def is_sure(self, plan: Plan) -> bool:
        """Whether the station has a plan for sure."""
        return self.trust is Trust.HELD and self.plan.is_same(plan)

    def doubt(self) -> None:
        """Something happened that profiles may not survive."""
        if self.trust is Trust.HELD:
            self.trust = Trust.DOUBTFUL

    def to_json(self, carrier: Carrier) -> Json:
        """What is kept; ``sent_s`` means nothing after a restart."""
        return {
            "purpose": carrier.purpose,
            "plan": asdict(self.plan),
            "profile_id": self.profile_id,
            "transaction_id": self.transaction_id,
            "older_id": self.older_id,
            "trust": self.trust.value,
            "is_dynamic": self.is_dynamic,
        }


def installed_from_json(state: Json) -> Installed:
    """The profile that `Installed.to_json` wrote."""
    found = Installed(
        plan_from_json(state["plan"]),
        state["profile_id"],
        state["transaction_id"],
        state["older_id"],
        trust=Trust(state["trust"]),
        is_dynamic=state.get("is_dynamic", False),
    )
    found.doubt()
    return found
