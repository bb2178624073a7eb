"""What to say of a link that could not be opened: where, why, and what to look at."""

from __future__ import annotations

import errno
from urllib.parse import urlsplit, urlunsplit

from connector.errors import LinkRefused, TransportError
from connector.station.client.dialing import address
from connector.station.client.options import Endpoint

_OF_STATUS = {
    401: "is the password right, and is the station known there?",
    403: "is the station allowed there?",
    404: "is the path right, and is the station known there?",
}
_NOBODY = f"Errno {errno.ECONNREFUSED}"
"""As it stands in what the operating system says, also of several addresses."""
_REFUSED = "does a central system listen there?"


def where(endpoint: Endpoint, identity: str) -> str:
    """The URL that is called, without what may be a secret in it."""
    parts = urlsplit(address(endpoint, identity))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def explained(problem: TransportError, endpoint: Endpoint, identity: str) -> str:
    """One line for whoever has to repair it."""
    hint = _hint(problem)
    text = f"{where(endpoint, identity)}: {problem}"
    return f"{text}; {hint}" if hint else text


def _hint(problem: TransportError) -> str:
    if not isinstance(problem, LinkRefused):
        return ""
    if problem.status is None:
        return _REFUSED if _NOBODY in problem.reason else ""
    return _OF_STATUS.get(problem.status, "")
