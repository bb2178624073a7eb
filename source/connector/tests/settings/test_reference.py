"""The README says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.settings.model import Settings
from connector.settings.reference import main, replace_tables, settings_table

README = Path(__file__).resolve().parents[4] / "README.md"
_MARKS = "<!-- {0}: made by connector.settings.reference -->x<!-- {0}: end -->"


@pytest.mark.repository
def test_the_tables_of_the_readme_are_those_of_the_code() -> None:
    text = README.read_text("utf-8")

    assert replace_tables(text) == text, (
        "run: python -m connector.settings.reference ../README.md"
    )


def test_every_setting_has_a_meaning() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert "| `OCPP_PORT` | `9000` |" in settings_table()


def test_the_file_is_rewritten_between_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    marks = "\n".join(map(_MARKS.format, ("settings", "station", "stations", "tokens")))
    path.write_text(f"before\n{marks}\nafter")

    assert main([str(path)]) == 0

    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter")
    assert settings_table() in text


def test_missing_marks_are_an_error() -> None:
    with pytest.raises(ValueError, match="there is no <!-- settings"):
        replace_tables("nothing")
