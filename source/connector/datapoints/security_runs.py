"""The commands `password` and `security_profile`.

A password is a secret, and what is written to a command shows: so `true` has one made
up. A certain one is given with the API alone, as `NewPassword`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.csms.password_rotation import AFTER_REBOOT, UNCLEAR, Unclear
from connector.csms.security_profiles import HIGHEST, Wanted
from connector.csms.station import STATION, Station
from connector.datapoints import values
from connector.datapoints.command_runs import Context
from connector.datapoints.outcomes import (
    Outcome,
    OutcomeName,
    of_response,
    outcome_of,
)
from connector.datapoints.values import InvalidValue

_PROFILE = (
    '1, 2 or 3, or an object such as {"profile": 2, "url": "wss://cs.example.com:9443"}'
)
_MEMBERS = ("profile", "url", "interface", "slot")
_LAST_SLOT = 2**31 - 1
_SLOT = "a slot: the number of one of the station's network profiles"


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A certain password; it is nowhere to be shown."""

    text: str = field(repr=False)


def password(value: object) -> NewPassword | None:
    """`true` has one made up (None); what else is written is never shown."""
    if isinstance(value, NewPassword):
        return value
    if value is not True and not _says_true(value):
        raise InvalidValue(None, "true, which makes a new one (the API takes others)")
    return None


def _says_true(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in ("true", "on")


async def change_password(
    context: Context, station: Station, where: str, value: NewPassword | None
) -> Outcome:
    """Give the station another password."""
    text = None if value is None else value.text
    try:
        changed = await context.blocks.passwords.change(station, text)
    except Unclear as problem:
        outcome = outcome_of(problem.cause)
        detail = f"{outcome.detail}; {UNCLEAR}"
        return Outcome(outcome.outcome, detail, outcome.response)
    outcome = of_response("ChangeConfiguration", changed.answer)
    detail = AFTER_REBOOT if changed.needs_reboot else ""
    return Outcome(outcome.outcome, detail, outcome.response)


def profile(value: object) -> Wanted:
    """The number of a profile, or an object with it and where to connect."""
    found = value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        found = values.structure(value, _PROFILE)
    members: dict[str, Any] = found if isinstance(found, dict) else {"profile": found}
    if not members.keys() <= set(_MEMBERS):
        raise InvalidValue(value, f"{_PROFILE} ({', '.join(_MEMBERS)})")
    try:
        number = values.whole_number(members.get("profile"))
    except InvalidValue:
        raise InvalidValue(value, _PROFILE) from None
    if not 1 <= number <= HIGHEST:
        raise InvalidValue(value, _PROFILE)
    url, interface = (_text(members.get(name)) for name in ("url", "interface"))
    scheme = "ws://" if number == 1 else "wss://"
    if url is not None and not url.startswith(scheme):
        raise InvalidValue(url, f"a URL that begins with {scheme}")
    return Wanted(number, url, interface, _slot(members.get("slot")))


def _slot(value: object) -> int | None:
    if value is None:
        return None
    try:
        found = values.whole_number(value)
    except InvalidValue:
        raise InvalidValue(value, _SLOT) from None
    if not 0 <= found <= _LAST_SLOT:
        raise InvalidValue(value, _SLOT)
    return found


def _text(value: object) -> str | None:
    return None if value is None else values.text(value)


def profile_reporter(
    report_late: Callable[[str, str, str, Outcome], None],
) -> Callable[[Station, bool, str], None]:
    """How it is told that a station has come with the profile, or has not."""

    def report(station: Station, is_done: bool, detail: str) -> None:
        name = OutcomeName.ACCEPTED if is_done else OutcomeName.TIMEOUT
        outcome = Outcome(name, detail)
        report_late(station.identity, STATION, "security_profile", outcome)

    return report


async def change_profile(
    context: Context, station: Station, where: str, wanted: Wanted
) -> Outcome:
    """Have the station come with a higher security profile."""
    moving = await context.blocks.security_profiles.move(station, wanted)
    if moving is None:
        return Outcome(OutcomeName.ACCEPTED, "unchanged")
    outcome = of_response("ChangeConfiguration", moving.answer)
    return Outcome(outcome.outcome, moving.detail, outcome.response)
