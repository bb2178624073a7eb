"""Dividing what the station as a whole may draw: never more, and fairly.

Everybody gets the same, up to what they want; what one does not want is for the others.
Where that is too little for a vehicle to charge at all, those that began later wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """What one wants at most, and the least that is of any use."""

    most: float
    least: float = 0.0


def share(total: float, claims: Sequence[Claim]) -> list[float]:
    """Divide ``total``; who comes first in ``claims`` waits last."""
    if sum(claim.most for claim in claims) <= total:
        return [claim.most for claim in claims]
    usable = _served(total, claims)
    parts = [0.0] * len(claims)
    for i, part in zip(usable, _level(total, [claims[i] for i in usable]), strict=True):
        parts[i] = part
    _give_rest(total, claims, parts)
    return parts


def _served(total: float, claims: Sequence[Claim]) -> list[int]:
    """Who can be given the least that is of use, in their order."""
    served = []
    for i, claim in enumerate(claims):
        if claim.least <= min(total, claim.most):
            total -= claim.least
            served.append(i)
    return served


def _level(total: float, claims: Sequence[Claim]) -> list[float]:
    """As equal as the least and the most of each allow; their least fits into it."""
    parts = [0.0] * len(claims)
    open_ = set(range(len(claims)))
    left = total
    while open_:
        equal = left / len(open_)
        settled = _out_of_bounds(claims, open_, equal)
        if not settled:
            for i in open_:
                parts[i] = equal
            break
        for i, part in settled.items():
            parts[i] = part
            left -= part
            open_.discard(i)
    return [max(0.0, part) for part in parts]


def _out_of_bounds(
    claims: Sequence[Claim], open_: set[int], equal: float
) -> dict[int, float]:
    """Those for whom the same for all is too little, or else more than they want.

    Settling one kind at a time keeps the order in which bounds bind.
    """
    short = {i: claims[i].least - equal for i in open_ if claims[i].least > equal}
    over = {i: equal - claims[i].most for i in open_ if claims[i].most < equal}
    if sum(short.values()) > sum(over.values()):
        return {i: claims[i].least for i in short}
    return {i: claims[i].most for i in over}


def _give_rest(total: float, claims: Sequence[Claim], parts: list[float]) -> None:
    """What is left, be it of use or not, is for those that wait, in their order.

    So a limit that is too low to charge with is still told as what it is.
    """
    left = total - sum(parts)
    for i, claim in enumerate(claims):
        if parts[i] == 0 and left > 0:
            parts[i] = min(claim.most, left)
            left -= parts[i]
