"""The file of a recording: what is written is read, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.errors import RecordingError
from connector.ocppj.pseudonyms import Pseudonyms
from connector.sessions.recordings import (
    CSMS,
    STATION,
    Command,
    Frame,
    Header,
    dropped_line,
    end_line,
    frame_line,
    header_line,
    parse,
    read,
)

HEADER = Header("CP-7", 1_769_860_800_123, "ocpp1.6", "1.0")


def written(*lines: bytes) -> list[bytes]:
    return [header_line(HEADER), *lines]


def shown(text: str | bytes) -> Any:
    return orjson.loads(frame_line(0.0, STATION, text, Pseudonyms()))["frame"]


def test_the_header_says_whose_connection_it_was() -> None:
    assert orjson.loads(header_line(HEADER)) == {
        "format": 1,
        "connector": "1.0",
        "station": "CP-7",
        "subprotocol": "ocpp1.6",
        "started": "2026-01-31T12:00:00.123Z",
    }
    assert parse(written()).header == HEADER


def test_what_is_written_is_read() -> None:
    names = Pseudonyms()
    recording = parse(
        written(
            frame_line(0.5, STATION, '[2,"1","Heartbeat",{}]', names),
            frame_line(0.501, CSMS, '[3,"1",{}]', names),
            dropped_line(0.6, 3),
            frame_line(0.7, STATION, "rubbish", names),
            frame_line(0.8, STATION, b"\x00\x01", names),
            end_line(1.25, "link closed (1006)"),
        )
    )
    assert recording.entries == (
        Frame(2, 0.5, STATION, [2, "1", "Heartbeat", {}]),
        Frame(3, 0.501, CSMS, [3, "1", {}]),
        Frame(5, 0.7, STATION, None, "rubbish"),
        Frame(6, 0.8, STATION, None),
    )
    assert (recording.end, recording.duration_s) == ("link closed (1006)", 1.25)


def test_commands_and_sources_of_a_written_one_are_read() -> None:
    lines = [
        b'{"format": 1, "station": "A", "started": "2026-01-31T12:00:00+01:00", '
        b'"written": true, "subprotocol": null, "about": "It.", "sources": ["x"]}\n',
        b"\n",
        b'{"t": 2, "command": {"where": "1", "name": "power_limit", "value": null}}\n',
    ]
    recording = parse(lines)
    assert recording.header.is_written
    assert recording.header.subprotocol is None
    assert recording.header.sources == ("x",)
    assert recording.header.started_ms == 1_769_857_200_000
    assert recording.entries == (Command(3, 2.0, "1", "power_limit", None),)
    assert recording.duration_s == 2.0


def test_secrets_are_blanked_and_tokens_renamed() -> None:
    text = (
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"geheim"}]',
        '[2,"2","Authorize",{"idTag":"04A2"}]',
    )
    assert shown(text[0])[3] == {"key": "AuthorizationKey", "value": "***"}
    assert shown(text[1])[3] == {"idTag": "token-1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"text": ""}),
        ('{"a":1}', {"text": '{"a":1}'}),
        ('{"password":"geheim"}', {"text": '{"password":"***"}'}),
        ("5", {"text": "5"}),
        ("\ud800", {"text": "?"}),
        ('[2,"1","Authorize",{"idTag":"04A2"', {"text": '[2,"1","Authorize",{"idTag":"token-1"'}),
        ("password geheim", {"text": "15 characters"}),
        (b"abc", {"bytes": 3}),
        ("[" * 500 + "]" * 500, {"text": "1000 characters, nested deeper than 32"}),
        ("[" * 90_000, {"text": "[" * 90_000}),
    ],
)  # fmt: skip
def test_what_is_no_array_is_kept_as_text(text: str | bytes, expected: Any) -> None:
    assert shown(text) == expected


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    names = Pseudonyms()
    whole = frame_line(0.5, STATION, '[2,"1","Heartbeat",{}]', names)
    assert len(parse(written(whole, whole[:-9])).entries) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"rubbish\n", "line 2: is no JSON"),
        (b"[]\n", "line 2: is no JSON object"),
        (b"{}\n", "line 2: t is None, expected seconds"),
        (b'{"t": true}\n', "line 2: t is True, expected seconds"),
        (b'{"t": 1}\n', "expected frame, command, dropped or end beside t"),
        (b'{"t": 1, "frame": []}\n', "from is None, expected station or csms"),
        (b'{"t": 1, "from": "csms", "frame": 5}\n', "frame is neither a JSON array"),
        (b'{"t": 1, "command": "x"}\n', "command is 'x', expected an object"),
        (b'{"t": 1, "command": {"where": 1}}\n', "where is 1, expected a place"),
    ],
)
def test_a_wrong_line_is_named(line: bytes, expected: str) -> None:
    with pytest.raises(RecordingError, match="recording, line 2") as caught:
        parse(written(line))
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{}", "format is None, expected the header of a recording with format 1"),
        (b'{"format": 2}', "format is 2, expected"),
        (b'{"format": 1}', "station is None, expected text"),
        (b'{"format": 1, "station": "A"}', "started is None, expected a time"),
        (
            b'{"format": 1, "station": "A", "started": "2026-01-31T12:00:00"}',
            "started is '2026-01-31T12:00:00', expected a time with a zone",
        ),
        (
            b'{"format": 1, "station": "A", "started": "x", "subprotocol": 5}',
            "subprotocol is 5, expected text or null",
        ),
    ],
)
def test_a_wrong_header_is_named(line: bytes, expected: str) -> None:
    with pytest.raises(RecordingError) as caught:
        parse([line + b"\n"])
    assert expected in str(caught.value)


def test_an_empty_or_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="is empty, expected a recording"):
        parse([])
    with pytest.raises(RecordingError, match=r"gone.jsonl: cannot be read: No such"):
        read(tmp_path / "gone.jsonl")
