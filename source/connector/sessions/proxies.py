"""Where a connection comes from, when reverse proxies are on its way.

What a header says is believed where a proxy that we know has set it, and up to the
first hop that we do not know.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PAIR = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,"\s]*)\s*(?:;|$)')
_ELEMENTS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^,"])+')
_SECURE = frozenset({"https", "wss"})
_MOST_HOPS = 64


class Headers(Protocol):
    """Headers of a request, by name without case."""

    def get_all(self, name: str, /) -> Sequence[str]:
        """All values of one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who is at the other end, and whether all of the way to our proxy is TLS."""

    address: str
    is_secure: bool


@dataclass(frozen=True, slots=True)
class _Hop:
    """One that a header names: an address as it is written, and the scheme."""

    node: str
    is_secure: bool


class Proxies:
    """The reverse proxies whose headers are believed."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)

    def origin(self, peer: str, headers: Headers, *, is_secure: bool) -> Origin:
        """The origin of a request that came from ``peer``, over TLS or not."""
        if not self._networks or not self._is_known(_address(peer)):
            return Origin(peer, is_secure)
        hops = _hops(headers)
        if not hops:
            return Origin(peer, is_secure)
        nearest = Origin(peer, False)
        for hop in reversed(hops[-_MOST_HOPS:]):
            address = _address(hop.node)
            if address is None:
                # Hidden, or rubbish: nobody knows who that is.
                return Origin(nearest.address, hop.is_secure)
            nearest = Origin(str(address), hop.is_secure)
            if not self._is_known(address):
                break
        return nearest

    def _is_known(self, address: Address | None) -> bool:
        return address is not None and any(address in each for each in self._networks)


def _hops(headers: Headers) -> Sequence[_Hop]:
    """Those before our proxy, the farthest first.

    Where both kinds of headers are there one may be the client's own, passed on by a
    proxy that knows only the other kind: then neither is believed.
    """
    old = _of_old_headers(headers)
    standard = _of_forwarded(headers)
    if old and standard and _meant(old) != _meant(standard):
        return (_Hop("unknown", False),)
    return old or standard


def _meant(hops: Sequence[_Hop]) -> list[tuple[Address | None, bool]]:
    return [(_address(hop.node), hop.is_secure) for hop in hops]


def _of_old_headers(headers: Headers) -> list[_Hop]:
    nodes = _listed(headers, "X-Forwarded-For")
    schemes = _listed(headers, "X-Forwarded-Proto")
    if not nodes and not schemes:
        return []
    if len(schemes) != len(nodes):
        # Most proxies give one scheme for the whole way.
        is_secure = bool(schemes) and all(_is_secure(each) for each in schemes)
        return [_Hop(node, is_secure) for node in nodes or ["unknown"]]
    return [
        _Hop(node, _is_secure(scheme))
        for node, scheme in zip(nodes, schemes, strict=True)
    ]


def _of_forwarded(headers: Headers) -> list[_Hop]:
    """RFC 7239, section 4."""
    text = ",".join(headers.get_all("Forwarded"))
    return [_element(each) for each in _ELEMENTS.findall(text) if each.strip()]


def _element(text: str) -> _Hop:
    pairs = {name.lower(): _unquoted(value) for name, value in _PAIR.findall(text)}
    return _Hop(pairs.get("for", "unknown"), _is_secure(pairs.get("proto", "")))


def _listed(headers: Headers, name: str) -> list[str]:
    parts = ",".join(headers.get_all(name)).split(",")
    return [part.strip() for part in parts if part.strip()]


def _unquoted(value: str) -> str:
    if value.startswith('"'):
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _is_secure(scheme: str) -> bool:
    return scheme.strip().lower() in _SECURE


def _address(text: str) -> Address | None:
    """An address, with or without a port, in any spelling that proxies use."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if found.version == 6 else None
    return mapped or found
