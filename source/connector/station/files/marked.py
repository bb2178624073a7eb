"""YAML (and JSON) whose mistakes are named: file, line, column, found, expected."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import yaml

from connector.errors import SettingsError

_NULL = "tag:yaml.org,2002:null"
_NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})([eE][-+]?\d{1,3})?")
_WHOLE = re.compile(r"[-+]?\d{1,15}")
_LONGEST_SHOWN = 60
_MOST_PROBLEMS = 50


@dataclass(slots=True)
class Problems:
    """What is wrong in a file, a line for each."""

    name: str
    lines: list[str] = field(default_factory=list)

    def add(self, mark: yaml.Mark | None, text: str) -> None:
        """Something is wrong at a place."""
        at = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        if len(self.lines) < _MOST_PROBLEMS:
            self.lines.append(f"{self.name}{at}: {text}")

    def finish(self) -> None:
        """Nothing more is read.

        Raises:
            SettingsError: something was wrong.
        """
        if self.lines:
            raise SettingsError(self.lines)


@dataclass(frozen=True, slots=True)
class Marked:
    """A value at its place; what does not fit is noted, and something that fits given.

    ``is_secret``: what was found is not shown.
    """

    problems: Problems
    node: yaml.Node
    path: str
    is_secret: bool = False

    @property
    def mark(self) -> yaml.Mark:
        """Where it begins."""
        return self.node.start_mark

    @property
    def is_null(self) -> bool:
        """Whether nothing stands there."""
        return self.node.tag == _NULL

    @property
    def is_mapping(self) -> bool:
        """Whether it has names."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def wrong(self, expected: str) -> None:
        """Note that it is not what was expected."""
        found = "" if self.is_secret else f"found {self._shown()}, "
        place = f"{self.path}: " if self.path else ""
        self.problems.add(self.mark, f"{place}{found}expected {expected}")

    def _shown(self) -> str:
        if self.is_mapping:
            return "a mapping"
        if self.is_list:
            return "a list"
        text = str(self.node.value)
        if self.is_null:
            return "nothing"
        return repr(text[:_LONGEST_SHOWN])

    # -- scalars

    def text(self, *, longest: int = 2500, values: Collection[str] = ()) -> str:
        """A text as it is written, not empty."""
        value = self._scalar()
        if values and value not in values:
            self.wrong(f"one of {', '.join(sorted(values))}")
            return min(values)
        if value is None or not value or not value.isprintable():
            self.wrong("a text")
        elif len(value) > longest:
            self.wrong(f"at most {longest} characters")
        return value or ""

    def number(self, low: float, high: float = 1e9) -> float:
        """A number between two others."""
        value = self._scalar() or ""
        number = float(value) if _NUMBER.fullmatch(value) else math.nan
        if not low <= number <= high:
            self.wrong(f"a number from {low:g} to {high:g}")
            return low
        return number

    def whole(self, low: int, high: int = 2**31 - 1) -> int:
        """A whole number between two others."""
        value = self._scalar() or ""
        number = int(value) if _WHOLE.fullmatch(value) else low - 1
        if not low <= number <= high:
            self.wrong(f"a whole number from {low} to {high}")
            return low
        return number

    def flag(self) -> bool:
        """`true` or `false`."""
        value = (self._scalar() or "").lower()
        if value not in ("true", "false"):
            self.wrong("true or false")
        return value == "true"

    def value(self) -> str:
        """Any scalar as text, be it empty; lists become comma-separated."""
        if isinstance(self.node, yaml.SequenceNode):
            return ",".join(each.value() for each in self.items())
        text = self._scalar()
        if text is None and not self.is_null:
            self.wrong("a value, or a list of them")
        if text is not None and text.lower() in ("true", "false"):
            return text.lower()
        return text or ""

    def _scalar(self) -> str | None:
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null:
            return None
        return str(self.node.value)

    # -- collections

    def items(self, *, most: int = 1000) -> Iterator[Marked]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong("a list")
            return
        if len(self.node.value) > most:
            self.wrong(f"at most {most} items")
        for number, node in enumerate(self.node.value[:most]):
            yield Marked(self.problems, node, f"{self.path}[{number}]")

    def table(self) -> Table:
        """A mapping."""
        return Table(self)


class Table:
    """A mapping; each name is asked for once, and `finish` notes those left."""

    __slots__ = ("_found", "_known", "marked")

    def __init__(self, marked: Marked) -> None:
        self.marked = marked
        self._known: set[str] = set()
        self._found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(marked.node, yaml.MappingNode):
            marked.wrong("a mapping")
            return
        for key, value in marked.node.value:
            self._take(key, value)

    def _take(self, key: yaml.Node, value: yaml.Node) -> None:
        problems = self.marked.problems
        if not isinstance(key, yaml.ScalarNode):
            problems.add(key.start_mark, f"{self._path('?')}: expected a name as text")
        elif key.value in self._found:
            path = self._path(key.value)
            problems.add(key.start_mark, f"{path}: is there twice")
        else:
            self._found[key.value] = key, value

    def _path(self, name: str) -> str:
        return f"{self.marked.path}.{name}" if self.marked.path else name

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def get(self, name: str, *, is_secret: bool = False) -> Marked | None:
        """What stands under a name; None: nothing."""
        self._known.add(name)
        if name not in self._found:
            return None
        node = self._found[name][1]
        found = Marked(self.marked.problems, node, self._path(name), is_secret)
        return None if found.is_null else found

    def need(self, name: str) -> Marked | None:
        """The same, of what has to be there."""
        found = self.get(name)
        if found is None:
            mark = self.marked.mark
            self.marked.problems.add(mark, f"{self._path(name)}: is missing")
        return found

    def text(self, name: str, default: str, *, longest: int = 2500) -> str:
        """A text, or what holds without."""
        found = self.get(name)
        return default if found is None else found.text(longest=longest)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number, or what holds without."""
        found = self.get(name)
        return default if found is None else found.number(low, high)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number, or what holds without."""
        found = self.get(name)
        return default if found is None else found.whole(low, high)

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean, or what holds without."""
        found = self.get(name)
        return default if found is None else found.flag()

    def each(self) -> Iterator[tuple[Marked, Marked]]:
        """Every name and its value."""
        problems = self.marked.problems
        for name, (key, value) in self._found.items():
            self._known.add(name)
            path = self._path(name)
            yield Marked(problems, key, path), Marked(problems, value, path)

    def finish(self) -> None:
        """Note names that nobody knows."""
        for name, (key, _) in self._found.items():
            if name not in self._known:
                known = ", ".join(sorted(self._known))
                text = f"{self._path(name)}: unknown name, expected one of {known}"
                self.marked.problems.add(key.start_mark, text)


def compose(text: str, problems: Problems) -> Marked | None:
    """The document of a text; None where it cannot be read at all."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        problems.add(mark, f"no YAML: {problem.problem or problem.context}")
        return None
    except yaml.YAMLError as problem:
        problems.add(None, f"no YAML: {str(problem).splitlines()[0]}")
        return None
    except RecursionError:
        problems.add(None, "nested too deeply")
        return None
    if node is None:
        problems.add(None, "is empty, expected a mapping")
        return None
    return Marked(problems, node, "")
