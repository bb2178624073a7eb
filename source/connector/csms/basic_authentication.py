"""What a station says of itself in an HTTP header (RFC 7617)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from connector.security.passwords import LONGEST_BYTES

_LONGEST_HEADER = 4 * (LONGEST_BYTES + 1024)


def password_of(header: str | None, identity: str, segment: str) -> bytes | None:
    """The password that is presented for a station; None where there is none.

    The user has to be the identity (OCPP 2.0.1, part 2, A00.FR.204), as text in UTF-8
    or ISO 8859-1, or as it stands in the URL, whose last ``segment`` this is. It is
    known, so that a colon in it divides nothing.
    """
    scheme, _, encoded = (header or "").strip().partition(" ")
    if scheme.lower() != "basic" or len(encoded) > _LONGEST_HEADER:
        return None
    encoded = encoded.strip().rstrip("=")
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        credentials = base64.b64decode(padded.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    for user in _users(identity, segment):
        if credentials.startswith(user + b":"):
            return credentials[len(user) + 1 :]
    return None


def _users(identity: str, segment: str) -> list[bytes]:
    found = [identity.encode(), quote(identity, safe="").encode()]
    found.append(segment.encode("utf-8", "replace"))
    if not identity.isascii():
        try:
            found.append(identity.encode("latin-1"))
        except UnicodeEncodeError:
            return found
    return found
