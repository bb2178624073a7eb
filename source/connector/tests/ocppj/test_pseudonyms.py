"""Id tokens have other names in what others may see, the same always the same."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.ocppj.pseudonyms import Pseudonyms


def test_the_same_token_has_the_same_name() -> None:
    names = Pseudonyms()
    assert names.of("04A2") == "token-1"
    assert names.of("BEEF") == "token-2"
    assert names.of("04a2") == "token-1"


@pytest.mark.parametrize("empty", ["", "  "])
def test_no_token_has_no_name(empty: str) -> None:
    assert Pseudonyms().of(empty) == empty


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"idTag": "A", "connectorId": 1}, {"idTag": "token-1", "connectorId": 1}),
        (
            {"idTagInfo": {"status": "Accepted", "parentIdTag": "A"}},
            {"idTagInfo": {"status": "Accepted", "parentIdTag": "token-1"}},
        ),
        (
            {"localAuthorizationList": [{"idTag": "A"}, {"idTag": "B"}]},
            {"localAuthorizationList": [{"idTag": "token-1"}, {"idTag": "token-2"}]},
        ),
        (
            {"idToken": {"idToken": "A", "type": "ISO14443"}},
            {"idToken": {"idToken": "token-1", "type": "ISO14443"}},
        ),
        ({"idTag": 5}, {"idTag": 5}),
        (
            {"key": "PlugAndChargeIdentifier", "value": "A"},
            {"key": "PlugAndChargeIdentifier", "value": "token-1"},
        ),
        (
            {"variable": {"name": "FreeIdToken"}, "attributeValue": "A"},
            {"variable": {"name": "FreeIdToken"}, "attributeValue": "token-1"},
        ),
        (
            {"key": "StopTransactionOnInvalidId", "value": "true"},
            {"key": "StopTransactionOnInvalidId", "value": "true"},
        ),
    ],
)
def test_tokens_are_found_where_they_stand(value: Any, expected: Any) -> None:
    assert Pseudonyms().replace(value) == expected


def test_tokens_are_found_in_json_within_a_text() -> None:
    data = '{"idTag": "A", "note": "[1]"}'
    found = Pseudonyms().replace({"data": data})["data"]
    assert orjson.loads(found) == {"idTag": "token-1", "note": "[1]"}


@pytest.mark.parametrize("data", ["[1, 2", '{"a":1}', "{", "[]"])
def test_text_without_a_token_stays_as_it_is(data: str) -> None:
    assert Pseudonyms().replace({"data": data}) == {"data": data}


def test_tokens_are_found_in_what_only_looks_like_json() -> None:
    broken = '[2,"1","Authorize",{"idTag": "04A2"'
    assert Pseudonyms().replace_text(broken) == (
        '[2,"1","Authorize",{"idTag": "token-1"'
    )
    assert Pseudonyms().replace({"data": '{"idTag":"A",'}) == {
        "data": '{"idTag":"token-1",'
    }
