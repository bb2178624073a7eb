"""Versions of local lists: what a station has, and the next one. Pure."""

from __future__ import annotations

from dataclasses import replace

from connector.csms.local_list_entries import Wire
from connector.store.records import LocalListRecord

LARGEST_VERSION = 2**31 - 1


def is_in_step(kept: LocalListRecord, said: int | None) -> bool:
    """Whether a station that says this version has the list that it accepted last."""
    return said == kept.version or (said == 0 and kept.entries == [])


def of_wire(wire: Wire, found: LocalListRecord | None) -> LocalListRecord | None:
    """What is kept of a list; entries of another version's are unknown."""
    if found and found.entries and wire.token not in found.entries[0]:
        return replace(found, entries=None)
    return found


def why_in_full(kept: LocalListRecord | None, said: int | None) -> str:
    """Why what changed cannot be known."""
    if kept is None:
        return "in full: none was sent before"
    if said is None:
        return "in full: the station does not tell its version"
    if not is_in_step(kept, said):
        return f"in full: the station has version {said}, not {kept.version}"
    return f"in full: somebody else sent version {kept.version}"


def next_version(kept: LocalListRecord | None, said: int | None) -> int:
    """A version above all that is known of."""
    return max(kept.version if kept else 0, said or 0, 0) + 1
