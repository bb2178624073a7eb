"""What somebody asked for at the door, as a log may show it."""

from __future__ import annotations

from websockets.datastructures import Headers

from connector.ocppj.redaction import blank_text

_PATH = 120
_OFFER = 80
_MOST_OFFERS = 8


def shown_path(target: str) -> str:
    """The path of a request, quoted and escaped; of a query only that there is one.

    Queries hold tokens and passwords: some chargers log in that way.
    """
    path, mark, _ = target.partition("?")
    return _quoted(blank_text(path), _PATH) + (" and a query" if mark else "")


def shown_offers(headers: Headers) -> str:
    """The subprotocols in ``Sec-WebSocket-Protocol`` (RFC 6455, section 4.1)."""
    lists = headers.get_all("Sec-WebSocket-Protocol")
    names = [name.strip() for each in lists for name in each.split(",")]
    found = [_quoted(blank_text(name), _OFFER) for name in names if name]
    if not found:
        return "nothing"
    more = len(found) - _MOST_OFFERS
    rest = [f"and {more} more"] if more > 0 else []
    return ", ".join(found[:_MOST_OFFERS] + rest)


def _quoted(text: str, longest: int) -> str:
    """Cut before it is escaped, so that no escape is cut in two."""
    return ascii(text[:longest]) + (" .." if len(text) > longest else "")
