"""Scenarios from YAML; what is wrong is named with file, line, found and expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from connector.errors import SettingsError
from connector.ocppj.routes import ROUTES
from connector.station.driving.lines import WrongLine, completed, value_of
from connector.station.driving.verbs import SAID_ALOUD, VERBS, Verb
from connector.station.files.marked import Marked, Problems, Table, compose
from connector.station.scenarios.scenario import (
    ANSWERED,
    RECEIVED,
    SENT,
    STATE,
    Ask,
    Do,
    Expect,
    Repeat,
    Scenario,
    Step,
)

VERSIONS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")
_DONE = {name: verb for name, verb in VERBS.items() if name not in SAID_ALOUD}
_KINDS = (SENT, RECEIVED, ANSWERED, STATE)
_LARGEST, _MOST_STEPS, _MOST_TIMES = 1_000_000, 1000, 1_000_000
_NEVER_S = 2.0
_TAGS: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() in ("true", "yes", "on"),
    "tag:yaml.org,2002:int": lambda text: int(text.replace("_", ""), 0),
    "tag:yaml.org,2002:float": lambda text: float(text.replace("_", "")),
}
"""How scalars are read; times stay texts, as messages have them."""


def read(path: Path, name: str | None = None) -> Scenario:
    """The scenario of a file; ``name`` is what it is called, else its path.

    Raises:
        SettingsError: something is wrong; each line names file, line, column, what was
            found and what was expected.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1).decode("utf-8-sig")
    except OSError as problem:
        raise SettingsError([f"{path}: {problem.strerror}"]) from None
    except UnicodeDecodeError as problem:
        at = f"byte {problem.start}"
        raise SettingsError([f"{path}, {at}: expected text in UTF-8"]) from None
    if len(text) > _LARGEST:
        raise SettingsError([f"{path}: expected at most {_LARGEST} bytes"])
    return read_text(text, name or str(path))


def read_text(text: str, name: str) -> Scenario:
    """The same of a text; ``name`` is what problems call it.

    Raises:
        SettingsError: as for `read`.
    """
    problems = Problems(name)
    document = compose(text, problems)
    problems.finish()
    assert document is not None  # noqa: S101  (there would be a problem)
    found = _scenario(document.table(), name)
    problems.finish()
    return found


def _scenario(table: Table, file: str) -> Scenario:
    name, versions = table.need("name"), table.get("versions")
    variables, parameters = table.get("variables"), table.get("parameters")
    listed = list(versions.items()) if versions else ()
    chosen = [each.text(values=VERSIONS) for each in listed] or VERSIONS
    found = Scenario(
        name.text(longest=200) if name else "",
        file,
        frozenset(chosen),
        _steps(table.need("steps"), frozenset(chosen)),
        table.text("about", ""),
        table.whole("evses", 1, 1, 64),
        {n.text(): v.value() for n, v in variables.table().each()} if variables else {},
        plain(parameters) if parameters else {},
        table.flag("waits_for_boot", default=True),
    )
    table.finish()
    return found


def _steps(marked: Marked | None, versions: frozenset[str]) -> tuple[Step, ...]:
    if marked is None:
        return ()
    found = tuple(_step(e, versions) for e in marked.items(most=_MOST_STEPS))
    if marked.is_list and not found:
        marked.wrong("at least one step")
    return found


def _step(marked: Marked, versions: frozenset[str]) -> Step:
    table = marked.table()
    do, ask, repeat = table.get("do"), table.get("csms"), table.get("repeat")
    expect = table.get("expect")
    table.finish()
    given = [each for each in (do, ask, repeat) if each is not None]
    if len(given) > 1:
        text = f"{marked.path}: expected one of do, csms and repeat"
        marked.problems.add(marked.mark, text)
    elif not given and expect is None:
        known = "do, csms, expect or repeat"
        marked.problems.add(marked.mark, f"{marked.path}: expected {known}")
    deed = _do(do) if do is not None else None
    is_call = deed is not None and deed.verb.name == "call"
    return Step(
        _line(marked),
        deed,
        _ask(ask, versions) if ask is not None else None,
        _expects(expect, versions, is_call=is_call) if expect is not None else (),
        _repeat(repeat, versions) if repeat is not None else None,
    )


def _repeat(marked: Marked, versions: frozenset[str]) -> Repeat:
    table = marked.table()
    times = table.whole("times", 1, 1, _MOST_TIMES)
    every_s = table.number("every_s", 0.0, 0, 1e6)
    found = Repeat(times, every_s, _steps(table.need("steps"), versions))
    table.finish()
    return found


# -- do


def _do(marked: Marked) -> Do | None:
    """`meter`, `{plug: 1}` or `{plug: {where: 1}}`."""
    if not marked.is_mapping:
        verb = _verb(marked)
        return None if verb is None else Do(verb, _arguments(marked, verb, {}))
    pairs = list(marked.table().each())
    if len(pairs) != 1:
        marked.wrong("one thing to do")
        return None
    name, value = pairs[0]
    verb = _verb(name)
    if verb is None:
        return None
    return Do(verb, _arguments(value, verb, _given(value, verb)))


def _verb(marked: Marked) -> Verb | None:
    found = _DONE.get(marked.text())
    if found is None:
        marked.wrong(f"one of {', '.join(sorted(_DONE))}")
    return found


def _given(marked: Marked, verb: Verb) -> dict[str, Any]:
    """What was written, by name; one alone is the first argument."""
    if marked.is_null:
        return {}
    if marked.is_mapping:
        found = plain(marked)
        return found if isinstance(found, dict) else {}
    if not verb.arguments:
        marked.wrong("nothing: it takes no arguments")
        return {}
    return {verb.arguments[0].name: plain(marked)}


def _arguments(marked: Marked, verb: Verb, given: dict[str, Any]) -> dict[str, Any]:
    known = {each.name: each for each in verb.arguments}
    values: dict[str, Any] = {}
    for name, found in given.items():
        try:
            if name not in known:
                expected = f"expected {', '.join(known) or 'none'}"
                text = f"{verb.name}: unknown argument {name!r}, {expected}"
                raise WrongLine(text)
            late = has_names(found)
            values[name] = found if late else value_of(verb, known[name], found)
        except WrongLine as problem:
            marked.problems.add(marked.mark, f"{marked.path}: {problem}")
            # It is wrong, and not missing as well.
            values[name] = None
    try:
        return completed(verb, values)
    except WrongLine as problem:
        marked.problems.add(marked.mark, f"{marked.path}: {problem}")
        return {}


def has_names(value: Any) -> bool:
    """Whether `${..}` stands somewhere in it."""
    if isinstance(value, dict):
        return any(map(has_names, value.values()))
    if isinstance(value, list):
        return any(map(has_names, value))
    return isinstance(value, str) and "${" in value


# -- csms and expect


def _ask(marked: Marked, versions: frozenset[str]) -> Ask:
    table = marked.table()
    action, payload = table.need("action"), table.get("payload")
    found = Ask(
        _action(action, versions, "down") if action else "",
        _mapping(payload) if payload else {},
    )
    table.finish()
    return found


def _action(marked: Marked, versions: frozenset[str], way: str) -> str:
    """The name of an action that one of the versions has in this direction."""
    known: set[str] = set()
    for version in versions:
        routes = ROUTES[version.removeprefix("ocpp")]
        known |= set(getattr(routes, way))
    name = marked.text()
    if name not in known:
        close = [each for each in sorted(known) if each.lower() == name.lower()]
        hint = f"{close[0]}" if close else f"one of {', '.join(sorted(known))}"
        marked.wrong(hint)
    return name


def _expects(
    marked: Marked, versions: frozenset[str], *, is_call: bool
) -> tuple[Expect, ...]:
    listed = list(marked.items()) if marked.is_list else [marked]
    return tuple(_expect(each, versions, is_call=is_call) for each in listed)


def _expect(marked: Marked, versions: frozenset[str], *, is_call: bool) -> Expect:
    table = marked.table()
    kinds = [kind for kind in _KINDS if kind in table]
    never = table.flag("never", default=False)
    within = table.get("within_s")
    within_s = within.number(0, 1e6) if within else _NEVER_S if never else None
    payload, answer = table.get("payload"), table.get("answer")
    subject = table.get(kinds[0]) if len(kinds) == 1 else None
    table.finish()
    if subject is None:
        marked.problems.add(
            marked.mark, f"{marked.path}: expected one of {', '.join(_KINDS)}"
        )
        return Expect(STATE, _line(marked))
    kind = kinds[0]
    if kind == ANSWERED and not is_call:
        subject.wrong("it beside a `do: {call: ..}`")
    if kind in (ANSWERED, STATE):
        return Expect(kind, _line(marked), "", _mapping(subject), None, within_s, never)
    way = "up" if kind == SENT else "down"
    return Expect(
        kind,
        _line(marked),
        _action(subject, versions, way),
        _mapping(payload) if payload else {},
        _mapping(answer) if answer else None,
        within_s,
        never,
    )


def _mapping(marked: Marked) -> dict[str, Any]:
    if not marked.is_mapping:
        marked.wrong("a mapping")
        return {}
    found = plain(marked)
    return found if isinstance(found, dict) else {}


# -- values


def plain(marked: Marked) -> Any:
    """A value as JSON has it."""
    if marked.is_mapping:
        return {name.text(): plain(value) for name, value in marked.table().each()}
    if marked.is_list:
        return [plain(each) for each in marked.items()]
    node = marked.node
    assert isinstance(node, yaml.ScalarNode)  # noqa: S101
    try:
        return _TAGS.get(node.tag, str)(node.value)
    except ValueError:
        return str(node.value)


def _line(marked: Marked) -> int:
    return int(marked.mark.line) + 1
