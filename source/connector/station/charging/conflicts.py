"""What a profile replaces, and what it may not stand beside (2.x K01; 1.6, 5.16)."""

from __future__ import annotations

from collections.abc import Iterable

from connector.station.charging.decision import Refused
from connector.station.charging.profile import CSO, Profile, Purpose
from connector.station.core.session import Session


def replaced_by(profile: Profile, installed: Iterable[Profile]) -> list[Profile]:
    """The installed profiles that a new one takes the place of.

    Raises:
        Refused: it may not stand beside one of them (2.x), or not replace it.
    """
    replaced = []
    for other in installed:
        if other.id == profile.id:
            _may_replace(profile, other)
            replaced.append(other)
        elif _is_rival(profile, other):
            if profile.version != "1.6":
                info = f"it is valid together with profile {other.id}"
                raise Refused("DuplicateProfile", info)
            replaced.append(other)
    return replaced


def _may_replace(profile: Profile, other: Profile) -> None:
    """Not what somebody else demands (K01.FR.05)."""
    if profile.source == CSO and other.source != CSO:
        raise Refused("DuplicateProfile", f"profile {other.id} is an external one")


def _is_rival(profile: Profile, other: Profile) -> bool:
    """Whether both would count at the same time, and neither more than the other."""
    if (profile.purpose, profile.level) != (other.purpose, other.level):
        return False
    if profile.source != other.source:
        return False
    if profile.purpose is Purpose.TX:  # K01.FR.39
        return (profile.evse, profile.session) == (other.evse, other.session)
    if profile.evse != other.evse and not _is_default_of_all(profile, other):
        return False
    return profile.version == "1.6" or _overlap(profile, other)  # K01.FR.06


def _is_default_of_all(profile: Profile, other: Profile) -> bool:
    """A default of the station is one of each EVSE (2.x, K01.FR.52 and 53)."""
    is_default = profile.purpose is Purpose.TX_DEFAULT
    return is_default and profile.version != "1.6" and 0 in (profile.evse, other.evse)


def _overlap(one: Profile, other: Profile) -> bool:
    return (
        one.valid_from_ms < other.valid_to_ms and other.valid_from_ms < one.valid_to_ms
    )


def check_phases(profile: Profile, installed: Iterable[Profile]) -> None:
    """Two profiles that hold together use the same phase (2.1, K01.FR.141).

    Raises:
        Refused: it wants another phase than one of them.
    """
    wanted = _phases(profile)
    for other in installed if wanted else ():
        is_near = 0 in (profile.evse, other.evse) or profile.evse == other.evse
        if other.id == profile.id or not is_near or not _overlap(profile, other):
            continue
        theirs = _phases(other)
        if theirs and len(theirs | wanted) > 1:
            raise Refused("PhaseConflict", f"profile {other.id} uses another phase")


def _phases(profile: Profile) -> set[int]:
    used = {period.phase_to_use for period in profile.schedule.periods}
    return {phase for phase in used if phase is not None}


def key_of(profile: Profile, session: Session | None) -> str:
    """The session that a TxProfile is for (K01.FR.03, 09, 33; 1.6, 3.13.1).

    Raises:
        Refused: that transaction does not run there.
    """
    wanted = profile.transaction
    if wanted is None and profile.version != "1.6":
        raise Refused("MissingParam", "a TxProfile needs a transactionId")
    if session is None or not session.is_running:
        raise Refused("TxNotFound", "no transaction runs there")
    known = session.id_16 if profile.version == "1.6" else session.key
    if wanted is not None and wanted != known:
        raise Refused("TxNotFound", f"transaction {wanted} does not run there")
    return session.key


def check_start(profile: Profile) -> None:
    """A profile that comes with a request to start (2.x F01, K05; 1.6, 5.11).

    Raises:
        Refused: it is for something else.
    """
    if profile.purpose is not Purpose.TX:
        raise Refused("InvalidProfile", "only a TxProfile starts with a transaction")
    if profile.transaction is not None and profile.version != "1.6":
        raise Refused("InvalidProfile", "the transaction has no id yet")
