"""The token of the HTTP API where none is configured."""

from __future__ import annotations

import errno
import io
import re
from pathlib import Path

import pytest

from connector.security.api_token import FILE, kept_token

URL = "http://localhost:8080"


def test_it_is_made_once_and_kept_for_us_alone(tmp_path: Path) -> None:
    made, again = kept_token(tmp_path), kept_token(tmp_path)

    # 128 bits are 22 characters of 6 bits.
    assert re.fullmatch(r"[\w-]{22,}", made.token)
    assert (made.is_new, again.is_new) == (True, False)
    assert again.token == made.token
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_place_has_another(tmp_path: Path) -> None:
    assert kept_token(tmp_path / "a").token != kept_token(tmp_path / "b").token


def test_a_new_one_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = kept_token(tmp_path)
    made.tell(URL)
    told = capsys.readouterr()
    kept_token(tmp_path).tell(URL)

    assert told.out == ""
    assert told.err.split().count(made.token) == 1
    lines = [line.strip() for line in told.err.splitlines()]
    addresses = [line for line in lines if URL in line]
    assert addresses[0] == f"{URL}/?token={made.token}"
    assert f"{URL}/docs?token=<" in addresses[1]
    assert str(tmp_path / FILE) in told.err
    assert capsys.readouterr().err == ""


def test_one_that_cannot_be_told_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = kept_token(tmp_path)

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())
    made.tell(URL)

    assert "could not be printed" in caplog.text
    assert str(tmp_path / FILE) in caplog.text
    assert made.token not in caplog.text


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("\n")

    made = kept_token(tmp_path)

    assert made.is_new
    assert (tmp_path / FILE).read_text().strip() == made.token


def test_one_that_a_person_wrote_is_taken(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("of a person\n".replace(" ", "-"))

    assert kept_token(tmp_path).token == "of-a-person"


def test_where_it_cannot_be_kept_it_holds_for_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).mkdir()

    made = kept_token(tmp_path)
    made.tell(URL)

    assert made.token
    assert made.problem
    assert "NOT kept" in capsys.readouterr().err


def test_it_is_not_in_the_text_of_the_object(tmp_path: Path) -> None:
    made = kept_token(tmp_path)

    assert made.token not in repr(made)
