"""The identity of a station: the last segment of its URL (OCPP-J, section 3.1.1)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

LONGEST_IDENTITY = 255
EXPECTED = f"1 to {LONGEST_IDENTITY} bytes without / \\ control and non-characters"

_NON_CHARACTERS = "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
_REFUSED = re.compile(
    rf"[/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NON_CHARACTERS}]"
)


def is_identity(text: str) -> bool:
    """Whether a text can be an identity (contract: datapoints, section 1)."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return 0 < size <= LONGEST_IDENTITY and _REFUSED.search(text) is None


def identity_of(path: str) -> str:
    """The identity in the path of a request.

    Raises:
        ValueError: its last segment is none.
    """
    segment = path.partition("?")[0].rpartition("/")[2]
    try:
        identity = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeError:
        identity = ""
    if not is_identity(identity):
        raise ValueError(f"the last segment of the path is no identity: {EXPECTED}")
    return identity
