"""What `doctor` says of each station."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.cli.doctor.stations import of_station
from connector.cli.exits import Exit
from connector.tests.cli.api import Api
from connector.tests.cli.conftest import Command

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
STATION = {
    "station": "CP-7",
    "registration": "Accepted",
    "connected": True,
    "protocol": "ocpp1.6",
    "connected_since": "2026-01-31T11:00:00Z",
    "last_seen": "2026-01-31T11:59:30Z",
    "reconnects": 0,
    "boot": {"vendor": "ACME", "model": "Wall\x1b[0m"},
    "status": None,
    "error_code": None,
    "connectors": [{"where": "1", "status": "Available", "error_code": "NoError"}],
    "options": {},
}
FAULTED = [{"where": "1", "status": "Faulted", "error_code": "GroundFailure"}]


def looked_at(refusals: dict[str, str] | None = None, **members: Any) -> Any:
    return of_station(STATION | members, refusals or {}, Counter({"CP-7": 2}), NOW)


@pytest.mark.parametrize(
    ("members", "verdict", "told"),
    [
        ({}, "ok", "heard 30 s ago"),
        ({"registration": "Pending"}, "warn", "Pending"),
        ({"registration": "Rejected"}, "ok", "Rejected"),
        ({"connected": False}, "bad", "not connected, last seen 2026-01-31 11:59:30"),
        ({"connected": False, "last_seen": None}, "bad", "never seen"),
        ({"reconnects": 50}, "warn", "50 reconnects"),
        ({"last_seen": "2026-01-31T11:00:00Z"}, "warn", "heard 3600 s ago"),
        ({"connectors": FAULTED}, "bad", "faulted GroundFailure"),
        ({"options": {"quirks": {"poll_s": 5}}}, "ok", "quirks poll_s"),
    ],
)
def test_what_is_worst_about_a_station_decides(
    members: dict[str, Any], verdict: str, told: str
) -> None:
    finding = looked_at(**members)

    assert finding.verdict.word == verdict
    assert told in finding.found
    assert bool(finding.advice) is (verdict != "ok")


def test_unknown_tokens_and_refusals_are_told_with_their_station() -> None:
    finding = looked_at({"CP-7": "a wrong password"})

    assert "2 unknown tokens" in finding.found
    assert "was refused: a wrong password" in finding.found
    assert finding.verdict.word == "warn"


def test_what_a_station_calls_itself_cannot_steer_a_terminal() -> None:
    finding = looked_at(station="CP\x1b[2J")

    assert "\x1b" not in f"{finding.name}{finding.found}{finding.advice}"


def test_whoever_is_kept_out_is_named_with_what_lets_him_in(
    api: Api, command: Command
) -> None:
    refusal = {"station": "NEW", "kind": "REFUSED", "note": "unknown station"}
    api.answer("GET", "/connector", ABOUT)
    api.answer("GET", "/stations", {"items": [STATION], "next": None})
    api.answer("GET", "/messages", {"items": [refusal], "next": None})
    api.answer("GET", "/tokens/seen", {"items": [], "next": None})

    done = command("doctor", "--json")

    [found] = [each for each in done.json if each["check"] == "NEW"]
    assert "unknown station" in found["found"]
    assert "stations add NEW" in found["advice"]


def test_a_connector_that_wants_another_token_is_said_to(
    api: Api, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "another-token")

    done = command("doctor", "--json")

    [found] = [each for each in done.json if each["check"] == "connector"]
    assert (found["verdict"], "--token-file" in found["advice"]) == ("warn", True)
    assert done.code == Exit.TROUBLE
    assert "another-token" not in done.out + done.err


ABOUT = {
    "version": "1",
    "started": "2026-01-31T12:00:00Z",
    "now": "2026-01-31T12:00:00Z",
    "broker": {
        "connected": True,
        "since": None,
        "address": "localhost:1883",
        "name": "ocpp-connector",
        "published": 0,
        "dropped": 0,
    },
    "stations": {"known": 1, "port": 9000, "tls_port": 0},
}
