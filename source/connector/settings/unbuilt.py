"""Settings whose capability this version does not have.

They are refused when they are set to anything but their default, never ignored: nobody
shall believe in a protection that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.settings.sources import SECRETS, Given

UNBUILT = {
    "CLUSTER_PREFIX": "cs",
    "CLUSTER_GROUP": "manager",
}
"""Name and default ("" = none)."""
UNBUILT_PREFIX = "PNC_"
"""Every setting of Plug and Charge."""


def refuse_unbuilt(found: Mapping[str, Given]) -> list[str]:
    """One problem for each that is set to anything but its default."""
    return [
        _problem(name, given)
        for name, given in found.items()
        if (name in UNBUILT or name.startswith(UNBUILT_PREFIX))
        and given.text.strip().casefold() != UNBUILT.get(name, "").casefold()
    ]


def _problem(name: str, given: Given) -> str:
    shown = "(hidden)" if name in SECRETS else repr(given.text)
    default = UNBUILT.get(name, "")
    expected = f"{default} or nothing" if default else "nothing"
    return (
        f"{name} is {shown} ({given.origin}), "
        f"expected {expected}: this version does not have it yet"
    )
