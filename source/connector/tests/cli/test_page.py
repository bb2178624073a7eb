"""The reference page of the command line is made from the commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.cli.page import every_command, page

DOCS = Path(__file__).resolve().parents[4] / "docs"
COMMANDS = dict(every_command())

pytestmark = pytest.mark.repository


def test_the_page_is_that_of_the_commands() -> None:
    assert (DOCS / "reference/command-line.md").read_text("utf-8") == page(), (
        "run: cd source && python -m connector.cli.page "
        "> ../docs/reference/command-line.md"
    )


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != "run"])
def test_every_command_is_shown_where_people_learn_it(path: str) -> None:
    pages = (DOCS / "how-to").glob("*.md")
    told = "\n".join(page.read_text("utf-8") for page in pages)

    assert re.search(rf"ocpp-connector {path}\b", told)


def test_people_learn_no_command_that_is_not_there() -> None:
    told = (DOCS / "how-to/command-line.md").read_text("utf-8")
    typed = re.findall(r"^ocpp-connector ([a-z][a-z ]*[a-z])", told, re.MULTILINE)

    assert typed
    for words in typed:
        first, *rest = words.split()
        assert first in COMMANDS or f"{first} {rest[0]}" in COMMANDS, words
