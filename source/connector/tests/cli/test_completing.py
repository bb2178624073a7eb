"""What a shell is offered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command

Typed = Callable[[str], list[str]]
PAGE = {
    "items": [
        {"station": "CP-7", "name": "North wall"},
        {"station": "CP-8", "name": None},
        {"station": "CP $(odd)", "name": None},
        {"station": "Other", "name": None},
    ],
    "next": None,
}


@pytest.fixture
def typed(command: Command, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """What bash is offered for the last of these words."""

    def offered(words: str) -> list[str]:
        monkeypatch.setenv("_OCPP_CONNECTOR_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", f"ocpp-connector {words}")
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" "))))
        done = command()
        assert done.err == ""
        return done.out.split()

    return offered


@pytest.mark.parametrize(
    "words",
    [
        "stations show CP",
        "limit CP",
        "command CP",
        "send CP",
        "watch CP",
        "transactions list --station CP",
    ],
)
def test_stations_are_offered_wherever_one_is_asked_for(
    api: Api, typed: Typed, words: str
) -> None:
    api.answer("GET", "/stations", PAGE)

    assert typed(words) == ["CP-7", "CP-8"]


def test_where_no_connector_answers_nothing_is_offered_and_nothing_said(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCPP_CONNECTOR_URL", "http://127.0.0.1:1")

    assert typed("stations show CP") == []


def test_a_refusal_offers_nothing(api: Api, typed: Typed) -> None:
    api.refuse("GET", "/stations", 401, "no")

    assert typed("stations show CP") == []
