"""Whom to believe about where a connection comes from."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from websockets.datastructures import Headers

from connector.sessions.proxies import Origin, Proxies

PROXY, INNER, STRANGER = "10.0.0.5", "10.0.0.6", "198.51.100.7"
PROXIES = Proxies([ip_network("10.0.0.0/24"), ip_network("2001:db8:1::/48")])
FOR, PROTO, FORWARDED = "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"


def origin(*headers: tuple[str, str], peer: str = PROXY, tls: bool = False) -> Origin:
    found = Headers()
    for name, value in headers:
        found[name] = value
    return PROXIES.origin(peer, found, is_secure=tls)


@pytest.mark.parametrize(
    ("headers", "address", "is_secure"),
    [
        ([], PROXY, False),
        ([(FOR, "192.0.2.9")], "192.0.2.9", False),
        ([(FOR, "192.0.2.9"), (PROTO, "https")], "192.0.2.9", True),
        ([(FOR, "192.0.2.9"), (PROTO, "HTTPS")], "192.0.2.9", True),
        ([(FOR, "192.0.2.9"), (PROTO, "wss")], "192.0.2.9", True),
        ([(FOR, "192.0.2.9"), (PROTO, "http")], "192.0.2.9", False),
        ([(PROTO, "https")], PROXY, True),
        # What the station itself wrote stands farther to the left.
        ([(FOR, "1.1.1.1, 192.0.2.9"), (PROTO, "https")], "192.0.2.9", True),
        ([(FOR, "1.1.1.1"), (FOR, "192.0.2.9"), (PROTO, "http")], "192.0.2.9", False),
        ([(FOR, "1.1.1.1, 192.0.2.9"), (PROTO, "https, http")], "192.0.2.9", False),
        ([(FOR, "a, 192.0.2.9"), (PROTO, "http, https")], "192.0.2.9", True),
        ([(FOR, "a, b, 192.0.2.9"), (PROTO, "https, http")], "192.0.2.9", False),
        # Our own, one behind the other.
        ([(FOR, f"192.0.2.9, {INNER}"), (PROTO, "https")], "192.0.2.9", True),
        ([(FOR, f"{INNER}, {INNER}"), (PROTO, "https")], INNER, True),
        # Spellings.
        ([(FOR, "192.0.2.9:51234")], "192.0.2.9", False),
        ([(FOR, "2001:db8::9")], "2001:db8::9", False),
        ([(FOR, "[2001:db8::9]:51234")], "2001:db8::9", False),
        ([(FOR, "::ffff:192.0.2.9")], "192.0.2.9", False),
        ([(FOR, "rubbish"), (PROTO, "https")], PROXY, True),
        ([(FOR, f"192.0.2.9, rubbish, {INNER}")], INNER, False),
        ([(FOR, ", ,"), (PROTO, "")], PROXY, False),
        # RFC 7239.
        ([(FORWARDED, "for=192.0.2.9;proto=https;by=10.0.0.5")], "192.0.2.9", True),
        ([(FORWARDED, 'For="[2001:db8::9]:4711"; Proto=http')], "2001:db8::9", False),
        ([(FORWARDED, "for=1.1.1.1;proto=https, for=192.0.2.9")], "192.0.2.9", False),
        ([(FORWARDED, "for=_hidden;proto=https")], PROXY, True),
        ([(FORWARDED, 'for="a\\",b";proto=https,for=192.0.2.9')], "192.0.2.9", False),
        ([(FORWARDED, ";;=,=")], PROXY, False),
        # Both kinds: one may be the station's own.
        (
            [
                (FOR, "192.0.2.9"),
                (PROTO, "http"),
                (FORWARDED, "for=1.1.1.1;proto=https"),
            ],
            PROXY,
            False,
        ),
        (
            [
                (FOR, "192.0.2.9"),
                (PROTO, "https"),
                (FORWARDED, "for=192.0.2.9;proto=https"),
            ],
            "192.0.2.9",
            True,
        ),
    ],
)
def test_a_known_proxy_is_believed_up_to_the_first_that_is_not_known(
    headers: list[tuple[str, str]], address: str, is_secure: bool
) -> None:
    assert origin(*headers) == Origin(address, is_secure)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("peer", [STRANGER, "", "2001:db8:2::1"])
def test_others_are_not_believed(peer: str, tls: bool) -> None:
    headers = [(FOR, "192.0.2.9"), (PROTO, "http" if tls else "https")]
    assert origin(*headers, peer=peer, tls=tls) == Origin(peer, tls)


@pytest.mark.parametrize("peer", ["2001:db8:1::5", "::ffff:10.0.0.5"])
def test_a_proxy_may_come_over_ipv6(peer: str) -> None:
    headers = [(FOR, "192.0.2.9"), (PROTO, "https")]
    assert origin(*headers, peer=peer) == Origin("192.0.2.9", True)


def test_tls_between_a_proxy_and_us_says_nothing_of_the_way_before_it() -> None:
    assert origin((FOR, "192.0.2.9"), tls=True) == Origin("192.0.2.9", False)
    assert origin(tls=True) == Origin(PROXY, True)


def test_without_proxies_headers_are_nothing() -> None:
    headers = Headers({FOR: "192.0.2.9", PROTO: "https"})
    found = Proxies().origin("127.0.0.1", headers, is_secure=False)
    assert found == Origin("127.0.0.1", False)


def test_a_list_without_end_is_read_from_its_end_only() -> None:
    headers = [(FOR, ", ".join([INNER] * 2000 + ["192.0.2.9"]))]
    assert origin(*headers).address == "192.0.2.9"
    headers = [(FOR, ", ".join(["192.0.2.9"] + [INNER] * 2000))]
    assert origin(*headers).address == INNER
