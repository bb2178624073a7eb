"""Problems are told in commands to type, not in requests to send."""

from __future__ import annotations

import re

import pytest

from connector.cli.exits import Exit
from connector.cli.hints import to_type
from connector.store import restore
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command
from connector.web.api import auth, stations, tokens, transactions
from connector.web.problems import Problem


def detail_of_token(kind: str, name: str) -> str:
    return tokens._unknown(tokens._Name(kind, name)).detail


def detail_of_transaction() -> str:
    with pytest.raises(Problem) as caught:
        transactions._known("01J", None)
    return caught.value.detail


NOT_ADOPTED = "CP-7 is not adopted: PUT registers it, adopt lets it in"
SAY = "ocpp-connector"


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        (stations._unknown("CP-20"), f"`{SAY} stations add CP-20` registers it"),
        (stations._unknown("CP-20"), f"`{SAY} stations list` shows those that are"),
        (stations._unknown("a b"), f"'a b': `{SAY} stations add STATION` registers"),
        (stations._unknown("--url=x"), f"`{SAY} stations add STATION` registers"),
        (stations._unknown("x\n`rm`"), f"`{SAY} stations add STATION` registers"),
        (NOT_ADOPTED, f"`{SAY} stations adopt CP-7` lets it in"),
        (detail_of_token("any", "04A2"), f"`{SAY} tokens set 04A2` registers it"),
        (
            detail_of_token("Central", "04A2"),
            f"`{SAY} tokens set 04A2 --type Central` registers it",
        ),
        (detail_of_transaction(), f"`{SAY} transactions list` shows their keys"),
        (auth._NEEDED, "expected API_TOKEN, or --token-file"),
        (restore._INSIST, "say so with --force,"),
    ],
)
def test_what_the_connector_says_is_told_as_a_command(detail: str, told: str) -> None:
    found = to_type(detail)

    assert told in found
    assert not re.search(r"\b(GET|PUT|POST|PATCH|DELETE)\b|/api/|Bearer", found)


def test_other_words_stay_as_they_are() -> None:
    assert to_type("phases is 2, expected 1 or 3") == "phases is 2, expected 1 or 3"


def test_commands_tell_it_so(api: Api, command: Command) -> None:
    api.refuse("GET", "/stations/CP-20", 404, stations._unknown("CP-20"))

    done = command("stations", "show", "CP-20")

    assert done.code == Exit.NOT_FOUND
    assert done.err == (
        "nobody knows the station 'CP-20': `ocpp-connector stations add CP-20` "
        "registers it, `ocpp-connector stations list` shows those that are known\n"
    )
