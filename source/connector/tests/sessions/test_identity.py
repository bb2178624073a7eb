from __future__ import annotations

import pytest

from connector.sessions.identity import identity_of, is_identity


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/cs1", "cs1"),
        ("/ocpp/1.6/cs1", "cs1"),
        ("cs1", "cs1"),
        ("/cs1?token=a/b", "cs1"),
        ("/cs1?", "cs1"),
        ("/CS%201", "CS 1"),
        ("/%C3%A4%E2%82%AC", "ä€"),
        ("/%F0%9F%94%8C", "\N{ELECTRIC PLUG}"),
        ("/a+b", "a+b"),
        ("/100%", "100%"),
        ("/%3F", "?"),
        ("/RDAM|123:4.5@x", "RDAM|123:4.5@x"),
        ("/" + "x" * 255, "x" * 255),
        ("/" + "%C3%A4" * 127 + "x", "ä" * 127 + "x"),
    ],
)
def test_the_last_segment_is_the_identity_percent_decoded_and_without_its_query(
    path: str, identity: str
) -> None:
    assert identity_of(path) == identity


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/ocpp/",
        "/?cs1",
        "/" + "x" * 256,
        "/" + "%C3%A4" * 128,
        "/%FF",
        "/%C3",
        "/%ED%A0%80",
        "/%C0%AF",
        "/a%2Fb",
        "/a%5Cb",
        "/a\\b",
        "/%00",
        "/%1F",
        "/a%0Ab",
        "/%7F",
        "/%C2%80",
        "/%C2%9F",
        "/%EF%B7%90",
        "/%EF%BF%BE",
        "/%EF%BF%BF",
        "/%F4%8F%BF%BF",
        "/\udcff",
    ],
)
def test_a_path_whose_last_segment_cannot_be_an_identity_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no identity"):
        identity_of(path)


def test_the_length_of_an_identity_is_counted_in_bytes() -> None:
    assert is_identity("x" * 255)
    assert not is_identity("x" * 256)
    assert is_identity("€" * 85)
    assert not is_identity("€" * 85 + "x")
    assert not is_identity("")


def test_no_control_character_and_no_non_character_is_in_an_identity() -> None:
    refused = [
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF)),
        ord("/"),
        ord("\\"),
    ]
    assert not any(is_identity(f"a{chr(code)}b") for code in refused)
    taken = set(range(0x110000)) - set(refused)
    assert all(is_identity(chr(code)) for code in taken)
