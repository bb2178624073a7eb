"""The figures to reach, and the table that says which are reached."""

from __future__ import annotations

import math
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line; without a target it is there to be known."""

    name: str
    measured: str
    target: str = ""
    is_reached: bool | None = None


def at_most(name: str, value: float, bound: float, unit: str, note: str = "") -> Figure:
    """A figure that must not exceed its bound."""
    return Figure(
        name,
        _number(value, unit) + (f" ({note})" if note else ""),
        f"<= {_number(bound, unit)}",
        not math.isnan(value) and value <= bound,
    )


def at_least(
    name: str, value: float, bound: float, unit: str, note: str = ""
) -> Figure:
    """A figure that must reach its bound."""
    return Figure(
        name,
        _number(value, unit) + (f" ({note})" if note else ""),
        f">= {_number(bound, unit)}",
        not math.isnan(value) and value >= bound,
    )


def not_measured(name: str, bound: float, unit: str, reason: str) -> Figure:
    """A figure that has a bound and could not be had."""
    return Figure(name, f"not measured ({reason})", f"<= {_number(bound, unit)}")


def _number(value: float, unit: str) -> str:
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 0
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {unit}".rstrip()


def median(values: Sequence[float]) -> float:
    """The median, nan of nothing."""
    return statistics.median(values) if values else math.nan


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with aligned columns."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join((line(head), rule, *(line(row) for row in rows)))


def verdicts(figures: Sequence[Figure]) -> str:
    """The table of all figures."""
    words = {True: "ok", False: "NOT", None: ""}
    rows = [(f.name, f.target, f.measured, words[f.is_reached]) for f in figures]
    return table(("figure", "target", "measured", ""), rows)


def machine(more: Sequence[str] = ()) -> str:
    """Where it was measured, and with what."""
    model = platform.processor() or platform.machine()
    cores = 0
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            model = value.strip()
            cores += 1
    packages = ("ocpp", "websockets", "paho-mqtt", "orjson", "jsonschema-rs", "uvloop")
    versions = ", ".join([*(f"{name} {_version(name)}" for name in packages), *more])
    python = platform.python_version()
    return f"{cores or '?'} x {model}, Linux, Python {python}, {versions}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"
