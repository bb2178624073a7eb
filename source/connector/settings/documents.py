"""`STATIONS` and `TOKENS`: an object as JSON text, or the path of a YAML or JSON file.

Identities and tokens often look like numbers, so every key is taken as it is written
(``0042`` stays ``0042``), and one that stands there twice is an error: YAML and JSON
would silently keep the last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from connector.settings.kinds import wrong

_WHAT = "a JSON object, or the path of a YAML or JSON file that holds one"
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


def is_path(text: str) -> bool:
    """Whether the text names a file rather than being meant as JSON.

    What has a brace anywhere is JSON, if a broken one: it may hold passwords, and only
    paths are shown.
    """
    return bool(text.strip()) and not any(mark in text for mark in '{}[]"\n')


def read_document(value: object) -> dict[str, Any]:
    """The object that a variable holds or points to."""
    text = value if isinstance(value, str) else ""
    document = read_file(Path(text.strip())) if is_path(text) else _parse_json(text)
    if document is None and is_path(text):
        return {}
    if not isinstance(document, dict):
        raise wrong("an object by identity")
    return document


def read_file(path: Path) -> Any:
    """What is in a file: JSON where it is called so, else YAML."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise wrong(f"{_WHAT} ({reason})") from None
    return _parse_json(text) if path.suffix == ".json" else _parse_yaml(text)


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise wrong(f"{_WHAT} (no JSON: {error.msg}, {where})") from None
    except RecursionError:
        raise wrong(f"{_WHAT} (nested too deeply)") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise wrong(f"every name once, and {twice!r} is there twice")
    return found


def _parse_yaml(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise wrong(f"{_WHAT} (no YAML: {error.problem}, line {line})") from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise wrong(f"{_WHAT} (no YAML: {reason})") from None


class _Loader(yaml.SafeLoader):
    """YAML whose keys are text and whose scalars are numbers only in plain decimals."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        _refuse_duplicates(node)
        self.flatten_mapping(node)  # merges what `<<` names
        return {
            key.value: self.construct_object(value, deep=True)
            for key, value in node.value
        }

    def plain_number(self, node: yaml.ScalarNode) -> int | float | str:
        """``16`` and ``1.5``; what only YAML 1.1 takes for a number stays text."""
        match = _PLAIN_NUMBER.fullmatch(node.value)
        if match is None:
            return str(node.value)
        return float(node.value) if match[2] else int(node.value)

    def plain_text(self, node: yaml.ScalarNode) -> str:
        """A time stays as it is written."""
        return str(node.value)


def _refuse_duplicates(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(
                problem="a name must be text", problem_mark=key.start_mark
            )
        if key.value in seen and key.value != "<<":
            raise yaml.MarkedYAMLError(
                problem=f"{key.value!r} is there twice", problem_mark=key.start_mark
            )
        seen.add(key.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.plain_number)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.plain_number)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.plain_text)
