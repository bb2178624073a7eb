"""One command, one report: every fault at its full extent (see README.md).

The tests of ``source/connector/tests`` inject the faults; continuous integration runs a
sample of each. Here they run at their full extent, one after the other, and what they
note of it becomes a page of the documentation.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from fault_rows import FAULTS, Fault
from figures import machine, table
from processes import HERE

SOURCE = HERE.parent / "source"
_TESTS = Path("connector") / "tests"
_LONGEST_REASON = 200


@dataclass
class Case:
    """One test: what it says, what it found, and why it did not hold."""

    name: str
    figures: dict[str, str]
    problem: str = ""
    is_skipped: bool = False


@dataclass
class Result:
    """What became of a fault."""

    fault: Fault
    cases: list[Case] = field(default_factory=list)
    seconds: float = 0.0
    problem: str = ""

    @property
    def has_held(self) -> bool:
        """Everything did, and nothing was left out."""
        return bool(self.cases) and not self.problems

    @property
    def problems(self) -> list[str]:
        """What did not hold, in words."""
        found = [self.problem] if self.problem else []
        for case in self.cases:
            if case.problem:
                found.append(f"{case.name}: {case.problem}")
            found += [f"{case.name}: {text}" for text in self._exceeded(case)]
        return found

    def _exceeded(self, case: Case) -> list[str]:
        return [
            f"{name} is {value}, at most {bound:g}"
            for name, value in case.figures.items()
            for beginning, bound in self.fault.bounds.items()
            if name.startswith(beginning) and float(value) > bound
        ]


# -- running


def _inject(fault: Fault, *, is_sample: bool) -> Result:
    """Run the tests of a fault, in a process of their own."""
    result = Result(fault)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
        command += [f"--basetemp={folder}/tests", "-p", "no:cacheprovider"]
        command += [str(_TESTS / each) for each in fault.tests]
        environment = dict(os.environ) | {"FAULTS": "" if is_sample else "whole"}
        with subprocess.Popen(
            command, cwd=SOURCE, env=environment, stdout=sys.stderr
        ) as process:
            try:
                process.wait(fault.limit_s)
            except subprocess.TimeoutExpired:
                result.problem = f"not over within {fault.limit_s:.0f} s"
            finally:
                _end(process)
        if report.exists():
            result.cases = _read(report)
    result.seconds = time.monotonic() - began_s
    if not result.cases and not result.problem:
        result.problem = "no test ran"
    return result


def _end(process: subprocess.Popen[bytes]) -> None:
    """As somebody would who has no patience: tests clean up."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


def _read(report: Path) -> list[Case]:
    root = ElementTree.parse(report).getroot()  # noqa: S314  (written by ourselves)
    return [_case(element) for element in root.iter("testcase")]


def _case(element: ElementTree.Element) -> Case:
    figures = {
        each.get("name", ""): each.get("value", "") for each in element.iter("property")
    }
    case = Case(_words(element.get("name", "")), figures)
    for kind in ("failure", "error"):
        for found in element.iter(kind):
            text = (found.get("message") or found.text or kind).strip()
            case.problem = text.splitlines()[0][:_LONGEST_REASON]
    for found in element.iter("skipped"):
        case.is_skipped = True
        case.problem = f"left out: {found.get('message', '')}"[:_LONGEST_REASON]
    return case


def _words(name: str) -> str:
    """What a test says, and its parameters behind it."""
    said, _, parameters = name.partition("[")
    text = said.removeprefix("test_").replace("_", " ")
    return f"{text} ({parameters.rstrip(']')})" if parameters else text


# -- the report


def _summary(results: Sequence[Result]) -> str:
    head = ("fault", "what was done", "what holds", "")
    rows = [
        (
            each.fault.title,
            each.fault.done,
            each.fault.holds,
            f"{'held' if each.has_held else '**NOT**'}, {len(each.cases)} tests, "
            f"{each.seconds / 60:.1f} min",
        )
        for each in results
    ]
    return table(head, rows)


def _details(results: Sequence[Result]) -> str:
    parts = []
    for result in results:
        rows = [
            (
                case.name.replace("|", "\\|"),
                "; ".join(f"{name}: {value}" for name, value in case.figures.items()),
            )
            for case in result.cases
            if case.figures
        ]
        if rows:
            parts.append(
                f"## {result.fault.title}\n\n" + table(("test", "found"), rows)
            )
    return "\n\n".join(parts)


def _failures(results: Sequence[Result]) -> str:
    found = [text for result in results for text in result.problems]
    if not found:
        return ""
    return "## What did not hold\n\n" + "\n".join(f"- {text}" for text in found)


_PAGE = """\
# Faults survived

Made by `bench/faults --write`: every fault is injected for real, into a connector that
runs as its users run it. Continuous integration injects a sample of each. The tests are
in `source/connector/tests`; `FAULTS=whole` gives them their full extent.

{machine}

{parts}
"""


def _page(results: Sequence[Result]) -> str:
    parts = (_summary(results), _failures(results), _details(results))
    text = "\n\n".join(part for part in parts if part)
    return _PAGE.format(machine=machine(), parts=text)


def _arguments() -> argparse.Namespace:
    names = [fault.name for fault in FAULTS]
    parser = argparse.ArgumentParser(prog="bench/faults", description=__doc__)
    parser.add_argument("--only", choices=names, action="append", help="this fault")
    parser.add_argument("--sample", action="store_true", help="as far as CI goes")
    parser.add_argument("--write", action="store_true", help="write the page of docs/")
    return parser.parse_args()


def main() -> int:
    """Inject and report; 1 when something does not hold, or could not be done."""
    arguments = _arguments()
    wanted = arguments.only or [fault.name for fault in FAULTS]
    results = []
    for fault in FAULTS:
        if fault.name in wanted:
            print(f"injecting: {fault.title} ..", file=sys.stderr, flush=True)
            results.append(_inject(fault, is_sample=arguments.sample))
    page = _page(results)
    print(page)
    if arguments.write:
        path = HERE.parent / "docs" / "explanation" / "faults.md"
        path.write_text(page)
        print(f"written: {path}", file=sys.stderr)
    return 0 if all(result.has_held for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
