"""The schemas of every version, compiled once, and what their errors mean in OCPP.

The fast path is one `is_valid`; an error is only looked into when there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema_rs
import orjson

from connector.ocppj.dialects import Dialect
from connector.ocppj.routes import ROUTES

Json = dict[str, Any]
Direction = Literal["request", "response"]

FOLDERS = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}
"""Where the `ocpp` library keeps each version."""
DATE_TIME = "date-time"
"""As RFC 3339 writes it, with a zone."""
Formats = Literal["all", "times", "none"]
"""Which formats are looked at. Stations are free in times, people in URLs."""
CUSTOM_DATA = "customData"
"""The member whose content belongs to a vendor (2.x)."""
_OTHER_FORMATS = ("uri",)
"""All that the schemas have beside `DATE_TIME`."""
_PROPERTY_KINDS = frozenset(
    {"Enum", "MaxLength", "MinLength", "Maximum", "Minimum", "MultipleOf", "Format"}
)
_OCCURRENCE_KINDS = frozenset({"Required", "MinItems", "MaxItems"})


class Misfit:
    """One way in which a payload does not fit."""

    __slots__ = ("format", "kind", "limit", "missing", "path", "types")

    def __init__(self, error: Any) -> None:
        self.kind = type(error.kind).__name__.rpartition("_")[2]
        self.path: tuple[str | int, ...] = tuple(error.instance_path)
        self.missing = str(getattr(error.kind, "property", ""))
        self.format = str(getattr(error.kind, "format", ""))
        self.types: Sequence[str] = getattr(error.kind, "types", ())
        self.limit: int | float = getattr(error.kind, "limit", 0)

    def __str__(self) -> str:
        return self._text(self.path)

    @property
    def summary(self) -> str:
        """The same for all items of a list."""
        return self._text([step for step in self.path if isinstance(step, str)])

    def _text(self, path: Sequence[str | int]) -> str:
        where = ".".join(map(str, path)) or "the payload"
        match self.kind:
            case "Required":
                return ".".join(map(str, [*path, self.missing])) + " is missing"
            case "AdditionalProperties":
                return f"{where} has members that are not in the schema"
            case "Type":
                return f"{where} has the wrong type"
            case "MaxLength":
                return f"{where} is longer than {self.limit} characters"
            case "Format" if self.format == DATE_TIME:
                return f"{where} is no time with a zone, such as 2026-01-31T12:00:00Z"
            case _:
                return f"{where} does not fit its schema ({self.kind})"

    def code(self, dialect: Dialect) -> str:
        """The error code of a version for it."""
        if self.kind == "Type":
            return dialect.type_constraint
        if self.kind in _PROPERTY_KINDS:
            return dialect.property_constraint
        if self.kind in _OCCURRENCE_KINDS:
            return dialect.occurrence
        return dialect.formation


class Schema:
    """One schema; `is_valid` is the compiled check."""

    __slots__ = ("_validator", "document", "is_valid")

    def __init__(self, document: Json, *, formats: Formats) -> None:
        self.document = document
        others: dict[str, Callable[[str], bool]] = (
            {name: lambda _: True for name in _OTHER_FORMATS}
            if formats == "times"
            else {}
        )
        # Those of 2.x are of draft 6, by which 1.0 and 1e300 are integers: where one is
        # counted or kept as such they are not. They use no other word of it.
        self._validator = jsonschema_rs.Draft4Validator(
            document, validate_formats=formats != "none", formats=others
        )
        self.is_valid = self._validator.is_valid

    def misfits(self, payload: Json) -> Iterator[Misfit]:
        """Every way in which ``payload`` does not fit."""
        return map(Misfit, self._validator.iter_errors(payload))


class Schemas:
    """The schemas of one version, by action."""

    def __init__(self, version: str, *, formats: Formats) -> None:
        self._version = version
        self._formats: Formats = formats
        self._requests: dict[str, Schema] = {}
        self._responses: dict[str, Schema] = {}

    def request(self, action: str) -> Schema:
        """The schema of a request."""
        return self._requests.get(action) or self._load(self._requests, action, "")

    def response(self, action: str) -> Schema:
        """The schema of an answer."""
        found = self._responses.get(action)
        return found or self._load(self._responses, action, "Response")

    def _load(self, cache: dict[str, Schema], action: str, suffix: str) -> Schema:
        document = load_document(self._version, action, suffix)
        found = cache[action] = Schema(document, formats=self._formats)
        return found


def load_document(version: str, action: str, suffix: str) -> Json:
    """A schema as the `ocpp` library ships it.

    2.x names requests ``..Request``, those without an answer excepted.
    """
    if not suffix and version != "1.6" and action not in ROUTES[version].sent_up:
        suffix = "Request"
    folder = files("ocpp") / FOLDERS[version] / "schemas"
    text = (folder / f"{action}{suffix}.json").read_text("utf-8-sig")
    document: Json = orjson.loads(text)
    return document


def schemas(version: str, *, formats: Formats = "none") -> Schemas:
    """The schemas of a version, which check these formats too."""
    return _schemas(version, formats)


@cache
def _schemas(version: str, formats: Formats) -> Schemas:
    return Schemas(version, formats=formats)
