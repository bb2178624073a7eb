"""`docs/reference/command-line.md`, made from the commands themselves.

``python -m connector.cli.page > ../docs/reference/command-line.md``; a test fails while
the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.cli.exits import MEANINGS, OF_OUTCOME
from connector.cli.program import NAME, program

_SHARED = ("url", "token_file", "as_json")
_HEAD = f"""# Command line

<!-- made by connector.cli.page: do not edit -->

`{NAME} --help`, and `--help` behind every command, say the same. How it is used:
[the command line](../how-to/command-line.md).
"""
_OPTIONS_OF_ALL = """## Options of all commands

| option | meaning |
|---|---|
"""
_OPTIONS_TAIL = """
The first two are for the commands that ask a running connector; the others say so.
"""


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command by the words that call it."""
    yield from _below(program(), "")


def _below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    parts = getattr(command, "commands", None)
    if parts is None:
        yield path, command
        return
    for name, part in parts.items():
        yield from _below(part, f"{path} {name}".strip())


def page() -> str:
    """The page."""
    commands = list(every_command())
    parts = [_HEAD, _overview(commands), _exit_codes(), _shared(commands)]
    parts += [_section(path, command) for path, command in commands]
    return "\n".join(parts)


def _overview(commands: list[tuple[str, Any]]) -> str:
    lines = ["| command | |", "|---|---|"]
    lines += [
        f"| [`{path}`](#{_anchor(path)}) | {_first_line(command)} |"
        for path, command in commands
    ]
    return "\n".join(lines) + "\n"


def _anchor(path: str) -> str:
    return path.replace(" ", "-")


def _paragraphs(command: Any) -> list[str]:
    paragraphs = (command.help or "").split("\n\n")
    return [" ".join(each.split()) for each in paragraphs]


def _first_line(command: Any) -> str:
    return _paragraphs(command)[0]


def _exit_codes() -> str:
    lines = ["## Exit codes", "", "| code | meaning | outcomes |", "|---|---|---|"]
    for code, meaning in MEANINGS.items():
        names = [f"`{name}`" for name, its in OF_OUTCOME.items() if its is code]
        lines.append(f"| {code.value} | {meaning} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"


def _shared(commands: list[tuple[str, Any]]) -> str:
    found: dict[str, Any] = {}
    for _, command in commands:
        found |= {p.name: p for p in command.params if _is_shared(p)}
    rows = "\n".join(_row(found[name]) for name in _SHARED)
    return f"{_OPTIONS_OF_ALL}{rows}\n{_OPTIONS_TAIL}"


def _is_shared(parameter: Any) -> bool:
    names = {"--token-file": "token_file", "--json": "as_json"}
    is_url = parameter.name == "url" and "OCPP_CONNECTOR_URL" in parameter.help
    return is_url or any(name in parameter.opts for name in names)


def _section(path: str, command: Any) -> str:
    lines = [f"## {path}", "", *_blocks(_paragraphs(command))]
    lines += ["```sh", str(command.epilog).removeprefix("Example: "), "```", ""]
    own = [p for p in command.params if not _is_shared(p)]
    if own:
        lines += ["| | |", "|---|---|", *map(_row, own), ""]
    if path != "run" and not any(p.name == "token_file" for p in command.params):
        lines += ["It asks no connector.", ""]
    return "\n".join(lines)


def _blocks(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield paragraph
        yield ""


def _row(parameter: Any) -> str:
    text = _escaped(" ".join(parameter.help.split()))
    default = parameter.default
    has_default = default not in (None, False, ()) and not callable(default)
    shown = f" (default: `{getattr(default, 'value', default)}`)" if has_default else ""
    return f"| {_name(parameter)} | {text}{shown} |"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_escaped(parameter.metavar or parameter.name.upper())}`"
    names = ", ".join(f"`{name}`" for name in parameter.opts + parameter.secondary_opts)
    return f"{names} `{parameter.metavar}`" if parameter.metavar else names


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    print(page(), end="")
