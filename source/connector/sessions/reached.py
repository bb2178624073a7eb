"""The host by which a peer reached us, as it may stand in a URL."""

from __future__ import annotations

import ipaddress
import re
from sys import intern

_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")
_PORT = re.compile(r"(:\d{0,5})?")


def reached_host(header: str, local_address: str) -> str:
    """The host of a ``Host`` header (RFC 9110, section 7.2), without its port.

    Where that is missing or none, the address of our own end; empty where that is no
    use to the peer either. IPv6 addresses stand in brackets.
    """
    # Thousands of stations use the same one.
    return intern(_host_of(header.strip()) or _bracketed(local_address))


def _host_of(header: str) -> str:
    if header.startswith("["):
        address, closed, port = header[1:].partition("]")
        is_whole = bool(closed) and _PORT.fullmatch(port)
        return _bracketed(address) if is_whole else ""
    name, colon, port = header.partition(":")
    if not _PORT.fullmatch(colon + port) or not _NAME.fullmatch(name):
        return ""
    return _bracketed(name) if name.replace(".", "").isdecimal() else name


def _bracketed(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if address.version == 4:
        return "" if address.is_unspecified else str(address)
    if address.ipv4_mapped is not None:
        return _bracketed(str(address.ipv4_mapped))
    # A scope (fe80::1%eth0) means something on one machine only.
    is_useless = address.is_unspecified or address.scope_id is not None
    return "" if is_useless else f"[{address}]"
