"""What became of scenarios: TAP lines and JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as ET  # written, never read

TAP_VERSION = "TAP version 14"


class Outcome(StrEnum):
    """What there is to say in a word."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario at one station; ``step`` is where it failed: `3`, `4.2`."""

    scenario: str
    file: str
    station: str
    version: str
    outcome: Outcome
    seconds: float
    reason: str = ""
    line: int | None = None
    step: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON; what is not so is left out."""
        return {name: v for name, v in asdict(self).items() if v not in ("", None)}


def json_line(result: Result) -> str:
    """A result as a line of JSON."""
    return json.dumps(result.as_json())


def tap(result: Result, number: int) -> Iterator[str]:
    """The lines of a result (https://testanything.org, version 14)."""
    word = "not ok" if result.outcome is Outcome.FAILED else "ok"
    version = f", {result.version}" if result.version else ""
    name = _plain(f"{result.scenario} ({result.station}{version})")
    skip = f" # SKIP {_plain(result.reason)}" if _is_skipped(result) else ""
    yield f"{word} {number} - {name}{skip}"
    if result.outcome is Outcome.FAILED:
        yield "  ---"
        yield f"  message: {json.dumps(result.reason)}"
        yield f"  file: {json.dumps(result.file)}"
        if result.line is not None:
            yield f"  line: {result.line}"
            yield f"  step: {json.dumps(result.step)}"
        yield "  ..."


def _is_skipped(result: Result) -> bool:
    return result.outcome is Outcome.SKIPPED


def _plain(text: str) -> str:
    """In a description `#` and a backslash mean something else."""
    escaped = text.replace("\\", "\\\\").replace("#", "\\#")
    return "".join(each if each.isprintable() else "?" for each in escaped)


def junit(results: Iterable[Result]) -> bytes:
    """A document with a suite for each scenario."""
    top = ET.Element("testsuites", name="scenarios")
    by_name: dict[str, list[Result]] = {}
    for each in results:
        by_name.setdefault(each.scenario, []).append(each)
    for name, found in by_name.items():
        top.append(_suite(name, found))
    ET.indent(top)
    text: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return text


def _suite(name: str, results: list[Result]) -> ET.Element:
    counts = {
        "tests": len(results),
        "failures": sum(r.outcome is Outcome.FAILED for r in results),
        "errors": 0,
        "skipped": sum(_is_skipped(r) for r in results),
    }
    seconds = sum(each.seconds for each in results)
    suite = ET.Element("testsuite", name=_xml(name), time=f"{seconds:.3f}")
    for key, value in counts.items():
        suite.set(key, str(value))
    for each in results:
        suite.append(_case(each))
    return suite


def _case(result: Result) -> ET.Element:
    version = f" {result.version}" if result.version else ""
    case = ET.Element(
        "testcase",
        classname=_xml(result.scenario),
        name=_xml(f"{result.station}{version}"),
        time=f"{result.seconds:.3f}",
        file=_xml(result.file),
    )
    reason = _xml(result.reason)
    if _is_skipped(result):
        ET.SubElement(case, "skipped", message=reason)
    elif result.outcome is Outcome.FAILED:
        failure = ET.SubElement(case, "failure", message=reason)
        failure.text = f"{_xml(result.file)}, line {result.line}, step {result.step}"
    return case


def _xml(text: str) -> str:
    """Without what XML has no place for (controls, halves of pairs)."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else "?" for each in text
    )
