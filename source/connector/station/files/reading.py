"""Files of stations, whichever form they have."""

from __future__ import annotations

from pathlib import Path

from connector.errors import SettingsError
from connector.station.files import josev, own_form
from connector.station.files.marked import Problems, Table, compose
from connector.station.files.station_file import StationFile

_LARGEST = 2_000_000
_DATA = "data"
"""Where a recorded message of Josev has it."""


def read(path: Path, identity: str | None = None) -> StationFile:
    """The station of a file; with an ``identity`` none has to stand in it.

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
    return read_text(text, str(path), path.parent, identity)


def read_text(
    text: str, name: str, folder: Path, identity: str | None = None
) -> StationFile:
    """The same of a text; ``name`` is what problems call it.

    Raises:
        SettingsError: as for `read`.
    """
    problems = Problems(name)
    # JSON may be indented by tabs, YAML not.
    is_json = text.lstrip().startswith("{")
    document = compose(text.replace("\t", " ") if is_json else text, problems)
    problems.finish()
    assert document is not None  # noqa: S101  (there would be a problem)
    table = document.table()
    if _DATA in table and "identity" not in table:
        inner = table.get(_DATA)
        table = inner.table() if inner is not None else table
    found = _station_of(table, folder, identity or "")
    problems.finish()
    return found


def _station_of(table: Table, folder: Path, identity: str) -> StationFile:
    if josev.is_josev(table):
        return josev.station_of(table)
    return own_form.station_of(table, folder, identity)
