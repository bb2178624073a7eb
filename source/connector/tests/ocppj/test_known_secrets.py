"""Secrets that were sent are blanked where they come back without a name."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.ocppj.known_secrets import KnownSecrets

SET = {"key": "AuthorizationKey", "value": "s3cret"}


@pytest.mark.parametrize(
    "sent",
    [
        SET,
        {"location": "ftp://me:s3cret@192.0.2.1/"},
        {"data": '{"password": "s3cret"}'},
        {"data": "password=s3cret"},
        {"list": [{"apn": {"apnPassword": "s3cret"}}]},
        {"secrets": ["s3cret", 5, None, True]},
    ],
)
def test_what_was_sent_in_secret_is_known(sent: Any) -> None:
    known = KnownSecrets()

    assert known.note(sent)
    assert known.hide_in("no good: s3cret!") == "no good: ***!"
    assert known.hide({"text": ["s3cret"]}) == {"text": ["***"]}


def test_the_one_time_name_of_a_file_is_known() -> None:
    known = KnownSecrets()
    assert known.note({"location": f"http://192.0.2.1/files/{'n' * 24}/fw.bin"})
    assert known.hide_in(f"{'n' * 24}-diag.zip") == "***-diag.zip"


def test_a_frame_is_read_before_it_is_looked_at() -> None:
    known = KnownSecrets()
    known.note({"password": 'a"b/c'})
    frame = r'[4,"1","GenericError","it is a\"b\/c",{}]'
    assert orjson.loads(known.hide_in_frame(frame))[3] == "it is ***"
    known.note(SET)
    assert known.hide_in_frame('[4,"1","s3cret') == '[4,"1","***'


def test_what_holds_no_secret_leaves_nothing_to_hide() -> None:
    known = KnownSecrets()
    assert not known.note({"key": "HeartbeatInterval", "value": "300"})
    assert known.hide_in("300") == "300"


def test_a_short_one_is_in_too_many_texts() -> None:
    known = KnownSecrets()
    known.note({"simPin": 12, "password": "on"})
    assert known.hide_in("one of 12") == "one of 12"


@pytest.mark.parametrize("word", ["true", "False", "none"])
def test_a_word_that_is_in_many_texts_is_none(word: str) -> None:
    known = KnownSecrets()

    assert not known.note({"key": "AuthorizationKeyEnabled", "value": word})


def test_a_status_stays_whatever_the_secret_is() -> None:
    known = KnownSecrets()
    known.note({"password": "Accepted"})
    answer = {"status": "Accepted", "info": "Accepted"}
    assert known.hide(answer) == {"status": "Accepted", "info": "***"}


def test_only_the_last_ones_are_known() -> None:
    known = KnownSecrets()
    for number in range(70):
        known.note({"password": f"{'x' * number}-secret-{number:02}"})
    assert known.hide_in("xxx-secret-03") == "xxx-secret-03"
    assert known.hide_in(f"{'x' * 69}-secret-69") == "***"
    known.note({"password": "last"})
    assert known.hide_in("last") == "***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it is 2026.", "it is ***."),
        ("pin:2026,", "pin:***,"),
        ("2026-01-31T20:26:20.2026Z", "2026-01-31T20:26:20.2026Z"),
        ("serial 120263, 192.2026.1", "serial 120263, 192.2026.1"),
    ],
)
def test_a_short_number_is_hidden_where_it_stands_alone(text: str, shown: str) -> None:
    known = KnownSecrets(["2026"])
    assert known.hide_in(text) == shown


def test_json_within_a_text_is_read_before_it_is_looked_at() -> None:
    known = KnownSecrets(['a"b/c'])
    data = orjson.dumps({"said": 'it is a"b/c'}).decode()
    assert known.hide_in_json(data) == '{"said":"it is ***"}'
    assert orjson.loads(known.hide({"data": data})["data"]) == {"said": "it is ***"}
    assert known.hide_in_json('{ "a": 1.50 }') == '{ "a": 1.50 }'
