"""The key grammar: `<station>__<where>__<name>[__<location>][__<phase>][__<suffix>]`.

One escape serves keys, topics and file names. It is reversible, and ``__`` never occurs
inside an escaped part, so that a key reads one way (contract: datapoints, section 1).
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import unquote

from connector.csms.facts import Datum

SEPARATOR = "__"
LOCATIONS = frozenset({"Inlet", "Cable", "EV", "Body", "Upstream"})
PHASES = frozenset({"L1", "L2", "L3", "N", "L1-L2", "L2-L3", "L3-L1"})
SUFFIXES = frozenset({"signed", "result"})

_FILE_NAME_BYTES = 200
_NON_CHARACTERS = "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
) + "".join(map(chr, range(0xFDD0, 0xFDF0)))
_UNSAFE = re.compile(
    rf"[%+#/\x00-\x1f\x7f-\x9f{_NON_CHARACTERS}\ud800-\udfff]"
    r"|^_|_$|_(?=_)|(?<=_)_"
)


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{b:02X}" for b in match[0].encode("utf-8", "surrogatepass"))


def escape(part: str) -> str:
    """One part of a key or topic, safe to stand between separators.

    ``.`` and ``..`` are escaped too: the same text may become a file name.
    """
    if part in (".", ".."):
        return part.replace(".", "%2E")
    return _UNSAFE.sub(_percent, part)


def unescape(part: str) -> str:
    """The text that `escape` was given."""
    return unquote(part, errors="surrogatepass")


def file_name(part: str) -> str:
    """`escape`, cut to 200 bytes with a digest where it is longer."""
    escaped = escape(part)
    encoded = escaped.encode("utf-8", "surrogatepass")
    if len(encoded) <= _FILE_NAME_BYTES:
        return escaped
    digest = hashlib.sha256(encoded).hexdigest()[:16]
    return encoded[:_FILE_NAME_BYTES].decode("utf-8", "ignore") + "~" + digest


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


def parse_local_key(text: str) -> Datum:
    """The datum of a local key.

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
