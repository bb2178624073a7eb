"""What was asked for at the door, as a log shows it."""

from __future__ import annotations

import pytest
from websockets.datastructures import Headers

from connector.sessions.asked_for import shown_offers, shown_path


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/", "'/'"),
        ("/ocpp/", "'/ocpp/'"),
        ("/a/?token=geheim", "'/a/' and a query"),
        ("/a/?", "'/a/' and a query"),
        ("/password=geheim/", "'/password=***'"),
        ("ws://me:geheim@host/", "'ws://***@host/'"),
        ("/\x1b[31m\n\u202e/", r"'/\x1b[31m\n\u202e/'"),
        ("/" + "x" * 500, "'/" + "x" * 119 + "' .."),
    ],
)
def test_a_path_is_shown_short_escaped_and_without_secrets(
    target: str, shown: str
) -> None:
    found = shown_path(target)

    assert "geheim" not in found
    assert found == shown


@pytest.mark.parametrize(
    ("lists", "shown"),
    [
        ([], "nothing"),
        ([" , "], "nothing"),
        (["ocpp1.5, ocpp1.2"], "'ocpp1.5', 'ocpp1.2'"),
        (["ocpp1.5", "soap"], "'ocpp1.5', 'soap'"),
        (["x\x80" + "y" * 200], r"'x\x80" + "y" * 78 + "' .."),
        (
            [",".join("abcdefghij")],
            "'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', and 2 more",
        ),
    ],
)
def test_offers_are_shown_short_and_escaped(lists: list[str], shown: str) -> None:
    headers = Headers([("Sec-WebSocket-Protocol", each) for each in lists])

    assert shown_offers(headers) == shown
