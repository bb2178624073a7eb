"""The one escape of names from outside: for keys, topics and file names.

It is reversible, and ``__`` never occurs inside an escaped part (contract: datapoints,
section 1).
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

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
