"""TAP and JUnit XML, as others read them."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from connector.station.scenarios.results import (
    Outcome,
    Result,
    json_line,
    junit,
    tap,
)

GOOD = Result("unplug", "u.yaml", "CP1", "1.6", Outcome.PASSED, 1.25)
BAD = Result(
    *("fault #1 & <x>", "f.yaml", "CP1", "1.6", Outcome.FAILED, 2.0),
    reason='status is "Available"',
    line=7,
    step="2.1",
)
SKIPPED = Result("two", "", "CP1", "2.1", Outcome.SKIPPED, 0.0, "not for ocpp2.1")


def test_tap_has_a_line_for_each_and_says_what_went_wrong() -> None:
    lines = [
        line for n, each in enumerate((GOOD, BAD, SKIPPED), 1) for line in tap(each, n)
    ]

    assert lines == [
        "ok 1 - unplug (CP1, 1.6)",
        "not ok 2 - fault \\#1 & <x> (CP1, 1.6)",
        "  ---",
        '  message: "status is \\"Available\\""',
        '  file: "f.yaml"',
        "  line: 7",
        '  step: "2.1"',
        "  ...",
        "ok 3 - two (CP1, 2.1) # SKIP not for ocpp2.1",
    ]


def test_junit_has_a_suite_for_each_scenario() -> None:
    top = ET.fromstring(junit([GOOD, BAD, SKIPPED]))

    assert [suite.get("name") for suite in top] == ["unplug", "fault #1 & <x>", "two"]
    assert [suite.get("failures") for suite in top] == ["0", "1", "0"]
    assert [suite.get("skipped") for suite in top] == ["0", "0", "1"]
    failure = top.find(".//failure")
    assert failure is not None
    assert failure.get("message") == 'status is "Available"'
    assert failure.text == "f.yaml, line 7, step 2.1"


def test_what_no_document_can_hold_is_replaced() -> None:
    odd = Result("a\x1b[2J\ud800", "", "CP1", "", Outcome.FAILED, 0.0, "b\x00")

    top = ET.fromstring(junit([odd]))
    assert top[0].get("name") == "a?[2J?"
    assert all(line.isprintable() for line in tap(odd, 1))


def test_json_leaves_out_what_is_not_so() -> None:
    assert json.loads(json_line(GOOD)) == {
        "scenario": "unplug",
        "file": "u.yaml",
        "station": "CP1",
        "version": "1.6",
        "outcome": "passed",
        "seconds": 1.25,
    }
