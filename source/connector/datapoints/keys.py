"""The key grammar: `<station>__<where>__<name>[__<location>][__<phase>][__<suffix>]`.

One escape serves keys, topics and file names. It is reversible, and ``__`` never occurs
inside an escaped part, so that a key reads one way (contract: datapoints, section 1).
"""

from __future__ import annotations

from functools import lru_cache

from connector.csms.facts import Datum
from connector.ocppj.escaping import escape, file_name, unescape

__all__ = [
    "LOCATIONS",
    "PHASES",
    "SEPARATOR",
    "SUFFIXES",
    "escape",
    "file_name",
    "key",
    "local_key",
    "local_topic",
    "parse_key",
    "parse_local_key",
    "unescape",
]

SEPARATOR = "__"
LOCATIONS = frozenset({"Inlet", "Cable", "EV", "Body", "Upstream"})
PHASES = frozenset({"L1", "L2", "L3", "N", "L1-L2", "L2-L3", "L3-L1"})
SUFFIXES = frozenset({"signed", "result"})


def key(station: str, datum: Datum) -> str:
    """The full key of a station's datum."""
    return f"{escape(station)}{SEPARATOR}{local_key(datum)}"


@lru_cache(maxsize=65536)
def local_key(datum: Datum) -> str:
    """The key without the station's part; the same for every station."""
    where, name, *optional = datum
    parts = [where, escape(name), *filter(None, optional)]
    return SEPARATOR.join(parts)


def local_topic(datum: Datum) -> str:
    """The same parts as levels of a topic of the open tree."""
    return local_key(datum).replace(SEPARATOR, "/")


@lru_cache(maxsize=65536)
def parse_local_key(text: str) -> Datum:
    """The datum of a local key; one object for all stations.

    Raises:
        ValueError: the text is no local key.
    """
    where, *rest = text.split(SEPARATOR)
    if not rest or not rest[0]:
        raise ValueError(f"{text!r} is no key: expected <where>__<name>")
    name, *optional = rest
    taken = {kind: "" for kind in ("location", "phase", "suffix")}
    for part in optional:
        kind = _kind_of(part)
        if kind is None or taken[kind]:
            raise ValueError(f"{text!r} is no key: unexpected part {part!r}")
        taken[kind] = part
    return Datum(where, unescape(name), **taken)


def _kind_of(part: str) -> str | None:
    if part in LOCATIONS:
        return "location"
    if part in PHASES:
        return "phase"
    return "suffix" if part in SUFFIXES else None


def parse_key(text: str) -> tuple[str, Datum]:
    """The station and datum of a full key.

    Raises:
        ValueError: the text is no key.
    """
    station, separator, rest = text.partition(SEPARATOR)
    if not station or not separator:
        raise ValueError(f"{text!r} is no key: expected <station>__<where>__<name>")
    return unescape(station), parse_local_key(rest)
